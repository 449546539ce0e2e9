"""The journal for those who only read it: the link to the central system, and the command line."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from edge.model.events import Fact
from edge.store.chain import Row
from edge.store.database import open_reader, snapshot
from edge.store.errors import StoreDamagedError
from edge.store.journal import (
    COLUMNS,
    Epoch,
    epochs,
    facts_from,
    read_cursor,
    read_head,
    sound_facts,
)
from edge.store.recent import RecentFacts


class JournalReader:
    """A connection of its own, for one thread at a time; sees each commit as soon as it is done.

    Numbers are those of the epoch in force at the time of the call.

    Args:
        path: of a store that exists.
        recent: the newest facts of the store that writes it in this process; None to read all.

    Raises:
        StoreError: it cannot be opened.
    """

    def __init__(self, path: Path, recent: RecentFacts | None = None) -> None:
        self._connection = open_reader(path)
        self._recent = recent

    def facts_after(self, seq: int, limit: int, bytes_max: int) -> list[Fact]:
        """The facts behind `seq` in order, each row checked that is read; none from the last on.

        Args:
            seq: of the epoch in force; before the first fact that was not pruned, all are meant.
            limit: how many at most.
            bytes_max: of their JSON text together; the first one is given whatever its size.

        Raises:
            StoreDamagedError: a row is missing or changed.
            StoreError: the file cannot be read.
        """
        recent = self._recent.after(seq, limit, bytes_max) if self._recent is not None else None
        if recent is not None:
            return recent
        with snapshot(self._connection, "reading the journal"):
            known = self._epochs()
            after = known[-1].position_of(seq)
            if after >= read_head(self._connection).position:
                return []
            after = max(after, read_cursor(self._connection).pruned_position)
            rows = self._rows(after, limit, bytes_max)
        return list(facts_from(rows, known))

    def pages(
        self, after: int | None, limit: int, bytes_max: int
    ) -> Iterator[tuple[list[Fact], int]]:
        """Facts in order, a page at a time, each page with how many are left behind it.

        A page is read by itself: the writer's log would grow behind one long reading.

        Args:
            after: the facts behind this number of the epoch in force; None for all that are kept,
                those of the epochs before as well.
            limit: how many a page has at most.
            bytes_max: of a page's JSON text; the first fact is given whatever its size.

        Raises:
            StoreDamagedError: a row is missing or changed.
            StoreError: the file cannot be read.
        """
        with snapshot(self._connection, "reading the journal"):
            position = 0 if after is None else self._epochs()[-1].position_of(after)
        while True:
            with snapshot(self._connection, "reading the journal"):
                known, last = self._epochs(), read_head(self._connection).position
                if position >= last:
                    return
                position = max(position, read_cursor(self._connection).pruned_position)
                rows = self._rows(position, limit, bytes_max)
            position += len(rows)
            yield list(facts_from(rows, known)), last - position

    def newest_before(
        self, seq: int, kind: str, fits: Callable[[Fact], bool], look_back: int
    ) -> Fact | None:
        """The newest fact of a type before `seq` that fits; None where there is none.

        Args:
            seq: of the epoch in force.
            kind: its type.
            fits: told of each such fact, the newest first.
            look_back: how many facts of any type are gone through at most.

        Raises:
            StoreError: the file cannot be read, or a fact is of a version that is not known here.
        """
        with snapshot(self._connection, "looking back in the journal"):
            known = self._epochs()
            position = known[-1].position_of(seq)
            rows = self._connection.execute(
                f"SELECT {COLUMNS} FROM facts WHERE position BETWEEN ? AND ? AND type = ?"  # noqa: S608 - names from the journal
                " ORDER BY position DESC",
                (position - look_back, position - 1, kind),
            )
            found = facts_from(map(Row._make, rows), known)
            return next((fact for fact in found if fits(fact)), None)

    def last_seq(self) -> int:
        """Number of the last fact; 0 before the first."""
        if self._recent is not None:
            return self._recent.last_seq
        with snapshot(self._connection, "reading the journal"):
            return self._epochs()[-1].seq_of(read_head(self._connection).position)

    def acknowledged(self) -> int:
        """The central system has stored everything up to here; may lag some seconds behind."""
        with snapshot(self._connection, "reading the journal"):
            return self._epochs()[-1].seq_of(read_cursor(self._connection).acknowledged_position)

    def epoch(self) -> str:
        """Name of the numbering in force."""
        with snapshot(self._connection, "reading the journal"):
            return self._epochs()[-1].name

    def close(self) -> None:
        """End reading."""
        self._connection.close()

    def _epochs(self) -> list[Epoch]:
        known = epochs(self._connection)
        if not known:
            raise StoreDamagedError("the store has no epoch; restore a backup")
        return known

    def _rows(self, after: int, limit: int, bytes_max: int) -> list[Row]:
        rows: list[Row] = []
        size = 0
        with closing(sound_facts(self._connection, after)) as found:
            for row in islice(found, limit):
                size += len(row.body.encode())
                if rows and size > bytes_max:
                    break
                rows.append(row)
        return rows
