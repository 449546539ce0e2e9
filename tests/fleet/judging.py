"""The verdict on a fleet: every gateway's own journal against the database, with plain SQL."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from tests.fleet.gateways import Gateway

_BACKWARDS = """
SELECT count(*) FROM (
  SELECT at < lag(at) OVER (PARTITION BY gateway, epoch ORDER BY seq) AS backwards
  FROM (SELECT *, (body::json->>'recorded_at')::timestamptz AS at FROM events) AS dated
) AS told WHERE backwards"""
_SECONDS = """
SELECT arrived_us / 1000000 AS second, count(*),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY lag_s),
  percentile_cont(0.95) WITHIN GROUP (ORDER BY lag_s)
FROM (SELECT arrived_us, arrived_us / 1e6
  - extract(epoch FROM (body::json->>'recorded_at')::timestamptz) AS lag_s FROM events) AS told
GROUP BY second ORDER BY second"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What must be 0.

    Attributes:
        lost: facts in a gateway's journal that are not in the database under their number.
        missing: numbers below the highest of a gateway's epoch in force.
        doubled: keys or ids that were used for two facts; or one fact applied twice.
        reordered: facts that a gateway recorded before the one with the number before.
    """

    lost: int
    missing: int
    doubled: int
    reordered: int

    @property
    def good(self) -> bool:
        """Whether all is well."""
        return not (self.lost or self.missing or self.doubled or self.reordered)


@dataclass(frozen=True, slots=True)
class Second:
    """One second of the run: events stored, and how old they were then."""

    at_s: int
    events: int
    lag_s_median: float
    lag_s_p95: float


def judge(address: str, gateways: Sequence[Gateway]) -> Verdict:
    """After everything is drained and the gateways are ended."""
    with psycopg.connect(address) as books:
        stored = {
            (gateway, epoch, seq): fact_id
            for gateway, epoch, seq, fact_id in books.execute(
                "SELECT gateway, epoch, seq, id FROM events"
            )
        }
        lost = sum(
            stored.get((one.name, epoch, seq)) != fact_id
            for one in gateways
            for fact_id, epoch, seq in one.facts()
        )
        return Verdict(lost, _missing(books), _doubled(books), _one(books, _BACKWARDS))


def seconds(address: str) -> list[Second]:
    """The run, second by second; nothing in one has no age."""
    with psycopg.connect(address) as books:
        told = [Second(*map(float, row)) for row in books.execute(_SECONDS.encode())]  # type: ignore[arg-type]
    there = {one.at_s: one for one in told}
    whole = range(int(told[0].at_s), int(told[-1].at_s) + 1)
    return [there.get(at_s, Second(at_s, 0, 0.0, 0.0)) for at_s in whole]


def _missing(books: "psycopg.Connection[tuple[int]]") -> int:
    return _one(
        books,
        "SELECT coalesce(sum(highest - upto), 0) FROM cursors WHERE touched ="
        " (SELECT max(touched) FROM cursors AS one WHERE one.gateway = cursors.gateway)",
    )


def _doubled(books: "psycopg.Connection[tuple[int]]") -> int:
    within = "SELECT count(*) - count(DISTINCT (gateway, epoch, id)) FROM events"
    return _one(books, "SELECT count(*) FROM doubles") + _one(books, within)


def _one(books: "psycopg.Connection[tuple[int]]", question: str) -> int:
    row = books.execute(question.encode()).fetchone()
    return int(row[0]) if row else 0
