"""`make fuzz`: broken input for everything that reads bytes from outside.

    python -m tests.fuzz [--tries N] [--each] [--seconds S] [--seed N] [--target NAME]...
        [--workers N]

Turns of all targets are shared out to a process for each core; each turn has a seed of its own. At
the first finding the target, the seed and the command that does it again are printed. Ends with
the number of tries of each target, their rate, its slowest input and how much memory has grown.
"""

import argparse
import faulthandler
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from resource import getpagesize

from edge.floor.memory import give_back
from tests import fuzz_targets, fuzz_words
from tests.fuzz_files import Files
from tests.fuzz_targets import LLRP, Target, Tries
from tests.live_garbage import LiveTarget, llrp_callers, serial_streams

HANG_S = 120.0
"""CPU seconds of one round after which it hangs: a busy machine makes nothing of that."""
DEADLOCK_S = 3600
SLOW_S = 20.0
"""CPU seconds of one round beyond which something takes its time from the daemon."""
SLOW_INPUT_MS = 500.0
"""CPU time of one input beyond which a device could hold up the others."""
GROWN_BYTES_MAX = 8 << 20
WARM_TURNS = 20
"""Turns of a process after which its memory may grow no more: what it keeps of the newest tags and
numbers, so many thousands and no more, is there by then."""
TOLD_EVERY_S = 10.0
LAGGING_SHARE = 20.0
"""Once only slow targets are left, a turn makes so many of their rounds."""


def _alive(target: LiveTarget) -> Target:
    return lambda chance, tries: target(chance, tries.count)


LIVE: dict[str, tuple[Target, int]] = {
    "live-llrp": (_alive(llrp_callers), 250),
    "live-serial": (_alive(serial_streams), 250),
}
"""Drivers that run."""
LIVE_SHARE = 0.01
"""A connection or a stream of them is worth a hundred tries of bytes."""


def targets(folder: Path) -> Mapping[str, tuple[Target, int]]:
    """Every target that needs no thread, with the tries of one round, some tenths of a second."""
    files = Files(folder)
    return {
        "framing": (fuzz_targets.framing, 16_000),
        "neighbours": (fuzz_targets.neighbours, 16_000),
        "messages": (fuzz_targets.messages, 16_000),
        "streams": (fuzz_targets.streams, 8_000),
        "pcap": (fuzz_targets.captures_of_networks, 800),
        "network": (fuzz_targets.network_captures, 100),
        "sessions": (fuzz_targets.sessions, 8_000),
        "scans": (fuzz_targets.scans, 4000),
        "packets": (fuzz_targets.packets, 4000),
        "modules": (fuzz_targets.modules, 2000),
        "printers": (fuzz_words.printers, 2000),
        "announcements": (fuzz_words.announcements, 2000),
        "barcodes": (fuzz_words.barcodes, 3000),
        "epcs": (fuzz_words.epcs, 1000),
        "mail": (fuzz_words.mail, 3000),
        "resends": (fuzz_words.resends, 3000),
        "configurations": (files.configurations, 500),
        "calibrations": (files.calibrations, 500),
        "captures": (files.captures, 400),
    }


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for files of tries, in memory where there is such: a disk makes each wait."""
    memory = Path("/dev/shm")  # noqa: S108 - not a guessed name in it, but the place itself
    folder = memory if os.access(memory, os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix="warehouse-edge-fuzz-", dir=folder)


class FindingError(Exception):
    """A target let something out; names the target and the seed."""


@dataclass(slots=True)
class Report:
    """What a run came to.

    Attributes:
        slowest_ms: CPU time of the slowest input of each target.
        resident_bytes: memory at the end, by process.
        grown_bytes: the most that the memory of a process grew after its first `WARM_TURNS`.
    """

    tries: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    slowest_ms: dict[str, float] = field(default_factory=dict)
    resident_bytes: dict[int, int] = field(default_factory=dict)
    grown_bytes: int = 0

    @property
    def frames(self) -> int:
        """LLRP frames among the tries."""
        return sum(count for name, count in self.tries.items() if name in LLRP)

    def add(self, other: "Report") -> None:
        """Take one more run into account."""
        self.tries += other.tries
        self.seconds.update(other.seconds)
        for name, slow_ms in other.slowest_ms.items():
            self.slowest_ms[name] = max(slow_ms, self.slowest_ms.get(name, 0.0))


def resident_bytes() -> int:
    """Memory of this process that is in use."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * getpagesize()


def one_turn(folder: Path, seed: int, names: tuple[str, ...], share: float = 1.0) -> Report:
    """One round of each target.

    Args:
        folder: for files, of this turn alone.
        seed: of every round of the turn.
        names: of targets; all if empty.
        share: of a whole round's tries; above 1 for targets that make few in a round.

    Raises:
        FindingError: something came out that should not.
    """
    report = Report()
    for name, (target, most) in {**targets(folder), **LIVE}.items():
        if not names or name in names:
            count = max(1, round(most * (1.0 if name in LIVE else share)))
            took_s, slowest_ms = one_round(name, target, seed, count)
            report.tries[name] = count
            report.seconds[name] = took_s
            report.slowest_ms[name] = slowest_ms
    give_back()  # what is free already is no leak
    report.resident_bytes[os.getpid()] = resident_bytes()
    return report


