"""The central system's books in one SQLite file.

A batch of events is one transaction with `synchronous=FULL`; what `take` has returned from is on
the disk, so an acknowledgement may follow. Events are stored as they come, and applied in the
order of their numbers, as far as there is no gap. Several processes may write the same file.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from typing_extensions import override

from simulators.central_batch import Batch
from simulators.central_books import NEWEST, BooksAwayError, Prefix, SqlBooks, base_36
from simulators.central_events import Delivered

_PATIENCE_S = 30.0
"""How long a writer waits for another one's transaction."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL,
  type TEXT NOT NULL, body TEXT NOT NULL, arrived INTEGER NOT NULL, arrived_us INTEGER NOT NULL,
  again INTEGER NOT NULL, PRIMARY KEY (gateway, epoch, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS events_by_id ON events (id);
CREATE TABLE IF NOT EXISTS doubles (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL,
  why TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (gateway, epoch, seq, id, why, body));
CREATE TABLE IF NOT EXISTS cursors (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, upto INTEGER NOT NULL, highest INTEGER NOT NULL,
  touched INTEGER NOT NULL, base TEXT NOT NULL, moved_us INTEGER NOT NULL,
  asked_us INTEGER NOT NULL DEFAULT 0, asked_upto INTEGER NOT NULL DEFAULT -1,
  PRIMARY KEY (gateway, epoch));
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
  number INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
  state TEXT NOT NULL, sent_us INTEGER NOT NULL, received INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS parcels (
  sscc TEXT NOT NULL, id TEXT NOT NULL, order_id TEXT NOT NULL, PRIMARY KEY (sscc, id));
"""


_GAPS_DUE = """SELECT gateway, epoch, upto, highest, base, asked_upto FROM cursors
  WHERE upto < highest AND moved_us <= ? AND asked_us <= ?
  AND base IN (SELECT value FROM json_each(?)) AND """
_REVISE = """UPDATE orders SET body=?, sent_us=?, received=0 WHERE order_id=?
  AND coalesce(json_extract(body, '$.rev'), 1) < ?"""


class CentralStore(SqlBooks):
    """The books in one file; `:memory:` for books that need not outlive the process.

    Args:
        path: of the SQLite file.
        readonly: to look into the books of a central system that may be running.

    Raises:
        sqlite3.Error: the file cannot be opened.
    """

    def __init__(self, path: Path | str, *, readonly: bool = False) -> None:
        address = f"{Path(path).absolute().as_uri()}?mode=ro" if readonly else str(path)
        self._books = sqlite3.connect(
            address,
            timeout=_PATIENCE_S,
            uri=readonly,
            isolation_level=None,
            check_same_thread=False,
        )
        if not readonly:
            self._books.execute("PRAGMA journal_mode=WAL")
            self._books.execute("PRAGMA synchronous=FULL")
            self._books.executescript(_SCHEMA)

    @override
    def close(self) -> None:
        self._books.close()

    # -- events --------------------------------------------------------------------------------
    @override
    def take(self, events: Sequence[Delivered], now_us: int) -> list[Delivered]:
        with self._transaction():
            return Batch(self._books, events, now_us).take()

    @override
    def prefix(self, gateway: str, epoch: str) -> Prefix:
        row = self._books.execute(
            "SELECT upto, highest, base FROM cursors WHERE gateway=? AND epoch=?", (gateway, epoch)
        ).fetchone()
        return Prefix(gateway, epoch, *(row or (0, 0, "")))

    @override
    def prefixes(self) -> list[Prefix]:
        rows = self._books.execute(
            "SELECT gateway, epoch, upto, highest, base FROM cursors ORDER BY touched"
        )
        return [Prefix(*row) for row in rows]

    @override
    def gaps_due(self, now_us: int, patience_us: int, bases: Iterable[str]) -> list[Prefix]:
        since_us = now_us - patience_us
        with self._transaction():
            rows = self._books.execute(
                _GAPS_DUE + NEWEST, (since_us, since_us, json.dumps(list(bases)))
            ).fetchall()
            for gateway, epoch, upto, _, _, asked_upto in rows:
                if asked_upto != upto:
                    self.count("gaps")
                self._books.execute(
                    "UPDATE cursors SET asked_us=?, asked_upto=upto WHERE gateway=? AND epoch=?",
                    (now_us, gateway, epoch),
                )
        return [Prefix(*row[:5]) for row in rows]

    def ids_of(self, epoch: str) -> dict[int, str]:
        """Ids of the stored events of an epoch, by number."""
        rows = self._books.execute("SELECT seq, id FROM events WHERE epoch=?", (epoch,))
        return dict(rows.fetchall())

    @override
    def counter(self, name: str) -> int:
        return self._one("SELECT coalesce(max(value), 0) FROM counters WHERE name=?", (name,))

    @override
    def count(self, name: str) -> None:
        self._books.execute(
            "INSERT INTO counters VALUES (?, 1)"
            " ON CONFLICT (name) DO UPDATE SET value = value + 1",
            (name,),
        )

    @override
    def data_of(self, kind: str) -> list[dict[str, Any]]:
        rows = self._books.execute(
            "SELECT body FROM events WHERE type=? ORDER BY arrived", (kind,)
        )
        return [json.loads(body).get("data", {}) for (body,) in rows]

    # -- orders --------------------------------------------------------------------------------
    @override
    def add_order(self, order: dict[str, Any], now_us: int) -> bool:
        with self._transaction():
            added = self._books.execute(
                "INSERT OR IGNORE INTO orders (order_id, body, state, sent_us)"
                " VALUES (?, ?, 'open', ?)",
                (order["order_id"], json.dumps(order), now_us),
            )
        return added.rowcount > 0

    @override
    def revise_order(self, order: dict[str, Any], now_us: int) -> bool:
        with self._transaction():
            revised = self._books.execute(
                _REVISE, (json.dumps(order), now_us, order["order_id"], order["rev"])
            )
        return revised.rowcount > 0

    @override
    def orders(self, state: str | None = None) -> list[dict[str, Any]]:
        where, values = ("WHERE state=?", (state,)) if state else ("", ())
        rows = self._books.execute(f"SELECT body FROM orders {where} ORDER BY number", values)  # noqa: S608 - two fixed texts
        return [json.loads(body) for (body,) in rows]

    @override
    def order_count(self, state: str | None = None) -> int:
        if state is None:
            return self._one("SELECT count(*) FROM orders")
        return self._one("SELECT count(*) FROM orders WHERE state=?", (state,))

    @override
    def unconfirmed(self, before_us: int) -> list[dict[str, Any]]:
        rows = self._books.execute(
            "SELECT body FROM orders WHERE received=0 AND sent_us<?", (before_us,)
        )
        return [json.loads(body) for (body,) in rows]

    @override
    def sent_again(self, order_ids: Iterable[str], now_us: int) -> None:
        self._books.executemany(
            "UPDATE orders SET sent_us=? WHERE order_id=?", [(now_us, o) for o in order_ids]
        )

    @override
    def token(self, fresh: str) -> str:
        number = int(fresh, 36)
        self._books.execute("INSERT OR IGNORE INTO counters VALUES ('token', ?)", (number,))
        return base_36(self.counter("token"))

    # -- inside --------------------------------------------------------------------------------
    def _transaction(self) -> AbstractContextManager[None]:
        return _transaction(self._books)

    @override
    def _one(self, question: str, values: tuple[object, ...] = ()) -> int:
        return int(self._books.execute(question, values).fetchone()[0])


@contextmanager
def _transaction(books: sqlite3.Connection) -> Iterator[None]:
    try:
        books.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise BooksAwayError(f"the books cannot be written now: {error}") from error
    try:
        yield
    except BaseException:
        books.execute("ROLLBACK")
        raise
    books.execute("COMMIT")
