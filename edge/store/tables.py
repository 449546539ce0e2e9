"""How each table of the state lies in the file: one row for each key, with a checksum of its own.

A row's checksum is a CRC-32 over its other columns: SQLite alone hands out a row with a flipped
bit without noticing. Rows are written in the transaction that appends the facts that changed them.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zlib import crc32

from edge.model.counts import Count
from edge.model.devices import FoundDecision
from edge.model.errands import Errand
from edge.model.goods import Article, Forward, Lot, PackLevel, PresentItem, PresentItems, Stock
from edge.model.ids import DeviceName, Epc, LocationId, Sku
from edge.model.orders import Order
from edge.model.pallets import Pallet
from edge.model.passages import PassageQuestion
from edge.model.returns import AnnouncedReturn, ReturnedPiece
from edge.model.state import FloorState
from edge.model.table import Table
from edge.model.tag_work import TagJob
from edge.model.tasks import Task
from edge.model.work import ListedPerson, PackSession, Parcel, Picker, Tote, Walk, WallSlot
from edge.store.codec import decode_value, encode_value
from edge.store.errors import StoreDamagedError
from edge.store.present import ITEM_COLUMNS, present_items

Columns = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class RowForm:
    """How the values of one table become rows and back.

    Attributes:
        name: of the table in the file.
        keys: its key columns.
        others: its other columns without the checksum.
        table_of: the state's table.
        to_columns: key and value as columns, keys first.
        from_columns: the reverse.
        beside: a column that stands beside the checksum and only grows.
    """

    name: str
    keys: tuple[str, ...]
    others: tuple[str, ...]
    table_of: Callable[[FloorState], Table[Any, Any]]
    to_columns: Callable[[Any, Any], Columns]
    from_columns: Callable[[Any], tuple[Any, Any]]
    beside: tuple[str, ...] = ()

    @property
    def upsert(self) -> str:
        """Statement that writes one row: all columns, the checksum, what stands beside it."""
        columns = (*self.keys, *self.others, "checksum", *self.beside)
        changes = ", ".join(
            (
                *(f"{one} = excluded.{one}" for one in (*self.others, "checksum")),
                *(f"{one} = max({one}, excluded.{one})" for one in self.beside),
            )
        )
        return (
            f"INSERT INTO {self.name}({', '.join(columns)})"  # noqa: S608 - names from this file
            f" VALUES ({', '.join('?' * len(columns))})"
            f" ON CONFLICT({', '.join(self.keys)}) DO UPDATE SET {changes}"
        )

    @property
    def delete(self) -> str:
        """Statement that takes away one row, the key given."""
        return f"DELETE FROM {self.name} WHERE {' AND '.join(f'{one} = ?' for one in self.keys)}"  # noqa: S608 - names from this file

    @property
    def select(self) -> str:
        """Statement that reads every row: all columns and the checksum."""
        return f"SELECT {', '.join((*self.keys, *self.others))}, checksum FROM {self.name}"  # noqa: S608 - names from this file


def _documents(name: str, kind: type[Any]) -> RowForm:
    return RowForm(
        name,
        ("key",),
        ("body",),
        lambda state: getattr(state, name),
        lambda key, value: (key, encode_value(value)),
        lambda columns: (columns[0], decode_value(kind, columns[1])),
    )


def _stock_columns(_: tuple[Sku, LocationId], stock: Stock) -> Columns:
    return stock.sku, stock.location, stock.quantity, stock.reserved, stock.version


def _item_columns(_: Epc, item: PresentItem) -> Columns:
    # the column is REAL: a checksum over 1 would not fit the 1.0 read
    return (*item[:3], float(item.probability), *item[4:])


def _outage(columns: tuple[DeviceName, int]) -> tuple[DeviceName, int]:
    return columns


def _number(columns: tuple[str, int]) -> tuple[str, int]:
    return columns


ITEMS = RowForm(
    "items",
    ITEM_COLUMNS[:1],
    ITEM_COLUMNS[1:],
    lambda state: state.items,
    _item_columns,
    lambda columns: (columns[0], PresentItem(*columns)),
    beside=("newest",),
)
LOADED = (
    _documents("articles", Article),
    _documents("levels", PackLevel),
    RowForm(
        "stock",
        ("sku", "location"),
        ("quantity", "reserved", "version"),
        lambda state: state.stock,
        _stock_columns,
        lambda columns: (columns[:2], Stock(*columns)),
    ),
    RowForm(
        "lots",
        ("sku", "location"),
        ("body",),
        lambda state: state.lots,
        lambda key, lot: (*key, encode_value(lot)),
        lambda columns: (columns[:2], decode_value(Lot, columns[2])),
    ),
    RowForm(
        "forwards",
        ("location", "sku"),
        ("body",),
        lambda state: state.forwards,
        lambda key, forward: (*key, encode_value(forward)),
        lambda columns: (columns[:2], decode_value(Forward, columns[2])),
    ),
    _documents("orders", Order),
    _documents("walks", Walk),
    _documents("pickers", Picker),
    _documents("people", ListedPerson),
    _documents("totes", Tote),
    _documents("packs", PackSession),
    _documents("slots", WallSlot),
    _documents("parcels", Parcel),
    _documents("pallets", Pallet),
    _documents("tag_jobs", TagJob),
    _documents("found", FoundDecision),
    _documents("questions", PassageQuestion),
    _documents("errands", Errand),
    _documents("returns", AnnouncedReturn),
    _documents("returned", ReturnedPiece),
    _documents("tasks", Task),
    RowForm(
        "counts",
        ("location", "sku"),
        ("body",),
        lambda state: state.counts,
        lambda key, count: (*key, encode_value(count)),
        lambda columns: (columns[:2], decode_value(Count, columns[2])),
    ),
    RowForm(
        "numbers",
        ("kind",),
        ("given",),
        lambda state: state.numbers,
        lambda kind, given: (kind, given),
        _number,
    ),
    RowForm(
        "outages",
        ("device",),
        ("since_us",),
        lambda state: state.outages,
        lambda device, since_us: (device, since_us),
        _outage,
    ),
)
"""The tables that the state holds whole."""
FORMS = (*LOADED, ITEMS)
NamedStretch = tuple[str, str, Sku | None]
"""EPCs as text from the first on and before the second, and the article that they should bear."""
_NAMED_OTHERWISE = (
    "epc IN (SELECT one.epc FROM json_each(?) AS stretch CROSS JOIN items AS one"
    " ON one.epc >= json_extract(stretch.value, '$[0]')"
    " AND one.epc < json_extract(stretch.value, '$[1]')"
    " WHERE one.location NOT NULL AND one.sku IS NOT json_extract(stretch.value, '$[2]'))"
    " ORDER BY epc LIMIT ?"
)


class Changes(NamedTuple):
    """What a commit does to one table."""

    form: RowForm
    written: list[Columns]
    deleted: list[Columns]


def changes_of(state: FloorState, newest: Mapping[Epc, int]) -> list[Changes]:
    """The touched rows of every table, in words ready for the file.

    Args:
        state: see there.
        newest: the position of the newest fact of each item.

    Raises:
        StoreCodecError: a value cannot be written.
    """
    return [
        _changes(form, table, newest) for form in FORMS if (table := form.table_of(state)).touched
    ]


def write_changes(connection: sqlite3.Connection, changes: Sequence[Changes]) -> None:
    """Carry out changes within the running transaction."""
    for form, written, deleted in changes:
        if written:
            connection.executemany(form.upsert, written)
        if deleted:
            connection.executemany(form.delete, deleted)


def forget_touched(state: FloorState) -> None:
    """After the commit: nothing is touched any more, item rows are no longer in memory."""
    for form in FORMS:
        form.table_of(state).touched.clear()
    state.items.clear()


def load_state(
    connection: sqlite3.Connection,
    state: FloorState,
    present: Callable[[PresentItems], None] | None = None,
    read_ahead: Iterable[PresentItems] | None = None,
) -> None:
    """Fill every table of a fresh state.

    Args:
        connection: to read with.
        state: without anything in it yet.
        present: told of the items that are somewhere, some thousands at a time.
        read_ahead: these items, where they were read already.

    Raises:
        StoreDamagedError: a row is not as it was written.
    """
    for form in LOADED:
        table = form.table_of(state)
        for columns in sound_rows(connection, form):
            table.load(*form.from_columns(columns))
    for items in present_items(connection) if read_ahead is None else read_ahead:
        state.note_present(items)
        if present is not None:
            present(items)


def items_named_otherwise(
    connection: sqlite3.Connection, stretches: Iterable[NamedStretch], most: int
) -> list[PresentItem]:
    """Items that are somewhere and bear another name than their stretch says, by their EPCs.

    Raises:
        StoreDamagedError: a row is not as it was written.
    """
    rows = sound_rows(connection, ITEMS, _NAMED_OTHERWISE, [json.dumps(list(stretches)), most])
    return [PresentItem(*columns) for columns in rows]


def _damaged(form: RowForm, row: Columns) -> str:
    return f"table {form.name}, row {row[0]!r} is not as it was written"


def examined_rows(
    connection: sqlite3.Connection,
    form: RowForm,
    condition: str = "true",
    values: Sequence[object] = (),
) -> Iterator[tuple[Any, str | None]]:
    """The columns of each row that fits, without the checksum, and what is wrong, if anything."""
    for *columns, checksum in connection.execute(f"{form.select} WHERE {condition}", values):
        row = tuple(columns)
        if crc32(repr(row).encode()) == checksum:
            yield row, None
        else:
            yield row, _damaged(form, row)


def sound_rows(
    connection: sqlite3.Connection,
    form: RowForm,
    condition: str = "true",
    values: Sequence[object] = (),
) -> Iterator[Any]:
    """The columns of each row that fits, found to be as it was written.

    Raises:
        StoreDamagedError: a row is not.
    """
    for row, problem in examined_rows(connection, form, condition, values):
        if problem:
            raise StoreDamagedError(f"{problem}; restore a backup")
        yield row


def _changes(form: RowForm, table: Table[Any, Any], newest: Mapping[Epc, int]) -> Changes:
    written, deleted = [], []
    for key in table.touched:
        value = table.get(key)
        if value is None:
            deleted.append(key if isinstance(key, tuple) else (key,))
        else:
            columns = form.to_columns(key, value)
            checksum = crc32(repr(columns).encode())
            beside = (newest.get(key, 0),) if form.beside else ()
            written.append((*columns, checksum, *beside))
    return Changes(form, written, deleted)
