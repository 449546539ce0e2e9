"""`warehouse-sim scanner`: a barcode scanner on a pseudo-terminal with a stable name.

The terminal's name changes with each start, the symbolic link that the gateway opens does not.
Like the device, it sends what it reads at the line's pace, ends it with CR, and does not know
whether anybody listens: a code that nobody has fetched for a second is gone when the next one is
read, while a host that is late gets all. With SSI it knows: it repeats each packet until it is
acknowledged.
"""

import asyncio
import json
import os
import pty
import sys
import termios
import tty
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from typing_extensions import override

from simulators import ssi
from simulators.stable_link import point, take_away

_TERMINATOR = b"\r"
_BYTES_PER_S = 960
"""9600 baud with start and stop bit."""
_BURST_BYTES = 16
"""A serial chip hands over so many at a time."""
_FORGOTTEN_S = 1.0
"""Who listens has fetched a code by then, however busy the host is."""


class ScannerProtocol(StrEnum):
    """How it sends what it reads."""

    LINE = "line"
    SSI = "ssi"


class SsiFault(StrEnum):
    """What the line does to packets."""

    LOST_ANSWER = "lost-answer"
    SPOILT = "spoilt"


class Scanner:
    """One scanner; use it as a context: the link goes away at the end.

    Args:
        link: path of the symbolic link; a link that is there is replaced, a file is not.
        forgotten_s: so long after the last code what nobody has fetched is gone.

    Raises:
        FileExistsError: something that is no link stands there.
    """

    def __init__(self, link: Path, forgotten_s: float = _FORGOTTEN_S) -> None:
        self._link = link
        self._forgotten_s = forgotten_s
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._reading = asyncio.Lock()
        self._sent_at_s = 0.0
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
            now_s = asyncio.get_running_loop().time
            if now_s() - self._sent_at_s > self._forgotten_s:
                termios.tcflush(self._slave, termios.TCIFLUSH)
            try:
                return await self._told(code)
            finally:
                self._sent_at_s = now_s()

    async def _told(self, code: str) -> bool:
        return await self._sent(code.encode() + _TERMINATOR)

    async def _sent(self, rest: bytes) -> bool:
        while rest:
            burst, rest = rest[:_BURST_BYTES], rest[_BURST_BYTES:]
            try:
                os.write(self._master, burst)
            except BlockingIOError:
                return False
            await asyncio.sleep(len(burst) / _BYTES_PER_S)
        return True

    async def _heard(self, within_s: float) -> bytes:
        """What the host said; empty where it said nothing."""
        loop = asyncio.get_running_loop()
        something = asyncio.Event()
        loop.add_reader(self._master, something.set)
        try:
            await asyncio.wait_for(something.wait(), within_s)
            return os.read(self._master, 4096)
        except TimeoutError:
            return b""
        finally:
            loop.remove_reader(self._master)


class SsiScanner(Scanner):
    """A scanner that speaks in packets.

    Args:
        link: as of a `Scanner`.
        faults: each strikes the first sending of each packet.
    """

    def __init__(self, link: Path, faults: frozenset[SsiFault] = frozenset()) -> None:
        super().__init__(link)
        self._faults = faults

    @override
    async def _told(self, code: str) -> bool:
        contents = ssi.packets_of(code)
        for number, content in enumerate(contents, 1):
            if not await self._taken(content, more=number < len(contents)):
                return False
        return True

    async def _taken(self, content: bytes, *, more: bool) -> bool:
        """Whether the host took a packet, at last."""
        for number in range(ssi.TRIES):
            packet = ssi.decoded(content, again=number > 0, more=more)
            if number == 0 and SsiFault.SPOILT in self._faults:
                packet = packet[:5] + bytes((packet[5] ^ 1,)) + packet[6:]
            await self._sent(packet)
            taken = await self._answered()
            if taken and not (number == 0 and SsiFault.LOST_ANSWER in self._faults):
                return True
        return False

    async def _answered(self) -> bool:
        """Whether the host took the packet; False where it wants it again or says nothing."""
        while data := await self._heard(ssi.ANSWER_S):
            for opcode in ssi.orders_in(data):
                if opcode in {ssi.TAKEN, ssi.NOT_TAKEN}:
                    return opcode == ssi.TAKEN
        return False


async def _lines() -> AsyncIterator[str]:
    """The lines of the standard input as they come."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        yield line.decode(errors="replace").rstrip("\r\n")


async def _serve(scanner: Scanner, link: Path) -> int:
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
    protocol: Annotated[
        ScannerProtocol, typer.Option(help="Lines, or Zebra's packets.")
    ] = ScannerProtocol.LINE,
    fault: Annotated[
        list[SsiFault] | None, typer.Option(help="What the line does to packets.")
    ] = None,
) -> None:
    """A scanner that reads each line of the standard input as a label."""
    if fault and protocol is not ScannerProtocol.SSI:
        raise typer.BadParameter(
            "only packets are repeated: add --protocol ssi", param_hint="--fault"
        )
    try:
        packets = protocol is ScannerProtocol.SSI
        scanner = SsiScanner(link, frozenset(fault or ())) if packets else Scanner(link)
        scanned = asyncio.run(_serve(scanner, link))
    except OSError as error:
        typer.echo(f"--link {link}: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(json.dumps({"scanned": scanned}))
