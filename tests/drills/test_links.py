"""Exercises with a whole gateway: real daemon, real mosquitto, killed in mid-flow."""

from dataclasses import dataclass
from typing import Any

import pytest

from edge.compose.books import JournalCounts
from edge.drills.gateway import CentralBooks
from edge.drills.links import _Counted
from tests.drills.test_stores import drill

pytestmark = pytest.mark.fault


@pytest.mark.parametrize("name", ["broker", "failover"])
def test_no_fact_is_lost_or_doubled_when_a_broker_is_killed(name: str) -> None:
    found = drill(name, "--runs", "2")

    assert (found["drill"], found["runs"]) == (name, 2)
    assert (found["lost"], found["doubled"], found["reordered"]) == (0, 0, 0)
    assert found["kept"] == found["acknowledged"]


def test_a_gateway_lost_with_its_disk_is_made_anew_with_all_its_open_work() -> None:
    found = drill("restore", "--runs", "1")

    assert (found["drill"], found["runs"]) == ("restore", 1)
    assert (found["lost"], found["doubled"], found["reordered"]) == (0, 0, 0)
    assert found["kept"] == found["acknowledged"]


@dataclass
class ToldGateway:
    """A gateway and a central system that say what a test has them say."""

    acknowledged: int
    central: CentralBooks

    def counts(self) -> JournalCounts:
        return JournalCounts(last_seq=100, acknowledged=self.acknowledged)

    def books(self) -> CentralBooks:
        return self.central


@pytest.mark.parametrize(
    ("acknowledged", "central", "amiss"),
    [
        (60, CentralBooks(60, 0, 0, 0), (0, 0, 0)),
        (60, CentralBooks(57, 0, 0, 0), (3, 0, 0)),
        (60, CentralBooks(60, 0, 2, 0), (0, 2, 0)),
        (60, CentralBooks(60, 0, 0, 1), (0, 0, 1)),
    ],
    ids=["all is well", "believed to be stored", "doubled", "reordered"],
)
def test_the_books_notice_what_a_link_may_get_wrong(
    acknowledged: int, central: CentralBooks, amiss: tuple[int, int, int]
) -> None:
    """Each mistake is planted: such as taking the broker's word for the central system's."""
    told: Any = ToldGateway(50, CentralBooks(50, 0, 0, 0))
    counted = _Counted(told)
    assert counted.run(1.0).lost == 0

    told.acknowledged, told.central = acknowledged, central
    run = counted.run(1.0)

    assert (run.lost, run.doubled, run.reordered) == amiss
    assert run.acknowledged == 10
