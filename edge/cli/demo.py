"""`warehouse-edge demo`: the whole product on a simulated warehouse, as child processes.

Broker, central system, readers, scanner and people are simulated or private; the daemon is the
real one. What dies is started again, as systemd would. Ctrl-C ends all; a second start in the same
folder finds its data again.
"""

import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import SECONDS_MAX, fail, print_json
from edge.cli.demo_site import Site, children, prepare
from edge.compose.books import journal_counts
from edge.daemon.children import Child, program

ORDERS_PER_MINUTE = 10.0
OPEN_MAX = 24
START_S_MAX = 180.0
DRAIN_S_MAX = 8.0
BEAT_S = 1.0
LOG_S = 60.0
"""So often a line is written where nobody watches it in a terminal."""
PER_MINUTE = 60.0


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="of the pages")] = 8080,
    seed: Annotated[int, typer.Option(min=0, help="settles goods, orders and people")] = 1,
    speed: Annotated[
        float, typer.Option(min=0.1, max=100, help="people and orders so many times faster")
    ] = 1.0,
    seconds: Annotated[
        float,
        typer.Option(
            min=0, max=SECONDS_MAX, help="end by itself after so long and print a JSON summary"
        ),
    ] = 0.0,
    data: Annotated[
        Path | None, typer.Option(help="folder to live in; default build/demo, or a scratch one")
    ] = None,
) -> None:
    """Run the whole product on a simulated warehouse, until Ctrl-C."""
    if data is None and seconds:
        with tempfile.TemporaryDirectory(prefix="warehouse-edge-demo-") as scratch:
            _run(prepare(Path(scratch), seed=seed, speed=speed, web_port=port), seconds)
        return
    folder = (data or Path("build/demo")).resolve()
    _run(prepare(folder, seed=seed, speed=speed, web_port=port), seconds)


def _run(site: Site, seconds: float) -> None:
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    _catalogue(site)
    parts = children(site, orders_per_minute=ORDERS_PER_MINUTE * site.speed, open_max=OPEN_MAX)
    before = _books(site)
    try:
        for part in parts:
            part.start()
        if not _await_pages(parts, ending):
            if not ending.is_set():
                raise fail(f"the demo did not start; its logs are in {site.folder / 'logs'}")
            return
        _announce(site)
        _watch(parts, ending, seconds)
        if seconds:
            _drain(site, parts, ending)
    finally:
        _end(parts)
    if seconds:
        print_json(_summary(site, before, seconds))


