"""What pages and the command line ask of the store; each answer is bounded."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.model.events import Fact
from edge.model.goods import PresentItem
from edge.model.ids import Epc, LocationId, Sku
from edge.store.database import open_reader, snapshot
from edge.store.errors import told_by_store
from edge.store.histories import history
from edge.store.journal import epochs, facts_from
from edge.store.tables import FORMS, ITEMS, sound_rows


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the store holds.

    Attributes:
        facts: rows of the journal.
        unacknowledged: of these, not yet stored by the central system.
        present_items: tagged items that are somewhere.
        rows: of each table of the state, by its name.
    """

    facts: int
    unacknowledged: int
    present_items: int
    rows: dict[str, int]


class Queries:
    """A connection of its own, for one thread at a time; sees each commit as soon as it is done.

    Args:
        path: of a store that exists.

    Raises:
        StoreError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._connection = open_reader(path)

    def item(self, epc: Epc) -> PresentItem | None:
        """A tagged item, also one that has departed; None for a tag that was never anywhere.

        Raises:
            StoreDamagedError: its row is not as it was written.
        """
        return next(iter(self._items("epc = ?", (epc,), 1)), None)

    def items(self, text: str, limit: int) -> list[PresentItem]:
        """Items whose EPC or article number begins with `text`; those that are anywhere first.

        Looks at every item: some 10 ms for 100,000.
        """
        beginning = _beginning_with(text)
        return self._items(
            "(epc LIKE ? ESCAPE '\\' OR sku LIKE ? ESCAPE '\\')", (beginning, beginning), limit
        )

    def items_at(self, location: LocationId, limit: int) -> list[PresentItem]:
        """Items in a place itself, in the order of their EPC; looks at every item.

        There is no index by place on purpose: it would have to be written, twice, at each move.
        """
        return self._items("location = ?", (location,), limit)

    def located(self, limit: int) -> list[PresentItem]:
        """Items that are anywhere, in the order of their EPC."""
        return self._items("location NOT NULL", (), limit)

    def items_of(self, skus: Sequence[Sku], limit: int) -> list[PresentItem]:
        """Items of some articles, those that have departed last; looks at every item once."""
        return self._items("sku IN (SELECT value FROM json_each(?))", (json.dumps(skus),), limit)

    def history(self, subject: str, limit: int) -> list[Fact]:
        """The newest facts that name an EPC, an order or a parcel (SSCC), the newest first.

        Raises:
            StoreDamagedError: what leads to them is not as it was written.
        """
        with snapshot(self._connection, "reading the journal"):
            known = epochs(self._connection)
            rows = list(history(self._connection, subject, limit))
        return list(facts_from(rows, known))

    def counts(self) -> Counts:
        """How much the store holds; looks at every row of the state."""
        with snapshot(self._connection, "counting"):
            return Counts(
                facts=self._number("SELECT count(*) FROM facts"),
                unacknowledged=self._number(
                    "SELECT count(*) FROM facts"
                    " WHERE position > (SELECT acknowledged_position FROM cursor)"
                ),
                present_items=self._number("SELECT count(*) FROM items WHERE location NOT NULL"),
                rows={
                    form.name: self._number(f"SELECT count(*) FROM {form.name}")  # noqa: S608 - names of our tables
                    for form in FORMS
                },
            )

    def close(self) -> None:
        """End asking."""
        self._connection.close()

    def _items(self, condition: str, values: tuple[str, ...], limit: int) -> list[PresentItem]:
        with told_by_store("looking for items"):
            rows = sound_rows(
                self._connection,
                ITEMS,
                f"{condition} ORDER BY location IS NULL, epc LIMIT ?",
                (*values, limit),
            )
            return [PresentItem(*columns) for columns in rows]

    def _number(self, statement: str) -> int:
        (number,) = self._connection.execute(statement).fetchone()
        return int(number)


def _beginning_with(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"
