"""`warehouse-sim central`: the central system as a process, and the verdict on its books."""

import json
import signal
import sys
import threading
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer

from simulators.central_link import ANY, Central, CentralSettings
from simulators.central_store import CentralStore


def verdict(store: CentralStore) -> dict[str, Any]:
    """What the books say: `lost` are numbers below the highest that have not come."""
    orders, shipped = store.orders(), store.orders("shipped")
    prefixes = store.prefixes()
    return {
        "orders": len(orders),
        "shipped": len(shipped),
        "orders_shipped": len(shipped),
        "lines_shipped": sum(len(order["lines"]) for order in shipped),
        "cancelled": store.order_count("cancelled"),
        "open": store.order_count("open"),
        "lines": sum(len(order["lines"]) for order in orders),
        "pieces": sum(line["quantity"] for order in orders for line in order["lines"]),
        "events": store.stored(),
        "upto": prefixes[-1].upto if prefixes else 0,
        "epoch": prefixes[-1].epoch if prefixes else "",
        "lost": store.missing(),
        "doubled": store.doubled(),
        "redelivered": store.counter("redelivered"),
        "reordered": store.counter("reordered"),
        "gaps": store.counter("gaps"),
        "unreadable": store.counter("unreadable"),
    }


def run_central(
    settings: CentralSettings, store: CentralStore, *, progress: bool, seconds: float
) -> None:
    """Serve until told to stop, or for `seconds` where that is above 0; then print the summary."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    central = Central(settings, store)
    central.start()
    ends_s = monotonic() + seconds if seconds > 0 else float("inf")
    told_s = monotonic()
    try:
        while not stop.is_set() and monotonic() < ends_s:
            central.turn()
            if progress and monotonic() - told_s >= 1.0:
                told_s = monotonic()
                _say({"gateway_state": central.gateway_state} | verdict(store))
    finally:
        central.stop()
        _say({"gateway_state": central.gateway_state} | verdict(store))


def _say(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def central_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    broker: Annotated[str, typer.Option(help="HOST:PORT of the MQTT broker")] = "127.0.0.1:1883",
    store: Annotated[Path | None, typer.Option(help="SQLite file of the books")] = None,
    seed: Annotated[int, typer.Option(help="settles articles, stock and orders")] = 1,
    orders_per_minute: Annotated[float, typer.Option(min=0)] = 6.0,
    open_max: Annotated[int, typer.Option(min=1, help="open orders at one time")] = 20,
    orders: Annotated[int | None, typer.Option(min=0, help="send so many in all")] = None,
    prefix: Annotated[str, typer.Option(help="first level of the topics")] = "we1",
    site: Annotated[str, typer.Option(help="second level; + for any")] = ANY,
    gateway: Annotated[str, typer.Option(help="third level; + for the first seen")] = ANY,
    seconds: Annotated[float, typer.Option(min=0, help="end after so long; 0 never")] = 0.0,
    *,
    restock: Annotated[
        bool, typer.Option(help="goods arrive again where too little is left to sell")
    ] = False,
    progress: Annotated[bool, typer.Option(help="a JSON line each second")] = False,
    check: Annotated[bool, typer.Option(help="print the books' verdict and end")] = False,
) -> None:
    """Store every event once, acknowledge what is durable, send orders."""
    host, colon, port = broker.rpartition(":")
    if not colon or not port.isdigit():
        sys.stderr.write(f"--broker {broker}: write HOST:PORT\n")
        raise typer.Exit(2)
    if check and (store is None or not store.exists()):
        sys.stderr.write("--check needs --store with a file that exists\n")
        raise typer.Exit(2)
    books = CentralStore(store or ":memory:", readonly=check)
    if check:
        told = verdict(books)
        _say(told)
        raise typer.Exit(1 if told["lost"] or told["doubled"] else 0)
    settings = CentralSettings(
        (host, int(port)),
        prefix,
        site,
        gateway,
        seed,
        orders_per_minute,
        open_max,
        orders,
        restock,
    )
    run_central(settings, books, progress=progress, seconds=seconds)
    books.close()