def _catalogue(site: Site) -> None:
    subprocess.run(  # noqa: S603 - our own program
        [
            *(program("warehouse-sim"), "catalogue", "--seed", str(site.seed)),
            *("--floor-out", str(site.folder / "floor.toml")),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _await_pages(parts: list[Child], ending: threading.Event) -> bool:
    """Wait until the daemon says that it is ready; false if it will not be."""
    daemon = next(part for part in parts if part.name == "daemon")
    waited_s = 0.0
    while waited_s < START_S_MAX and not ending.is_set():
        said = daemon.hear(0.5)
        if said is not None and said.get("ready"):
            return True
        if not daemon.is_running:
            return False
        waited_s += 0.5
    return False


_PAGES = (
    ("/floor", "live map, search, and why"),
    ("/board", "rates, cut-offs and backlog"),
    ("/pick", "a picker's handheld"),
    ("/cart", "a cart's tablet"),
    ("/wall", "put wall"),
    ("/pack", "pack station"),
    ("/dispatch", "what has to leave, by carrier"),
    ("/returns", "returns station"),
    ("/counts", "counting a place"),
    ("/find", "tag finder"),
    ("/orders", "orders under review"),
    ("/setup", "readers, calibration, backups"),
)


def _announce(site: Site) -> None:
    typer.echo(f"\nwarehouse-edge is at work on a simulated warehouse (seed {site.seed}).\n")
    for path, what in _PAGES:
        typer.echo(f"  {site.url}{path:<9}  {what}")
    typer.echo("\nSign in as (badge / PIN):")
    for one in site.logins:
        typer.echo(f"  {one.badge} / {one.pin}   {one.name}, {one.role}")
    if site.broker is None:
        typer.echo(
            "\nmosquitto is not installed: events wait in the journal and no orders come.\n"
            "Install it:  sudo apt-get install -y mosquitto"
        )
    typer.echo(f"\nLogs and data: {site.folder}. Ctrl-C ends.\n")


def _watch(parts: list[Child], ending: threading.Event, seconds: float) -> None:
    central = next((part for part in parts if part.name == "central"), None)
    told: Mapping[str, object] = {}
    watched_s, is_terminal = 0.0, sys.stdout.isatty()
    while not ending.wait(BEAT_S):
        watched_s += BEAT_S
        for part in parts:
            if part.revive():
                typer.echo(f"\n{part.name} had died and was started again")
        told = (central.newest() if central else None) or told
        if is_terminal:
            typer.echo(f"\r{_line(watched_s, told)}", nl=False)
        elif watched_s % LOG_S < BEAT_S:
            typer.echo(_line(watched_s, told).rstrip())
        if seconds and watched_s >= seconds:
            break
    if is_terminal:
        typer.echo("")


def _line(watched_s: float, told: Mapping[str, object]) -> str:
    words = [f"{watched_s:5.0f} s"]
    words += [
        f"{told[key]} {word}"
        for key, word in (
            ("orders", "orders in"),
            ("shipped", "shipped"),
            ("pieces", "pieces ordered"),
            ("events", "events stored"),
        )
        if key in told
    ]
    return " · ".join(words).ljust(78)


def _drain(site: Site, parts: list[Child], ending: threading.Event) -> None:
    """Let people stop and the last events arrive."""
    next(part for part in parts if part.name == "warehouse").end()
    waited_s = 0.0
    while waited_s < DRAIN_S_MAX and site.broker is not None and not ending.is_set():
        counts = journal_counts(site.data_dir)
        if counts.acknowledged >= counts.last_seq:
            break
        ending.wait(0.2)
        waited_s += 0.2


def _end(parts: list[Child]) -> None:
    """End people first, then the daemon, the central system and the broker."""
    order = {"warehouse": 0, "daemon": 1, "central": 2, "broker": 3}
    ordered = sorted(parts, key=lambda part: order[part.name])
    for part in ordered[:-1]:
        part.ask_to_end()
    for part in ordered:
        part.end()


def _books(site: Site) -> Mapping[str, int]:
    """What the central system's books and the simulated truth say, as whole numbers."""
    books: dict[str, int] = {}
    if site.central_store.exists():
        checked = subprocess.run(  # noqa: S603 - our own program
            [
                *(program("warehouse-sim"), "central", "--check"),
                *("--store", str(site.central_store)),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        books |= _whole_numbers(checked.stdout)
    if site.report.exists():
        books |= _whole_numbers(site.report.read_text(encoding="utf-8"))
    return books


def _whole_numbers(text: str) -> dict[str, int]:
    told = json.loads(text.strip().splitlines()[-1] if text.strip() else "{}")
    return {key: value for key, value in told.items() if isinstance(value, int)}


def _summary(site: Site, before: Mapping[str, int], seconds: float) -> Mapping[str, object]:
    """The run in figures; orders, lines and items are those of this run."""
    after = _books(site)
    counts = journal_counts(site.data_dir)

    def grown(key: str) -> int:
        return after.get(key, 0) - before.get(key, 0)

    items = grown("items")
    return {
        "orders": grown("orders_shipped"),
        "lines": grown("lines_shipped"),
        "items": items,
        "wrong_items": grown("wrong_items"),
        "items_per_minute": round(items * PER_MINUTE / seconds, 1),
        "events": counts.last_seq,
        "acknowledged": counts.acknowledged,
        "unsent": counts.last_seq - counts.acknowledged,
        "lost": after.get("lost", 0),
        "doubled": after.get("doubled", 0),
    }
