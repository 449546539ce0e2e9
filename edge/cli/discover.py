"""`warehouse-edge discover`: which readers are on the network, without any configuration."""

import threading
from dataclasses import asdict
from typing import Annotated

import typer

from edge.cli.console import NO, bad_input_told, print_json
from edge.compose.discovering import one_search


def discover(
    subnet: Annotated[
        list[str] | None,
        typer.Option(help="knock at each address of it, such as 192.0.2.0/28; may be repeated"),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=600, help="how long to wait for multicast DNS")
    ] = 3.0,
    port: Annotated[int, typer.Option(min=1, max=65535, help="LLRP's port")] = 5084,
) -> None:
    """Print every reader that is found as a JSON line; exit 1 where there is none."""
    with bad_input_told():
        search = one_search(subnet or [], seconds, port, threading.Event())
    found = 0
    for reader in search.run():
        found += 1
        scheme = "llrps" if reader.tls else "llrp"
        address = f"{scheme}://{reader.host}:{reader.port}"
        print_json({"id": reader.id, "address": address, **asdict(reader)})
    if not found:
        raise typer.Exit(NO)
