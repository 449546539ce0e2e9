"""Exercises on the journal: killed, cut off, on a full or read-only disk.

Each run leaves the store to the next one, so a fault also meets what an earlier one has left;
after some runs a fresh one is begun, for the books of a long one take longer than the fault. Most
writers are forked by a nursery. Every tenth start after a fault is a whole one, of a new
interpreter, and only the times of those count as recovery.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from numpy.random import Generator

from edge.clock import Clock
from edge.drills.books import ToldFact, judge
from edge.drills.child import Starter, WritingChild, whole_start
from edge.drills.disks import PowerDisk, SmallDisk, power_disk, small_disk
from edge.drills.errors import DrillError
from edge.drills.nursery import nursery
from edge.drills.report import Run
from edge.store import backup

STORE = "journal.sqlite"
WORK_S = (0.02, 0.25)
"""How long the writer works before the fault: from, to."""
RUNS_PER_STORE = 25
RUNS_PER_WHOLE_START = 10
_MIB = 1024 * 1024
POWER_BYTES = 48 * _MIB
READ_ONLY_BYTES = (16 * _MIB, 48 * _MIB, 160 * _MIB)
FULL_BYTES = (_MIB // 2, 2 * _MIB, 8 * _MIB)
ROOM_BYTES = 64 * _MIB
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
        self._fork: Starter = whole_start()

    def kill(self, runs: int) -> Iterator[Run]:
        """SIGKILL at a random instant; recovered when the next start has committed its first."""
        with self._forking():
            for first in range(0, runs, RUNS_PER_STORE):
                path = self._fresh_store_in(self._folder)
                yield from self._kill_often(path, range(first, min(runs, first + RUNS_PER_STORE)))

    def _kill_often(self, path: Path, runs: range) -> Iterator[Run]:
        told: list[ToldFact] = []
        child = self._started(path)
        for run in runs:
            before = len(told)
            child.go_on_for(self._span_s())
            told += child.kill()
            verdict = judge(path, told)
            child, recovery_ms = self._recovered(path, run)
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
        return self._on_power_disk(self._folder, POWER_BYTES, range(runs), self._cut_once)

    def _on_power_disk(
        self,
        folder: Path,
        size_bytes: int,
        runs: range,
        once: Callable[[PowerDisk, Path, int], Run],
    ) -> Iterator[Run]:
        with power_disk(folder, size_bytes) as disk, self._forking():
            path = disk.mount / STORE
            for run in runs:
                if (run - runs.start) % RUNS_PER_STORE == 0:
                    path = self._fresh_store_in(disk.mount)
                yield once(disk, path, run)

    def _cut_once(self, disk: PowerDisk, path: Path, run: int) -> Run:
        child = self._started(path)
        told = child.go_on_for(self._span_s())
        disk.cut_power()
        child.kill()
        return self._mounted_again(disk, path, told, run)

    def _mounted_again(self, disk: PowerDisk, path: Path, told: list[ToldFact], run: int) -> Run:
        """Judge the file after a mount, and see how long a new start takes."""
        started_us = self._clock.monotonic_us()
        disk.restore_power()
        mounted_ms = (self._clock.monotonic_us() - started_us) / 1000
        verdict = judge(path, told)
        child, recovery_ms = self._recovered(path, run)
        child.kill()
        return Run(
            acknowledged=len(told),
            lost=len(verdict.lost),
            doubled=verdict.doubled,
            reordered=verdict.reordered + verdict.gaps,
            recovery_ms=None if recovery_ms is None else mounted_ms + recovery_ms,
        )

    def readonly(self, runs: int) -> Iterator[Run]:
        """The disk becomes read-only under the writer, as after an error of the device.

        Every commit is refused from then on; recovered when the file system is mounted anew and a
        new start has committed. Only what was heard before counts, as with a power cut: a sync
        that is under way at that moment ext4 may call a success and lose (seen in one failure of
        seven, never more than that one commit). The runs are shared out among disks of three
        sizes.

        Raises:
            DrillError: no such disk can be made here, or the writer was not refused.
        """
        for number, size_bytes in enumerate(READ_ONLY_BYTES):
            share = range(_share_end(number - 1, runs), _share_end(number, runs))
            if share:
                folder = self._folder / f"size-{number}"
                yield from self._on_power_disk(folder, size_bytes, share, self._refuse_once)

    def _refuse_once(self, disk: PowerDisk, path: Path, run: int) -> Run:
        child = self._started(path, "--refusals-max", "1000000")
        told = list(child.go_on_for(self._span_s()))
        disk.fail()
        self._until(lambda: bool(child.refused), child, "was not refused on a read-only disk")
        child.kill()
        return self._mounted_again(disk, path, told, run)

    def disk(self, runs: int) -> Iterator[Run]:
        """The disk fills up under the writer; recovered when there is room and it goes on alone.

        One disk of three is tiny, one small, one larger.

        Raises:
            DrillError: no such disk can be made here, or it did not fill up.
        """
        with self._forking():
            for run in range(runs):
                folder = self._folder / f"run-{run}"
                with small_disk(folder, FULL_BYTES[run % len(FULL_BYTES)]) as disk:
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

    # -- the parts of a run

    @contextmanager
    def _forking(self) -> Iterator[None]:
        with nursery() as forks:
            self._fork = forks.fork
            yield

    def _fresh_store_in(self, folder: Path) -> Path:
        for old in folder.glob(f"{STORE}*"):
            old.unlink()
        path = folder / STORE
        if self._origin is not None:
            backup.create(self._origin, path)
        return path

    def _span_s(self) -> float:
        return float(self._generator.uniform(*WORK_S))

    def _started(self, path: Path, *options: str) -> WritingChild:
        child = WritingChild(path, self._clock, options, self._fork)
        child.wait_for_first()
        return child

    def _recovered(self, path: Path, run: int) -> tuple[WritingChild, float | None]:
        """A new writer on a store after a fault, and how many milliseconds it took to go on."""
        is_whole = run % RUNS_PER_WHOLE_START == 0
        child = WritingChild(path, self._clock, start=whole_start() if is_whole else self._fork)
        recovery_ms = child.wait_for_first()
        return child, recovery_ms if is_whole else None

    def _until(self, done: Callable[[], bool], child: WritingChild, complaint: str) -> None:
        deadline_us = self._clock.monotonic_us() + int(FULL_S_MAX * 1e6)
        while not done():
            child.go_on_for(LISTEN_S)
            if child.process.poll() is not None or self._clock.monotonic_us() > deadline_us:
                child.kill()
                raise DrillError(f"the writer {complaint}; {child.complaint}".rstrip("; "))


def _share_end(number: int, runs: int) -> int:
    return (number + 1) * runs // len(READ_ONLY_BYTES)
