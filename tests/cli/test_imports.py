"""What the daemon takes into memory: what it does not use until asked stays on the disk."""

import subprocess
import sys

import pytest

_SHOWN = """
import sys
from contextlib import suppress
from pathlib import Path
import typer
from edge.cli.run import run
with suppress(typer.Exit):
    run(Path("nowhere/gateway.toml"))
assert "edge.compose.running" in sys.modules
print(sys.argv[1] in sys.modules)
"""


@pytest.mark.parametrize("module", ["cryptography.x509", "rich", "pygments", "sqlite_utils"])
def test_the_daemon_does_not_take_into_memory_what_nobody_has_asked_for(module: str) -> None:
    program = [sys.executable, "-c", _SHOWN, module]
    told = subprocess.run(program, check=False, capture_output=True, text=True)

    assert told.returncode == 0, told.stderr
    assert told.stdout.split() == ["False"]
