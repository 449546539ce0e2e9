"""`warehouse-edge read` at a serial UHF module: the first thing that its owner types."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.drivers.serial.uhf_bench import Bench
from tests.waiting import PATIENCE_S

Enough = Callable[[list[dict[str, object]]], bool]
"""Whether a run was long enough for what is to be seen: a slow machine needs more time."""


def tells(word: str) -> Enough:
    return lambda lines: word in str(lines[-1]["errors"])


def run(address: str, enough: Enough, *options: str) -> tuple[int, list[dict[str, object]]]:
    """The exit code and the lines of the first run that was long enough."""
    for seconds in (1, 4, 16, 64):
        code, lines = one_run(address, "--seconds", str(seconds), *options)
        if enough(lines):
            break
    return code, lines


def one_run(address: str, *options: str) -> tuple[int, list[dict[str, object]]]:
    done = subprocess.run(
        [sys.executable, "-m", "edge", "read", address, *options],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_a_module_is_read_without_any_configuration(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "uhf", "--tags", "5", "--rate", "100")
    try:
        code, lines = run(
            f"serial:{tmp_path / 'uhf'}?kind=uhf&region=us", lambda lines: len(lines) > 21
        )
    finally:
        bench.end()

    *reads, summary = lines
    assert code == 0
    assert len(reads) > 20
    assert summary["reads"] == len(reads)
    assert summary["tags"] == len({read["epc"] for read in reads})
    assert summary["errors"] == []
    assert summary["device"] == {
        "manufacturer": "MagicRF",
        "model": "M100 26dBm V1.0",
        "firmware": "V2.3.5",
        "protocol": "UHF module, M100/R200 family",
    }
    assert all(read["antenna"] == 1 and read["count"] == 1 for read in reads)
    assert all(str(read["epc"]).startswith("30") and read["seen_us"] for read in reads)


def test_a_port_that_is_not_there_is_told_in_the_summary(tmp_path: Path) -> None:
    code, lines = run(f"serial:{tmp_path / 'absent'}?kind=uhf", tells("not plugged in"))

    (summary,) = lines
    assert code == 1
    assert "not plugged in" in str(summary["errors"])


def test_a_module_that_cannot_send_so_strongly_is_told_in_the_summary(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "uhf")
    try:
        code, lines = run(
            f"serial:{tmp_path / 'uhf'}?kind=uhf", tells("power_dbm"), "--power", "30"
        )
    finally:
        bench.end()

    assert code == 1
    assert "write power_dbm = 26" in str(lines[-1]["errors"])
