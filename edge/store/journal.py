"""The journal's rows: positions, epochs, the chain's head, reading facts back.

A fact lies at a *position*, counted for ever and without gaps. An epoch begins at a position; a
fact's `seq` is its position counted within the epoch that covers it. A restored store starts a new
epoch behind the last acknowledged fact: facts that were not acknowledged then get a new seq and
keep their id, and no number is used for two different facts.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

from edge.model.events import Fact
from edge.store.chain import CHAIN_START, Row, follows
from edge.store.codec import VERSIONS, decode_event
from edge.store.errors import StoreDamagedError

COLUMNS = "position, id, occurred_us, recorded_us, type, version, body, checksum"

_COLUMNS_BEFORE = {"cursor": (4,), "epochs": (2, 3)}
"""So many columns they had before there was a checksum behind them."""
NUMBERED_SINCE_MS = 1_767_225_600_000
"""The beginning of 2026, UTC."""


NEWEST_COUNT = 1_000
"""So many facts tell how late it was; among them some are from before the clock was set."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch of the journal; the seq of its first position is 1."""

    first_position: int
    name: str

    def seq_of(self, position: int) -> int:
        """A position counted within this epoch."""
        return position - self.first_position + 1

    def position_of(self, seq: int) -> int:
        """The reverse of `seq_of`."""
        return seq + self.first_position - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the journal was delivered, and where it begins.

    Attributes:
        acknowledged_position: the central system has stored everything up to here.
        pruned_position: the last row that was taken away, 0 for none.
        pruned_checksum: of that row: what the first row left is tied to.
    """

    acknowledged_position: int
    pruned_position: int
    pruned_checksum: bytes


class Head(NamedTuple):
    """The journal's end.

    Attributes:
        position: of the last fact; 0 before the first.
        checksum: of the last fact.
    """

    position: int
    checksum: bytes


def epochs(connection: sqlite3.Connection) -> list[Epoch]:
    """Every epoch, the oldest first; empty in a file that was just made.

    Raises:
        StoreDamagedError: one is not as it was written.
    """
    return sorted(
        (Epoch(position, name) for position, name, *_ in _marks(connection, "epochs")),
        key=lambda one: one.first_position,
    )


def numbered_from_s(connection: sqlite3.Connection) -> int | None:
    """Seconds from `NUMBERED_SINCE_MS` to the beginning of the newest epoch.

    What numbers a backup does not know of, or a gateway whose disk was lost, were given before
    that moment: numbers of this epoch, such as those of parcels, begin above it.

    Returns:
        None where the clock was wrong when the epoch began: it stood before that year, or behind
        facts that the journal had already.
    """
    _, name, *is_sure = max(_marks(connection, "epochs"), default=(0, ""))
    began_ms = _began_ms(name) if is_sure == [1] else None
    if began_ms is None or began_ms < NUMBERED_SINCE_MS:
        return None
    return (began_ms - NUMBERED_SINCE_MS) // 1000


def _began_ms(name: str) -> int | None:
    """When an epoch began, as its name (UUID version 7) tells; None for one of another form."""
    try:
        return UUID(name).int >> 80
    except ValueError:
        return None


def begin_epoch(connection: sqlite3.Connection, name: str) -> None:
    """Start a new epoch behind the last acknowledged fact, within the running transaction.

    Epochs without an acknowledged fact are taken away: their facts belong to the new one.
    """
    behind = read_cursor(connection).acknowledged_position
    (newest_us,) = connection.execute(
        "SELECT max(recorded_us) FROM"
        " (SELECT recorded_us FROM facts ORDER BY position DESC LIMIT ?)",
        (NEWEST_COUNT,),
    ).fetchone()
    began_ms = _began_ms(name)
    is_sure = began_ms is not None and 1000 * (began_ms + 1) > (newest_us or 0)
    connection.execute("DELETE FROM epochs WHERE first_position > ?", (behind,))
    write_epoch(connection, Epoch(behind + 1, name), is_sure=is_sure)


def write_epoch(connection: sqlite3.Connection, epoch: Epoch, *, is_sure: bool) -> None:
    """Write within the running transaction that an epoch began, and if the clock was sure then."""
    values = (epoch.first_position, epoch.name, int(is_sure))
    connection.execute(
        "INSERT INTO epochs(first_position, epoch, clock_sure, checksum) VALUES (?, ?, ?, ?)",
        (*values, _checksum("epochs", values)),
    )


def read_cursor(connection: sqlite3.Connection) -> Cursor:
    """How far the journal was delivered, and where it begins.

    Raises:
        StoreDamagedError: that row is gone, or not as it was written.
    """
    for _, *values in _marks(connection, "cursor"):
        return Cursor(*values)
    raise StoreDamagedError("the store has lost its cursor; restore a backup")


def write_cursor(connection: sqlite3.Connection, cursor: Cursor) -> None:
    """Write it within the running transaction."""
    values = (cursor.acknowledged_position, cursor.pruned_position, cursor.pruned_checksum)
    connection.execute(
        "UPDATE cursor SET acknowledged_position = ?, pruned_position = ?, pruned_checksum = ?,"
        " checksum = ?",
        (*values, _checksum("cursor", (1, *values))),
    )


def move_cursor(connection: sqlite3.Connection, position: int) -> None:
    """Write how far the journal was delivered, within the running transaction."""
    cursor = replace(read_cursor(connection), acknowledged_position=position)
    write_cursor(connection, cursor)


def _marks(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """The rows of `cursor` or `epochs` without their checksums, which files of before have not.

    Raises:
        StoreDamagedError: one is not as it was written.
    """
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names from this file
    if rows and len(rows[0]) in _COLUMNS_BEFORE[table]:
        return rows
    for *values, checksum in rows:
        if checksum != _checksum(table, tuple(values)):
            raise StoreDamagedError(
                f"table {table}, row {values[0]!r} is not as it was written; restore a backup"
            )
    return [row[:-1] for row in rows]


def _checksum(table: str, values: tuple[Any, ...]) -> int:
    return crc32(repr((table, *values)).encode())


def read_head(connection: sqlite3.Connection) -> Head:
    """The journal's end."""
    row = connection.execute(
        "SELECT position, checksum FROM facts ORDER BY position DESC LIMIT 1"
    ).fetchone()
    if row is not None:
        if not isinstance(row[1], bytes):
            raise StoreDamagedError(
                f"the fact at position {row[0]} is not as it was written; restore a backup"
            )
        return Head(*row)
    cursor = read_cursor(connection)
    return Head(cursor.pruned_position, cursor.pruned_checksum)


