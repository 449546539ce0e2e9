"""Old facts go, so that the disk stays bounded; only such as the central system has stored."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile

from edge.store.chain import Row
from edge.store.codec import decode_data
from edge.store.journal import COLUMNS, read_cursor, write_cursor
from edge.store.subjects import subjects_of

PRUNED_AT_ONCE_MAX = 2_000
"""Bounds the time of one transaction to some tens of milliseconds."""
_FORGET_DEPARTED = "DELETE FROM items WHERE epc = ? AND newest = ? AND location IS NULL"
"""An item that departed goes with its newest fact: its row alone leads to its facts."""
Archive = Callable[[Sequence[Row]], None]
"""Keeps rows elsewhere, for good, before they go; may be given the same ones again."""


def prune(
    connection: sqlite3.Connection, upto: int, before_us: int, archive: Archive | None = None
) -> int:
    """Take away the oldest facts within the running transaction; gives how many.

    Args:
        connection: the writer's.
        upto: no position beyond this one.
        before_us: none that was recorded at or after this; the first such ends it, so that the
            rest has no holes even where the clock was set back.
        archive: is given the rows before they go.

    Raises:
        StoreError: they cannot be archived.
    """
    selected = connection.execute(
        f"SELECT {COLUMNS} FROM facts WHERE position <= ? ORDER BY position LIMIT ?",  # noqa: S608 - names from the journal
        (upto, PRUNED_AT_ONCE_MAX),
    )
    going = list(
        takewhile(lambda row: row.recorded_us < before_us, map(Row._make, selected.fetchall()))
    )
    if going:
        if archive is not None:
            archive(going)
        _take_away(connection, going)
    return len(going)


def _take_away(connection: sqlite3.Connection, going: Sequence[Row]) -> None:
    last = going[-1]
    subjects = [(one, row.position) for row in going for one in subjects_of(decode_data(row.body))]
    connection.executemany("DELETE FROM subjects WHERE subject = ? AND position = ?", subjects)
    connection.executemany(_FORGET_DEPARTED, subjects)
    connection.execute("DELETE FROM facts WHERE position <= ?", (last.position,))
    cursor = read_cursor(connection)
    write_cursor(
        connection, replace(cursor, pruned_position=last.position, pruned_checksum=last.checksum)
    )
