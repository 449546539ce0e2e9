"""The books of an exercise: what was told to be safe, held against the rows of the file.

They are kept outside the code that they judge: the file is read with plain SQL, and the product's
own check of itself is not asked.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from edge.store.errors import told_by_store

TAG_PREFIX = "30000000"
"""Of the tags in an exercise; no company has them, so a copied journal's own facts stay apart."""


class ToldFact(NamedTuple):
    """A fact as the writer told it; `id` is `-` where it told before it could know."""

    seq: int
    id: str
    epc: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the facts that were told to be safe.

    Attributes:
        kept: of the told facts, how many are in the file.
        lost: told, but not in the file, or with another id or tag.
        doubled: ids or tags that stand in the file more than once.
        reordered: rows with an earlier tag than the row before them.
        gaps: numbers that the file has not, below its last one.
    """

    kept: int
    lost: tuple[ToldFact, ...]
    doubled: int
    reordered: int
    gaps: int

    @property
    def good(self) -> bool:
        """Whether nothing is amiss."""
        return not (self.lost or self.doubled or self.reordered or self.gaps)


def told_facts(lines: Sequence[str]) -> list[ToldFact]:
    """The facts among the lines of a writer."""
    parts = [line.split() for line in lines]
    return [ToldFact(int(words[0]), words[1], words[2]) for words in parts if len(words) == 3]  # noqa: PLR2004 - SEQ ID EPC


def facts_of(path: Path) -> list[ToldFact]:
    """Every row of a store that nobody writes, numbered in the epoch in force.

    Raises:
        StoreError: the file cannot be read.
    """
    with told_by_store(f"reading {path}"), closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT position, id, json_extract(body, '$.epc') FROM facts ORDER BY position"
        ).fetchall()
        (first,) = connection.execute("SELECT max(first_position) FROM epochs").fetchone()
    return [ToldFact(position - first + 1, id_, epc or "") for position, id_, epc in rows]


def orders_received(path: Path, behind: int) -> tuple[set[str], int]:
    """The orders that a journal tells of behind a position, and its last position.

    Somebody may be writing it.

    Raises:
        StoreError: the file cannot be read.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    with told_by_store(f"reading {path}"), closing(sqlite3.connect(address, uri=True)) as journal:
        rows = journal.execute(
            "SELECT position, type = 'order.received', json_extract(body, '$.order.order_id')"
            " FROM facts WHERE position > ? ORDER BY position",
            (behind,),
        ).fetchall()
    return {order_id for _, is_order, order_id in rows if is_order}, rows[-1][
        0
    ] if rows else behind


def judge(path: Path, told: Sequence[ToldFact]) -> Verdict:
    """Compare a store that nobody writes with what was told of it.

    Raises:
        StoreError: the file cannot be read.
    """
    rows = facts_of(path)
    found = {row.seq: row for row in rows}
    tags = [row.epc for row in rows if row.epc.startswith(TAG_PREFIX)]
    lost = tuple(one for one in told if not _is(found.get(one.seq), one))
    return Verdict(
        kept=len(told) - len(lost),
        lost=lost,
        doubled=len(rows) - len({row.id for row in rows}) + len(tags) - len(set(tags)),
        reordered=sum(later < earlier for earlier, later in pairwise(tags)),
        gaps=rows[-1].seq - rows[0].seq + 1 - len(rows) if rows else 0,
    )


def _is(row: ToldFact | None, told: ToldFact) -> bool:
    return row is not None and told.id in {row.id, "-"} and row.epc == told.epc
