"""The central system's books: every event once, the gap-free prefix, and what went wrong.

One SQLite file. A batch of events is one transaction with `synchronous=FULL`; what `take` has
returned from is on the disk, so an acknowledgement may follow. The key of an event is (gateway,
epoch, seq). The same event again is a harmless redelivery; another event under a key or an id that
is taken is a *double* and is kept beside the books, as is every sequence number that never came.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.central_events import Delivered, order_of, same_fact

_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL,
  type TEXT NOT NULL, body TEXT NOT NULL, arrived INTEGER NOT NULL, arrived_us INTEGER NOT NULL,
  PRIMARY KEY (gateway, epoch, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS events_by_id ON events (id);
CREATE TABLE IF NOT EXISTS doubles (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL,
  why TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (gateway, epoch, seq, id, why, body));
CREATE TABLE IF NOT EXISTS cursors (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, upto INTEGER NOT NULL, highest INTEGER NOT NULL,
  touched INTEGER NOT NULL, PRIMARY KEY (gateway, epoch));
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
  number INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
  state TEXT NOT NULL, sent_us INTEGER NOT NULL, received INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS parcels (
  sscc TEXT NOT NULL, id TEXT NOT NULL, order_id TEXT NOT NULL, PRIMARY KEY (sscc, id));
"""


@dataclass(frozen=True, slots=True)
class Prefix:
    """How far the events of one gateway and epoch are stored.

    Attributes:
        upto: every event from 1 to this one is on the disk.
        highest: the highest number that came; above `upto` there is a gap.
    """

    gateway: str
    epoch: str
    upto: int
    highest: int


