"""The simulated scanner as a serial port: stable name, CR at the end, the line's pace."""

import asyncio
import os
import subprocess
import sys
import termios
import time
import tty
from pathlib import Path

import pytest
import serial

from simulators.scanner import Scanner
from tests.waiting import PATIENCE_S, ended


def read_line(port: serial.Serial) -> bytes:
    return port.read_until(b"\r")


def test_a_label_arrives_with_cr_at_the_lines_pace(tmp_path: Path) -> None:
    async def scan() -> tuple[bytes, float]:
        scanner = Scanner(tmp_path / "scan")
        with serial.Serial(str(tmp_path / "scan"), 9600, timeout=PATIENCE_S) as port:
            began = time.monotonic()
            reading = asyncio.to_thread(read_line, port)
            line, sent = await asyncio.gather(reading, scanner.scan("T0001-" + "x" * 90))
            took = time.monotonic() - began
        scanner.close()
        assert sent
        return line, took

    line, took = asyncio.run(scan())

    assert line == b"T0001-" + b"x" * 90 + b"\r"
    assert took >= 97 / 960 * 0.9


def test_the_port_can_be_closed_and_opened_again(tmp_path: Path) -> None:
    async def scan_twice() -> list[bytes]:
        scanner = Scanner(tmp_path / "scan")
        lines = []
        for code in ("A", "B"):
            with serial.Serial(str(tmp_path / "scan"), 9600, timeout=PATIENCE_S) as port:
                reading = asyncio.to_thread(read_line, port)
                lines.append((await asyncio.gather(reading, scanner.scan(code)))[0])
        scanner.close()
        return lines

    assert asyncio.run(scan_twice()) == [b"A\r", b"B\r"]


def unheard(link: Path, forgotten_s: float) -> bytes:
    """What is in the port after twenty labels that nobody has fetched."""

    async def scan() -> bytes:
        scanner = Scanner(link, forgotten_s)
        for number in range(20):
            assert await scanner.scan(f"unheard-{number}")
        fetched = os.open(link, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(fetched, termios.TCSANOW)
        said = os.read(fetched, 1000)
        os.close(fetched)
        scanner.close()
        return said

    return asyncio.run(scan())


def test_what_nobody_fetched_in_time_is_gone_when_the_next_label_is_read(tmp_path: Path) -> None:
    """A late code must not open the wrong tote."""
    assert unheard(tmp_path / "scan", forgotten_s=0.0) == b"unheard-19\r"


def test_a_host_that_is_late_by_less_gets_every_label(tmp_path: Path) -> None:
    said = unheard(tmp_path / "scan", forgotten_s=PATIENCE_S)
    assert said == b"".join(b"unheard-%d\r" % number for number in range(20))


def test_the_link_is_replaced_at_a_start_and_gone_at_the_end(tmp_path: Path) -> None:
    link = tmp_path / "dev" / "scan"
    link.parent.mkdir()
    link.symlink_to("/dev/null")

    async def start_and_end() -> str:
        scanner = Scanner(link)
        terminal = scanner.terminal
        assert str(link.readlink()) == terminal
        scanner.close()
        return terminal

    assert asyncio.run(start_and_end()).startswith("/dev/pts/")
    assert not link.is_symlink()


def test_a_file_in_the_way_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "scan").write_text("precious")

    async def start() -> None:
        Scanner(tmp_path / "scan")

    with pytest.raises(FileExistsError):
        asyncio.run(start())
    assert (tmp_path / "scan").read_text() == "precious"


def test_the_command_reads_lines_as_labels(tmp_path: Path) -> None:
    link = tmp_path / "scan"
    running = subprocess.Popen(
        [sys.executable, "-m", "simulators", "scanner", "--link", str(link)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    assert "scanner" in running.stdout.readline()
    with serial.Serial(str(link), 9600, timeout=PATIENCE_S) as port:
        running.stdin.write("9521234010005\n")
        running.stdin.flush()
        line = read_line(port)
        out, _ = ended(running)
    assert line == b"9521234010005\r"
    assert out == '{"scanned": 1}\n'
    assert not link.is_symlink()
