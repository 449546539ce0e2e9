"""`warehouse-edge drill`: an emergency exercise is one command, on scratch copies of this machine.

Exit codes as everywhere: 1 where a promise broke.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.bars import each_watched
from edge.cli.console import NO, fail, print_json
from edge.cli.journal import store_path
from edge.clock import SystemClock
from edge.compose.core import seeded
from edge.drills.access import attempts
from edge.drills.errors import DrillError
from edge.drills.hardware import HardwareDrills
from edge.drills.links import LinkDrills
from edge.drills.report import Run, report
from edge.drills.stores import StoreDrills
from edge.store.errors import StoreError

app = typer.Typer(
    no_args_is_help=True,
    help="Make a fault on a scratch copy and count what it did; one JSON object, exit 1 if a "
    "promise broke.",
)

Runs = Annotated[int, typer.Option(min=1, help="how often the fault is made")]
Seed = Annotated[int, typer.Option(min=0, help="settles the instants of the faults")]
Config = Annotated[
    Path | None,
    typer.Option(help="exercise a copy of this gateway's journal; by default a fresh journal"),
]
Scratch = Annotated[
    Path | None, typer.Option(help="folder for scratch files; by default the system's")
]


@app.command()
def kill(runs: Runs = 50, config: Config = None, seed: Seed = 1, scratch: Scratch = None) -> None:
    """Kill the writing process at a random instant (SIGKILL), and start it again."""
    _exercise("kill", runs, config, seed, scratch, lambda drills: drills.kill(runs))


@app.command()
def power(runs: Runs = 50, config: Config = None, seed: Seed = 1, scratch: Scratch = None) -> None:
    """Cut the power of the journal's disk at a random instant; needs root and loop devices."""
    _exercise("power", runs, config, seed, scratch, lambda drills: drills.power(runs))


@app.command()
def disk(
    runs: Runs = 10,
    seed: Seed = 1,
    scratch: Scratch = None,
    *,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="let it fail and become read-only instead")
    ] = False,
) -> None:
    """Let the disk fill up while facts are written, then make room; needs root."""
    if read_only:
        _exercise("disk", runs, None, seed, scratch, lambda drills: drills.readonly(runs))
    else:
        _exercise("disk", runs, None, seed, scratch, lambda drills: drills.disk(runs))


@app.command()
def restore(runs: Runs = 3, seed: Seed = 1, scratch: Scratch = None) -> None:
    """Lose the gateway with its disk, and make a new one: backup, then open work from the central.

    A whole gateway works with a central system; a backup in a second place is all that is left.
    """
    with _scratch("restore", scratch) as folder:
        drills = HardwareDrills(folder, SystemClock(), seeded(seed))
        _tell_report("restore", runs, drills.restore(runs))


@app.command()
def broker(runs: Runs = 20, seed: Seed = 1, scratch: Scratch = None) -> None:
    """Kill the broker between a whole gateway and its central system, again and again."""
    _exercise_link("broker", runs, seed, scratch, lambda drills: drills.broker(runs))


@app.command()
def failover(runs: Runs = 20, seed: Seed = 1, scratch: Scratch = None) -> None:
    """Kill the broker in use of two data centres; the gateway goes on through the other."""
    _exercise_link("failover", runs, seed, scratch, lambda drills: drills.failover(runs))


@app.command()
def access(scratch: Scratch = None) -> None:
    """Try to get in: wrong badges, stolen sessions, foreign pages, replays, revoked certificates.

    On a scratch gateway of this machine; exit 1 if anything gave way.
    """
    with _scratch("access", scratch) as folder:
        try:
            made = [asdict(one) for one in attempts(folder, SystemClock())]
        except DrillError as error:
            raise fail(str(error)) from None
    gave_way = [str(one["attack"]) for one in made if not one["held"]]
    told = {"drill": "access", "attacks": len(made), "held": len(made) - len(gave_way)}
    print_json({**told, "gave_way": gave_way, "seen": made})
    if gave_way:
        raise typer.Exit(NO)


def _exercise_link(
    name: str,
    runs: int,
    seed: int,
    scratch: Path | None,
    make: Callable[[LinkDrills], Iterator[Run]],
) -> None:
    with _scratch(name, scratch) as folder:
        drills = LinkDrills(folder, SystemClock(), seeded(seed))
        _tell_report(name, runs, make(drills))


def _exercise(
    name: str,
    runs: int,
    config: Path | None,
    seed: int,
    scratch: Path | None,
    make: Callable[[StoreDrills], Iterator[Run]],
) -> None:
    origin = store_path(config) if config else None
    with _scratch(name, scratch) as folder:
        drills = StoreDrills(folder, SystemClock(), seeded(seed), origin)
        _tell_report(name, runs, make(drills))


@contextmanager
def _scratch(name: str, folder: Path | None) -> Iterator[Path]:
    if folder is not None and not folder.is_dir():
        raise fail(f"{folder}: is no folder; make it, or leave --scratch out")
    with tempfile.TemporaryDirectory(prefix=f"drill-{name}-", dir=folder) as made:
        yield Path(made)


def _tell_report(name: str, runs: int, made: Iterator[Run]) -> None:
    """Make the runs with a progress bar on a terminal, print the report, end with its code."""
    try:
        found = report(name, list(each_watched(made, runs, name)))
    except (DrillError, StoreError) as error:
        raise fail(str(error)) from None
    print_json(asdict(found))
    if not found.good:
        raise typer.Exit(NO)
