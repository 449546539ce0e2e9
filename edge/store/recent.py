"""The newest facts in memory: who sends them on need not read back what was just committed.

The journal stays the truth and the queue. What is here was committed before; what is no longer
here, or was there before this process, is read from the file.
"""

import threading
from collections.abc import Sequence

from edge.model.events import Fact

KEPT_COUNT = 500
"""Ten busy turns; who lags behind further reads the file."""


class RecentFacts:
    """Thread-safe: the store adds, readers look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: list[Fact] = []
        self._last_seq = 0

    @property
    def last_seq(self) -> int:
        """Number of the last fact in the epoch in force; 0 before the first."""
        return self._last_seq

    def begin(self, last_seq: int) -> None:
        """The file was opened, or is numbered anew: nothing is in memory."""
        with self._lock:
            self._facts, self._last_seq = [], last_seq

    def add(self, facts: Sequence[Fact]) -> None:
        """Facts that were just committed, the next ones in order."""
        with self._lock:
            self._facts += facts
            if len(self._facts) > 2 * KEPT_COUNT:
                del self._facts[:-KEPT_COUNT]
            if facts:
                self._last_seq = facts[-1].seq

    def after(self, seq: int, limit: int, bytes_max: int) -> list[Fact] | None:
        """As `JournalReader.facts_after`; None where memory does not reach back so far."""
        with self._lock:
            if seq >= self._last_seq:
                return []
            first = self._last_seq - len(self._facts)
            if seq < first:
                return None
            found = self._facts[seq - first : seq - first + limit]
        size = 0
        for number, fact in enumerate(found):
            size += len((fact.stored or "").encode())
            if number and size > bytes_max:
                return found[:number]
        return found
