"""Why a port is not there: one sentence that says how to mend it."""

import errno
import os
from pathlib import Path

import pytest
import serial

from drivers.serial.port import PortSettings, open_exclusively
from drivers.serial.port_faults import holders, reason_of


def process(folder: Path, number: int, name: str, opened: str) -> None:
    """A process as the kernel shows it."""
    (folder / str(number) / "fd").mkdir(parents=True)
    (folder / str(number) / "comm").write_text(f"{name}\n")
    (folder / str(number) / "fd" / "3").symlink_to(opened)


def test_the_programs_that_hold_a_device_are_named_through_its_stable_name(tmp_path: Path) -> None:
    device, link = tmp_path / "ttyUSB0", tmp_path / "by-id"
    device.touch()
    link.symlink_to(device)
    process(tmp_path / "proc", 71, "ModemManager", str(device))
    process(tmp_path / "proc", 72, "bash", "/dev/null")
    (tmp_path / "proc" / "73").mkdir()

    assert holders(str(link), tmp_path / "proc") == ["ModemManager (process 71)"]


def test_this_program_itself_is_seen_to_hold_what_it_has_open(tmp_path: Path) -> None:
    file = tmp_path / "port"
    with file.open("w"):
        named = holders(str(file))

    assert any(f"(process {os.getpid()})" in one for one in named)


def test_a_port_that_may_not_be_opened_is_told_with_its_group(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch()
    if os.getuid() == 0:
        os.chown(port, -1, 20)  # dialout on Debian

    told = reason_of(str(port), serial.SerialException(errno.EACCES, "Permission denied"))

    assert "may not open it" in told
    assert "usermod -aG" in told or "60-warehouse-edge.rules" in told


@pytest.mark.skipif(not Path("/etc/passwd").exists(), reason="needs a file of the group root")
def test_a_device_of_the_group_root_needs_the_rules() -> None:
    told = reason_of("/etc/passwd", PermissionError(errno.EACCES, "Permission denied"))

    assert "60-warehouse-edge.rules" in told
    assert "dialout" in told


def test_a_passing_name_is_told_to_be_one() -> None:
    told = reason_of("/dev/ttyUSB7", FileNotFoundError(errno.ENOENT, "No such file"))

    assert "changes with each plugging; use /dev/serial/by-id" in told


def test_what_is_plugged_in_instead_is_named(tmp_path: Path) -> None:
    (tmp_path / "usb-FTDI-if00").touch()
    gone = FileNotFoundError(errno.ENOENT, "No such file")

    told = reason_of("/dev/serial/by-id/usb-gone", gone, tmp_path)

    assert f"not plugged in; plugged in are {tmp_path}/usb-FTDI-if00" in told


def test_a_serial_server_that_is_away_is_told_as_such() -> None:
    told = reason_of("socket://192.0.2.1:4001", serial.SerialException("timed out"))

    assert "serial server's address" in told


def test_what_is_no_serial_port_is_told_as_such() -> None:
    settings = PortSettings("/dev/null")
    with pytest.raises(serial.SerialException) as fault:
        open_exclusively(settings)

    assert "/dev/null: is no serial port; name one" in reason_of("/dev/null", fault.value)


@pytest.mark.parametrize("path", ["loop://", "spy:///dev/ttyUSB0", "hwgrep://USB"])
def test_other_kinds_of_addresses_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="socket://HOST:PORT"):
        open_exclusively(PortSettings(path))
