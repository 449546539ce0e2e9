"""An order in a rush never hangs on stock that nobody is sure of."""

from dataclasses import replace

import numpy as np
import pytest

from edge.model.events import (
    CountWanted,
    Event,
    ItemArrived,
    ItemMoved,
    OrderReceived,
    OrderReleased,
    WalkPlanned,
)
from edge.model.ids import Epc, LocationId, OrderId, RequestId, Sku
from edge.model.inputs import PlanReady
from edge.model.orders import Order, OrderState
from edge.model.posted import CountTold, HoldDecided, VarianceDecided
from edge.rules import planning, rush, snapshots
from edge.rules.batching import Effort
from edge.rules.terms import HoldRule, ReviewTerms
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_2,
    BIN_3,
    LI,
    MUG,
    NOW_US,
    SHIRT,
    TERMS,
    SmallFloor,
    stocked,
)

RUSH = TERMS.rush_priority
MUG_TAG = Epc("3034257bf7194e4000001a85")


def doubted(*places: tuple[LocationId, Sku]) -> SmallFloor:
    """5 shirts in A-1, 3 in B-1, 4 mugs in A-2; some are to be counted."""
    floor = stocked()
    for location, sku in places:
        floor.take_fact(CountWanted(location, sku, "short"))
    return floor


def order_of(floor: SmallFloor, name: str = "O1") -> Order:
    return floor.state.orders[OrderId(name)]


def codes(order: Order) -> list[str]:
    return [one.code for one in order.doubts]


def count(floor: SmallFloor, place: LocationId, sku: Sku, quantity: int) -> str:
    told = CountTold(floor.number(), ANNA, place, sku, quantity, NOW_US)
    return floor.take(told).code


def planned(floor: SmallFloor) -> list[tuple[str, LocationId]]:
    floor.ready()
    floor.plan()
    walks = [one.walk for one in floor.facts if isinstance(one, WalkPlanned)]
    return [(stop.order_id, stop.location) for walk in walks for stop in walk.stops]


def test_the_sure_place_is_taken_for_a_rush_order_though_it_lies_farther() -> None:
    floor = doubted((BIN_1, SHIRT))
    floor.order("O1", (SHIRT, 3), priority=RUSH)

    assert planned(floor) == [("O1", BIN_3)]


def test_a_rush_order_with_doubtful_stock_only_waits_says_why_and_has_it_counted() -> None:
    floor = doubted((BIN_2, MUG))
    floor.order("O1", (MUG, 1), (SHIRT, 1), priority=RUSH)
    floor.order("O2", (MUG, 1))

    order = order_of(floor)
    assert (order.state, codes(order)) == (OrderState.HELD, ["doubtful_stock"])
    assert order.doubts[0].text == "MUG: 1 wanted, not surely there: to be counted A-2"
    assert planned(floor) == [("O2", BIN_2)], "an order without haste may look for itself"

    assert count(floor, BIN_2, MUG, 4) == "count_right"

    assert OrderReleased(OrderId("O1"), None) in floor.facts
    assert order_of(floor).state is OrderState.RELEASED


def test_what_the_radio_misses_is_to_be_counted_and_a_person_s_count_is_believed() -> None:
    floor = stocked()
    floor.take_fact(ItemArrived(MUG_TAG, MUG, BIN_3, 0.99))
    floor.order("O1", (MUG, 1), priority=RUSH)

    assert codes(order_of(floor)) == ["doubtful_stock"]
    assert "hears none" in order_of(floor).doubts[0].text
    assert CountWanted(BIN_2, MUG, "rush_order") in floor.facts

    count(floor, BIN_2, MUG, 4)
    assert order_of(floor).state is OrderState.RELEASED

    floor.take_fact(ItemMoved(MUG_TAG, MUG, BIN_2, BIN_3, 0.99))
    assert codes(order_of(floor)) == ["doubtful_stock"], "one that was counted has left since"


def test_a_tag_that_is_found_there_ends_the_doubt_before_anybody_has_counted() -> None:
    floor = stocked()
    floor.take_fact(ItemArrived(MUG_TAG, MUG, BIN_3, 0.99))
    floor.order("O1", (MUG, 1), priority=RUSH)

    floor.take_fact(ItemMoved(MUG_TAG, MUG, BIN_3, BIN_2, 0.99))

    assert order_of(floor).state is OrderState.RELEASED
    assert (BIN_2, MUG) in floor.state.counts, "whoever goes to count there may do so"


@pytest.mark.parametrize(("approve", "doubts"), [(True, ["no_stock"]), (False, [])])
def test_a_count_that_differs_settles_it_either_way(approve: bool, doubts: list[str]) -> None:  # noqa: FBT001 - a case
    floor = doubted((BIN_2, MUG))
    floor.order("O1", (MUG, 3), priority=RUSH)
    assert count(floor, BIN_2, MUG, 1) == "variance"
    assert codes(order_of(floor)) == ["doubtful_stock"]

    floor.take(VarianceDecided(RequestId("v"), ANNA, BIN_2, MUG, approve, NOW_US))

    assert codes(order_of(floor)) == doubts


