"""`warehouse-edge decode`: a stream of LLRP frames as JSON lines."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from drivers.llrp.decode import decode_stream
from edge.cli.console import NO, bad_input_told, print_json, read_bytes


def decode(
    file: Annotated[Path, typer.Argument(help="- for standard input")] = Path("-"),
    form: Annotated[
        Literal["bin", "hex", "pcap"],
        typer.Option("--format", help="pcap finds LLRP in TCP streams on port 5084"),
    ] = "bin",
) -> None:
    """Print each message as a JSON line; exit 1 if one of them was malformed."""
    bad = False
    with bad_input_told():
        for message in decode_stream(read_bytes(file), form):
            print_json(message)
            bad = bad or "error" in message
    if bad:
        raise typer.Exit(NO)
