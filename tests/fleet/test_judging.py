"""The verdict on a fleet notices each mistake that a central system or a gateway may make."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from simulators.central_address import open_books
from simulators.central_events import events_of
from tests.fleet.judging import Verdict, judge, seconds
from tests.simulators.postgres import Cluster, cluster


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@dataclass
class Told:
    """A gateway whose journal says what the test has it say."""

    name: str
    journal: list[tuple[str, str, int]]

    def facts(self) -> Iterator[tuple[str, str, int]]:
        return iter(self.journal)


def event(seq: int, recorded_s: int, fact_id: str = "") -> dict[str, Any]:
    return {
        "gateway": "g",
        "epoch": "e",
        "seq": seq,
        "id": fact_id or f"i{seq}",
        "type": "pick.picked",
        "recorded_at": f"2026-01-01T00:00:{recorded_s:02}+00:00",
        "data": {},
    }


GOOD = [event(1, 1), event(2, 2), event(3, 2)]
JOURNAL = [("i1", "e", 1), ("i2", "e", 2), ("i3", "e", 3)]


@pytest.mark.parametrize(
    ("stored", "journal", "verdict"),
    [
        (GOOD, JOURNAL, Verdict(0, 0, 0, 0)),
        (GOOD[:2], JOURNAL, Verdict(1, 0, 0, 0)),
        ([GOOD[0], GOOD[2]], JOURNAL, Verdict(1, 2, 0, 0)),
        ([*GOOD[:2], event(3, 2, "other")], JOURNAL, Verdict(1, 0, 0, 0)),
        ([*GOOD, event(4, 3, "i3")], JOURNAL, Verdict(0, 0, 2, 0)),
        ([GOOD[0], event(2, 9), GOOD[2]], JOURNAL, Verdict(0, 0, 0, 1)),
    ],
    ids=["all is well", "lost", "a gap", "another fact", "one fact twice", "wrong order"],
)
def test_each_journal_is_held_against_the_database(
    server: Cluster,
    stored: list[dict[str, Any]],
    journal: list[tuple[str, str, int]],
    verdict: Verdict,
) -> None:
    address = server.database()
    books = open_books(address)
    books.take(events_of(json.dumps(stored).encode()), 1_767_225_603_000_000)
    books.close()
    told: Any = Told("g", journal)

    assert judge(address, [told]) == verdict
    assert verdict.good is (verdict == Verdict(0, 0, 0, 0))
    (second,) = seconds(address)
    assert second.events == len(stored)
