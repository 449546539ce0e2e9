"""`warehouse-sim warehouse`: the whole simulated floor in one process.

One world, the two readers that hear it, the pack station's scanner and the people who move things.
The world and the report are written each second and at the end, so that the next start finds every
piece where it lay.
"""

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from simulators.catalogue import Catalogue, make_catalogue
from simulators.central_store import CentralStore
from simulators.crew import Job, dismiss, now_us, picker_jobs, station_jobs, tell, until_told
from simulators.hall import STATION_READER, ZONE_READER
from simulators.judging import judge, wanted_of
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.reader import SimulatedReader
from simulators.people import PeopleFileError, Person, Shift, at_work, people_in
from simulators.scanner import Scanner
from simulators.world import World
from simulators.world_air import WorldAir

_SAVE_S = 1.0
_READERS = (ZONE_READER, STATION_READER)


class StateError(Exception):
    """The plan or the saved world cannot be used; the operator has to choose another."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run.

    Attributes:
        url: of the gateway; None where no people shall work.
        state: directory of the saved world; None to begin anew each time.
        orders: the central system's books, to judge by; None to judge by what the pack station
            showed.
        reader_ports: of `reader-1` and `reader-2`; 0 takes a free one.
    """

    seed: int
    speed: float
    url: str | None
    people: tuple[Person, ...]
    pickers: int
    state: Path | None = None
    scanner_link: Path | None = None
    report: Path | None = None
    orders: Path | None = None
    reader_ports: tuple[int, int] = (0, 0)
    vendor: Vendor = Vendor.IMPINJ
    seconds: float = 0.0


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Replace a file in one step: a reader sees the old or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(values))
    fresh.replace(path)


def saved_world(path: Path, catalogue: Catalogue) -> World:
    """The world as it was left, or the morning's where nothing was saved.

    Raises:
        StateError: another seed's world, or no world at all.
    """
    if not path.exists():
        return World.opened(catalogue)
    try:
        values = json.loads(path.read_text())
        if values["seed"] != catalogue.seed:
            raise StateError(f"{path} is the world of seed {values['seed']}")
        return World.from_json(catalogue.hall, values["world"])
    except (ValueError, KeyError, TypeError) as error:
        raise StateError(f"{path} holds no world: {error!r}") from error


class Warehouse:
    """The floor as one running thing.

    Args:
        plan: what to run.

    Raises:
        StateError: the saved world cannot be used.
        PeopleFileError: there are fewer pickers than wanted.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        catalogue = make_catalogue(plan.seed)
        self._saved = plan.state / "world.json" if plan.state else None
        self.world = (
            saved_world(self._saved, catalogue) if self._saved else World.opened(catalogue)
        )
        chance = np.random.default_rng([plan.seed, 3])
        self.shift = Shift(self.world, catalogue, plan.url or "", plan.speed, chance, now_us)
        self._began_us = now_us()
        self._picker_jobs: list[Job] = []
        if plan.url:
            self._picker_jobs = picker_jobs(self.shift, plan.people, plan.pickers)

    async def run(self) -> None:
        """Run until told to stop."""
        readers = {name: self._reader(name, port) for name, port in self._wiring()}
        link = self._plan.scanner_link
        scanner = Scanner(link) if link else None
        tasks: list[asyncio.Task[None]] = []
        try:
            ports = {name: await reader.start() for name, reader in readers.items()}
            listening = {"readers": ports, "scanner": str(link) if link else None}
            typer.echo(json.dumps({"warehouse": listening}))
            tasks = self._tasks(scanner)
            ends = [reader.ended() for reader in readers.values()]
            await until_told(self._plan.seconds, failing=[*ends, *tasks])
        finally:
            await dismiss(tasks)
            await asyncio.gather(*(reader.stop() for reader in readers.values()))
            if scanner:
                scanner.close()
            self.save()

    def save(self) -> None:
        """Write world and report."""
        if self._saved:
            write_json(self._saved, {"seed": self._plan.seed, "world": self.world.as_json()})
        if self._plan.report:
            write_json(self._plan.report, self.report())

    def report(self) -> dict[str, Any]:
        """What was really done, judged by what was really ordered."""
        orders = _orders_in(self._plan.orders)
        wanted = wanted_of(orders) if orders else self.world.asked
        verdict = judge(self.world.ledger, wanted)
        minutes = (now_us() - self._began_us) / 60e6
        return verdict | {
            "judged_by": "central" if orders else "pack station",
            "broken_laws": self.world.broken_laws(),
            "minutes": round(minutes, 3),
            "radio_wait_s_median": round(float(np.median(self.shift.radio_waits_s or [0.0])), 2),
            "retries": self.shift.retries,
            "deeds": dict(sorted(self.shift.deeds.items())),
        }

    def _wiring(self) -> list[tuple[str, int]]:
        return list(zip(_READERS, self._plan.reader_ports, strict=True))

    def _reader(self, name: str, port: int) -> SimulatedReader:
        profile = PROFILES[self._plan.vendor]
        air = WorldAir(self.world, name, self._plan.seed, profile.band)
        return SimulatedReader(air, replace(profile, antennas=air.antennas), port=port)

    def _tasks(self, scanner: Scanner | None) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self._save_for_ever())]
        if self._plan.url:
            scan = scanner.scan if scanner else None
            jobs = [*self._picker_jobs, *station_jobs(self.shift, self._plan.people, scan)]
            tasks += [asyncio.create_task(at_work(self.shift, *job, tell)) for job in jobs]
        return tasks

    async def _save_for_ever(self) -> None:
        while True:
            self.save()
            await asyncio.sleep(_SAVE_S)


def _orders_in(books: Path | None) -> list[dict[str, Any]]:
    """The orders in the central system's books; none while there are no books yet."""
    if books is None or not books.is_file():
        return []
    try:
        store = CentralStore(books, readonly=True)
    except sqlite3.OperationalError:
        return []
    try:
        return store.orders()
    except sqlite3.OperationalError:  # they are just being begun
        return []
    finally:
        store.close()


