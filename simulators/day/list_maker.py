"""Somebody who puts lists of numbers onto new tags by `tag commission`, at a desk of their own.

A lot of blank tags lies there, now and then with one that bears a number of the list already. The
command ends in the middle of its work as often as not: then it is given anew, until it is through
the list or nothing comes of it.
"""

import asyncio
import io
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from typing_extensions import override

from drivers.tag_look import Wanted
from edge.cli.commission import Commissioning, resume
from edge.clock import Clock
from edge.compose.tags import ReaderAbsentError
from edge.model.ids import Epc
from edge.rules.commissioning import Job
from edge.store.trail import Notes, Trail
from simulators.catalogue import Catalogue
from simulators.day.disk import KilledError
from simulators.day.list_desk import ListDesk, Moment
from simulators.day.true_time import TrueTime
from simulators.faults import FaultName, PlannedFault
from simulators.llrp.tag_memory import TagMemory

PASSWORD = 0x1157DE5C
_PAUSE_S = (60.0, 400.0)
_NUMBERS = (2, 6)
_SPARE_TAGS = 1
_SERIALS_FROM = 700_000
_BORNE_SHARE = 0.25
"""Of the lists so many have a number that a tag on the desk bears already."""
_KILLED_SHARE = 0.6
_MOMENTS = (2, 90)
_TORN_SHARE = 0.3
_LIVES_MAX = 4
_FAULTY_SHARE = 0.3
_FAULT_S = (1.0, 30.0)
_FAULTS = (
    FaultName.CUT_MID_FRAME,
    FaultName.REBOOTS,
    FaultName.HALF_OPEN,
    FaultName.GARBAGE,
    FaultName.DUPLICATED_REPORT,
    FaultName.REORDERED_REPORT,
)
_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class ListRun:
    """A list behind its last run.

    Attributes:
        epcs: the list.
        borne: those that a tag bore before.
        notes: the trail.
        tags: by TID, as they really are.
        is_calm: whether nothing was wrong with the reader.
    """

    epcs: tuple[Epc, ...]
    borne: frozenset[Epc]
    notes: Notes
    tags: dict[str, TagMemory]
    is_calm: bool


@dataclass(slots=True)
class ListMaker:
    """Gives lists their tags.

    Attributes:
        chance: for what and when, and for when the command ends.
        folder: of the trails.
        runs: the lists that are over.
    """

    catalogue: Catalogue
    chance: np.random.Generator
    true_time: TrueTime
    folder: Path
    runs: list[ListRun] = field(default_factory=list)

    async def work(self) -> None:
        """List after list, until cancelled."""
        while True:
            await asyncio.sleep(float(self.chance.uniform(*_PAUSE_S)))
            run, took_s = self._list()
            self.runs.append(run)
            await asyncio.sleep(took_s)

    def _list(self) -> tuple[ListRun, float]:
        epcs, faults = self._numbers(), self._faults()
        borne = epcs[-1:] if self.chance.random() < _BORNE_SHARE else ()
        blanks = [
            f"ae{len(self.runs):010x}{number:012x}" for number in range(len(epcs) + _SPARE_TAGS)
        ]
        desk = ListDesk([*blanks, *borne], faults, self.true_time.now_us(), self.chance)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"list-{len(self.runs)}.jsonl"
        for life in range(_LIVES_MAX):
            if self._lived(desk, epcs, path, self._fate(life)):
                break
        with closing(Trail(path, desk.clock)) as trail:
            notes = trail.notes
        run = ListRun(epcs, frozenset(borne), notes, desk.tags(), not faults)
        return run, desk.clock.monotonic_us() / 1e6

    def _numbers(self) -> tuple[Epc, ...]:
        articles = list(self.catalogue.articles.values())
        article = articles[int(self.chance.integers(len(articles)))]
        first = _SERIALS_FROM + 100 * len(self.runs)
        count = int(self.chance.integers(*_NUMBERS))
        return tuple(Epc(article.epc(first + number)) for number in range(count))

    def _faults(self) -> tuple[PlannedFault, ...]:
        if self.chance.random() >= _FAULTY_SHARE:
            return ()
        name = _FAULTS[int(self.chance.integers(len(_FAULTS)))]
        return (PlannedFault(name, float(self.chance.uniform(*_FAULT_S))),)

    def _fate(self, life: int) -> Moment:
        """Where the process ends; the last one does not."""
        if life + 1 == _LIVES_MAX or self.chance.random() >= _KILLED_SHARE:
            return lambda: None
        left = [int(self.chance.integers(*_MOMENTS))]

        def moment() -> None:
            left[0] -= 1
            if not left[0]:
                raise KilledError("tag commission")

        return moment

    def _lived(self, desk: ListDesk, epcs: tuple[Epc, ...], path: Path, moment: Moment) -> bool:
        """One process; False where it was killed."""
        rules = Job(epcs, locks=True, any_tag=True)
        silence = io.StringIO()
        try:
            with (
                redirect_stdout(silence),
                redirect_stderr(silence),
                closing(_MortalTrail(path, desk.clock, moment)) as trail,
            ):
                bench = desk.bench(moment, _WAIT_S)
                resume(epcs, trail, rules)
                run = Commissioning(rules, trail, bench, PASSWORD, locks=True, clock=desk.clock)
                run.run(Wanted(), _WAIT_S)
        except KilledError:
            self._tear(path)
            return False
        except ReaderAbsentError:
            pass
        return True

    def _tear(self, path: Path) -> None:
        """Now and then the beginning of a line is left behind."""
        if self.chance.random() < _TORN_SHARE:
            with path.open("ab") as file:
                file.write(b'{"n": 1')


class _MortalTrail(Trail):
    """A trail whose process may end before a note or after it."""

    def __init__(self, path: Path, clock: Clock, moment: Moment) -> None:
        super().__init__(path, clock)
        self._moment = moment

    @override
    def add(self, step: str, **what: object) -> None:
        """As always, where it comes to it."""
        self._moment()
        super().add(step, **what)
        self._moment()
