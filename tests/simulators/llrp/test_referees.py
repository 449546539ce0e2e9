"""Others judge the simulated reader: sllurp as its client, tshark's dissector as its reader."""

import logging
import re
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sllurp.llrp import LLRPReaderClient, LLRPReaderConfig

from simulators.llrp.codec import encode
from simulators.llrp.parts import Bits, message, part
from simulators.llrp.profile import Vendor
from simulators.llrp.settings import CONTENT_FLAGS

Make = Callable[..., Any]
PATIENCE_S = 20.0
EVERYTHING = dict.fromkeys(CONTENT_FLAGS, True)
IMPINJ = dict.fromkeys(("EnableRFPhaseAngle", "EnablePeakRSSI", "EnableRFDopplerFrequency"), True)


def _leave(client: LLRPReaderClient) -> None:
    """Disconnect, by force in the end.

    Asked from another thread, sllurp sends its request before it notes that it waits for the
    answer: an answer that is quicker is missed, or taken for an unexpected one.
    """
    client.disconnect()
    client.join(3.0)
    if client.is_alive():
        client.hard_disconnect()
        client.join(PATIENCE_S)


def _sllurp(
    port: int, settings: dict[str, object], wanted: int, caplog: pytest.LogCaptureFixture
) -> list[dict[str, Any]]:
    """Inventory with sllurp until so many reads have come, without a complaint, then leave."""
    whole = {"report_every_n_tags": 5, "tag_content_selector": EVERYTHING, **settings}
    client = LLRPReaderClient("127.0.0.1", port, LLRPReaderConfig(whole))
    found: list[dict[str, Any]] = []
    enough = threading.Event()

    def heard(_client: object, tags: list[dict[str, Any]]) -> None:
        found.extend(tags)
        if len(found) >= wanted:
            enough.set()

    client.add_tag_report_callback(heard)
    client.connect()
    try:
        assert enough.wait(PATIENCE_S), f"{len(found)} of {wanted} reads came"
        assert client.is_alive()
        assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
    finally:
        _leave(client)
    return found


@pytest.mark.parametrize("vendor", Vendor)
def test_sllurp_inventories_without_complaint(
    serve: Callable[..., int], vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    settings: dict[str, object] = {"antennas": [1, 2], "keepalive_interval": 100}
    if vendor is Vendor.IMPINJ:
        settings["impinj_tag_content_selector"] = IMPINJ
    port = serve("--vendor", vendor.value, "--rate", "1000")
    found = _sllurp(port, settings, 1000, caplog)
    assert {one["AntennaID"] for one in found} == {1, 2}
    assert all(-95 <= one["PeakRSSI"] <= -20 for one in found)
    assert all(len(one["EPC-96"]) == 24 for one in found)
    phases = [one["ImpinjRFPhaseAngle"] for one in found if "ImpinjRFPhaseAngle" in one]
    assert len(phases) == (len(found) if vendor is Vendor.IMPINJ else 0)


def test_sllurp_comes_again_after_it_left(
    serve: Callable[..., int], caplog: pytest.LogCaptureFixture
) -> None:
    port = serve("--rate", "1000")
    for _ in range(2):
        assert len(_sllurp(port, {"antennas": [1, 2, 3, 4]}, 100, caplog)) >= 100
        caplog.clear()


def _pcap(frames: Iterator[tuple[bool, bytes]], path: Path) -> int:
    """Frames (from the client or not) as TCP segments on port 5084 in raw IP packets."""
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 101)
    packets, sequence = [head], {True: 1, False: 1}
    for from_client, frame in frames:
        ports = (40_000, 5084) if from_client else (5084, 40_000)
        counted = (sequence[from_client], sequence[not from_client])
        tcp = struct.pack(">HHIIBBHHH", *ports, *counted, 0x50, 0x18, 65_535, 0, 0)
        sequence[from_client] += len(frame)
        size = 40 + len(frame)
        home = socket.inet_aton("127.0.0.1")
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 6, 0, home, home)
        packets.append(struct.pack("<IIII", 0, 0, size, size) + ip + tcp + frame)
    path.write_bytes(b"".join(packets))
    return len(packets) - 1