def checksum_at(connection: sqlite3.Connection, position: int) -> bytes:
    """What the row behind `position` is tied to.

    Raises:
        StoreDamagedError: there is no such row, and none was pruned there.
    """
    if position == 0:
        return CHAIN_START
    row = connection.execute(
        "SELECT checksum FROM facts WHERE position = ?", (position,)
    ).fetchone()
    if row is not None:
        return bytes(row[0])
    cursor = read_cursor(connection)
    if cursor.pruned_position != position:
        raise StoreDamagedError(
            f"the journal has no fact at position {position}; restore a backup"
        )
    return cursor.pruned_checksum


def examined_facts(connection: sqlite3.Connection, after: int) -> Iterator[tuple[Row, str | None]]:
    """Every row behind position `after` in order, with what is wrong with it, if anything.

    Raises:
        StoreDamagedError: what the first row is tied to is not there.
    """
    previous, expected = checksum_at(connection, after), after + 1
    selected = connection.execute(
        f"SELECT {COLUMNS} FROM facts WHERE position > ? ORDER BY position",  # noqa: S608 - names from this file
        (after,),
    )
    for row in map(Row._make, selected):
        problem = None
        if row.position != expected:
            problem = f"facts at positions {expected} to {row.position - 1} are missing"
        elif not follows(previous, row):
            problem = f"the fact at position {row.position} is not as it was written"
        yield row, problem
        previous, expected = row.checksum, row.position + 1


def sound_facts(connection: sqlite3.Connection, after: int) -> Generator[Row, None, None]:
    """The rows behind position `after` in order, each found to be as it was written.

    Raises:
        StoreDamagedError: a row is missing or changed.
    """
    for row, problem in examined_facts(connection, after):
        if problem:
            raise StoreDamagedError(f"{problem}; restore a backup")
        yield row


def facts_from(rows: Iterable[Row], known: list[Epoch]) -> Iterator[Fact]:
    """Rows as facts; `known` are all epochs, the oldest first.

    Raises:
        StoreCodecError: a fact is of a type or version that is not known here.
    """
    epoch_of = _finder(known)
    for row in rows:
        epoch = epoch_of(row.position)
        event = decode_event(row.type, row.version, row.body)
        yield Fact(
            epoch.seq_of(row.position),
            row.id,
            epoch.name,
            row.occurred_us,
            row.recorded_us,
            event,
            row.body if row.version == VERSIONS[row.type] else None,
        )


def _finder(known: list[Epoch]) -> Callable[[int], Epoch]:
    newest_first = known[::-1]

    def find(position: int) -> Epoch:
        return next(one for one in newest_first if one.first_position <= position)

    return find
