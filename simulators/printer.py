"""`warehouse-sim printer`: a label printer that speaks ZPL over TCP.

It takes formats (`^XA` to `^XZ`), tells each as a line of JSON with its texts and barcodes, and
answers `~HS` as the ZPL II Programming Guide has it. A format that came while it could not print
is kept and printed when it can, as the device does. Its state changes by lines of the standard
input: `paper-out`, `head-open`, `pause`, `offline` (it hangs up at once), `ready`.
"""

import asyncio
import contextlib
import json
import re
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

_STX, _ETX = "\x02", "\x03"
_FORMAT = re.compile(rb"\^XA.*?\^XZ", re.DOTALL)
_FIELD = re.compile(r"(\^B[A-Z0-9][^^]*)?(\^FH_?)?\^FD(.*?)\^FS", re.DOTALL)
_HEX = re.compile(rb"_([0-9A-Fa-f]{2})")
_PENDING_BYTES_MAX = 1 << 20


class PrinterState(StrEnum):
    """How it is."""

    READY = "ready"
    PAPER_OUT = "paper-out"
    HEAD_OPEN = "head-open"
    PAUSE = "pause"
    OFFLINE = "offline"


def host_status(state: PrinterState, waiting: int) -> bytes:
    """The three strings that `~HS` is answered with."""
    paper, pause = int(state is PrinterState.PAPER_OUT), int(state is PrinterState.PAUSE)
    head = int(state is PrinterState.HEAD_OPEN)
    strings = (
        f"030,{paper},{pause},1200,{waiting:03},0,0,0,000,0,0,0",
        f"000,0,{head},0,0,2,4,0,00000000,1,000",
        "1234,0",
    )
    return "".join(f"{_STX}{one}{_ETX}\r\n" for one in strings).encode()


def label_of(zpl: bytes) -> dict[str, object]:
    """The texts and barcodes of a format."""
    texts: list[str] = []
    barcodes: list[str] = []
    for kind, escaped, data in _FIELD.findall(zpl.decode(errors="replace")):
        (barcodes if kind else texts).append(_unescaped(data) if escaped else data)
    return {"texts": texts, "barcodes": barcodes}


def _unescaped(data: str) -> str:
    """A field whose signs were sent as hexadecimal."""
    plain = _HEX.sub(lambda one: bytes.fromhex(one[1].decode()), data.encode())
    return plain.decode(errors="replace")


class Printer:
    """One printer.

    Args:
        tell: called with what each printed label says.
    """

    def __init__(self, tell: Callable[[dict[str, object]], None]) -> None:
        self._tell = tell
        self._waiting: list[bytes] = []
        self._state = PrinterState.READY
        self.printed = 0

    @property
    def state(self) -> PrinterState:
        """How it is."""
        return self._state

    def become(self, state: PrinterState) -> None:
        """Another state; what waits is printed where it can be."""
        self._state = state
        self._print()

    def take(self, zpl: bytes) -> None:
        """A format has come."""
        self._waiting.append(zpl)
        self._print()

    def status(self) -> bytes:
        """The answer to `~HS`."""
        return host_status(self._state, len(self._waiting))

    def _print(self) -> None:
        while self._waiting and self._state is PrinterState.READY:
            self._tell(label_of(self._waiting.pop(0)))
            self.printed += 1

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: formats and questions in any order."""
        pending = b""
        with contextlib.suppress(ConnectionError):
            while self._state is not PrinterState.OFFLINE and (more := await reader.read(65536)):
                pending = self._understood(pending + more, writer)[-_PENDING_BYTES_MAX:]
                await writer.drain()
        writer.close()

    def _understood(self, data: bytes, writer: asyncio.StreamWriter) -> bytes:
        """What is left of the bytes when whole formats and questions are taken out."""
        while found := _FORMAT.search(data):
            asked = data[: found.start()].count(b"~HS")
            writer.write(self.status() * asked)
            self.take(found[0])
            data = data[found.end() :]
        head, format_, rest = data.partition(b"^XA")
        writer.write(self.status() * head.count(b"~HS"))
        return format_ + rest


async def _states(printer: Printer) -> None:
    """Follow the lines of the standard input until it ends."""
    lines = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await lines.readline():
        word = line.decode(errors="replace").strip()
        if word not in {one.value for one in PrinterState}:
            typer.echo(f"{word!r} is no state; say {', '.join(PrinterState)}", err=True)
            continue
        printer.become(PrinterState(word))
        typer.echo(json.dumps({"state": word}))


async def _serve(host: str, port: int, state: PrinterState) -> int:
    printer = Printer(lambda label: typer.echo(json.dumps({"label": label}, ensure_ascii=False)))
    printer.become(state)
    server = await asyncio.start_server(printer.serve, host, port)
    typer.echo(json.dumps({"printer": {"port": server.sockets[0].getsockname()[1]}}))
    async with server:
        await _states(printer)
    return printer.printed


def printer_command(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="TCP port; 0 for any that is free.")
    ] = 9100,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    state: Annotated[PrinterState, typer.Option(help="How it begins.")] = PrinterState.READY,
) -> None:
    """A ZPL label printer; ends with its standard input, whose lines change its state."""
    try:
        printed = asyncio.run(_serve(host, port, state))
    except OSError as error:
        typer.echo(f"--port {port}: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(json.dumps({"printed": printed}))
