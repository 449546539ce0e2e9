"""Lines that are the operator's own exercises, made more often."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults.lines.line import Bench, Found, Line

DRILL = str(Path(sys.executable).with_name("warehouse-edge"))
SEEDS_APART = 1_000
"""Processes beside each other make their faults at different instants."""
RECOVERY_MS_MAX = {
    "kill": 2_000,
    "power": 2_000,
    "disk": 5_000,
    "failover": 10_000,
    "restore": 600_000,
}


def drilling(name: str, *options: str, beside: int = 1) -> Callable[[Bench], Found]:
    """Makes the exercise of this name, in so many processes beside each other.

    Most of an exercise is waiting: for a mount, a broker, the next instant of a fault. Each
    process has scratch files, loop devices and instants of its own.
    """

    def make(bench: Bench) -> Found:
        return _found(name, options, bench, beside)

    return make


def _found(name: str, words: Sequence[str], bench: Bench, beside: int) -> Found:
    shares = [bench.tries * (n + 1) // beside - bench.tries * n // beside for n in range(beside)]
    started = [
        _started(name, words, bench, number, share) for number, share in enumerate(shares) if share
    ]
    said = [process.communicate() for process in started]
    if dumb := next((complaint for told, complaint in said if not told), None):
        raise RuntimeError(f"drill {name}: {dumb.strip()}")
    told = [json.loads(report) for report, _ in said]
    amiss = {key: sum(one[key] for one in told) for key in ("lost", "doubled", "reordered")}
    recovery_ms = max(float(one["recovery_ms_p95"]) for one in told)
    most_ms = RECOVERY_MS_MAX.get(" ".join([name, *words]))
    return Found(
        sum(one["runs"] for one in told),
        amiss,
        {"acknowledged": sum(one["acknowledged"] for one in told)}
        | ({} if most_ms else {"recovery_ms_p95": recovery_ms}),
        {"recovery_ms_p95": (recovery_ms, most_ms)} if most_ms else {},
    )


def _started(
    name: str, words: Sequence[str], bench: Bench, number: int, runs: int
) -> "subprocess.Popen[str]":
    folder = bench.folder / f"beside-{number}"
    folder.mkdir()
    seed = bench.seed + SEEDS_APART * number
    options = ["--runs", str(runs), "--seed", str(seed), "--scratch", str(folder)]
    return subprocess.Popen(
        [DRILL, "drill", name, *words, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


LINES = (
    Line(
        "kill",
        0,
        "kill -9 at random",
        "0 lost, doubled, reordered; ready ≤ 2 s",
        1_000,
        drilling("kill"),
    ),
    Line(
        "power",
        0,
        "power cut (ext4 on a loop device, shutdown without log flush)",
        "0 acknowledged lost, 0 corrupt",
        1_000,
        drilling("power", beside=4),
    ),
    Line(
        "disk",
        0,
        "disk full, then room again",
        "0 facts lost, refusals visible, goes on alone",
        50,
        drilling("disk"),
    ),
    Line(
        "read-only",
        0,
        "disk fails and becomes read-only, then is mounted again",
        "0 facts lost, refusals visible, goes on after the mount",
        100,
        drilling("disk", "--read-only", beside=3),
    ),
    Line(
        "restore",
        0,
        "gateway lost with its disk; backup from the second place, open work from the central",
        "RPO 0 for what was acknowledged, no open order unknown, ≤ 10 min",
        30,
        drilling("restore", beside=2),
    ),
    Line(
        "broker",
        1,
        "broker killed under a whole gateway",
        "0 lost end to end",
        200,
        drilling("broker", beside=4),
    ),
    Line(
        "failover",
        1,
        "broker in use of two killed",
        "0 lost, 0 doubled, at work within 10 s",
        500,
        drilling("failover", beside=4),
    ),
)
