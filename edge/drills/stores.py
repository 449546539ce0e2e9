"""Exercises on the journal: killed, cut off, on a full disk, and restored on new hardware.

Each run leaves the store to the next one, so a fault also meets what an earlier one has left.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from numpy.random import Generator

from edge.clock import Clock
from edge.drills.books import TAG_PREFIX, ToldFact, facts_of, judge
from edge.drills.child import WritingChild
from edge.drills.disks import PowerDisk, SmallDisk, power_disk, small_disk
from edge.drills.errors import DrillError
from edge.drills.report import Run
from edge.drills.writer import new_id
from edge.model.events import ItemArrived
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store import backup
from edge.store.reader import JournalReader
from edge.store.store import Store

STORE = "journal.sqlite"
WORK_S = (0.02, 0.25)
"""How long the writer works before the fault: from, to."""
FULL_BYTES = 1024 * 1024
ROOM_BYTES = 64 * 1024 * 1024
FULL_S_MAX = 60.0
LISTEN_S = 0.05
PAGE = 1_000
PAGE_BYTES = 4_000_000


class StoreDrills:
    """The exercises that need nothing but a disk.

    Args:
        folder: for scratch files.
        clock: of the host.
        generator: settles the instants of the faults.
        origin: a store whose copy is exercised; None for a fresh one.
    """

    def __init__(
        self, folder: Path, clock: Clock, generator: Generator, origin: Path | None
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._generator = generator
        self._origin = origin

    def kill(self, runs: int) -> Iterator[Run]:
        """SIGKILL at a random instant; recovered when the next start has committed its first."""
        path = self._store_in(self._folder)
        told: list[ToldFact] = []
        child = self._started(path)
        for _ in range(runs):
            before = len(told)
            child.go_on_for(self._span_s())
            told += child.kill()
            verdict = judge(path, told)
            child, recovery_ms = self._recovered(path)
            yield Run(
                acknowledged=len(told) - before,
                lost=sum(one in verdict.lost for one in told[before:]),
                doubled=verdict.doubled,
                reordered=verdict.reordered + verdict.gaps,
                recovery_ms=recovery_ms,
            )
        child.kill()

    def power(self, runs: int) -> Iterator[Run]:
        """Power cut at a random instant; recovered when the file system is mounted and written.

        What the writer tells while the power goes may be later than the cut, so only what was
        heard before it counts.

        Raises:
            DrillError: no such disk can be made here.
        """
        with power_disk(self._folder) as disk:
            path = self._store_in(disk.mount)
            for _ in range(runs):
                yield self._cut_once(disk, path)

    def _cut_once(self, disk: PowerDisk, path: Path) -> Run:
        child = self._started(path)
        told = child.go_on_for(self._span_s())
        disk.cut_power()
        child.kill()
        started_us = self._clock.monotonic_us()
        disk.restore_power()
        mounted_ms = (self._clock.monotonic_us() - started_us) / 1000
        verdict = judge(path, told)
        child, recovery_ms = self._recovered(path)
        child.kill()
        return Run(
            acknowledged=len(told),
            lost=len(verdict.lost),
            doubled=verdict.doubled,
            reordered=verdict.reordered + verdict.gaps,
            recovery_ms=mounted_ms + recovery_ms,
        )

    def disk(self, runs: int) -> Iterator[Run]:
        """The disk fills up under the writer; recovered when there is room and it goes on alone.

        Raises:
            DrillError: no such disk can be made here, or it did not fill up.
        """
        for run in range(runs):
            folder = self._folder / f"run-{run}"
            with small_disk(folder, FULL_BYTES) as disk:
                yield self._fill_once(disk)
            shutil.rmtree(folder)

    def _fill_once(self, disk: SmallDisk) -> Run:
        path = disk.mount / STORE
        child = self._started(path, "--refusals-max", "1000000")
        self._until(lambda: bool(child.refused), child, "was never refused, the disk never full")
        told = len(child.told)
        disk.grow(ROOM_BYTES)
        started_us = self._clock.monotonic_us()
        self._until(lambda: len(child.told) > told, child, "did not go on when there was room")
        recovery_ms = (self._clock.monotonic_us() - started_us) / 1000
        all_told = child.kill()
        verdict = judge(path, all_told)
        return Run(
            acknowledged=len(all_told),
            lost=len(verdict.lost),
            doubled=verdict.doubled,
            reordered=verdict.reordered + verdict.gaps,
            recovery_ms=recovery_ms,
        )

    def restore(self, runs: int) -> Iterator[Run]:
        """The gateway is lost with its disk; a new one is made from the last backup.

        A central system stands by: it has what was acknowledged, takes what the new gateway sends
        in its new epoch, and knows facts by their ids. Every fact of the backup and every one that
        was acknowledged must be there once in the end; recovered when the new store is open.
        """
        for run in range(runs):
            folder = self._folder / f"run-{run}"
            folder.mkdir(parents=True)
            yield self._burn_once(folder)
            shutil.rmtree(folder)

    def _burn_once(self, folder: Path) -> Run:
        old, copy, new = folder / "old.sqlite", folder / "backup", folder / "new.sqlite"
        self._copy_origin(old)
        child = self._started(old)
        child.go_on_for(self._span_s())
        backup.create(old, copy)
        child.go_on_for(self._span_s())
        child.kill()
        central = self._stored_by_central(old)
        old.unlink()
        started_us = self._clock.monotonic_us()
        backup.restore(copy, new, new_id)
        store = Store.open(new, self._clock, new_id)
        store.load(FloorState(Floor({})))
        recovery_ms = (self._clock.monotonic_us() - started_us) / 1000
        store.close()
        promised = {one.id: one.epc for one in _drill_facts(copy)} | central
        sent = _facts_from(new, 0)
        return Run(
            acknowledged=len(promised),
            lost=len(promised.keys() - central.keys() - {fact.id for fact in sent}),
            doubled=_doubled(central, sent),
            reordered=_reordered(sent),
            recovery_ms=recovery_ms,
        )

    def _stored_by_central(self, path: Path) -> dict[str, str]:
        """What the central system has acknowledged, and what was under way to it: id to tag."""
        with closing(JournalReader(path)) as reader:
            acknowledged, last = reader.acknowledged(), reader.last_seq()
        upto = int(self._generator.integers(acknowledged, last, endpoint=True))
        return {one.id: one.epc for one in _drill_facts(path) if one.seq <= upto}

    # -- the parts of a run

    def _store_in(self, folder: Path) -> Path:
        path = folder / STORE
        self._copy_origin(path)
        return path

    def _copy_origin(self, path: Path) -> None:
        if self._origin is not None:
            backup.create(self._origin, path)

    def _span_s(self) -> float:
        return float(self._generator.uniform(*WORK_S))

    def _started(self, path: Path, *options: str) -> WritingChild:
        child = WritingChild(path, self._clock, options)
        child.wait_for_first()
        return child

    def _recovered(self, path: Path) -> tuple[WritingChild, float]:
        """A new writer on a store after a fault, and how many milliseconds it took to go on."""
        child = WritingChild(path, self._clock)
        return child, child.wait_for_first()

    def _until(self, done: Callable[[], bool], child: WritingChild, complaint: str) -> None:
        deadline_us = self._clock.monotonic_us() + int(FULL_S_MAX * 1e6)
        while not done():
            child.go_on_for(LISTEN_S)
            if child.process.poll() is not None or self._clock.monotonic_us() > deadline_us:
                child.kill()
                raise DrillError(f"the writer {complaint}; {child.complaint}".rstrip("; "))


def _drill_facts(path: Path) -> list[ToldFact]:
    """The exercise's own facts in a store that nobody writes."""
    return [one for one in facts_of(path) if one.epc.startswith(TAG_PREFIX)]


def _facts_from(path: Path, seq: int) -> list[ToldFact]:
    """What a gateway sends from its store, as the link reads it."""
    sent: list[ToldFact] = []
    with closing(JournalReader(path)) as reader:
        while facts := reader.facts_after(seq, PAGE, PAGE_BYTES):
            seq = facts[-1].seq
            sent += [
                ToldFact(fact.seq, fact.id, fact.event.epc)
                for fact in facts
                if isinstance(fact.event, ItemArrived) and fact.event.epc.startswith(TAG_PREFIX)
            ]
    return sent


def _doubled(central: Mapping[str, str], sent: Sequence[ToldFact]) -> int:
    """Facts that the central system would take for new ones though it has them."""
    known = set(central.values())
    return sum(fact.id not in central and fact.epc in known for fact in sent) + (
        len(sent) - len({fact.id for fact in sent})
    )


def _reordered(sent: Sequence[ToldFact]) -> int:
    return sum(later.epc < earlier.epc for earlier, later in pairwise(sent))
