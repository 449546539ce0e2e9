"""`warehouse-edge decode`: a stream of LLRP frames as JSON lines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from drivers.capture import CaptureError, CaptureReader
from drivers.llrp.decode import LLRP_PORT, Decoded, decode_stream
from drivers.llrp.decode_capture import decode_records
from edge.cli.console import NO, bad_input_told, print_json, read_bytes


def decode(
    file: Annotated[Path, typer.Argument(help="- for standard input")] = Path("-"),
    form: Annotated[
        Literal["bin", "hex", "pcap", "capture"],
        typer.Option(
            "--format",
            help="pcap finds LLRP in TCP streams on port 5084; capture is a folder of `record`",
        ),
    ] = "bin",
) -> None:
    """Print each message as a JSON line; exit 1 if one of them was malformed."""
    found = bad = False
    with bad_input_told():
        for message in _messages(file, form):
            print_json(message)
            found, bad = True, bad or "error" in message
    if form == "pcap" and not found:
        typer.echo(f"{file}: nothing was sent on TCP port {LLRP_PORT} in this capture", err=True)
    if bad:
        raise typer.Exit(NO)


def _messages(file: Path, form: Literal["bin", "hex", "pcap", "capture"]) -> Iterator[Decoded]:
    if form != "capture":
        yield from decode_stream(read_bytes(file), form)
        return
    try:
        yield from decode_records(CaptureReader(file).records())
    except CaptureError as error:
        yield {"error": str(error), "offset": 0}
