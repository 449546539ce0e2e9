"""Lines that are the operator's own exercises, made more often."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults.lines.beside import shares, together
from tests.faults.lines.line import Bench, Found, Line

DRILL = str(Path(sys.executable).with_name("warehouse-edge"))
RECOVERY_MS_MAX = {
    "kill": 2_000,
    "power": 2_000,
    "disk": 5_000,
    "failover": 10_000,
    "restore": 600_000,
}


def drilling(name: str, *options: str, most: int = 1) -> Callable[[Bench], Found]:
    """Makes the exercise of this name, in so many processes beside each other at most.

    Most of an exercise is waiting: for a mount, a broker, the next instant of a fault. Each
    process has scratch files, loop devices and instants of its own.
    """

    def make(bench: Bench) -> Found:
        started = [_started(name, options, one) for one in shares(bench, most)]
        said = [process.communicate() for process in started]
        return together([_found(name, options, told, complaint) for told, complaint in said])

    return make


def _started(name: str, words: Sequence[str], bench: Bench) -> "subprocess.Popen[str]":
    options = ["--runs", str(bench.tries), "--seed", str(bench.seed)]
    return subprocess.Popen(
        [DRILL, "drill", name, *words, *options, "--scratch", str(bench.folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _found(name: str, words: Sequence[str], told: str, complaint: str) -> Found:
    if not told:
        raise RuntimeError(f"drill {name}: {complaint.strip()}")
    report = json.loads(told)
    recovery_ms, most_ms = report["recovery_ms_p95"], RECOVERY_MS_MAX.get(" ".join([name, *words]))
    return Found(
        report["runs"],
        {key: report[key] for key in ("lost", "doubled", "reordered")},
        {"acknowledged": report["acknowledged"]}
        | ({} if most_ms else {"recovery_ms_p95": recovery_ms}),
        {"recovery_ms_p95": (recovery_ms, most_ms)} if most_ms else {},
    )


LINES = (
    Line(
        "kill",
        "kill -9 at random",
        "0 lost, doubled, reordered; ready ≤ 2 s",
        1_000,
        drilling("kill", most=2),
    ),
    Line(
        "power",
        "power cut (ext4 on a loop device, shutdown without log flush)",
        "0 acknowledged lost, 0 corrupt",
        1_000,
        drilling("power", most=4),
    ),
    Line(
        "disk",
        "disk full, then room again",
        "0 facts lost, refusals visible, goes on alone",
        50,
        drilling("disk"),
    ),
    Line(
        "read-only",
        "disk fails and becomes read-only, then is mounted again",
        "0 facts lost, refusals visible, goes on after the mount",
        100,
        drilling("disk", "--read-only", most=3),
    ),
    Line(
        "restore",
        "gateway lost with its disk; backup from the second place, open work from the central",
        "RPO 0 for what was acknowledged, no open order unknown, ≤ 10 min",
        30,
        drilling("restore", most=4),
    ),
    Line(
        "broker",
        "broker killed under a whole gateway",
        "0 lost end to end",
        200,
        drilling("broker", most=4),
    ),
    Line(
        "failover",
        "broker in use of two killed",
        "0 lost, 0 doubled, at work within 10 s",
        500,
        drilling("failover", most=4),
    ),
)
