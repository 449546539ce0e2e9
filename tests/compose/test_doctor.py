"""A gateway is looked over with real devices and files; what would stop work is named."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.daemon.broker import free_port
from tests.waiting import PATIENCE_S

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]

FLOOR = """
[[location]]
id = "A-01"
kind = "bin"
[[antenna]]
reader = "shelf-1"
port = 1
location = "A-01"
"""


def site(folder: Path, reader_port: int, more: str = "") -> Path:
    (folder / "floor.toml").write_text(FLOOR)
    config = folder / "gateway.toml"
    config.write_text(
        f'[gateway]\ndata_dir = "data"\nexceptions_file = "{ROOT}/config/exceptions.toml"\n'
        f"[mqtt]\nenabled = false\n[web]\nport = {free_port()}\n"
        f'[[reader]]\nname = "shelf-1"\nhost = "127.0.0.1"\nport = {reader_port}\n{more}'
    )
    return config


def doctor(config: Path) -> tuple[int, dict[str, dict[str, str]]]:
    done = subprocess.run(
        [BIN / "warehouse-edge", "doctor", "--config", config, "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    told = json.loads(done.stdout)
    return done.returncode, {one["about"]: one for one in told["findings"]}


@contextmanager
def simulated_reader(port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [BIN / "warehouse-sim", "reader", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.communicate()


def test_a_gateway_with_its_reader_is_fit(tmp_path: Path) -> None:
    port = free_port()
    with simulated_reader(port):
        code, found = doctor(site(tmp_path, port))

    assert code == 0, found
    assert found["reader shelf-1"]["status"] == "good"
    assert found["configuration"]["status"] == "good"
    assert {"clock", "sqlite", "locating", "disk room", "disk sync", "pages"} <= found.keys()
    assert not (tmp_path / "data").exists(), "nothing is changed"


def test_a_reader_that_is_not_there_stops_work_and_says_why(tmp_path: Path) -> None:
    code, found = doctor(site(tmp_path, free_port()))

    assert code == 1
    assert found["reader shelf-1"]["status"] == "bad"
    assert "refused" in found["reader shelf-1"]["text"].lower()


def test_what_keeps_a_gateway_from_starting_is_named_and_no_trace_printed(tmp_path: Path) -> None:
    # given: no session key, a folder for a journal, and a password that is no text
    port = free_port()
    config = site(tmp_path, port)
    config.write_text(
        config.read_text().replace(
            "enabled = false", 'username = "gw"\npassword_file = "mqtt.password"'
        )
    )
    (tmp_path / "mqtt.password").write_bytes(b"\xff\xfe")
    (tmp_path / "data" / "journal.sqlite").mkdir(parents=True)
    (tmp_path / "data" / "session.key").write_text("mine")
    (tmp_path / "data" / "session.key").chmod(0o600)

    # when
    with simulated_reader(port):
        code, found = doctor(config)

    # then
    assert code == 1
    assert {name: found[name]["status"] for name in ("session key", "journal", "broker")} == {
        "session key": "bad",
        "journal": "bad",
        "broker": "bad",
    }
    assert "is not UTF-8 text" in found["broker"]["text"]
    assert found["daemon"]["text"] == "none runs on this journal"
    assert not (tmp_path / "data" / "journal.sqlite.lock").exists(), "nothing is changed"


def test_a_wrong_station_and_a_missing_scanner_are_told_together(tmp_path: Path) -> None:
    scanner = '[[scanner]]\nname = "s"\npath = "/dev/serial/by-id/none"\nstation = "A-01"\n'
    code, found = doctor(site(tmp_path, free_port(), scanner))

    assert code == 1
    assert found["port of s"]["text"] == "/dev/serial/by-id/none is not there"
    assert "no station" in found["configuration"]["text"]
