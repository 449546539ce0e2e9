"""What devices sent is kept byte for byte, and played again gives the same events each time."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.capture import MAGIC, CaptureError, CaptureReader, CaptureWriter, Kind, Record
from edge.clock import PlayedClock
from tests.drivers.llrp.packets import classic, ipv4, tcp
from tests.waiting import PATIENCE_S, ended, wait_until

ROOT = Path(__file__).parents[2]
FLOOR = """
[[location]]
id = "shelf-1"
kind = "shelf"
[[location]]
id = "shelf-2"
kind = "shelf"
[[location]]
id = "pack-1"
kind = "station"
[[antenna]]
reader = "dock"
port = 1
location = "shelf-1"
[[antenna]]
reader = "dock"
port = 2
location = "shelf-2"
[[antenna]]
reader = "table"
port = 1
location = "table"
[[location]]
id = "table"
kind = "shelf"
[[location]]
id = "dock-1"
kind = "portal"
[[light_barrier]]
device = "dock"
input = 2
location = "dock-1"
portal_side = "in"
"""
GPI_EVENT = b"\x00\xf8\x00\x07\x00\x02"
"""The beginning of LLRP's GPIEvent: type 248, seven bytes, of input 2."""
GATEWAY = """
[gateway]
site = "here"
data_dir = "{folder}/data"
floor_file = "{folder}/floor.toml"
exceptions_file = "{root}/config/exceptions.toml"
[mqtt]
enabled = false
[[reader]]
name = "dock"
host = "127.0.0.1"
port = {port}
[[scanner]]
name = "gun"
path = "{folder}/gun"
station = "pack-1"
[[module]]
name = "table"
path = "{folder}/uhf"
region = "eu"
power_dbm = 20.0
"""


