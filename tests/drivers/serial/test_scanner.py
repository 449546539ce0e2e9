"""A scanner on a pseudo-terminal: scanned, pulled, plugged in again."""

import os
import select
import socket
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from drivers.driver import Scan
from drivers.serial.port import PortSettings, open_exclusively
from drivers.serial.scanner import Scanner, ScannerSettings
from tests.drivers.fakes import Ears, HostClock, Told, downs, ups
from tests.waiting import PATIENCE_S


class Plug:
    """A scanner's cable: a pseudo-terminal behind a stable name."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._ours = -1
        self._theirs = -1

    def plug_in(self) -> None:
        """A new device under the same stable name, as after a re-plug."""
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        name = os.ttyname(self._theirs)
        beside = self._link.with_suffix(".new")
        beside.symlink_to(name)
        beside.replace(self._link)

    def pull(self) -> None:
        """The device is gone, its name too."""
        self._link.unlink()
        os.close(self._ours)
        os.close(self._theirs)
        self._ours = self._theirs = -1

    def type(self, text: bytes) -> None:
        """What the scanner sends."""
        os.write(self._ours, text)

    def type_if_fetched(self, text: bytes, within_s: float) -> None:
        """Send as far as somebody fetches it; the rest is lost, as on a wire."""
        os.set_blocking(self._ours, False)
        while text and select.select([], [self._ours], [], within_s)[1]:
            text = text[os.write(self._ours, text) :]

    def close(self) -> None:
        """Let go of what is open."""
        for one in (self._ours, self._theirs):
            if one >= 0:
                os.close(one)


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    made = Plug(tmp_path / "scanner")
    yield made
    made.close()


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[tuple[Scanner, Ears]]:
    ears = Ears()
    settings = ScannerSettings("bench", str(tmp_path / "scanner"))
    made = Scanner(settings, ears, HostClock(), np.random.default_rng(3))
    yield made, ears
    made.stop()
    assert not made.alive


def texts(heard: list[Told]) -> list[str]:
    return [one.text for one in heard if isinstance(one, Scan)]


def scanned(*codes: str) -> Callable[[list[Told]], bool]:
    return lambda heard: set(codes) <= set(texts(heard))


def test_a_scan_is_told_with_its_time(plug: Plug, scanner: tuple[Scanner, Ears]) -> None:
    plug.plug_in()
    driver, ears = scanner
    driver.start()
    ears.wait_up()

    plug.type(b"]C101095060001343\r\n")
    heard = ears.wait("the scan", scanned("]C101095060001343"))

    (scan,) = [one for one in heard if isinstance(one, Scan)]
    assert scan.device == "bench"
    assert abs(scan.scanned_us - time.time_ns() // 1000) < PATIENCE_S * 1e6


def test_a_code_without_terminator_comes_within_a_moment(
    plug: Plug, scanner: tuple[Scanner, Ears]
) -> None:
    plug.plug_in()
    driver, ears = scanner
    driver.start()
    ears.wait_up()

    plug.type(b"TOTE-17")

    ears.wait("the scan", scanned("TOTE-17"))


def test_a_pulled_scanner_is_told_once_and_its_half_line_is_thrown_away(
    plug: Plug, scanner: tuple[Scanner, Ears]
) -> None:
    plug.plug_in()
    driver, ears = scanner
    driver.start()
    ears.wait_up()
    plug.type(b"A-01\r")
    ears.wait("the scan", scanned("A-01"))
    plug.type(b"4006381")
    plug.pull()
    down = ears.wait_down()

    plug.plug_in()
    ears.wait_up(times=2)
    plug.type(b"333931\r")
    heard = ears.wait("the scan after it", scanned("333931"))

    assert down.silent_since_us > 0
    assert len(downs(heard)) == 1
    assert "4006381333931" not in texts(heard)
    assert driver.counters.bounced == 0


def test_a_scanner_that_is_not_there_is_told_once(scanner: tuple[Scanner, Ears]) -> None:
    driver, ears = scanner

    driver.start()
    down = ears.wait_down()
    ears.listen(1.5)

    assert len(downs(ears.heard)) == 1
    assert "No such file" in down.reason
    assert down.silent_since_us == 0
    assert ups(ears.heard) == []


def test_no_second_program_opens_the_port(
    plug: Plug, tmp_path: Path, scanner: tuple[Scanner, Ears]
) -> None:
    plug.plug_in()
    driver, ears = scanner
    driver.start()
    ears.wait_up()

    with pytest.raises(OSError, match="exclusively lock"):
        open_exclusively(PortSettings(str(tmp_path / "scanner")))


def test_a_serial_server_that_lost_its_power_is_asked_for_within_ten_seconds() -> None:
    """A scanner says nothing for hours; a line that is dead must not look the same."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = open_exclusively(PortSettings(f"socket://127.0.0.1:{listening.getsockname()[1]}"))
        line = port._socket
        idle_s, every_s, times = (
            line.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        asks = line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        port.close()

    assert asks
    assert idle_s + every_s * times <= 10


def test_a_held_port_is_told_with_the_reason(plug: Plug, tmp_path: Path) -> None:
    plug.plug_in()
    holder = open_exclusively(PortSettings(str(tmp_path / "scanner")))
    ears = Ears()
    settings = ScannerSettings("bench", str(tmp_path / "scanner"))
    driver = Scanner(settings, ears, HostClock(), np.random.default_rng(3))
    driver.start()
    try:
        assert "another program holds it" in ears.wait_down().reason
        holder.close()
        ears.wait_up()
    finally:
        driver.stop()
