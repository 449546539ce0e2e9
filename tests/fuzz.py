"""`make fuzz`: broken input for everything that reads bytes from outside.

    python -m tests.fuzz [--tries N] [--seconds S] [--seed N] [--target NAME]...

Rounds of all targets take turns; each round has a seed of its own. At the first finding the
target, the seed and the command that does it again are printed. Ends with the number of tries,
their rate and how much memory has grown.
"""

import argparse
import faulthandler
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from resource import getpagesize

from tests.fuzz_targets import Target, targets
from tests.live_garbage import llrp_callers, serial_streams

HANG_S = 120
SLOW_S = 20.0
"""CPU seconds of one round beyond which something takes its time from the daemon."""
WARM_ROUNDS = 1
LIVE: dict[str, tuple[Target, int]] = {
    "live-llrp": (llrp_callers, 250),
    "live-serial": (serial_streams, 250),
}
"""Drivers that run; a million tries come to more than 10,000 of each."""


class FindingError(Exception):
    """A target let something out; names the target and the seed."""


@dataclass(slots=True)
class Report:
    """What a run came to.

    Attributes:
        grown_bytes: resident memory at the end over that after the first rounds.
    """

    tries: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    grown_bytes: int = 0


def resident_bytes() -> int:
    """Memory of this process that is in use."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * getpagesize()


def run(
    folder: Path, *, tries: int, seconds: float, seed: int, names: tuple[str, ...] = ()
) -> Report:
    """Fuzz until enough tries were made or the time is over.

    Args:
        folder: for files.
        tries: in all.
        seconds: at most, of wall time.
        seed: of the first round; each round's is one higher.
        names: of targets; all if empty.

    Raises:
        FindingError: something came out that should not.
    """
    known = {**targets(folder), **LIVE}
    chosen = {name: one for name, one in known.items() if not names or name in names}
    report, began, turn = Report(), time.monotonic(), 0
    warm_bytes = 0
    while True:
        for name, (target, most) in chosen.items():
            left = tries - report.tries.total()
            if left <= 0 or time.monotonic() - began > seconds:
                report.grown_bytes = max(0, resident_bytes() - warm_bytes) if warm_bytes else 0
                return report
            count = min(most, left)
            report.tries[name] += count
            took = one_round(name, target, seed + turn, count)
            report.seconds[name] = report.seconds.get(name, 0.0) + took
        turn += 1
        if turn == WARM_ROUNDS:
            warm_bytes = resident_bytes()


def one_round(name: str, target: Target, seed: int, count: int) -> float:
    """One round of a target; its CPU seconds."""
    faulthandler.dump_traceback_later(HANG_S, exit=True)
    began = time.process_time()
    try:
        target(Random(seed), count)  # noqa: S311 - chance for tests
    except Exception as error:
        raise FindingError(f"{name}, seed {seed}: {type(error).__name__}: {error}") from error
    finally:
        faulthandler.cancel_dump_traceback_later()
    took = time.process_time() - began
    if took > SLOW_S:
        raise FindingError(f"{name}, seed {seed}: one round took {took:.0f} s of CPU")
    return took


def main() -> int:
    """Run from the command line; 1 at a finding."""
    parser = argparse.ArgumentParser(description="broken input for all that reads bytes")
    parser.add_argument("--tries", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", action="append", default=[])
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="warehouse-edge-fuzz-") as folder:
        try:
            report = run(
                Path(folder),
                tries=asked.tries,
                seconds=asked.seconds,
                seed=asked.seed,
                names=tuple(asked.target),
            )
        except FindingError as finding:
            name, _, rest = str(finding).partition(", seed ")
            seed = rest.partition(":")[0]
            sys.excepthook(type(finding), finding, finding.__traceback__)
            sys.stderr.write(
                f"again: python -m tests.fuzz --target {name} --seed {seed} --tries 4000\n"
            )
            return 1
    took_s = time.monotonic() - began
    for name, count in report.tries.items():
        rate = count / max(report.seconds.get(name, 0.0), 1e-9)
        sys.stdout.write(f"{name:16} {count:>12,} tries {rate:>12,.0f} /s of CPU\n")
    total = report.tries.total()
    sys.stdout.write(
        f"{'all':16} {total:>12,} tries {total / took_s:>12,.0f} /s; no finding; "
        f"memory grew by {report.grown_bytes / 1e6:.1f} MB\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
