"""One transaction of the central system's SQLite books: a few statements for all of its events.

Theory of operation: what the books know already of the batch's numbers, ids and cursors is read
with one question each. The events are then judged in the order in which they came, in memory; what
is new is written at once, and each cursor goes on to its next gap. What it passes on the way is
applied from memory where it came with this very batch, and only else read back.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulators.central_books import ORDER_STATES
from simulators.central_events import (
    Delivered,
    completes,
    order_of,
    revision_of,
    same_fact,
    same_restored,
)

_BODIES = """SELECT gateway, epoch, seq, body FROM json_each(?) AS wanted CROSS JOIN events
  ON gateway = json_extract(wanted.value, '$[0]') AND epoch = json_extract(wanted.value, '$[1]')
  AND seq = json_extract(wanted.value, '$[2]')"""
_IDS = """SELECT id, body FROM events WHERE id IN (SELECT value FROM json_each(?))
  ORDER BY arrived DESC"""
_CURSOR = "SELECT upto, highest, touched, base, moved_us FROM cursors WHERE gateway=? AND epoch=?"
_KEEP_CURSOR = """INSERT INTO cursors (gateway, epoch, upto, highest, touched, base, moved_us)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (gateway, epoch) DO UPDATE SET upto = excluded.upto,
  highest = excluded.highest, touched = excluded.touched, base = excluded.base,
  moved_us = excluded.moved_us"""
_COUNT = """INSERT INTO counters VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"""
_RECEIVED = """UPDATE orders SET received=1 WHERE order_id=? AND received=0
  AND coalesce(json_extract(body, '$.rev'), 1) <= ?"""

_Key = tuple[str, str, int]


@dataclass(slots=True)
class _Cursor:
    """How far one epoch of a gateway is stored, as the table `cursors` has it."""

    upto: int = 0
    highest: int = 0
    touched: int = 0
    base: str = ""
    moved_us: int = 0


class Batch:
    """Judges and writes events within the running transaction.

    Args:
        books: the connection.
        events: in the order of their arrival.
        now_us: UTC microseconds.
    """

    def __init__(
        self, books: sqlite3.Connection, events: Sequence[Delivered], now_us: int
    ) -> None:
        self._books = books
        self._events = events
        self._now_us = now_us
        self._counts: Counter[str] = Counter()
        self._cursors: dict[tuple[str, str], _Cursor] = {}
        self._fresh: dict[_Key, tuple[Delivered, bool]] = {}
        keys = json.dumps([_key(one) for one in events])
        self._bodies: dict[_Key, str] = {
            (gateway, epoch, seq): body
            for gateway, epoch, seq, body in books.execute(_BODIES, (keys,))
        }
        ids = json.dumps([one.id for one in events])
        self._ids: dict[str, str] = dict(books.execute(_IDS, (ids,)).fetchall())  # oldest stays
        (self._arrived,) = books.execute(
            "SELECT coalesce(max(value), 0) FROM counters WHERE name='arrived'"
        ).fetchone()

    def take(self) -> list[Delivered]:
        """Write everything down; gives what was new."""
        fresh = [event for event in self._events if self._take_one(event)]
        self._books.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._rows(fresh)
        )
        for gateway, epoch in dict.fromkeys((one.gateway, one.epoch) for one in fresh):
            self._advance(gateway, epoch)
        self._books.executemany(
            _KEEP_CURSOR,
            [
                (*key, one.upto, one.highest, one.touched, one.base, one.moved_us)
                for key, one in self._cursors.items()
                if one.touched
            ],
        )
        self._counts["arrived"] += len(fresh)
        self._books.executemany(_COUNT, [one for one in self._counts.items() if one[1]])
        return fresh

    def _rows(self, fresh: Sequence[Delivered]) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for arrived, one in enumerate(fresh, self._arrived + 1):
            whole, again = self._fresh[_key(one)]
            rows.append((*_key(one), one.id, one.type, whole.body, arrived, self._now_us, again))
        return rows

    def _take_one(self, event: Delivered) -> bool:
        body = self._bodies.get(_key(event))
        cursor = self._cursor(event.gateway, event.epoch)
        if body is not None:
            if not same_fact(body, event):
                self._double(event, "another event has this number")
            else:
                self._come_again(event, body, cursor)
            return False
        self._fresh[_key(event)] = event, self._mind_id(event)
        self._bodies[_key(event)] = event.body
        self._arrive(event, cursor)
        return True

    def _arrive(self, event: Delivered, cursor: _Cursor) -> None:
        if event.seq < cursor.highest and not event.is_ahead:
            self._counts["reordered"] += 1
        if cursor.upto >= cursor.highest:
            cursor.moved_us = self._now_us
        if not event.is_ahead:
            cursor.highest = max(cursor.highest, event.seq)
        cursor.touched = self._arrived + len(self._fresh)
        cursor.base = event.base

    def _come_again(self, event: Delivered, body: str, cursor: _Cursor) -> None:
        """The same fact: delivered twice, come in its turn, or whole at last."""
        if completes(body, event):
            self._complete(event, cursor)
        if event.is_ahead or event.seq <= cursor.highest:
            self._counts["redelivered"] += 1
        else:
            cursor.highest = event.seq

    def _complete(self, event: Delivered, cursor: _Cursor) -> None:
        """It was stored without its data, perhaps in this very batch, and now comes whole."""
        key = _key(event)
        self._bodies[key] = event.body
        if key in self._fresh:
            self._fresh[key] = event, self._fresh[key][1]
            return
        self._books.execute(
            "UPDATE events SET body=? WHERE gateway=? AND epoch=? AND seq=?", (event.body, *key)
        )
        if event.seq <= cursor.upto:
            self._learn(event.id, event.type, event.data)

    def _mind_id(self, event: Delivered) -> bool:
        """Whether another number has this id already."""
        body = self._ids.setdefault(event.id, event.body)
        if body is event.body:
            return False
        if same_restored(body, event):
            self._counts["restored"] += 1
        else:
            self._double(event, "another event has this id")
        return True

    def _double(self, event: Delivered, why: str) -> None:
        self._books.execute(
            "INSERT OR IGNORE INTO doubles VALUES (?, ?, ?, ?, ?, ?)",
            (*_key(event), event.id, why, event.body),
        )

    def _cursor(self, gateway: str, epoch: str) -> _Cursor:
        found = self._cursors.get((gateway, epoch))
        if found is None:
            row = self._books.execute(_CURSOR, (gateway, epoch)).fetchone()
            found = self._cursors[gateway, epoch] = _Cursor(*(row or ()))
        return found

    def _advance(self, gateway: str, epoch: str) -> None:
        """Go on to the next gap, and apply what lies before it in order."""
        cursor = self._cursors[gateway, epoch]
        upto = cursor.upto
        while (found := self._fresh.get((gateway, epoch, upto + 1))) is not None:
            event, again = found
            upto += 1
            self._apply(event.id, event.type, event.data, again=again)
        rows = self._books.execute(
            "SELECT seq, id, type, body, again FROM events"
            " WHERE gateway=? AND epoch=? AND seq>? ORDER BY seq",
            (gateway, epoch, upto),
        )
        for seq, fact_id, kind, body, again in rows:
            if seq != upto + 1:
                break
            upto = seq
            self._apply(fact_id, kind, json.loads(body).get("data", {}), again=bool(again))
        if upto > cursor.upto:
            cursor.upto, cursor.moved_us = upto, self._now_us

    def _apply(self, fact_id: str, kind: str, data: dict[str, Any], *, again: bool) -> None:
        if not (again and self._is_applied(fact_id)):
            self._learn(fact_id, kind, data)

    def _is_applied(self, fact_id: str) -> bool:
        """Whether it lies before the gap of some epoch already."""
        found = self._books.execute(
            "SELECT gateway, epoch, seq FROM events WHERE id=?", (fact_id,)
        )
        return any(seq <= self._cursor(gateway, epoch).upto for gateway, epoch, seq in found)

    def _learn(self, fact_id: str, kind: str, data: dict[str, Any]) -> None:
        """Follow the orders: which arrived, which left, which will not be carried out."""
        order_id = order_of(data)
        if not order_id:
            return
        self._books.execute(_RECEIVED, (order_id, revision_of(data)))
        if state := ORDER_STATES.get(kind):
            self._books.execute("UPDATE orders SET state=? WHERE order_id=?", (state, order_id))
        if kind == "ship.departed":
            parcel = (str(data.get("sscc", fact_id)), fact_id, order_id)
            self._books.execute("INSERT OR IGNORE INTO parcels VALUES (?, ?, ?)", parcel)


def _key(event: Delivered) -> _Key:
    return event.gateway, event.epoch, event.seq
