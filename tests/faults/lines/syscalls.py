"""Lines made with strace: the writer killed, or its disk failing, at the k-th system call.

Theory of operation: a writer is forked by a nursery and waits; strace is attached with one
injection, and lets the k-th call of a name fail in the kernel's place, or kills there. `k` goes up
one by one until a run is clean, which is how one knows that no call was left out. Each run begins
on a copy of the same store, as the run before it did.
"""

import itertools
import os
import select
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from edge.clock import SystemClock
from edge.drills.books import ToldFact, judge
from edge.drills.child import WritingChild, whole_start
from edge.drills.nursery import ForkedWriter, Nursery, nursery
from edge.model.places import Floor
from edge.store.rebuilding import rebuild_and_compare
from edge.store.store import Store
from tests.faults.lines.beside import beside
from tests.faults.lines.line import IN_MEMORY, Bench, Found, Line

TURNS = "30"
REFUSALS_MAX = "20"
GAVE_UP = 3
KILLED = -9
ATTACH_S_MAX = 30.0
SWEEPERS = 4
"""Processes that share out the points: they wait for the disk, for strace and for forks."""
KILL_POINTS, ERROR_POINTS = 760, 3_000
"""How many there are, about; with fewer tries the points are spread evenly."""
CALLS = ("pwrite64", "fdatasync", "fsync", "unlink", "ftruncate", "openat")
ERRORS = (
    *(("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("fdatasync", "EIO"), ("fdatasync", "ENOSPC")),
    *(("fsync", "EIO"), ("ftruncate", "EIO"), ("ftruncate", "ENOSPC")),
)


@dataclass(slots=True)
class Counted:
    """What the runs so far have shown."""

    runs: int = 0
    told: int = 0
    refused: int = 0
    amiss: Counter[str] = field(default_factory=Counter)


def new_store(path: Path) -> None:
    """Begun beforehand, so that its making is not counted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Store.open(path, SystemClock(), lambda: os.urandom(8).hex()).close()


class Sweep:
    """Runs with one injection each.

    Args:
        folder: for scratch files.
        forks: makes the writers.
        program: of the writer instead, run by strace itself: one with a mistake in it.
    """

    def __init__(self, folder: Path, forks: Nursery, program: Sequence[str] = ()) -> None:
        self._folder = folder
        self._forks = forks
        self._program = program
        self._fresh = folder / "fresh.db"
        self._strace: subprocess.Popen[bytes] | None = None
        self.counted = Counted()
        new_store(self._fresh)

    def run(self, injection: str) -> bool:
        """One run; gives whether the injection was met."""
        path, log = self._folder / "edge.db", self._folder / "injected"
        shutil.copyfile(self._fresh, path)
        child = self._started(path, log, injection)
        told = child.end()
        if self._strace is not None:
            self._strace.communicate()
        met = b"(INJECTED)" in log.read_bytes() or child.process.returncode == KILLED
        self._count(child, told, injection)
        self._judge(path, told)
        for part in self._folder.glob("edge.db*"):
            part.unlink()
        return met

    def _started(self, path: Path, log: Path, injection: str) -> WritingChild:
        call = injection.partition(":")[0]
        trace = ("strace", "-o", str(log), "-e", f"trace={call}", "-e", f"inject={injection}")
        options = ("--turns", TURNS, "--refusals-max", REFUSALS_MAX)

        def fork(arguments: Sequence[str]) -> ForkedWriter:
            return self._forks.fork(arguments, lambda pid: self._attach(trace, pid))

        whole = whole_start(self._program, (*trace, "-f"))
        return WritingChild(path, SystemClock(), options, whole if self._program else fork)

    def _attach(self, trace: Sequence[str], pid: int) -> None:
        """Strace on a process that waits; it says on its standard error when it has it."""
        strace = subprocess.Popen([*trace, "-p", str(pid)], stderr=subprocess.PIPE)
        self._strace = strace
        if strace.stderr is None or not select.select([strace.stderr], [], [], ATTACH_S_MAX)[0]:
            raise TimeoutError("strace did not attach")
        said = os.read(strace.stderr.fileno(), 4_096)
        if b"attached" not in said:
            raise OSError(f"strace: {said.decode().strip()}")

    def _count(self, child: WritingChild, told: list[ToldFact], injection: str) -> None:
        counted, code = self.counted, child.process.returncode
        counted.runs += 1
        counted.told += len(told)
        counted.refused += len(child.refused)
        if "signal" not in injection and code not in {0, GAVE_UP} and not child.complaint:
            counted.amiss["died_without_a_word"] += 1

    def _judge(self, path: Path, told: list[ToldFact]) -> None:
        """Opened as a restart does: it must go on alone, and hold what was told."""
        amiss = self.counted.amiss
        store = Store.open(path, SystemClock(), lambda: os.urandom(8).hex())
        amiss["corrupt"] += len(store.verify().problems)
        store.close()
        amiss["corrupt"] += len(rebuild_and_compare(path, Floor({})))
        verdict = judge(path, told)
        amiss["told_and_lost"] += len(verdict.lost)
        amiss["doubled"] += verdict.doubled
        amiss["reordered"] += verdict.reordered + verdict.gaps


@contextmanager
def sweep(folder: Path, program: Sequence[str] = ()) -> Iterator[Sweep]:
    """A sweep whose nursery ends with the block."""
    with nursery() as forks:
        yield Sweep(folder, forks, program)


def kill_sweep(bench: Bench) -> Found:
    """SIGKILL at each call of a run in turn."""
    injections = [f"{call}:signal=KILL:when={{k}}" for call in CALLS]
    return _swept(bench, KILL_POINTS, injections)


def error_sweep(bench: Bench) -> Found:
    """Each error at each call in turn, once and from then on."""
    injections = [
        f"{call}:error={error}:when={{k}}{then}" for call, error in ERRORS for then in ("", "+")
    ]
    found = _swept(bench, ERROR_POINTS, injections)
    return replace(
        found, amiss=found.amiss | {"nothing_refused": int(not found.figures["refused"])}
    )


def _swept(bench: Bench, points: int, injections: Sequence[str]) -> Found:
    """Every call where there are tries enough, else evenly spread; shared out by k."""
    step = max(1, points // bench.tries)
    found = beside(SWEEPERS, partial(_sweep_share, step, injections))(bench)
    return replace(found, figures=found.figures | {"every_kth_with_steps_of": step})


def _sweep_share(step: int, injections: Sequence[str], bench: Bench) -> Found:
    """Of every `of` points one."""
    first, stride = 1 + bench.number * step, bench.of * step
    with sweep(bench.folder) as one:
        met = sum(_until_clean(one, each, first, stride) for each in injections)
    counted = one.counted
    names = ("told_and_lost", "doubled", "reordered", "corrupt", "died_without_a_word")
    amiss = {name: counted.amiss[name] for name in names}
    figures = {"told": counted.told, "refused": counted.refused, "met": met}
    return Found(counted.runs, amiss, figures, {})


def _until_clean(one: Sweep, injection: str, first: int, stride: int) -> int:
    """From k = `first` on until a run is clean; gives how many met the injection."""
    return next(
        met for met in itertools.count() if not one.run(injection.format(k=first + met * stride))
    )


LINES = (
    Line(
        "kill-at-call",
        "kill -9 at the k-th system call that touches the disk, every k until a run is clean",
        "0 lost, doubled, reordered",
        KILL_POINTS,
        kill_sweep,
        IN_MEMORY,
    ),
    Line(
        "disk-errors",
        "EIO and ENOSPC at the k-th write and sync, once and from then on, every k until a run is"
        " clean",
        "no false answer, no crash loop, works again alone",
        ERROR_POINTS,
        error_sweep,
        IN_MEMORY,
    ),
)
