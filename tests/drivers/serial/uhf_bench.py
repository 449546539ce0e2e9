"""A simulated UHF module as a program of its own, on a pseudo-terminal of this test."""

import json
import subprocess
import sys
from pathlib import Path
from typing import IO

from tests.waiting import ended


class Bench:
    """One `warehouse-sim uhf` that is there when the object is made."""

    def __init__(self, link: Path, *options: str) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-m", "simulators", "uhf", "--link", str(link), *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        out = self._running.stdout
        assert out is not None
        self._out: IO[str] = out
        assert "uhf" in json.loads(self._out.readline())

    def end(self) -> dict[str, int]:
        """Switch it off: what it did."""
        self._running.terminate()
        rest, _ = ended(self._running)
        tally: dict[str, int] = json.loads(rest)
        return tally
