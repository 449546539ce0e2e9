"""`warehouse-edge top`: the gateway at a glance, in a terminal, once a second."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Annotated, cast

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from edge.cli.console import bad_input_told, harmless, print_json
from edge.cli.gate import Gate, Row, own_gate
from edge.settings.gateway import load

TOKEN_VARIABLE = "WAREHOUSE_EDGE_TOKEN"  # noqa: S105 - the variable's name
_NEVER = Event()
"""Only Ctrl-C ends the wait for the next look."""


def top(
    config: Annotated[
        Path | None, typer.Option(help="the gateway's TOML file, on the gateway itself")
    ] = None,
    *,
    url: Annotated[
        str | None,
        typer.Option(
            help=f"a gateway elsewhere, https://HOST:PORT; its token comes in {TOKEN_VARIABLE}"
        ),
    ] = None,
    every: Annotated[float, typer.Option(min=0.2, max=3600, help="seconds between looks")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="look once and end")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="a JSON object a look instead of tables")
    ] = False,
) -> None:
    """Watch readers, rates, queue and pickers until Ctrl-C.

    On the gateway: `warehouse-edge top --config /etc/warehouse-edge/gateway.toml`, as a user who
    may read its session key. From elsewhere: `--url`, with a service token of the scopes look and
    ready.
    """
    with bad_input_told():
        gate = _gate(config, url)
        with suppress(KeyboardInterrupt):
            (_print_looks if as_json else _show_looks)(gate, every, once=once)


def _gate(config: Path | None, url: str | None) -> Gate:
    if url is not None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url}: write https://HOST:PORT")
        token = os.environ.get(TOKEN_VARIABLE)
        if not token:
            raise ValueError(f"set {TOKEN_VARIABLE} to a service token of {url}")
        if not token.isascii() or not token.isprintable():
            raise ValueError(
                f"{TOKEN_VARIABLE} cannot be sent: take a token of ASCII letters and digits"
            )
        return Gate(url.rstrip("/"), token)
    return own_gate(load(config or Path("gateway.toml")))


def _print_looks(gate: Gate, every_s: float, *, once: bool) -> None:
    while True:
        print_json(gate.look())
        if once:
            return
        _NEVER.wait(every_s)


def _show_looks(gate: Gate, every_s: float, *, once: bool) -> None:
    console = Console()
    shown = _screen(gate.url, gate.look())
    if once:
        console.print(shown)
        return
    with Live(shown, console=console, screen=True, auto_refresh=False) as live:
        while True:
            _NEVER.wait(every_s)
            live.update(_screen_or_why(gate), refresh=True)


def _screen_or_why(gate: Gate) -> Group | Text:
    """The screen; while the gateway does not answer, why not: it may come back."""
    try:
        return _screen(gate.url, gate.look())
    except ValueError as error:
        return Text(str(error), style="bold red")


def _screen(url: str, look: Row) -> Group:
    shown = cast("Row", harmless(look))
    ready, board, radio = (cast("Row", shown[name]) for name in ("ready", "board", "radio"))
    return Group(
        _head(url, ready, board),
        _antennas(_rows(radio, "antennas")),
        _pickers(board),
        _alerts(_rows(board, "alerts")),
    )


def _rows(of: Row, name: str) -> list[Row]:
    return cast("list[Row]", of.get(name, []))


def _head(url: str, ready: Row, board: Row) -> Group:
    word = (
        Text(" READY ", "black on green")
        if ready["ready"]
        else Text(" NOT READY ", "white on red")
    )
    link = "connected" if ready["connected"] else "not connected"
    free_gib = cast("float", ready["disk_free_bytes"]) / 2**30
    orders = cast("Mapping[str, int]", board["orders"])
    return Group(
        Text.assemble(word, f"  {url}   broker {link}"),
        Text(
            f"queue {ready['backlog']} facts, oldest {_figure(ready['oldest_unsent_s'])} s"
            f"   readers {ready['readers_up']} up, {ready['readers_down']} down"
            f"   reads {ready['reads_total']}, folded {ready['reads_folded']}"
            f"   loop {cast('float', ready['loop_lag_ms']):.0f} ms   disk {free_gib:.1f} GiB free"
        ),
        Text("orders " + ", ".join(f"{count} {name}" for name, count in orders.items() if count)),
    )


def _antennas(rows: list[Row]) -> Table:
    table = Table("reader", "antenna", "place", "reads/s", "usual", "dBm", "state", box=None)
    for one in rows:
        state = str(one["state"])
        table.add_row(
            str(one["reader"]),
            str(one["port"]),
            str(one["location"]),
            _figure(one["reads_per_s"]),
            _figure(one["usual_reads_per_s"]),
            _figure(one["rssi_dbm"]),
            Text(state, "green" if state == "good" else "yellow"),
        )
    return table


def _figure(value: object) -> str:
    return "-" if value is None else f"{cast('float', value):.1f}"


def _pickers(board: Row) -> Table:
    table = Table("picker", "items", "items/min", box=None)
    for one in _rows(board, "pickers"):
        table.add_row(escape(str(one["name"])), str(one["items"]), str(one["items_per_minute"]))
    table.add_row("all", str(board["items_picked"]), str(board["items_per_minute"]), style="bold")
    return table


def _alerts(rows: list[Row]) -> Table:
    table = Table("", "alert", "what", box=None)
    for one in rows:
        sign = Text("✗", "red") if one["severity"] == "critical" else Text("!", "yellow")
        table.add_row(sign, str(one["code"]), escape(str(one["text"])))
    return table
