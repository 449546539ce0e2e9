"""The tables are what the journal says: days made by chance, but valid by the rules, replayed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from edge.model import events as e
from edge.model.goods import Stock
from edge.model.places import Floor
from edge.store.rebuilding import PrunedError, rebuild_and_compare
from tests.store.day_by_chance import Day
from tests.store.work_by_chance import BINS, SKUS

if TYPE_CHECKING:
    from tests.store.conftest import Gateway

SHORT_DAY = 400


@pytest.mark.parametrize("seed", range(8))
def test_a_day_by_chance_replayed_gives_the_tables(
    gateway: "Gateway", open_gateway: Callable[[], "Gateway"], floor: Floor, seed: int
) -> None:
    day = Day(seed)
    types: set[str] = set()
    for turn in range(SHORT_DAY):
        events = [*day.next_events(gateway.state)]
        types |= {event.type for event in events}
        gateway.happen(*events)
        gateway.clock.advance_us(20_000)
        if turn % 97 == 96:
            gateway = open_gateway()  # a restart goes on with what it read back

    assert rebuild_and_compare(gateway.path, floor) == [], f"seed {seed}"
    assert gateway.store.verify().good
    assert len(types) > 20, f"seed {seed} made a dull day: {sorted(types)}"


def test_every_type_of_fact_happens_in_these_days(gateway: "Gateway") -> None:
    """A replay proves nothing about facts that never happen in it."""
    seen: set[str] = set()
    day = Day(1)
    for _ in range(30 * SHORT_DAY):
        if seen == set(e.EVENT_TYPES):
            break
        events = day.next_events(gateway.state)
        gateway.happen(*events)
        seen |= {event.type for event in events}
    assert seen == set(e.EVENT_TYPES)


def test_a_table_that_says_something_else_than_the_journal_is_named(
    gateway: "Gateway", floor: Floor
) -> None:
    """A rule that changes the state without a fact is a mistake that this finds."""
    gateway.happen(e.StockStated(SKUS[0], BINS[0], 5, 1), e.StockStated(SKUS[1], BINS[0], 5, 1))
    gateway.state.stock[SKUS[0], BINS[0]] = Stock(SKUS[0], BINS[0], 6, 0, 1)
    gateway.store.commit([], gateway.state, {})

    (difference,) = rebuild_and_compare(gateway.path, floor)

    assert difference.startswith("stock: 1 rows differ, first ('S-0', 'A-01'): the journal says")
    assert "quantity=5" in difference
    assert "quantity=6" in difference


def test_a_pruned_journal_cannot_be_replayed_and_says_so(gateway: "Gateway", floor: Floor) -> None:
    gateway.happen(*gateway.arrivals(0, 3))
    gateway.store.acknowledge(gateway.store.epoch, 3)
    gateway.clock.advance_us(1)
    gateway.store.prune(0, 0)
    with pytest.raises(PrunedError, match="from its first fact on"):
        rebuild_and_compare(gateway.path, floor)


def test_departed_items_that_were_forgotten_are_no_difference(
    gateway: "Gateway", floor: Floor
) -> None:
    (arrived,) = gateway.arrivals(0, 1)
    gateway.happen(arrived, e.ItemDeparted(arrived.epc, SKUS[1], BINS[0], 1))
    gateway.clock.advance_us(1)
    gateway.store.prune(0, 0)
    assert rebuild_and_compare(gateway.path, floor) == []
