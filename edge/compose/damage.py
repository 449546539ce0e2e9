"""Whoever comes upon damage in the journal tells it here; the daemon ends to have it mended."""

import threading
from collections.abc import Callable
from pathlib import Path

from typing_extensions import override

from edge.model.events import Fact
from edge.store.errors import StoreDamagedError
from edge.store.reader import JournalReader
from edge.store.recent import RecentFacts

Listener = Callable[[StoreDamagedError], None]


class Damage:
    """Thread-safe; only the first word counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: StoreDamagedError | None = None
        self._listener: Listener | None = None

    def tell(self, error: StoreDamagedError) -> None:
        """The journal is damaged; returns at once."""
        with self._lock:
            if self._found is not None:
                return
            self._found, listener = error, self._listener
        if listener is not None:
            listener(error)

    def listen(self, listener: Listener) -> None:
        """Have the word, even if it was said before."""
        with self._lock:
            self._listener, found = listener, self._found
        if found is not None:
            listener(found)


class TellingReader(JournalReader):
    """Reads the journal for the link: rows that no turn of the floor touches any more.

    Args:
        path: of the store.
        damage: told when a row is not as it was written.
        recent: as of the reader.
    """

    def __init__(self, path: Path, damage: Damage, recent: RecentFacts | None = None) -> None:
        super().__init__(path, recent)
        self._damage = damage

    @override
    def facts_after(self, seq: int, limit: int, bytes_max: int) -> list[Fact]:
        try:
            return super().facts_after(seq, limit, bytes_max)
        except StoreDamagedError as error:
            self._damage.tell(error)
            raise
