"""An adapter is found by its numbers or by its place, however often its name changes."""

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from drivers.backoff import Backoff
from drivers.serial.port import PortSettings, SerialPort, open_exclusively
from drivers.serial.port_faults import reason_of
from drivers.serial.usb_ports import NotPluggedInError, UsbPort, device_of, plugged_in
from tests.drivers.serial.port_users import Noting

SCANNER = UsbPort("/dev/ttyACM0", 0x05E0, 0x1701, "S2201", "1-1.2")
ADAPTER = UsbPort("/dev/ttyUSB0", 0x0403, 0x6001, "A50285BI", "1-1.3")
TWIN = UsbPort("/dev/ttyUSB1", 0x1A86, 0x7523, "", "1-1.4")
TWINS_TWIN = UsbPort("/dev/ttyUSB2", 0x1A86, 0x7523, "", "1-1.5")
TWO_PORTS = (
    UsbPort("/dev/ttyUSB3", 0x0403, 0x6010, "FT1", "2-1:1.0"),
    UsbPort("/dev/ttyUSB4", 0x0403, 0x6010, "FT1", "2-1:1.1"),
)
ALL = (TWINS_TWIN, *TWO_PORTS, TWIN, ADAPTER, SCANNER)


@pytest.mark.parametrize(
    ("address", "device"),
    [
        ("usb:05e0:1701", "/dev/ttyACM0"),
        ("usb:05E0:1701:S2201", "/dev/ttyACM0"),
        ("usb:0403:6001:A50285BI", "/dev/ttyUSB0"),
        ("usb-path:1-1.4", "/dev/ttyUSB1"),
        ("usb-path:1-1.5", "/dev/ttyUSB2"),
        ("usb-path:2-1:1.1", "/dev/ttyUSB4"),
        ("/dev/serial/by-id/usb-x", "/dev/serial/by-id/usb-x"),
        ("socket://192.0.2.1:4001", "socket://192.0.2.1:4001"),
    ],
)
def test_an_address_finds_its_device(address: str, device: str) -> None:
    assert device_of(address, lambda: ALL) == device


def test_an_adapter_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(NotPluggedInError) as caught:
        device_of("usb:0403:6001:OTHER", lambda: (ADAPTER, TWIN))

    told = reason_of("usb:0403:6001:OTHER", caught.value)
    assert told.startswith("usb:0403:6001:OTHER: not plugged in; plugged in: ")
    assert "usb:0403:6001:A50285BI (/dev/ttyUSB0), usb-path:1-1.4 (/dev/ttyUSB1)" in told


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("usb:1a86:7523", "usb-path:1-1.4, usb-path:1-1.5"),
        ("usb:0403:6010:FT1", "usb-path:2-1:1.0, usb-path:2-1:1.1"),
        ("usb-path:2-1", "usb-path:2-1:1.0, usb-path:2-1:1.1"),
    ],
)
def test_two_adapters_that_fit_are_never_guessed_between(address: str, places: str) -> None:
    with pytest.raises(ValueError, match="2 ports fit") as caught:
        device_of(address, lambda: ALL)

    assert places in str(caught.value)


@pytest.mark.parametrize(
    "address", ["usb:", "usb:5e0:1701", "usb:05e0", "usb-path:x", "usb-path:1"]
)
def test_an_address_that_is_none_is_told_how_to_be_written(address: str) -> None:
    with pytest.raises(ValueError, match="write usb:VID:PID"):
        device_of(address, lambda: ALL)


def test_what_this_machine_has_plugged_in_has_addresses_that_find_it() -> None:
    """Most machines that run tests have none; then there is nothing to find."""
    for port in plugged_in():
        assert device_of(f"usb-path:{port.place}") == port.device


class Hub:
    """A hub with one adapter, whose terminal has a new name after each plugging."""

    def __init__(self) -> None:
        self._ends = (-1, -1)

    def plug_in(self) -> None:
        self._ends = os.openpty()
        tty.setraw(self._ends[1])

    def pull(self) -> None:
        for end in self._ends:
            if end >= 0:
                os.close(end)
        self._ends = (-1, -1)

    def type(self, text: bytes) -> None:
        os.write(self._ends[0], text)

    def ports(self) -> list[UsbPort]:
        if self._ends[1] < 0:
            return []
        return [UsbPort(os.ttyname(self._ends[1]), 0x0403, 0x6001, "A1", "1-1")]


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    yield made
    made.pull()


def test_an_adapter_that_comes_back_under_another_name_is_read_again(hub: Hub) -> None:
    """Another program has taken its old name meanwhile."""
    user = Noting()
    port = SerialPort(
        PortSettings("usb:0403:6001:A1"),
        user,
        Backoff(np.random.default_rng(1), first_us=250_000),
        lambda settings: open_exclusively(settings, hub.ports),
    )
    hub.plug_in()
    port.start()
    try:
        user.wait("opened", 1)
        hub.type(b"half a co")
        user.wait("received", 1)
        hub.pull()
        user.wait("lost", 1)
        other = os.openpty()
        hub.plug_in()
        user.wait("opened", 2)
        hub.type(b"A-01\r")
        user.wait("received", 2)
    finally:
        port.stop()
    for end in other:
        os.close(end)

    assert b"".join(user.data).endswith(b"A-01\r")


def process(folder: Path, number: int, name: str) -> None:
    (folder / str(number) / "fd").mkdir(parents=True)
    (folder / str(number) / "comm").write_text(f"{name}\n")


def test_a_braille_driver_that_takes_adapters_away_is_named(tmp_path: Path) -> None:
    process(tmp_path, 7, "brltty")

    told = reason_of("usb:1a86:7523", NotPluggedInError("not plugged in"), processes=tmp_path)

    assert "systemctl mask" in told


def test_a_modem_manager_that_may_hold_the_port_is_named(tmp_path: Path) -> None:
    process(tmp_path, 7, "ModemManager")
    held = OSError(11, "Could not exclusively lock port")

    told = reason_of("/dev/ttyACM0", held, processes=tmp_path)

    assert "ModemManager runs here" in told
    assert "60-warehouse-edge.rules" in told
