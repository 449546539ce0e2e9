"""Proof that the store is as it was written: every row, every checksum, every number."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from edge.store.errors import StoreDamagedError, told_by_store
from edge.store.journal import epochs, examined_facts, read_cursor, read_head
from edge.store.tables import FORMS, sound_rows

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


def verify(connection: sqlite3.Connection) -> VerifyReport:
    """Check the file's structure, the journal's chain and numbers, and each row of the state.

    All of it is read within one read transaction: a writer may go on meanwhile.

    Raises:
        StoreError: the file cannot be read at all.
    """
    with told_by_store("verifying the store"):
        connection.execute("BEGIN")
        try:
            return _report(connection)
        finally:
            connection.execute("COMMIT")


def _report(connection: sqlite3.Connection) -> VerifyReport:
    known = epochs(connection)
    head, cursor = read_head(connection), read_cursor(connection)
    problems = [*islice(_problems(connection), PROBLEMS_MAX)]
    (facts,) = connection.execute("SELECT count(*) FROM facts").fetchone()
    return VerifyReport(
        epoch=known[-1].name if known else "",
        facts=facts,
        last_seq=known[-1].seq_of(head.position) if known else 0,
        acknowledged=known[-1].seq_of(cursor.acknowledged_position) if known else 0,
        rows=sum(
            connection.execute(f"SELECT count(*) FROM {form.name}").fetchone()[0]  # noqa: S608 - names of our tables
            for form in FORMS
        ),
        problems=tuple(problems),
    )


def _problems(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({PROBLEMS_MAX})"):
        if line != "ok":
            yield f"structure: {line}"
    cursor = read_cursor(connection)
    for _, problem in examined_facts(connection, cursor.pruned_position):
        if problem:
            yield problem
    yield from _cursor_problems(connection)
    for form in FORMS:
        try:
            for _ in sound_rows(connection, form):
                pass
        except StoreDamagedError as error:
            yield str(error)


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