def warehouse_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    seed: Annotated[int, typer.Option(min=0, help="Settles goods, radio and slips.")] = 1,
    speed: Annotated[float, typer.Option(min=0.01, help="People, times faster than life.")] = 1.0,
    url: Annotated[
        str | None, typer.Option(help="Gateway's pages; without it nobody works.")
    ] = None,
    people: Annotated[Path | None, typer.Option(help="JSON list of badge, pin and role.")] = None,
    pickers: Annotated[int, typer.Option(min=0, help="So many pickers.")] = 2,
    state: Annotated[Path | None, typer.Option(help="Directory that keeps the world.")] = None,
    scanner_link: Annotated[
        Path | None, typer.Option(help="Link to the station's scanner.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="JSON file for the report.")] = None,
    orders: Annotated[Path | None, typer.Option(help="The central system's books.")] = None,
    reader_port: Annotated[
        list[int] | None, typer.Option(min=0, max=65535, help="Twice: each reader's port.")
    ] = None,
    vendor: Annotated[Vendor, typer.Option(help="Whose readers.")] = Vendor.IMPINJ,
    seconds: Annotated[float, typer.Option(min=0, help="Ends after so long; 0 never.")] = 0.0,
) -> None:
    """The whole simulated floor: readers, scanner and people, in one process."""
    try:
        plan = Plan(
            seed=seed,
            speed=speed,
            url=url,
            people=_known_people(url, people),
            pickers=pickers,
            state=state,
            scanner_link=scanner_link,
            report=_writable(report),
            orders=_usable_books(orders),
            reader_ports=_two_ports(reader_port or [0, 0]),
            vendor=vendor,
            seconds=seconds,
        )
        warehouse = Warehouse(plan)
        asyncio.run(warehouse.run())
    except (StateError, PeopleFileError, OSError) as error:
        tell(str(error))
        raise typer.Exit(2) from error
    typer.echo(json.dumps(warehouse.report()))


def _known_people(url: str | None, people: Path | None) -> tuple[Person, ...]:
    if people is not None:
        if url is None:
            raise PeopleFileError("--people work with the gateway's pages: add --url")
        return tuple(people_in(people, json.loads))
    if url is not None:
        raise PeopleFileError("--url needs --people")
    return ()


def _writable(report: Path | None) -> Path | None:
    if report is not None and report.is_dir():
        raise StateError(f"--report {report}: is a folder; name a file in it")
    return report


def _usable_books(books: Path | None) -> Path | None:
    """Books that may be there only later; what is something else would never be judged by."""
    if books is not None:
        try:
            _orders_in(books)
        except sqlite3.DatabaseError as error:
            raise StateError(f"--orders {books}: {error}; name the central's books") from error
        if books.is_dir():
            raise StateError(f"--orders {books}: is a folder; name the central's books")
    return books


def _two_ports(ports: list[int]) -> tuple[int, int]:
    if len(ports) != len(_READERS):
        raise StateError("--reader-port: give it twice or not at all")
    return ports[0], ports[1]
