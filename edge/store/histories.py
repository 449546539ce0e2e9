"""Where the history of a thing is found.

Most facts name things at will: a row of `subjects` for each thing leads to them. What the radio
tells of one item, which is nearly all there is, writes that item's row anyway. So that row bears
the position of the newest such fact, and each such fact the position of the one before it: the
history lies in the journal itself, and costs no row in a tree whose every leaf is another one.

Neither is under a checksum, as the rows of `subjects` are not: they lead to facts, which are, and
which must name the thing.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence

from edge.model.events import (
    Event,
    ItemArrived,
    ItemDeparted,
    ItemMoved,
    ItemNamed,
    ItemWithdrawn,
)
from edge.model.ids import Epc
from edge.store.chain import Row
from edge.store.codec import decode_data
from edge.store.errors import StoreDamagedError
from edge.store.subjects import subjects_of

OF_ONE_ITEM = (ItemArrived, ItemDeparted, ItemMoved, ItemWithdrawn, ItemNamed)
"""Facts that name one item and nothing else, and write its row."""

Followed = tuple[int | None, Epc | None]
"""The position of the fact before this one of its item, where this transaction has it, and the
item; None and None for a fact that rows of `subjects` lead to."""
NOT_FOLLOWED: Followed = (None, None)

_APPEND = (
    "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
    " coalesce(?, (SELECT newest FROM items WHERE epc = ?), 0))"
)
_HISTORY = """
    WITH RECURSIVE followed(position) AS (
        SELECT newest FROM items WHERE epc = :subject
        UNION ALL
        SELECT facts.earlier FROM followed JOIN facts USING (position)
        WHERE facts.earlier BETWEEN 1 AND facts.position - 1
        LIMIT :limit
    ),
    listed(position) AS (
        SELECT position FROM subjects WHERE subject = :subject
        ORDER BY position DESC LIMIT :limit
    )
    SELECT position, id, occurred_us, recorded_us, type, version, body, checksum FROM facts
    WHERE position IN (SELECT position FROM followed UNION SELECT position FROM listed)
    ORDER BY position DESC LIMIT :limit
"""
_FIND_NEWEST = """
    UPDATE items SET newest = found.position FROM (
        SELECT json_extract(body, '$.epc') AS epc, max(position) AS position FROM facts
        WHERE type IN (SELECT value FROM json_each(?)) GROUP BY 1
    ) AS found WHERE items.epc = found.epc
"""


class Newest(dict[Epc, int]):
    """The position of the newest fact of each item in one transaction."""

    def follow(self, event: Event, position: int) -> Followed | None:
        """How the next fact is found; None where its subjects are to be listed."""
        if not isinstance(event, OF_ONE_ITEM):
            return None
        epc = event.epc
        earlier = self.get(epc)
        self[epc] = position
        return earlier, epc


def append_facts(
    connection: sqlite3.Connection, rows: Sequence[Row], followed: Sequence[Followed]
) -> None:
    """Write facts within the running transaction, before the rows of their items."""
    connection.executemany(_APPEND, [row + one for row, one in zip(rows, followed, strict=True)])


def list_subjects(connection: sqlite3.Connection, subjects: Sequence[tuple[str, int]]) -> None:
    """Write what facts are about, with their positions, within the running transaction."""
    connection.executemany("INSERT INTO subjects VALUES (?, ?)", subjects)


def find_newest(connection: sqlite3.Connection) -> None:
    """Find each item's newest fact anew, within the running transaction; reads all facts."""
    connection.execute(_FIND_NEWEST, [json.dumps([one.type for one in OF_ONE_ITEM])])


def history(connection: sqlite3.Connection, subject: str, limit: int) -> Iterator[Row]:
    """The newest facts that name a thing, the newest first.

    Raises:
        StoreDamagedError: what leads to them leads elsewhere.
    """
    found = connection.execute(_HISTORY, {"subject": subject, "limit": limit}).fetchall()
    for row in map(Row._make, found):
        if subject not in subjects_of(decode_data(row.body)):
            raise StoreDamagedError(
                f"the history of {subject} leads to the fact at position {row.position}, which "
                "does not name it; restore a backup"
            )
        yield row
