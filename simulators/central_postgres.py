"""The central system's books in PostgreSQL, for any number of workers at one time.

Theory of operation: a batch is one transaction. It first locks its gateways, each by a row of its
own and always in the order of their names, so that two workers neither wait for each other in a
circle nor count one gateway's numbers at the same time; batches of other gateways go on beside it.
Then a few statements for the whole batch, not a few for each event: insert what is new, compare
what was there, go on to the next gap, apply in order what lies before it. `synchronous_commit` is
on: what `take` has returned from is durable, and so is all that another connection can see of it.
The acknowledgement is therefore cumulative over the workers: whoever commits last sees it all.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from typing_extensions import override

from simulators.central_books import (
    NEWEST,
    ORDER_STATES,
    BooksAwayError,
    Prefix,
    SqlBooks,
    base_36,
)
from simulators.central_events import (
    Delivered,
    completes,
    order_of,
    revision_of,
    same_fact,
    same_restored,
)
from simulators.central_statements import (
    APPLIED,
    BODIES,
    EARLIER,
    GAPS,
    INSERT,
    RECEIVED,
    REVISE,
    SCHEMA,
)

_PAGE = 500
"""Rows looked at together on the way to the next gap."""

_Key = tuple[str, str, int]


class PostgresBooks(SqlBooks):
    """The books in one database.

    Args:
        address: `postgresql://USER@HOST:PORT/DATABASE`, as libpq reads it.

    Raises:
        BooksAwayError: the database does not answer.
    """

    def __init__(self, address: str) -> None:
        with _told():
            self._books = psycopg.connect(address, autocommit=True)
        with self._transaction():
            self._books.execute(SCHEMA)

    @override
    def close(self) -> None:
        self._books.close()

    # -- events --------------------------------------------------------------------------------
    @override
    def take(self, events: Sequence[Delivered], now_us: int) -> list[Delivered]:
        with self._transaction():
            self._lock(sorted({event.gateway for event in events}))
            fresh, again = self._insert(events, now_us)
            for gateway, epoch in dict.fromkeys((one.gateway, one.epoch) for one in fresh):
                mine = [one for one in fresh if (one.gateway, one.epoch) == (gateway, epoch)]
                self._advance(gateway, epoch, mine, now_us)
            turns = sum(self._takes_its_turn(one) for one in again)
            self._add("redelivered", len(again) - turns)
        return fresh

    def _lock(self, gateways: Sequence[str]) -> None:
        self._do(
            "INSERT INTO gateways SELECT * FROM unnest(%s::text[]) ON CONFLICT DO NOTHING",
            (list(gateways),),
        )
        self._do(
            "SELECT 1 FROM gateways WHERE gateway = ANY(%s) ORDER BY gateway FOR UPDATE",
            (list(gateways),),
        )

    def _insert(
        self, events: Sequence[Delivered], now_us: int
    ) -> tuple[list[Delivered], list[Delivered]]:
        """Write down what is new, and what is wrong with the rest.

        Returns:
            What is new, and what was there already.
        """
        first: dict[_Key, Delivered] = {}
        for event in events:
            first.setdefault(_key(event), event)
        columns = zip(
            *((*_key(one), one.id, one.type, one.body, now_us) for one in first.values()),
            strict=True,
        )
        rows = self._rows(INSERT, tuple(list(column) for column in columns))
        new = {(row[0], row[1], row[2]): int(row[3]) for row in rows}
        again = self._compare(
            [one for one in events if first[_key(one)] is not one or _key(one) not in new]
        )
        fresh = [one for key, one in first.items() if key in new]
        self._mind_ids(fresh, [new[_key(one)] for one in fresh])
        return fresh, again

    def _compare(self, events: Sequence[Delivered]) -> list[Delivered]:
        """Events whose number was taken: gives the same facts; others are doubles."""
        if not events:
            return []
        rows = self._rows(BODIES, tuple(map(list, zip(*map(_key, events), strict=True))))
        bodies = {(row[0], row[1], row[2]): str(row[3]) for row in rows}
        same = []
        for event in events:
            body = bodies[_key(event)]
            if not same_fact(body, event):
                self._double(event, "another event has this number")
                continue
            same.append(event)
            if completes(body, event):
                self._complete(event)
        return same

    def _takes_its_turn(self, event: Delivered) -> bool:
        """Whether it came ahead on the live lane, and now comes in its turn."""
        if event.is_ahead:
            return False
        moved = self._rows(
            "UPDATE cursors SET highest=%s WHERE gateway=%s AND epoch=%s AND highest<%s"
            " RETURNING highest",
            (event.seq, event.gateway, event.epoch, event.seq),
        )
        return bool(moved)

    def _complete(self, event: Delivered) -> None:
        """It was stored without its data, and now comes whole."""
        self._do(
            "UPDATE events SET body=%s WHERE gateway=%s AND epoch=%s AND seq=%s",
            (event.body, *_key(event)),
        )
        if event.seq <= self.prefix(event.gateway, event.epoch).upto:
            self._apply([(event.id, event.type, event.data)])

    def _mind_ids(self, fresh: Sequence[Delivered], arrived: Sequence[int]) -> None:
        """New numbers whose id was known: facts of a restored gateway, or doubles."""
        if not fresh:
            return
        keys = [(*_key(one), one.id) for one in fresh]
        columns = tuple(map(list, zip(*keys, strict=True)))
        known = self._rows(EARLIER, (*columns, list(arrived)))
        earlier = {(row[0], row[1], row[2]): str(row[3]) for row in known}
        again = [event for event in fresh if _key(event) in earlier]
        strange = [one for one in again if not same_restored(earlier[_key(one)], one)]
        for event in strange:
            self._double(event, "another event has this id")
        self._add("restored", len(again) - len(strange))

    def _advance(self, gateway: str, epoch: str, fresh: Sequence[Delivered], now_us: int) -> None:
        """Go on to the next gap, and apply what lies before it in order."""
        self._do(
            "INSERT INTO cursors (gateway, epoch, moved_us) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (gateway, epoch, now_us),
        )
        before = self.prefix(gateway, epoch)
        highest = before.highest
        late = 0
        for one in fresh:
            if not one.is_ahead:
                late += one.seq < highest
                highest = max(highest, one.seq)
        self._add("reordered", late)
        upto = before.upto
        for page in self._pages(gateway, epoch, upto):
            self._learn(page)
            upto += len(page)
        self._do(
            "UPDATE cursors SET touched = nextval('touches'), highest=%s, base=%s, upto=%s,"
            " moved_us = CASE WHEN upto < %s OR upto >= highest THEN %s ELSE moved_us END"
            " WHERE gateway=%s AND epoch=%s",
            (highest, fresh[-1].base, upto, upto, now_us, gateway, epoch),
        )

    def _pages(self, gateway: str, epoch: str, upto: int) -> Iterator[list[tuple[str, str, str]]]:
        """Id, type and body of what follows without a gap, some at a time."""
        while True:
            rows = self._rows(
                "SELECT seq, id, type, body FROM events WHERE gateway=%s AND epoch=%s AND seq>%s"
                " ORDER BY seq LIMIT %s",
                (gateway, epoch, upto, _PAGE),
            )
            whole = [row for place, row in enumerate(rows, upto + 1) if row[0] == place]
            yield [(row[1], row[2], row[3]) for row in whole]
            upto += len(whole)
            if len(whole) < _PAGE:
                return

    def _learn(self, page: Sequence[tuple[str, str, str]]) -> None:
        """Follow the orders: which arrived, which left, which will not be carried out."""
        told = [(fact_id, kind, json.loads(body).get("data", {})) for fact_id, kind, body in page]
        about = [one for one in told if order_of(one[2])]
        applied = self._applied([one[0] for one in about]) if about else set()
        self._apply([one for one in about if one[0] not in applied])

    def _apply(self, told: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
        """What these facts, id, type and data, mean for the orders."""
        about = [(one, order_of(one[2])) for one in told if order_of(one[2])]
        if not about:
            return
        revisions = [revision_of(data) for (_, _, data), _ in about]
        self._do(RECEIVED, ([order_id for _, order_id in about], revisions))
        for (fact_id, kind, data), order_id in about:
            if kind in ORDER_STATES:
                self._do(
                    "UPDATE orders SET state=%s WHERE order_id=%s", (ORDER_STATES[kind], order_id)
                )
            if kind == "ship.departed":
                self._do(
                    "INSERT INTO parcels VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                    (str(data.get("sscc", fact_id)), fact_id, order_id),
                )

    def _applied(self, ids: Sequence[str]) -> set[str]:
        """Which of these facts lie before the gap of some epoch already."""
        rows = self._rows(APPLIED, (list(ids),))
        return {str(row[0]) for row in rows}

    @override
    def prefix(self, gateway: str, epoch: str) -> Prefix:
        rows = self._rows(
            "SELECT upto, highest, base FROM cursors WHERE gateway=%s AND epoch=%s",
            (gateway, epoch),
        )
        return Prefix(gateway, epoch, *(rows[0] if rows else (0, 0, "")))

    @override
    def prefixes(self) -> list[Prefix]:
        rows = self._rows(
            "SELECT gateway, epoch, upto, highest, base FROM cursors ORDER BY touched"
        )
        return [Prefix(*row) for row in rows]

    @override
    def gaps_due(self, now_us: int, patience_us: int, bases: Iterable[str]) -> list[Prefix]:
        since_us = now_us - patience_us
        with self._transaction():
            rows = self._rows(
                f"{GAPS} WHERE {NEWEST} AND upto < highest AND moved_us <= %s"
                " AND asked_us <= %s AND base = ANY(%s) FOR UPDATE SKIP LOCKED",
                (since_us, since_us, list(bases)),
            )
            for gateway, epoch, upto, _, _, asked_upto in rows:
                self._add("gaps", int(asked_upto != upto))
                self._do(
                    "UPDATE cursors SET asked_us=%s, asked_upto=upto"
                    " WHERE gateway=%s AND epoch=%s",
                    (now_us, gateway, epoch),
                )
        return [Prefix(*row[:5]) for row in rows]

    @override
    def counter(self, name: str) -> int:
        return self._one("SELECT coalesce(max(value), 0) FROM counters WHERE name=%s", (name,))

    @override
    def count(self, name: str) -> None:
        self._add(name, 1)

    @override
    def data_of(self, kind: str) -> list[dict[str, Any]]:
        rows = self._rows("SELECT body FROM events WHERE type=%s ORDER BY arrived", (kind,))
        return [json.loads(str(body)).get("data", {}) for (body,) in rows]

    # -- orders --------------------------------------------------------------------------------
    @override
    def add_order(self, order: dict[str, Any], now_us: int) -> bool:
        added = self._rows(
            "INSERT INTO orders (order_id, body, state, sent_us) VALUES (%s, %s, 'open', %s)"
            " ON CONFLICT DO NOTHING RETURNING number",
            (order["order_id"], json.dumps(order), now_us),
        )
        return bool(added)

    @override
    def revise_order(self, order: dict[str, Any], now_us: int) -> bool:
        return bool(
            self._rows(REVISE, (json.dumps(order), now_us, order["order_id"], order["rev"]))
        )

    @override
    def orders(self, state: str | None = None) -> list[dict[str, Any]]:
        rows = self._rows(
            "SELECT body FROM orders WHERE coalesce(%s, state) = state ORDER BY number", (state,)
        )
        return [json.loads(str(body)) for (body,) in rows]

    @override
    def order_count(self, state: str | None = None) -> int:
        return self._one("SELECT count(*) FROM orders WHERE coalesce(%s, state) = state", (state,))

    @override
    def unconfirmed(self, before_us: int) -> list[dict[str, Any]]:
        rows = self._rows("SELECT body FROM orders WHERE received=0 AND sent_us<%s", (before_us,))
        return [json.loads(str(body)) for (body,) in rows]

    @override
    def sent_again(self, order_ids: Iterable[str], now_us: int) -> None:
        self._do(
            "UPDATE orders SET sent_us=%s WHERE order_id = ANY(%s)", (now_us, list(order_ids))
        )

    @override
    def token(self, fresh: str) -> str:
        self._do(
            "INSERT INTO counters VALUES ('token', %s) ON CONFLICT DO NOTHING", (int(fresh, 36),)
        )
        return base_36(self.counter("token"))

    # -- inside --------------------------------------------------------------------------------
    def _double(self, event: Delivered, why: str) -> None:
        self._do(
            "INSERT INTO doubles VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (*_key(event), event.id, why, event.body),
        )

    def _add(self, name: str, by: int) -> None:
        if by:
            self._do(
                "INSERT INTO counters VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value",
                (name, by),
            )

    def _do(self, statement: str, values: Sequence[object]) -> None:
        with _told():
            self._books.execute(statement.encode(), values)

    def _rows(self, question: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with _told():
            return self._books.execute(question.encode(), values).fetchall()

    @override
    def _one(self, question: str, values: tuple[object, ...] = ()) -> int:
        return int(self._rows(question, values)[0][0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _told(), self._books.transaction():
            yield


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as error:
        raise BooksAwayError(f"PostgreSQL does not answer: {error}") from error


def _key(event: Delivered) -> _Key:
    return event.gateway, event.epoch, event.seq