class CentralStore:
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
            address, uri=readonly, isolation_level=None, check_same_thread=False
        )
        if not readonly:
            self._books.execute("PRAGMA journal_mode=WAL")
            self._books.execute("PRAGMA synchronous=FULL")
            self._books.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._books.close()

    # -- events --------------------------------------------------------------------------------
    def take(self, events: Sequence[Delivered], now_us: int) -> list[Delivered]:
        """Store a batch in one transaction; on return it is durable.

        Returns:
            The events that were new, in the order of arrival.
        """
        with self._transaction():
            fresh = [event for event in events if self._take_one(event, now_us)]
            for gateway, epoch in dict.fromkeys((e.gateway, e.epoch) for e in events):
                self._advance(gateway, epoch)
        return fresh

    def prefix(self, gateway: str, epoch: str) -> Prefix:
        """How far one epoch of a gateway is stored."""
        row = self._books.execute(
            "SELECT upto, highest FROM cursors WHERE gateway=? AND epoch=?", (gateway, epoch)
        ).fetchone()
        return Prefix(gateway, epoch, *(row or (0, 0)))

    def prefixes(self) -> list[Prefix]:
        """Every gateway and epoch, the one that was heard of last at the end."""
        rows = self._books.execute(
            "SELECT gateway, epoch, upto, highest FROM cursors ORDER BY touched"
        )
        return [Prefix(*row) for row in rows]

    def missing(self) -> int:
        """How many sequence numbers below the highest have not come."""
        return sum(
            prefix.highest
            - self._one(
                "SELECT count(*) FROM events WHERE gateway=? AND epoch=?",
                (prefix.gateway, prefix.epoch),
            )
            for prefix in self.prefixes()
        )

    def doubled(self) -> int:
        """Keys or ids that were used for two facts, and parcels that left twice."""
        twice = "SELECT count(*) - count(DISTINCT sscc) FROM parcels"
        return self._one("SELECT count(*) FROM doubles") + self._one(twice)

    def stored(self) -> int:
        """How many events are in the books."""
        return self._one("SELECT count(*) FROM events")

    def ids_of(self, epoch: str) -> dict[int, str]:
        """Ids of the stored events of an epoch, by number."""
        rows = self._books.execute("SELECT seq, id FROM events WHERE epoch=?", (epoch,))
        return dict(rows.fetchall())

    def counter(self, name: str) -> int:
        """One of the counters, such as `redelivered` or `gaps`; 0 at first."""
        return self._one("SELECT coalesce(max(value), 0) FROM counters WHERE name=?", (name,))

    def count(self, name: str) -> None:
        """Add one to a counter."""
        self._books.execute(
            "INSERT INTO counters VALUES (?, 1)"
            " ON CONFLICT (name) DO UPDATE SET value = value + 1",
            (name,),
        )

    def data_of(self, kind: str) -> list[dict[str, Any]]:
        """The data of every stored event of a type, oldest first."""
        rows = self._books.execute(
            "SELECT body FROM events WHERE type=? ORDER BY arrived", (kind,)
        )
        return [json.loads(body).get("data", {}) for (body,) in rows]

    # -- orders --------------------------------------------------------------------------------
    def add_order(self, order: dict[str, Any], now_us: int) -> bool:
        """Write an order down before it is sent for the first time.

        Returns:
            False where another central system on the same books has taken its number just now.
        """
        with self._transaction():
            added = self._books.execute(
                "INSERT OR IGNORE INTO orders (order_id, body, state, sent_us)"
                " VALUES (?, ?, 'open', ?)",
                (order["order_id"], json.dumps(order), now_us),
            )
        return added.rowcount > 0

    def orders(self, state: str | None = None) -> list[dict[str, Any]]:
        """The orders sent, oldest first: all, or those that are `open`, `shipped`, `cancelled`."""
        where, values = ("WHERE state=?", (state,)) if state else ("", ())
        rows = self._books.execute(f"SELECT body FROM orders {where} ORDER BY number", values)  # noqa: S608 - two fixed texts
        return [json.loads(body) for (body,) in rows]

    def order_count(self, state: str | None = None) -> int:
        """How many orders there are, of one state or in all."""
        if state is None:
            return self._one("SELECT count(*) FROM orders")
        return self._one("SELECT count(*) FROM orders WHERE state=?", (state,))

    def unconfirmed(self, before_us: int) -> list[dict[str, Any]]:
        """Open orders, sent before this time, of which no event has told."""
        rows = self._books.execute(
            "SELECT body FROM orders WHERE state='open' AND received=0 AND sent_us<?",
            (before_us,),
        )
        return [json.loads(body) for (body,) in rows]

    def sent_again(self, order_ids: Iterable[str], now_us: int) -> None:
        """Note that orders were sent once more."""
        self._books.executemany(
            "UPDATE orders SET sent_us=? WHERE order_id=?", [(now_us, o) for o in order_ids]
        )

    def token(self, fresh: str) -> str:
        """A word that names these books for ever: `fresh` if they had none."""
        number = int(fresh, 36)
        self._books.execute("INSERT OR IGNORE INTO counters VALUES ('token', ?)", (number,))
        return _base_36(self.counter("token"))

    # -- inside --------------------------------------------------------------------------------
    def _take_one(self, event: Delivered, now_us: int) -> bool:
        key = (event.gateway, event.epoch, event.seq)
        found = self._books.execute(
            "SELECT body FROM events WHERE gateway=? AND epoch=? AND seq=?", key
        ).fetchone()
        if found is not None:
            if same_fact(found[0], event):
                self.count("redelivered")
            else:
                self._double(event, "another event has this number")
            return False
        if self._books.execute("SELECT 1 FROM events WHERE id=?", (event.id,)).fetchone():
            self._double(event, "another event has this id")
        if event.seq < self.prefix(event.gateway, event.epoch).highest:
            self.count("reordered")
        self._insert(event, now_us)
        self._learn(event)
        return True

    def _insert(self, event: Delivered, now_us: int) -> None:
        key = (event.gateway, event.epoch, event.seq)
        self.count("arrived")
        arrived = self.counter("arrived")
        self._books.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*key, event.id, event.type, event.body, arrived, now_us),
        )
        self._books.execute(
            "INSERT INTO cursors VALUES (?, ?, 0, ?, ?) ON CONFLICT (gateway, epoch) DO UPDATE"
            " SET highest = max(highest, excluded.highest), touched = excluded.touched",
            (*key, arrived),
        )

    def _double(self, event: Delivered, why: str) -> None:
        self._books.execute(
            "INSERT OR IGNORE INTO doubles VALUES (?, ?, ?, ?, ?, ?)",
            (event.gateway, event.epoch, event.seq, event.id, why, event.body),
        )

    def _learn(self, event: Delivered) -> None:
        """Follow the orders: which arrived, which left, which will not be carried out."""
        order_id = order_of(event)
        if not order_id:
            return
        self._books.execute("UPDATE orders SET received=1 WHERE order_id=?", (order_id,))
        state = {"ship.departed": "shipped", "order.cancelled": "cancelled"}.get(event.type)
        if state:
            self._books.execute("UPDATE orders SET state=? WHERE order_id=?", (state, order_id))
        if event.type == "ship.departed":
            parcel = (str(event.data.get("sscc", event.id)), event.id, order_id)
            self._books.execute("INSERT OR IGNORE INTO parcels VALUES (?, ?, ?)", parcel)

    def _advance(self, gateway: str, epoch: str) -> None:
        upto = self.prefix(gateway, epoch).upto
        rows = self._books.execute(
            "SELECT seq FROM events WHERE gateway=? AND epoch=? AND seq>? ORDER BY seq",
            (gateway, epoch, upto),
        )
        for (seq,) in rows:
            if seq != upto + 1:
                break
            upto = seq
        self._books.execute(
            "UPDATE cursors SET upto=? WHERE gateway=? AND epoch=?", (upto, gateway, epoch)
        )

    def _transaction(self) -> AbstractContextManager[None]:
        return _transaction(self._books)

    def _one(self, question: str, values: tuple[object, ...] = ()) -> int:
        return int(self._books.execute(question, values).fetchone()[0])


@contextmanager
def _transaction(books: sqlite3.Connection) -> Iterator[None]:
    books.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        books.execute("ROLLBACK")
        raise
    books.execute("COMMIT")


def _base_36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"