def one_round(name: str, target: Target, seed: int, count: int) -> tuple[float, float]:
    """One round of a target; its CPU seconds, and the milliseconds of its slowest input."""
    faulthandler.register(signal.SIGPROF, chain=True)  # the trace, then the end
    signal.setitimer(signal.ITIMER_PROF, HANG_S)
    faulthandler.dump_traceback_later(DEADLOCK_S, exit=True)
    tries, began = Tries(count), time.process_time()
    try:
        target(Random(seed), tries)  # noqa: S311 - chance for tests
    except Exception as error:
        raise FindingError(f"{name}, seed {seed}: {type(error).__name__}: {error}") from error
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_PROF, 0)
    took = time.process_time() - began
    if took > SLOW_S:
        raise FindingError(f"{name}, seed {seed}: one round took {took:.0f} s of CPU")
    if tries.slowest_ms > SLOW_INPUT_MS:
        raise FindingError(f"{name}, seed {seed}: an input took {tries.slowest_ms:.0f} ms of CPU")
    return took, tries.slowest_ms


def targets_named() -> tuple[str, ...]:
    """Every target."""
    with scratch() as folder:
        return (*targets(Path(folder)), *LIVE)


def _lagging(report: Report, tries: int, names: tuple[str, ...], *, each: bool) -> tuple[str, ...]:
    """The targets of the next turn; none where there were enough tries."""
    if not each:
        return (names or targets_named()) if report.tries.total() < tries else ()
    return tuple(one for one in names or targets_named() if report.tries[one] < _share(one, tries))


def _share(name: str, tries: int) -> float:
    return tries * LIVE_SHARE if name in LIVE else tries


def _turn_in_a_process(seed: int, names: tuple[str, ...], share: float) -> Report:
    with scratch() as folder:
        return one_turn(Path(folder), seed, names, share)


def run(
    *,
    tries: int,
    seconds: float,
    seed: int,
    names: tuple[str, ...],
    workers: int,
    each: bool = False,
) -> Iterator[Report]:
    """Fuzz until enough tries were made or the time is over; what it came to, after each turn.

    Args:
        tries: of all targets together, or of each.
        seconds: at most; the turns at hand are finished.
        seed: of the first turn.
        names: of targets; all if empty.
        workers: processes.
        each: whether `tries` are wanted of each target, of drivers that run a hundredth.

    Raises:
        FindingError: something came out that should not, or a process died.
    """
    report, began = Report(), time.monotonic()
    turns: Counter[int] = Counter()
    warm: dict[int, int] = {}
    # Not forked: a watchdog's thread does not come along, and its lock would never be let go.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        running: dict[Future[Report], int] = {}
        while True:
            lagging = _lagging(report, tries, names, each=each)
            is_over = not lagging or time.monotonic() - began > seconds
            while not is_over and len(running) < workers:
                few = len(lagging) < len(names or targets_named())
                share = LAGGING_SHARE if each and few else 1.0
                running[pool.submit(_turn_in_a_process, seed, lagging, share)] = seed
                seed += 1
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                turn = _finished(one, running.pop(one))
                report.add(turn)
                for process, used in turn.resident_bytes.items():
                    turns[process] += 1
                    if turns[process] <= WARM_TURNS:
                        warm[process] = used
                    report.grown_bytes = max(report.grown_bytes, used - warm[process])
            yield report


def _finished(one: Future[Report], seed: int) -> Report:
    try:
        return one.result()
    except BrokenProcessPool as error:
        raise FindingError(f"a process died or hung, seed {seed}: see the dump above") from error


def main() -> int:
    """Run from the command line; 1 at a finding."""
    parser = argparse.ArgumentParser(description="broken input for all that reads bytes")
    parser.add_argument("--tries", type=int, default=1_000_000)
    parser.add_argument("--each", action="store_true", help="so many tries of each target")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", action="append", default=[])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    names = tuple(asked.target)
    sys.stdout.write(f"seeds from {asked.seed}, {asked.workers} processes\n")
    began = told = time.monotonic()
    report = Report()
    try:
        for report in run(
            tries=asked.tries,
            seconds=asked.seconds,
            seed=asked.seed,
            names=names,
            workers=asked.workers,
            each=asked.each,
        ):
            if time.monotonic() - told > TOLD_EVERY_S:
                told = time.monotonic()
                sys.stdout.write(f"{report.tries.total():>14,} tries\n")
                sys.stdout.flush()
    except FindingError as finding:
        _tell(report, time.monotonic() - began, "before the finding")
        return _found(finding)
    _tell(report, time.monotonic() - began)
    if report.grown_bytes > GROWN_BYTES_MAX:
        sys.stderr.write("finding: memory is not flat\n")
        return 1
    return 0


def _found(finding: FindingError) -> int:
    name, _, rest = str(finding).partition(", seed ")
    seed = rest.partition(":")[0]
    sys.excepthook(type(finding), finding, finding.__traceback__)
    again = f"--seed {seed}" if " " in name else f"--target {name} --seed {seed}"
    sys.stderr.write(f"again: python -m tests.fuzz {again} --tries 1 --workers 1\n")
    return 1


def _tell(report: Report, took_s: float, outcome: str = "no finding") -> None:
    for name, count in report.tries.items():
        rate = count / max(report.seconds[name], 1e-9)
        sys.stdout.write(
            f"{name:16} {count:>12,} tries {rate:>10,.0f} /s of CPU, "
            f"slowest input {report.slowest_ms[name]:6.1f} ms\n"
        )
    total, cpu_s = report.tries.total(), sum(report.seconds.values())
    sys.stdout.write(
        f"{'all':16} {total:>12,} tries, {report.frames:,} of them LLRP frames, in "
        f"{took_s:,.0f} s ({cpu_s:,.0f} s of CPU); {outcome}; memory of a process grew by "
        f"{report.grown_bytes / 2**20:.1f} MiB\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
