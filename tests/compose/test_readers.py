"""Readers of a configuration file and of an address become drivers with the right settings."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, EventKind
from drivers.llrp.answers import GREETINGS
from drivers.llrp.connection import CERTIFICATE_UNKNOWN
from drivers.llrp.settings import Air, InputTrigger, Select
from edge.clock import SystemClock
from edge.compose.devices import device_at
from edge.compose.noting import NotingListener
from edge.compose.readers import configured_reader
from edge.floor.inbox import Inbox
from edge.floor.listening import EVENTS_KEPT
from edge.model.inputs import IntrusionNoticed
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import load
from edge.settings.reader import Reader
from tests.drivers.fakes import Ears

PIN = 64 * "a"


def readers(folder: Path, text: str) -> tuple[Reader, ...]:
    path = folder / "gateway.toml"
    path.write_text("[[reader]]\nname = 'dock'\nhost = '192.0.2.10'\n" + text)
    return load(path).reader


def test_the_files_of_a_reader_are_taken_from_the_configuration_s_folder(tmp_path: Path) -> None:
    (reader,) = readers(tmp_path, "tls = true\nca_file = 'readers-ca.pem'")

    assert reader.ca_file == tmp_path.resolve() / "readers-ca.pem"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("certificate_sha256 = 'abc'", "certificate_sha256"),
        ("version = '2'", "version"),
        ("tsl = true", "tls"),
        ("mode = 'quick'", "mode"),
        ("power_dbm = 40", "power_dbm"),
        ("select = [{mask = 'xyz'}]", "mask"),
        ("stop_input = {port = 1}", "stop_input without start_input"),
        ("start_input = {port = 1}\nreport_every = 9\nreport_after_ms = 200", "would end"),
        ("report_after_ms = 200", "report_every"),
        ("report_every = 0", "would never report"),
        ("antennas = [1]\n[[reader.antenna]]\nport = 2", "antenna 2 has .* not in antennas"),
        ("[[reader.antenna]]\nport = 2\n[[reader.antenna]]\nport = 2", "antenna 2 .* twice"),
        ("[[reader.antenna]]\nport = 2\nhost = 'x'", "host"),
    ],
)
def test_what_no_reader_can_be_set_to_is_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(ConfigurationError, match=word):
        readers(tmp_path, text)


def test_what_an_antenna_does_otherwise_overrides_its_reader(tmp_path: Path) -> None:
    (reader,) = readers(
        tmp_path,
        """
        antennas = [1, 2, 3]
        power_dbm = 27
        mode = "dense"
        session = 2
        search = "dual"
        select = [{mask = "30AB"}]
        start_input = {port = 1, level = "low"}
        stop_input = {port = 2, timeout_ms = 5000}
        inputs = [4]
        [[reader.antenna]]
        port = 2
        power_dbm = 0
        mode = 1002
        session = 0
        select = []
        [[reader.antenna]]
        port = 3
        population = 200
        search = "single"
        select = [{bank = "tid", pointer = 0, mask = "e2", action = "exclude"}]
        """,
    )

    found = configured_reader(reader)

    assert found.air(1) == Air(27, "dense", 2, 32, "dual", (Select(1, 32, "30ab"),))
    assert found.air(2) == Air(0, 1002, 0, 32, "dual", ())
    filtered = (Select(2, 0, "e2", exclude=True),)
    assert found.air(3) == Air(27, "dense", 2, 200, "single", filtered)
    assert found.start == InputTrigger(1, high=False)
    assert found.stop == InputTrigger(2, timeout_ms=5000)
    assert found.inputs_watched == (1, 2, 4)


def test_a_reader_that_calls_is_configured_by_its_address(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text("[[reader]]\nname = 'dock'\nhost = 'dock.example'\nlisten = true")

    with pytest.raises(ConfigurationError, match=r"dock\.example"):
        load(path)


@pytest.mark.parametrize("address", ["llrp://h", "llrps://h:1234", f"llrps://h?sha256={PIN}"])
def test_an_address_of_a_reader_is_understood(address: str) -> None:
    device_at(address, (), None, Ears()).stop()


@pytest.mark.parametrize("address", ["http://h", "llrp:", "reader", "llrps:///x"])
def test_an_address_of_no_device_is_refused_with_those_that_there_are(address: str) -> None:
    with pytest.raises(ValueError, match="llrps://"):
        device_at(address, (), None, Ears())


def test_what_a_reader_lacks_is_logged_once_until_it_changes() -> None:
    listener = NotingListener(Inbox(SystemClock()), str, {})

    with capture_logs() as lines:
        for notes in (("no phase",), ("no phase",), (), ("no power",)):
            listener.device_up(DeviceUp("dock", 1, notes=notes))

    assert [line["notes"] for line in lines] == [("no phase",), ("no power",)]


def test_what_happens_to_a_reader_is_logged_and_the_latest_is_kept() -> None:
    listener = NotingListener(Inbox(SystemClock()), str, {})
    gone = EventKind.ANTENNA_DISCONNECTED
    events = [DeviceEvent("dock", at_us, gone, at_us % 4 + 1) for at_us in range(EVENTS_KEPT + 1)]

    with capture_logs() as lines:
        for event in events:
            listener.device_event(event)

    assert [(line["kind"], line["port"]) for line in lines[:2]] == [(gone, 1), (gone, 2)]
    assert list(listener.device_events) == events[1:]


@pytest.mark.parametrize(
    ("reason", "sign"),
    [
        (GREETINGS[2], "reader_shared"),
        (GREETINGS[4], "reader_shared"),
        (f"{CERTIFICATE_UNKNOWN} the pinned one; its SHA-256 is 00", "certificate_unknown"),
        ("no TCP connection: ECONNREFUSED", None),
    ],
)
def test_a_stranger_on_the_readers_wire_is_told_once(reason: str, sign: str | None) -> None:
    inbox = Inbox(SystemClock())
    listener = NotingListener(inbox, str, {})

    for at_us in (1, 2):
        listener.device_down(DeviceDown("dock", at_us, 0, reason))
        listener.device_event(DeviceEvent("dock", at_us, EventKind.EXCEPTION, 0, reason))

    noticed = [one.input for one in inbox.take(0).entries]
    signs = [one.sign for one in noticed if isinstance(one, IntrusionNoticed)]
    assert signs == ([sign] if sign else [])
