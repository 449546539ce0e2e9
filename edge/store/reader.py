"""The journal for those who only read it: the link to the central system, and the command line."""

from pathlib import Path

from edge.model.events import Fact
from edge.store.chain import Row
from edge.store.database import open_reader
from edge.store.errors import told_by_store
from edge.store.journal import (
    Epoch,
    epochs,
    facts_from,
    read_cursor,
    read_head,
    sound_facts,
)


class JournalReader:
    """A connection of its own, for one thread at a time; sees each commit as soon as it is done.

    Numbers are those of the epoch in force at the time of the call.

    Args:
        path: of a store that exists.

    Raises:
        StoreError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._connection = open_reader(path)

    def facts_after(self, seq: int, limit: int, bytes_max: int) -> list[Fact]:
        """The facts behind `seq` in order, each row checked.

        Args:
            seq: 0 or more, of the epoch in force.
            limit: how many at most.
            bytes_max: of their JSON text together; the first one is given whatever its size.

        Raises:
            StoreDamagedError: a row is missing or changed.
            StoreError: the file cannot be read.
        """
        with told_by_store("reading the journal"):
            known = epochs(self._connection)
            rows = self._rows(known[-1].position_of(seq), limit, bytes_max)
        return list(facts_from(rows, known))

    def last_seq(self) -> int:
        """Number of the last fact; 0 before the first."""
        with told_by_store("reading the journal"):
            return self._epoch().seq_of(read_head(self._connection).position)

    def acknowledged(self) -> int:
        """The central system has stored everything up to here; may lag some seconds behind."""
        with told_by_store("reading the journal"):
            return self._epoch().seq_of(read_cursor(self._connection).acknowledged_position)

    def epoch(self) -> str:
        """Name of the numbering in force."""
        with told_by_store("reading the journal"):
            return self._epoch().name

    def close(self) -> None:
        """End reading."""
        self._connection.close()

    def _epoch(self) -> Epoch:
        return epochs(self._connection)[-1]

    def _rows(self, after: int, limit: int, bytes_max: int) -> list[Row]:
        rows: list[Row] = []
        size = 0
        for row in sound_facts(self._connection, after):
            size += len(row.body.encode())
            if rows and size > bytes_max:
                break
            rows.append(row)
            if len(rows) >= limit:
                break
        return rows
