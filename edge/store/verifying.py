"""Proof that the store is as it was written: every row, every checksum, every number."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from edge.store.database import snapshot
from edge.store.errors import StoreDamagedError, told_by_store
from edge.store.journal import epochs, examined_facts, read_cursor, read_head
from edge.store.tables import FORMS, RowForm, examined_rows

Thing = TypeVar("Thing")
Watch = Callable[[float, float], None]
"""Told now and then how many rows have been looked at, and of how many."""
TOLD_EVERY = 1000
"""Rows; whoever watches need not be told of each."""

PROBLEMS_MAX = 100
"""A report names the first of them; a file that is broken throughout must not fill the memory."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `verify` found.

    Attributes:
        epoch: the numbering in force; empty in a file without one.
        facts: rows of the journal.
        last_seq, acknowledged: within the epoch.
        rows: rows of the state's tables.
        problems: one sentence each; empty where all is well.
    """

    epoch: str
    facts: int
    last_seq: int
    acknowledged: int
    rows: int
    problems: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether everything is as it was written."""
        return not self.problems


def unwatched(_done: float, _of: float) -> None:
    """Nobody looks how far it is."""


def counted(things: Iterable[Thing], of: int, watch: Watch) -> Iterator[Thing]:
    """The things, and whoever watches is told how many have come."""
    for done, thing in enumerate(things):
        if done % TOLD_EVERY == 0:
            watch(done, of)
        yield thing


def verify(connection: sqlite3.Connection, watch: Watch = unwatched) -> VerifyReport:
    """Check the file's structure, the journal's chain and numbers, and each row of the state.

    A writer may go on meanwhile.

    Args:
        connection: reads the store.
        watch: told how far it is in the journal, which is the most of it.

    Raises:
        StoreError: the file cannot be read at all.
    """
    with snapshot(connection, "verifying the store"):
        return _report(connection, watch)


def _report(connection: sqlite3.Connection, watch: Watch) -> VerifyReport:
    problems = [*islice(_problems(connection, watch), PROBLEMS_MAX)]
    epoch, last_seq, acknowledged = _numbers(connection)
    return VerifyReport(
        epoch=epoch,
        facts=_count(connection, "facts"),
        last_seq=last_seq,
        acknowledged=acknowledged,
        rows=sum(_count(connection, form.name) for form in FORMS),
        problems=tuple(dict.fromkeys(problems)),
    )


def _numbers(connection: sqlite3.Connection) -> tuple[str, int, int]:
    """The newest epoch, its last number, and how far it is acknowledged."""
    try:
        known, head, cursor = epochs(connection), read_head(connection), read_cursor(connection)
    except StoreDamagedError:
        return "", 0, 0  # what cannot be told is among the problems already
    if not known:
        return "", 0, 0
    newest = known[-1]
    return newest.name, newest.seq_of(head.position), newest.seq_of(cursor.acknowledged_position)


def _count(connection: sqlite3.Connection, table: str) -> int:
    try:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names of our tables
    except sqlite3.DatabaseError:
        return 0  # what cannot be counted is among the problems already
    return int(count)


def _problems(connection: sqlite3.Connection, watch: Watch) -> Iterator[str]:
    yield from _until_damaged(_structure_problems(connection))
    yield from _until_damaged(_journal_problems(connection, watch))
    yield from _until_damaged(_cursor_problems(connection))
    for form in FORMS:
        yield from _until_damaged(_table_problems(connection, form))


def _until_damaged(problems: Iterator[str]) -> Iterator[str]:
    """One part's problems; where it cannot be read to its end, that is the last of them."""
    try:
        with told_by_store("reading on"):
            yield from problems
    except StoreDamagedError as error:
        yield str(error)


def _structure_problems(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({PROBLEMS_MAX})"):
        if line != "ok":
            yield f"structure: {line}"


def _journal_problems(connection: sqlite3.Connection, watch: Watch) -> Iterator[str]:
    pruned = read_cursor(connection).pruned_position
    facts = examined_facts(connection, pruned)
    for _, problem in counted(facts, read_head(connection).position - pruned, watch):
        if problem:
            yield problem


def _table_problems(connection: sqlite3.Connection, form: RowForm) -> Iterator[str]:
    for _, problem in examined_rows(connection, form):
        if problem:
            yield problem


def _cursor_problems(connection: sqlite3.Connection) -> Iterator[str]:
    cursor, head = read_cursor(connection), read_head(connection)
    if not epochs(connection):
        yield "the store has no epoch"
    if cursor.acknowledged_position > head.position:
        yield (
            f"facts up to position {cursor.acknowledged_position} were acknowledged, "
            f"but the journal ends at {head.position}"
        )
    if cursor.pruned_position > cursor.acknowledged_position:
        yield f"facts up to position {cursor.pruned_position} were pruned unacknowledged"
