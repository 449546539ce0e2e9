"""`warehouse-sim central`: the central system as a process, and the verdict on its books."""

import json
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer

from simulators.central_address import POSTGRESQL, open_books
from simulators.central_books import Books, BooksAwayError
from simulators.central_link import ANY, Central, CentralSettings
from simulators.central_worker import WorkerSettings
from simulators.central_workers import WorkerProcesses, run_worker

SHARE = "central"


def verdict(store: Books) -> dict[str, Any]:
    """What the books say.

    `lost` are numbers below the highest of a gateway's newest epoch that have not come,
    `abandoned` the same of the epochs before: never acknowledged, and not to come any more.
    """
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
        "gateways": len({prefix.gateway for prefix in prefixes}),
        "lost": store.missing(),
        "abandoned": store.abandoned(),
        "doubled": store.doubled(),
        "restored": store.counter("restored"),
        "redelivered": store.counter("redelivered"),
        "reordered": store.counter("reordered"),
        "gaps": store.counter("gaps"),
        "unreadable": store.counter("unreadable"),
    }


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    return stop


def run_central(
    settings: CentralSettings,
    store: Books,
    workers: WorkerProcesses | None,
    *,
    progress: bool,
    seconds: float,
) -> None:
    """Serve until told to stop, or for `seconds` where that is above 0; then print the summary."""
    stop = stop_on_signals()
    central = Central(settings, store)
    central.start()
    ends_s = monotonic() + seconds if seconds > 0 else float("inf")
    told_s = monotonic()
    try:
        while not stop.is_set() and monotonic() < ends_s:
            central.turn()
            if workers is not None:
                workers.revive()
            if progress and monotonic() - told_s >= 1.0:
                told_s = monotonic()
                _say({"gateway_state": central.gateway_state} | verdict(store))
    finally:
        central.stop()
        if workers is not None:
            workers.end()
        _say({"gateway_state": central.gateway_state} | verdict(store))


def run_one_worker(
    settings: WorkerSettings, address: str, parent: int, *, progress: bool, seconds: float
) -> None:
    """Serve as one of the workers, until told to stop or until whoever started it is gone."""
    stop = stop_on_signals()
    ends_s = monotonic() + seconds if seconds > 0 else float("inf")

    def each_second(books: Books) -> None:
        if monotonic() > ends_s or parent not in {0, os.getppid()}:
            stop.set()
        if progress:
            _say(verdict(books))

    run_worker(settings, lambda: open_books(address), stop, each_second)


_PORT_MOST = 65_535


def _say(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def central_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    broker: Annotated[str, typer.Option(help="HOST:PORT of the MQTT broker")] = "127.0.0.1:1883",
    store: Annotated[
        str | None, typer.Option(help="the books: an SQLite file or postgresql://…")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="settles articles, stock and orders")] = 1,
    orders_per_minute: Annotated[float, typer.Option(min=0)] = 6.0,
    open_max: Annotated[int, typer.Option(min=1, help="open orders at one time")] = 20,
    orders: Annotated[int | None, typer.Option(min=0, help="send so many in all")] = None,
    prefix: Annotated[str, typer.Option(help="first level of the topics")] = "we1",
    site: Annotated[str, typer.Option(help="second level; + for any")] = ANY,
    gateway: Annotated[str, typer.Option(help="third level; + for the first seen")] = ANY,
    workers: Annotated[
        int, typer.Option(min=0, help="take events with so many processes on one subscription")
    ] = 0,
    share: Annotated[
        str | None, typer.Option(help="be one worker of the shared subscription of this name")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0, help="end after so long; 0 never")] = 0.0,
    parent: Annotated[int, typer.Option(hidden=True)] = 0,
    *,
    restock: Annotated[
        bool, typer.Option(help="goods arrive again where too little is left to sell")
    ] = False,
    progress: Annotated[bool, typer.Option(help="a JSON line each second")] = False,
    check: Annotated[bool, typer.Option(help="print the books' verdict and end")] = False,
    follow: Annotated[
        bool, typer.Option(help="with --check: the verdict for each line of standard input")
    ] = False,
) -> None:
    """Store every event once, acknowledge what is durable, send orders."""
    host, colon, port = broker.rpartition(":")
    if not colon or not port.isdecimal() or not 0 < int(port) <= _PORT_MOST:
        raise _refused(f"--broker {broker}: write HOST:PORT")
    _refuse_what_contradicts(store, share, workers, check=check, follow=follow)
    address = store or ":memory:"
    try:
        if check:
            _check(address, follow=follow)
        elif share:
            worker = WorkerSettings((host, int(port)), prefix, share)
            run_one_worker(worker, address, parent, progress=progress, seconds=seconds)
        else:
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
                takes_events=workers == 0,
            )
            books = open_books(address)
            options = ["--broker", broker, "--store", address, "--prefix", prefix]
            crew = WorkerProcesses(workers, [*options, "--share", SHARE]) if workers else None
            run_central(settings, books, crew, progress=progress, seconds=seconds)
            books.close()
    except BooksAwayError as error:
        raise _refused(str(error)) from None
    except sqlite3.Error as error:
        raise _refused(f"--store {address}: {error}; name another file") from None


def _refuse_what_contradicts(
    store: str | None, share: str | None, workers: int, *, check: bool, follow: bool
) -> None:
    """Options that would do nothing, or not what was meant."""
    if store is None and (workers or share):
        raise _refused("--workers and --share need --store: they share its books")
    if workers and share:
        raise _refused("--share is one worker, --workers starts them: leave out one of them")
    if follow and not check:
        raise _refused("--follow goes on with --check: add it")


def _check(address: str, *, follow: bool) -> None:
    if not address.startswith(POSTGRESQL) and not Path(address).exists():
        raise _refused("--check needs --store with a file that exists")
    books = open_books(address, readonly=True)
    if follow:
        for _ in sys.stdin:
            _say(verdict(books))
        return
    told = verdict(books)
    _say(told)
    raise typer.Exit(1 if told["lost"] or told["doubled"] else 0)


def _refused(sentence: str) -> typer.Exit:
    sys.stderr.write(f"{sentence}\n")
    return typer.Exit(2)
