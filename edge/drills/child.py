"""The writer as a child process: started, listened to, killed."""

import os
import select
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from edge.clock import Clock
from edge.drills.books import ToldFact, told_facts
from edge.drills.errors import DrillError
from edge.drills.nursery import ForkedWriter

WRITER = ("-m", "edge.drills.writer")
LISTEN_MS = 5
START_US_MAX = 30_000_000
END_S_MAX = 60.0
COMPLAINT_CHARACTERS_MAX = 2_000


Starter = Callable[[Sequence[str]], "subprocess.Popen[bytes] | ForkedWriter"]
"""Starts a writer with these arguments."""


def whole_start(program: Sequence[str] = WRITER, before: Sequence[str] = ()) -> Starter:
    """Starts with a new interpreter.

    Args:
        program: what is run.
        before: a command that runs the program, such as a tracer.
    """
    return lambda arguments: subprocess.Popen(  # noqa: S603 - our own program
        [*before, sys.executable, *program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


class WritingChild:
    """A writer with what it has told so far.

    Args:
        path: of its store.
        clock: for deadlines.
        options: of the writer.
        start: starts it; by default as a new interpreter, a nursery's `fork` forks it.

    Attributes:
        process: of the operating system.
        complaint: its standard error, once it has ended.
    """

    def __init__(
        self, path: Path, clock: Clock, options: Sequence[str] = (), start: Starter | None = None
    ) -> None:
        self._clock = clock
        self._told = b""
        self._started_us = clock.monotonic_us()
        self.complaint = ""
        self.process = (start or whole_start())([str(path), *options])

    @property
    def lines(self) -> list[str]:
        """Whole lines so far, in order."""
        return self._told.decode().rpartition("\n")[0].splitlines()

    @property
    def told(self) -> list[ToldFact]:
        """Facts that were told to be safe, in order."""
        return told_facts(self.lines)

    @property
    def refused(self) -> list[str]:
        """The kinds of refusals, in order."""
        return [line.split()[1] for line in self.lines if line.startswith("refused ")]

    def wait_for_first(self) -> float:
        """Wait until it has told a fact; gives the milliseconds since its start.

        Raises:
            DrillError: it ended or told nothing in time; with its own words.
        """
        deadline_us = self._started_us + START_US_MAX
        while not self.told and self._clock.monotonic_us() < deadline_us and self._listen():
            pass
        if not self.told:
            self.kill()
            said = self.complaint.strip().splitlines() or ["it only waited"]
            raise DrillError(f"the writer told nothing: {said[-1]}")
        return (self._clock.monotonic_us() - self._started_us) / 1000

    def go_on_for(self, span_s: float) -> list[ToldFact]:
        """Let it work, listening all the while; gives all that it has told."""
        deadline_us = self._clock.monotonic_us() + int(span_s * 1e6)
        while self._clock.monotonic_us() < deadline_us and self._listen():
            pass
        return self.told

    def kill(self) -> list[ToldFact]:
        """SIGKILL; gives all that it had told."""
        self.process.kill()
        return self.end()

    def end(self) -> list[ToldFact]:
        """Wait until it is gone; gives all that it had told."""
        rest, complaint = self.process.communicate(timeout=END_S_MAX)
        self._told += rest or b""
        self.complaint = self.complaint or complaint.decode()[-COMPLAINT_CHARACTERS_MAX:]
        return self.told

    def _listen(self) -> bool:
        """Take what it says within a moment; False when it will say no more."""
        if self.process.stdout is None:
            return False
        waiting = select.poll()
        waiting.register(self.process.stdout, select.POLLIN)
        if not waiting.poll(LISTEN_MS):
            return True
        part = os.read(self.process.stdout.fileno(), 1 << 16)
        self._told += part
        return bool(part)