ALL_EVENTS = part(
    "ReaderEventNotificationSpec",
    *(part("EventNotificationState", EventType=n, NotificationState=1) for n in range(9)),
)
KEEPALIVE = part("KeepaliveSpec", KeepaliveTriggerType=1, PeriodicTriggerValue=300)
ACCESS = part(
    "AccessSpec",
    part("AccessSpecStopTrigger", AccessSpecStopTrigger=1, OperationCountValue=20),
    part(
        "AccessCommand",
        part(
            "C1G2TagSpec",
            part(
                "C1G2TargetTag",
                MB=1,
                Match=1,
                Pointer=32,
                TagMask=Bits(8, b"\xff"),
                TagData=Bits(8, b"\x30"),
            ),
        ),
        part("C1G2Read", OpSpecID=3, AccessPassword=0, MB=2, WordPointer=0, WordCount=6),
    ),
    AccessSpecID=4,
    AntennaID=0,
    ProtocolID=1,
    CurrentState=0,
    ROSpecID=0,
)


def _long_session(reader: Any, spec: Any) -> None:  # noqa: ANN401 - the played reader of conftest
    """Every request once at least, refusals among them, and two seconds of reads."""
    reader.ask("IMPINJ_ENABLE_EXTENSIONS")
    reader.ask("GET_READER_CAPABILITIES", RequestedData=0)
    reader.ask("GET_READER_CONFIG", AntennaID=0, RequestedData=0, GPIPortNum=0, GPOPortNum=0)
    reader.ask("SET_READER_CONFIG", ALL_EVENTS, KEEPALIVE, ResetToFactoryDefault=1)
    reader.ask("ENABLE_EVENTS_AND_REPORTS")
    reader.ask("ADD_ROSPEC", spec)
    reader.ask("ADD_ROSPEC", spec)
    reader.ask("ADD_ACCESSSPEC", ACCESS)
    reader.ask("GET_ACCESSSPECS")
    reader.ask("ENABLE_ROSPEC", ROSpecID=0)
    reader.run(1.0)
    reader.ask("ENABLE_ACCESSSPEC", AccessSpecID=4)
    reader.run(1.0)
    reader.ask("GET_ROSPECS")
    reader.ask("START_ROSPEC", ROSpecID=1)
    reader.ask("STOP_ROSPEC", ROSpecID=1)
    reader.ask("STOP_ROSPEC", ROSpecID=99)
    reader.ask("GET_REPORT")
    reader.ask("DISABLE_ROSPEC", ROSpecID=0)
    reader.ask("DELETE_ROSPEC", ROSpecID=0)
    reader.ask("DISABLE_ACCESSSPEC", AccessSpecID=0)
    reader.ask("DELETE_ACCESSSPEC", AccessSpecID=0)
    reader.ask("KEEPALIVE_ACK")
    reader.ask("CLOSE_CONNECTION")


FALSE_ALARMS = {
    "13 bytes decoded, but 15 bytes claimed",  # Identification: it leaves the list's count out
    "12 bytes decoded, but 14 bytes claimed",  # ImpinjRFDopplerFrequency: it does not know it
}


def test_tshark_finds_nothing_malformed_in_a_long_mixed_session(
    play: Make, a_rospec: Make, a_report_spec: Make, tmp_path: Path
) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    reader = play(vendor=Vendor.IMPINJ, rate=300.0)
    _long_session(reader, a_rospec(report=a_report_spec(3, impinj=True)))
    requests = [(True, encode(message("GET_SUPPORTED_VERSION", 9)))]
    frames = [*requests, *((False, one.frame) for one in reader.sent)]
    count = _pcap(iter(frames), tmp_path / "session.pcap")
    done = subprocess.run(
        ["tshark", "-r", str(tmp_path / "session.pcap"), "-V", "-O", "llrp"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    text = done.stdout
    assert text.count("Low Level Reader Protocol") == count
    alarms = re.findall(r"\[Expert Info \(.*?\): (.*?)\]", text)
    lengths = {re.sub(r"^Incorrect length of parameter: |\.$", "", one) for one in alarms}
    assert lengths <= FALSE_ALARMS
    assert len(alarms) == text.count("subtype: Unknown (68)") + text.count("Reader ID:")
    assert text.count("TLV Parameter: Tag Report Data") == sum(one.reads for one in reader.sent)
    told = {int(one) for one in re.findall(r"Antenna ID: (\d+)\n", text)}
    assert told >= {1, 2, 3, 4}
