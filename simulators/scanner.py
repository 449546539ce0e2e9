"""`warehouse-sim scanner`: a barcode scanner on a pseudo-terminal with a stable name.

The terminal's name changes with each start, the symbolic link that the gateway opens does not.
Like the device, it sends what it reads at the line's pace, ends it with CR, and does not know
whether anybody listens: a code that nobody fetched is gone when the next one is read.
"""

import asyncio
import json
import os
import pty
import sys
import termios
import tty
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from simulators.stable_link import point, take_away

_TERMINATOR = b"\r"
_BYTES_PER_S = 960
"""9600 baud with start and stop bit."""
_BURST_BYTES = 16
"""A serial chip hands over so many at a time."""


class Scanner:
    """One scanner; use it as a context: the link goes away at the end.

    Args:
        link: path of the symbolic link; a link that is there is replaced, a file is not.

    Raises:
        FileExistsError: something that is no link stands there.
    """

    def __init__(self, link: Path) -> None:
        self._link = link
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._reading = asyncio.Lock()
        point(link, self.terminal)

    @property
    def terminal(self) -> str:
        """The terminal that the link points to."""
        return os.ttyname(self._slave)

    def close(self) -> None:
        """Take the link away and close the terminal."""
        take_away(self._link, self.terminal)
        os.close(self._slave)
        os.close(self._master)

    async def scan(self, code: str) -> bool:
        """Read a label: sends the code and CR.

        Returns:
            False where the line is full, because nobody has listened for long.
        """
        async with self._reading:
            termios.tcflush(self._slave, termios.TCIFLUSH)
            rest = code.encode() + _TERMINATOR
            while rest:
                burst, rest = rest[:_BURST_BYTES], rest[_BURST_BYTES:]
                try:
                    os.write(self._master, burst)
                except BlockingIOError:
                    return False
                await asyncio.sleep(len(burst) / _BYTES_PER_S)
            return True


async def _lines() -> AsyncIterator[str]:
    """The lines of the standard input as they come."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        yield line.decode(errors="replace").rstrip("\r\n")


async def _serve(link: Path) -> int:
    scanner = Scanner(link)
    scanned = 0
    try:
        typer.echo(json.dumps({"scanner": {"link": str(link), "terminal": scanner.terminal}}))
        async for code in _lines():
            scanned += await scanner.scan(code)
    finally:
        scanner.close()
    return scanned


def scanner_command(
    link: Annotated[Path, typer.Option(help="Symbolic link to the pseudo-terminal.")],
) -> None:
    """A scanner that reads each line of the standard input as a label."""
    try:
        scanned = asyncio.run(_serve(link))
    except OSError as error:
        typer.echo(f"--link {link}: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(json.dumps({"scanned": scanned}))
