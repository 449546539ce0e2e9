"""Lines made with strace: the writer killed, or its disk failing, at the k-th system call."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge.clock import SystemClock
from edge.drills.books import judge
from edge.drills.child import WRITER, WritingChild
from edge.model.places import Floor
from edge.store.rebuilding import rebuild_and_compare
from edge.store.store import Store
from tests.faults.lines.line import Bench, Found, Line

TURNS = "30"
REFUSALS_MAX = "20"
GAVE_UP = 3
CALLS = ("pwrite64", "fdatasync", "fsync", "unlink", "ftruncate", "openat")
ERRORS = (
    *(("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("fdatasync", "EIO"), ("fdatasync", "ENOSPC")),
    *(("fsync", "EIO"), ("ftruncate", "EIO")),
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


def calls_of_a_run(folder: Path) -> dict[str, int]:
    """How often the writer makes each call when nothing is wrong."""
    path = folder / "count" / "edge.db"
    new_store(path)
    log = folder / "calls"
    trace = ["strace", "-f", "-qq", "-c", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
    subprocess.run(
        [*trace, sys.executable, *WRITER, str(path), "--turns", TURNS],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    rows = re.findall(
        r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", log.read_text(), re.MULTILINE
    )
    return {name: int(count) for count, name in rows if name in CALLS}


def inject(
    folder: Path,
    number: int,
    injection: str,
    counted: Counted,
    program: Sequence[str] = WRITER,
) -> None:
    """One run with one injection."""
    path = folder / f"run-{number}" / "edge.db"
    new_store(path)
    trace = ("strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject={injection}")
    options = ("--turns", TURNS, "--refusals-max", REFUSALS_MAX)
    child = WritingChild(path, SystemClock(), options, program=program, before=trace)
    told = child.end()
    code = child.process.returncode
    counted.runs += 1
    counted.told += len(told)
    counted.refused += len(child.refused)
    if "signal" not in injection and code not in {0, GAVE_UP} and not child.complaint:
        counted.amiss["died_without_a_word"] += 1
    _judge(path, told, counted)
    for part in path.parent.iterdir():
        part.unlink()
    path.parent.rmdir()


def _judge(path: Path, told: list, counted: Counted) -> None:  # type: ignore[type-arg]
    """Opened as a restart does: it must go on alone, and hold what was told."""
    store = Store.open(path, SystemClock(), lambda: os.urandom(8).hex())
    counted.amiss["corrupt"] += len(store.verify().problems)
    store.close()
    counted.amiss["corrupt"] += len(rebuild_and_compare(path, Floor({})))
    verdict = judge(path, told)
    counted.amiss["told_and_lost"] += len(verdict.lost)
    counted.amiss["doubled"] += verdict.doubled
    counted.amiss["reordered"] += verdict.reordered + verdict.gaps


def _points(counts: dict[str, int], tries: int, kinds: int) -> list[tuple[str, int]]:
    """Which call, the k-th: every one where there are tries enough, else evenly spread."""
    every = [(call, k) for call in CALLS for k in range(1, counts.get(call, 0) + 1)]
    step = max(1, len(every) * kinds // max(1, tries))
    return every[::step]


def kill_sweep(bench: Bench) -> Found:
    """SIGKILL at each call of a run in turn."""
    counted = Counted()
    counts = calls_of_a_run(bench.folder)
    for number, (call, k) in enumerate(_points(counts, bench.tries, 1)):
        inject(bench.folder, number, f"{call}:signal=KILL:when={k}", counted)
    return _found(counted, counts)


def error_sweep(bench: Bench) -> Found:
    """Each error at each call in turn, once and from then on."""
    counted = Counted()
    counts = calls_of_a_run(bench.folder)
    points = _points(counts, bench.tries, 2)
    number = 0
    for call, error in ERRORS:
        for k in [k for name, k in points if name == call]:
            for when in (f"{k}", f"{k}+"):
                inject(bench.folder, number, f"{call}:error={error}:when={when}", counted)
                number += 1
    counted.amiss["nothing_refused"] = int(not counted.refused)
    return _found(counted, counts, refused=counted.refused)


def _found(counted: Counted, counts: dict[str, int], **figures: float) -> Found:
    names = ("told_and_lost", "doubled", "reordered", "corrupt", "died_without_a_word")
    amiss = dict.fromkeys(names, 0) | counted.amiss
    calls = {"calls_of_a_run": float(sum(counts.values()))}
    return Found(counted.runs, amiss, {"told": counted.told, **figures, **calls}, {})


LINES = (
    Line(
        "kill-at-call",
        0,
        "kill -9 at the k-th system call that touches the disk",
        "0 lost, doubled, reordered",
        400,
        kill_sweep,
    ),
    Line(
        "disk-errors",
        1,
        "EIO and ENOSPC at the k-th write and sync, once and from then on",
        "no false answer, no crash loop, works again alone",
        600,
        error_sweep,
    ),
)
