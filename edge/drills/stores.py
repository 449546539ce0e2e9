"""Exercises on the journal: killed, cut off, on a full or read-only disk.

Each run leaves the store to the next one, so a fault also meets what an earlier one has left.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from numpy.random import Generator

from edge.clock import Clock
from edge.drills.books import ToldFact, judge
from edge.drills.child import WritingChild
from edge.drills.disks import PowerDisk, SmallDisk, power_disk, small_disk
from edge.drills.errors import DrillError
from edge.drills.report import Run
from edge.store import backup

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
        return self._mounted_again(disk, path, told)

    def _mounted_again(self, disk: PowerDisk, path: Path, told: list[ToldFact]) -> Run:
        """Judge the file after a mount, and see how long a new start takes."""
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

    def readonly(self, runs: int) -> Iterator[Run]:
        """The disk becomes read-only under the writer, as after an error of the device.

        Every commit is refused from then on; recovered when the file system is mounted anew and a
        new start has committed. Only what was heard before counts, as with a power cut: a sync
        that is under way at that moment ext4 may call a success and lose (seen in one failure of
        seven, never more than that one commit).

        Raises:
            DrillError: no such disk can be made here, or the writer was not refused.
        """
        with power_disk(self._folder) as disk:
            path = self._store_in(disk.mount)
            for _ in range(runs):
                yield self._refuse_once(disk, path)

    def _refuse_once(self, disk: PowerDisk, path: Path) -> Run:
        child = self._started(path, "--refusals-max", "1000000")
        told = list(child.go_on_for(self._span_s()))
        disk.fail()
        self._until(lambda: bool(child.refused), child, "was not refused on a read-only disk")
        child.kill()
        return self._mounted_again(disk, path, told)

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
