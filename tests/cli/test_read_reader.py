"""`warehouse-edge read` at an LLRP reader: what was lost is said, not only what came."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner

from edge.cli.app import assemble
from edge.daemon.broker import free_port

SIM = Path(sys.executable).parent / "warehouse-sim"


@contextmanager
def simulated_reader(port: int, *words: str) -> Iterator[None]:
    command = [str(SIM), "reader", "--port", str(port), "--tags", "3", "--rate", "50", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.communicate()


def test_a_report_that_cannot_be_read_is_told_in_the_summary() -> None:
    for seconds in ("2", "8", "32"):  # a slow machine needs more until the fault strikes
        port = free_port()
        with simulated_reader(port, "--fault", "wrong-count=0.5"):
            told = CliRunner().invoke(
                assemble(), ["read", f"llrp://127.0.0.1:{port}", "--seconds", seconds]
            )
        *reads, summary = (json.loads(line) for line in told.stdout.splitlines())
        if summary["errors"] and reads:
            break

    assert told.exit_code == 0
    assert summary["reads"] == len(reads) > 0
    assert [error.partition(":")[0].rstrip("0123456789") for error in summary["errors"]] == [
        "report at byte "
    ]