def test_a_person_lets_it_go_all_the_same_and_then_it_is_walked() -> None:
    floor = doubted((BIN_2, MUG))
    floor.order("O1", (MUG, 1), priority=RUSH)

    floor.take(HoldDecided(RequestId("r"), OrderId("O1"), LI, release=True, at_us=NOW_US))

    assert order_of(floor).accepted == ("doubtful_stock",)
    assert planned(floor) == [("O1", BIN_2)]


def test_an_order_that_nobody_has_counted_for_in_time_goes_and_the_picker_looks() -> None:
    floor = doubted((BIN_2, MUG))
    floor.terms = replace(TERMS, sure_wait_s=300.0)
    floor.order("O1", (MUG, 1), priority=RUSH)
    early, late = NOW_US + 299_000_000, NOW_US + 300_000_000

    assert rush.waited_out(floor.state, floor.terms, early) == []
    assert rush.waited_out(floor.state, TERMS, late) == [], "a site may wait for ever"
    (gone,) = rush.waited_out(floor.state, floor.terms, late)
    floor.take_fact(gone)

    assert order_of(floor).accepted == ("doubtful_stock",)
    assert planned(floor) == [("O1", BIN_2)]
    assert "A-2 may not hold what the books say" in next(iter(floor.state.walks.values())).why


def test_the_more_urgent_of_two_rush_orders_has_the_sure_stock() -> None:
    floor = doubted((BIN_1, SHIRT))
    floor.order("O1", (SHIRT, 2), priority=RUSH)
    floor.order("O2", (SHIRT, 2), priority=RUSH + 1)

    assert (codes(order_of(floor, "O1")), codes(order_of(floor, "O2"))) == (["doubtful_stock"], [])

    before = len(floor.facts)
    count(floor, BIN_1, SHIRT, 5)
    assert order_of(floor).state is OrderState.RELEASED
    changed = [one for one in floor.facts[before:] if isinstance(one, OrderReceived)]
    assert changed == [], "nobody is let go and held again"


def test_stock_that_becomes_doubtful_while_a_plan_is_made_takes_the_plan_back() -> None:
    floor = stocked()
    floor.order("O1", (MUG, 1), priority=RUSH)
    floor.ready()
    snapshot = snapshots.snapshot(floor.state, TERMS, NOW_US)
    assert snapshot is not None
    walks = planning.plan(snapshot, floor.number, np.random.default_rng(1), Effort(rounds=1))
    floor.apply(CountWanted(BIN_2, MUG, "short"))

    floor.take(PlanReady(walks, NOW_US))

    assert not any(isinstance(one, WalkPlanned) for one in floor.facts)
    assert codes(order_of(floor)) == ["doubtful_stock"]


def test_a_rush_order_without_any_stock_says_that_and_nothing_of_doubt() -> None:
    floor = doubted((BIN_2, MUG))
    floor.order("O1", (MUG, 5), priority=RUSH)

    assert codes(order_of(floor)) == ["no_stock"]
    found: list[Event] = [one for one in floor.facts if isinstance(one, CountWanted)]
    assert found == [CountWanted(BIN_2, MUG, "short")]


def looked_at() -> SmallFloor:
    """Mugs are to be counted, and a rule of the site holds every order."""
    floor = doubted((BIN_2, MUG))
    review = ReviewTerms(holds=(HoldRule("all", "is looked at", pieces_min=1),))
    floor.terms = replace(floor.terms, review=review)
    return floor


def let_go(floor: SmallFloor, name: str = "O1") -> str:
    decided = HoldDecided(floor.number(), OrderId(name), LI, True, NOW_US)
    return floor.take(decided).code


def test_what_has_been_counted_is_told_no_more_of_a_rush_order_that_waits_for_a_person_too() -> (
    None
):
    floor = looked_at()
    floor.order("O1", (MUG, 1), priority=RUSH)
    assert codes(order_of(floor)) == ["hold_rule", rush.DOUBTFUL]

    assert count(floor, BIN_2, MUG, 4) == "count_right"

    assert (order_of(floor).state, codes(order_of(floor))) == (OrderState.HELD, ["hold_rule"])
    let_go(floor)
    assert order_of(floor).state is OrderState.RELEASED


def test_a_rush_order_that_a_person_let_go_is_not_held_again_when_its_stock_is_sure() -> None:
    floor = looked_at()
    assert count(floor, BIN_2, MUG, 4) == "count_right"
    floor.order("O1", (MUG, 1), priority=RUSH)
    let_go(floor)
    floor.take_fact(CountWanted(BIN_2, MUG, "short"))
    assert codes(order_of(floor)) == [rush.DOUBTFUL]

    assert count(floor, BIN_2, MUG, 4) == "count_right"

    assert order_of(floor).state is OrderState.RELEASED
