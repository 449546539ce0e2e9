"""Who works in the warehouse today, and `warehouse-sim pickers`: people without a warehouse."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from time import time_ns
from typing import Annotated

import numpy as np
import typer

from simulators.carrier import Carrier
from simulators.catalogue import make_catalogue
from simulators.hall import BARE_STATION, CARTS
from simulators.packer import Packer, Scan
from simulators.people import PeopleFileError, Person, Shift, at_work, people_in
from simulators.pickers import Picker
from simulators.stock_keeper import StockKeeper
from simulators.world import World

_GOING_HOME_S = 1.0
"""So long the program waits for people who were told to stop."""
Job = tuple[str, Callable[[], Awaitable[None]]]
"""A name for messages, and the work itself."""


def now_us() -> int:
    """UTC microseconds by the host's clock."""
    return time_ns() // 1000


def picker_jobs(shift: Shift, people: Iterable[Person], count: int) -> list[Job]:
    """So many pickers; the first ones push the carts that hear.

    Raises:
        PeopleFileError: there are fewer people with this role.
    """
    able = [person for person in people if person.role == "picker"][:count]
    if len(able) < count:
        raise PeopleFileError(f"{count} pickers wanted, {len(able)} people have the role picker")
    carts = [*CARTS, *[None] * count]
    pickers = [Picker(shift, person, cart) for person, cart in zip(able, carts, strict=False)]
    return [(f"picker {picker.person.badge}", picker.work) for picker in pickers]


def station_jobs(shift: Shift, people: Iterable[Person], scan: Scan | None) -> list[Job]:
    """Packers, a carrier and a stock keeper, as far as there are people for it.

    A second packer works at the station without an antenna; the last one carries as well. A
    supervisor fills the bins.
    """
    known = list(people)
    packers = [person for person in known if person.role == "packer"]
    leaders = [person for person in known if person.role == "supervisor"]
    jobs: list[Job] = []
    if packers:
        jobs.append((f"packer {packers[0].badge}", Packer(shift, packers[0], scan).work))
        for other in packers[1:2]:
            bare = Packer(shift, other, None, BARE_STATION)
            jobs.append((f"packer {other.badge}", bare.work))
        jobs.append((f"carrier {packers[-1].badge}", Carrier(shift, packers[-1]).work))
    if leaders:
        jobs.append((f"stock keeper {leaders[0].badge}", StockKeeper(shift, leaders[0]).work))
    return jobs


def tell(sentence: str) -> None:
    """A message for whoever started the program."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


async def until_told(seconds: float, *, failing: Iterable[Awaitable[object]] = ()) -> None:
    """Wait for SIGINT, SIGTERM or the end of so many seconds (0: for ever), or for a failure.

    Raises:
        Exception: what one of `failing` raised.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    watched = [asyncio.ensure_future(one) for one in failing]
    waiting = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait(
        [waiting, *watched], timeout=seconds or None, return_when=asyncio.FIRST_COMPLETED
    )
    for task in (waiting, *watched):
        if task not in done:
            task.cancel()
    for task in done:
        if task in watched:
            task.result()


async def dismiss(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Send everybody home."""
    going = set(tasks)
    for task in going:
        task.cancel()
    if going:
        await asyncio.wait(going, timeout=_GOING_HOME_S)


async def _pick_only(shift: Shift, jobs: list[Job], seconds: float) -> None:
    tasks = [asyncio.create_task(at_work(shift, name, work, tell)) for name, work in jobs]
    try:
        await until_told(seconds, failing=tasks)
    finally:
        await dismiss(tasks)


def pickers_command(
    url: Annotated[str, typer.Option(help="Address of the gateway's pages.")],
    people: Annotated[
        Path,
        typer.Option(
            help="JSON list of badge, pin and role.", envvar="WAREHOUSE_SIM_PEOPLE", exists=True
        ),
    ],
    count: Annotated[int, typer.Option(min=1, help="So many pickers.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Settles articles and slips.")] = 1,
    speed: Annotated[float, typer.Option(min=0.01, help="Times faster than life.")] = 1.0,
    seconds: Annotated[float, typer.Option(min=0, help="Ends after so long; 0 never.")] = 0.0,
) -> None:
    """Pickers who do as the handheld says, with bins that never run empty and no radio."""
    catalogue = make_catalogue(seed)
    chance = np.random.default_rng([seed, 3])
    world = World.opened(catalogue)
    shift = Shift(world, catalogue, url, speed, chance, now_us, boundless=True)
    try:
        jobs = picker_jobs(shift, people_in(people, json.loads), count)
    except PeopleFileError as error:
        tell(str(error))
        raise typer.Exit(2) from error
    asyncio.run(_pick_only(shift, jobs, seconds))
    typer.echo(json.dumps(dict(sorted(shift.deeds.items()))))