def start(*command: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, command)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def end(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> str:
    """Ask a program to end; its last line."""
    process.send_signal(number)
    out, _ = ended(process)
    return out.strip().splitlines()[-1]


def records(folder: Path) -> list[Record]:
    with suppress(CaptureError):  # not begun
        return list(CaptureReader(folder).records())
    return []


def reads_records(folder: Path, device: str) -> int:
    return sum(one.device == device and one.kind is Kind.RECEIVED for one in records(folder))


def has_been(folder: Path, device: str, kind: Kind, data: bytes = b"") -> bool:
    return any(
        one.device == device and one.kind is kind and data in one.data for one in records(folder)
    )


def command(
    *words: object, hash_seed: str = "1", check: bool = True
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "edge", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        check=check,
        timeout=PATIENCE_S,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a capture of some seconds, made with simulated devices."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "floor.toml").write_text(FLOOR, encoding="utf-8")
    reader = start(
        *("simulators", "reader", "--port", 0, "--rate", 400),
        *("--antennas", 2, "--tags", 30, "--vendor", "impinj"),
        *(word for after_s in (5, 10, 20, 40) for word in ("--gpi", f"2={after_s}")),
    )
    scanner = start("simulators", "scanner", "--link", folder / "gun")
    module = start(
        "simulators", "uhf", "--link", folder / "uhf", "--rate", 60, "--tags", 5, "--seed", 9
    )
    assert reader.stdout is not None
    assert scanner.stdin is not None
    children = [reader, scanner, module]
    try:
        port = json.loads(reader.stdout.readline())["reader"]["port"]
        text = GATEWAY.format(folder=folder, root=ROOT, port=port)
        (folder / "gateway.toml").write_text(text, encoding="utf-8")
        for device in ("gun", "uhf"):
            wait_until(f"{device} is there", (folder / device).exists)
        out = folder / "capture"
        recorder = start("edge", "record", "--config", folder / "gateway.toml", "--out", out)
        children.append(recorder)
        wait_until(
            "scanner and reader are heard",
            lambda: has_been(out, "gun", Kind.OPENED) and has_been(out, "dock", Kind.RECEIVED),
        )
        for code in ("04012345000009", "pack-1"):
            scanner.stdin.write(f"{code}\n")
            scanner.stdin.flush()
            wait_until(
                code, lambda code=code: has_been(out, "gun", Kind.RECEIVED, code[-3:].encode())
            )  # type: ignore[misc] # bound at once
        wait_until("the reader reads", lambda: reads_records(out, "dock") > 60)
        wait_until("a beam is told", lambda: has_been(out, "dock", Kind.RECEIVED, GPI_EVENT))
        wait_until("the module reads", lambda: reads_records(out, "table") > 250)
        (folder / "recorded.json").write_text(end(recorder, signal.SIGINT), encoding="utf-8")
        (folder / "sent.json").write_text(end(reader), encoding="utf-8")
    finally:
        for process in children:
            process.kill()
            process.communicate()
    return folder


def test_every_read_that_was_sent_was_recorded(site: Path) -> None:
    recorded = json.loads((site / "recorded.json").read_text(encoding="utf-8"))
    sent = json.loads((site / "sent.json").read_text(encoding="utf-8"))

    assert recorded["reads_of"]["dock"] == sent["reads"] > 0
    assert recorded["reads_of"]["table"] > 0
    assert recorded["reads"] == sum(recorded["reads_of"].values())
    assert recorded["scans"] == 2
    assert recorded["devices"] == {"dock": True, "gun": True, "table": True}


def test_a_replay_is_the_same_each_time(site: Path) -> None:
    words = ("replay", site / "capture", "--config", site / "gateway.toml")
    first = command(*words, hash_seed="1").stdout
    second = command(*words, hash_seed="2").stdout

    facts = [json.loads(line) for line in first.splitlines()]
    assert first == second
    assert not (site / "data").exists(), "the gateway's own folder is not touched"
    assert [one["seq"] for one in facts] == list(range(1, len(facts) + 1))
    assert {"seq", "id", "epoch", "type", "occurred_us", "recorded_us", "data"} == set(facts[0])
    arrived = {one["data"]["epc"] for one in facts if one["type"] == "stock.arrived"}
    assert len(arrived) > 20
    places = {one["data"]["location"] for one in facts if one["type"] == "stock.arrived"}
    assert places == {"shelf-1", "shelf-2", "table"}


def test_a_capture_decodes_to_every_read_that_was_sent(site: Path) -> None:
    sent = json.loads((site / "sent.json").read_text(encoding="utf-8"))

    lines = command("decode", site / "capture", "--format", "capture").stdout.splitlines()

    messages = [json.loads(line) for line in lines]
    assert sum(len(one.get("reads", ())) for one in messages) == sent["reads"]
    assert all(one["device"] == "dock" and one["time_us"] > 0 for one in messages)


def test_the_bytes_of_a_capture_decode_as_a_plain_stream(site: Path, tmp_path: Path) -> None:
    sent = json.loads((site / "sent.json").read_text(encoding="utf-8"))
    stream = tmp_path / "dock.bin"
    stream.write_bytes(
        b"".join(
            one.data
            for one in records(site / "capture")
            if one.device == "dock" and one.kind is Kind.RECEIVED
        )
    )

    lines = command("decode", stream, "--format", "bin").stdout.splitlines()

    assert sum(len(json.loads(one).get("reads", ())) for one in lines) == sent["reads"]


def test_a_cut_off_capture_is_played_and_the_cut_told(site: Path, tmp_path: Path) -> None:
    data = (site / "capture" / "capture-000001.wec").read_bytes()
    (tmp_path / "capture-000001.wec").write_bytes(data[:-5])

    told = command("replay", tmp_path, "--config", site / "gateway.toml")

    assert b"unfinished record" in told.stderr
    assert told.stdout.count(b"\n") > 20


def test_a_damaged_capture_is_refused_in_one_sentence(site: Path, tmp_path: Path) -> None:
    data = bytearray((site / "capture" / "capture-000001.wec").read_bytes())
    data[len(data) // 2] ^= 0x55
    (tmp_path / "capture-000001.wec").write_bytes(data)

    told = command("replay", tmp_path, "--config", site / "gateway.toml", check=False)

    assert told.returncode == 2
    assert told.stdout == b""
    assert b"damaged at byte" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_capture_of_a_device_that_is_not_configured_is_refused(
    site: Path, tmp_path: Path
) -> None:
    writer = CaptureWriter(tmp_path / "capture", PlayedClock())
    writer.opened("gate-7", "llrp")
    writer.close()

    told = command("replay", tmp_path / "capture", "--config", site / "gateway.toml", check=False)

    assert told.returncode == 2
    assert b"gate-7 was recorded, but the configuration has no such device" in told.stderr


# -- files of tcpdump


def network_capture(site: Path) -> tuple[bytes, list[Record]]:
    """What tcpdump would have kept of the reader, and `record` of the same pieces."""
    port = int((site / "gateway.toml").read_text(encoding="utf-8").split("port = ")[1].split()[0])
    packets, times_us, kept, sequence = [], [], [], 1000
    for one in records(site / "capture"):
        if one.device != "dock":
            continue
        opens, closes = one.kind is Kind.OPENED, one.kind is Kind.LOST
        flags = 0x12 if opens else 0x11 if closes else 0x18
        data = b"" if opens or closes else one.data
        for at in range(0, max(1, len(data)), 1460):
            piece = data[at : at + 1460]
            segment = tcp(sequence, piece, flags=flags, ports=(port, 40_000), to_reader=closes)
            home = bytes([127, 0, 0, 1])
            packets.append(ipv4(segment, reader=home, to_reader=closes))
            times_us.append(one.utc_us)
            sequence += len(piece) + opens
            told = one.data if opens or closes else piece
            kept.append(Record(one.kind, one.device, one.utc_us, one.utc_us, told))
    return classic(*packets, times_us=times_us), kept


def events(told: "subprocess.CompletedProcess[bytes]") -> list[object]:
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_a_file_of_tcpdump_replays_like_a_recording_and_the_same_each_time(
    site: Path, tmp_path: Path
) -> None:
    pcap, kept = network_capture(site)
    (tmp_path / "dock.pcap").write_bytes(pcap)
    (tmp_path / "dock").mkdir()
    (tmp_path / "dock" / "capture-000001.wec").write_bytes(
        MAGIC + b"".join(one.encode() for one in kept)
    )
    config = ("--config", site / "gateway.toml")

    first = command("replay", tmp_path / "dock.pcap", *config, hash_seed="1")
    second = command("replay", tmp_path / "dock.pcap", *config, hash_seed="2")
    recorded = command("replay", tmp_path / "dock", *config)

    assert first.stdout == second.stdout
    assert first.stderr == b""
    arrived = [one for one in events(first) if one["type"] == "stock.arrived"]  # type: ignore[index]
    assert len(arrived) > 20
    assert events(first) == events(recorded)


def test_a_file_of_tcpdump_begun_in_the_middle_still_shows_the_tags(
    site: Path, tmp_path: Path
) -> None:
    """Without the greeting and the set-up, and its first report cut."""
    pcap, _ = network_capture(site)
    head, at = pcap[:24], 24
    for _ in range(40):
        at += 16 + int.from_bytes(pcap[at + 8 : at + 12], "little")
    (tmp_path / "late.pcap").write_bytes(head + pcap[at:])

    told = command("replay", tmp_path / "late.pcap", "--config", site / "gateway.toml")

    arrived = [one for one in events(told) if one["type"] == "stock.arrived"]  # type: ignore[index]
    assert len(arrived) > 20


def test_a_file_of_tcpdump_decodes_to_every_read_that_was_sent(site: Path, tmp_path: Path) -> None:
    sent = json.loads((site / "sent.json").read_text(encoding="utf-8"))
    _, kept = network_capture(site)
    packets = [
        ipv4(tcp(sum(len(one.data) for one in kept[1:n]), kept[n].data))
        for n in range(1, len(kept))
        if kept[n].kind is Kind.RECEIVED
    ]
    (tmp_path / "dock.pcap").write_bytes(classic(*packets))

    lines = command("decode", tmp_path / "dock.pcap", "--format", "pcap").stdout.splitlines()

    assert sum(len(json.loads(one).get("reads", ())) for one in lines) == sent["reads"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", b"neither a pcap nor a pcapng file"),
        (b"hello", b"neither a pcap nor a pcapng file"),
        (classic(ipv4(tcp(1, b"x"))), b"nothing that a configured reader sent"),
    ],
)
def test_a_file_that_holds_nothing_to_replay_is_refused_in_one_sentence(
    site: Path, tmp_path: Path, data: bytes, words: bytes
) -> None:
    (tmp_path / "some.pcap").write_bytes(data)

    told = command(
        "replay", tmp_path / "some.pcap", "--config", site / "gateway.toml", check=False
    )

    assert told.returncode == 2
    assert told.stdout == b""
    assert words in told.stderr
    assert len(told.stderr.splitlines()) == 1
