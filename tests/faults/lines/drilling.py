"""Lines that are the operator's own exercises, made more often."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults.lines.line import Bench, Found, Line

DRILL = str(Path(sys.executable).with_name("warehouse-edge"))
RECOVERY_MS_MAX = {
    "kill": 2_000,
    "power": 2_000,
    "disk": 5_000,
    "failover": 10_000,
    "restore": 600_000,
}


def drilling(name: str, *options: str) -> Callable[[Bench], Found]:
    """Makes the exercise of this name."""

    def make(bench: Bench) -> Found:
        return _found(name, options, bench)

    return make


def _found(name: str, words: Sequence[str], bench: Bench) -> Found:
    options = ["--runs", str(bench.tries), "--seed", str(bench.seed), "--scratch", bench.folder]
    done = subprocess.run(
        [DRILL, "drill", name, *words, *options],
        check=False,
        capture_output=True,
        text=True,
    )
    if not done.stdout:
        raise RuntimeError(f"drill {name}: {done.stderr.strip()}")
    told = json.loads(done.stdout)
    amiss = {key: int(told[key]) for key in ("lost", "doubled", "reordered")}
    recovery_ms = float(told["recovery_ms_p95"])
    most_ms = RECOVERY_MS_MAX.get(" ".join([name, *words]))
    return Found(
        told["runs"],
        amiss,
        {"acknowledged": told["acknowledged"]}
        | ({} if most_ms else {"recovery_ms_p95": recovery_ms}),
        {"recovery_ms_p95": (recovery_ms, most_ms)} if most_ms else {},
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
        drilling("power"),
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
        drilling("disk", "--read-only"),
    ),
    Line(
        "restore",
        0,
        "gateway lost with its disk; backup from the second place, open work from the central",
        "RPO 0 for what was acknowledged, no open order unknown, ≤ 10 min",
        30,
        drilling("restore"),
    ),
    Line(
        "broker",
        1,
        "broker killed under a whole gateway",
        "0 lost end to end",
        200,
        drilling("broker"),
    ),
    Line(
        "failover",
        1,
        "broker in use of two killed",
        "0 lost, 0 doubled, at work within 10 s",
        500,
        drilling("failover"),
    ),
)
