"""Walks under way: the shortest way on from where the picker stands, and orders in a rush."""

from dataclasses import replace

import numpy as np

from edge.model.events import WalkReplanned
from edge.model.ids import LocationId, OrderId, ToteId
from edge.model.inputs import PlanReady
from edge.model.orders import OrderState
from edge.model.posted import TroubleReported
from edge.rules import guiding, planning, snapshots
from edge.rules.batching import Effort
from edge.rules.replanning import changes
from tests.rules.deeds import scan
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_2,
    BIN_3,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    TERMS,
    SmallFloor,
    stocked,
)

GTINS = {SHIRT: SHIRT_GTIN, MUG: MUG_GTIN}


def at_work() -> SmallFloor:
    """Li walks with two shirts and two mugs of one order."""
    floor = stocked()
    floor.order("first", (SHIRT, 2), (MUG, 2))
    floor.ready(LI)
    floor.plan()
    return floor


def do_as_prompted(floor: SmallFloor) -> None:
    """Li does as prompted, once."""
    prompt = guiding.prompt(floor.state, LI)
    assert prompt.sku is not None
    assert scan(floor, GTINS[prompt.sku]).accepted


def halts(floor: SmallFloor) -> list[tuple[LocationId, OrderId]]:
    walk = floor.state.walk_of(LI)
    assert walk is not None
    return [(stop.location, stop.order_id) for stop in walk.stops]


def test_an_order_in_a_rush_joins_the_walk_that_is_under_way() -> None:
    floor = at_work()
    before = guiding.prompt(floor.state, LI)
    floor.order("rush", (SHIRT, 1), priority=TERMS.rush_priority)

    floor.plan()

    after = guiding.prompt(floor.state, LI)
    assert after.prompt_id == before.prompt_id  # who looks at a prompt keeps it
    assert after.location == before.location
    assert floor.state.orders[OrderId("rush")].state is OrderState.PICKING
    assert len(after.totes) == len(before.totes) + 1
    assert after.totes[: len(before.totes)] == before.totes  # no tote changes its place
    (change,) = [one for one in floor.facts if isinstance(one, WalkReplanned)]
    assert change.joined == (OrderId("rush"),)
    assert "rush joins in a rush" in change.why
    reserved = sum(one.reserved for one in floor.state.stock.values())
    assert reserved == 5


def test_what_joins_is_picked_into_a_tote_of_its_own_whose_place_is_told() -> None:
    floor = at_work()
    floor.order("rush", (MUG, 1), priority=TERMS.rush_priority)
    floor.plan()
    slots = {}
    while (prompt := guiding.prompt(floor.state, LI)).sku is not None:
        slots[prompt.order_id] = (prompt.slot, prompt.tote_id)
        do_as_prompted(floor)

    assert slots[OrderId("first")][0] == 1
    assert slots[OrderId("rush")][0] == 2
    assert guiding.prompt(floor.state, LI).totes == tuple(tote for _, tote in slots.values())


def test_the_empty_tote_of_a_cancelled_order_is_given_to_no_order_that_joins() -> None:
    # given a cart with two totes, and no more to pick for the first
    floor = stocked()
    floor.order("first", (SHIRT, 2), (MUG, 1))
    floor.order("second", (SHIRT, 1))
    floor.ready(LI)
    floor.plan()
    floor.order("first", (SHIRT, 2), (MUG, 1), rev=2, wanted="cancelled")
    # when another order joins the walk
    floor.order("rush", (MUG, 1), priority=TERMS.rush_priority)
    floor.plan()
    # then each place of the cart bears a label of its own
    walk = floor.state.walk_of(LI)
    assert walk is not None
    assert len(set(walk.slots)) == len(walk.slots)


def test_an_ordinary_order_waits_for_a_walk_of_its_own() -> None:
    floor = at_work()
    floor.order("second", (SHIRT, 1), priority=TERMS.rush_priority - 1)

    floor.plan()

    assert OrderId("second") not in {order_id for _, order_id in halts(floor)}
    assert floor.state.orders[OrderId("second")].state is OrderState.PLANNED


def test_a_free_picker_begins_a_rush_order_rather_than_a_busy_one() -> None:
    floor = at_work()
    floor.order("rush", (SHIRT, 1), priority=TERMS.rush_priority)
    floor.ready(ANNA)

    floor.plan()

    assert floor.state.walk_of(ANNA) is not None
    assert OrderId("rush") not in {order_id for _, order_id in halts(floor)}


def test_a_full_cart_takes_nothing_more() -> None:
    floor = at_work()
    floor.order("rush", (SHIRT, 1), priority=TERMS.rush_priority)

    for full in (replace(TERMS, orders_per_walk=1), replace(TERMS, pieces_per_walk=4)):
        snapshot = snapshots.snapshot(floor.state, full, NOW_US)
        assert snapshot is not None
        assert changes(snapshot) == ()


def test_missing_pieces_are_fetched_where_they_lie_on_the_shortest_way() -> None:
    """Shirts are in A-1 and B-1: what is missing in A-1 comes after the mugs of A-2 beside it."""
    floor = at_work()
    assert [place for place, _ in halts(floor)] == [BIN_1, BIN_2]
    prompt = guiding.prompt(floor.state, LI)
    floor.take(TroubleReported(floor.number(), LI, prompt.prompt_id, "empty", NOW_US))
    assert [place for place, _ in halts(floor)] == [BIN_1, BIN_3, BIN_2]
    here = guiding.prompt(floor.state, LI)

    floor.plan()

    assert guiding.prompt(floor.state, LI).location == here.location == BIN_3
    walk = floor.state.walk_of(LI)
    assert walk is not None
    assert not walk.to_replan
    assert "m to go from B-1" in walk.why


def test_a_plan_for_a_picker_who_has_gone_on_is_not_taken() -> None:
    floor = at_work()
    floor.order("rush", (SHIRT, 1), priority=TERMS.rush_priority)
    snapshot = snapshots.snapshot(floor.state, TERMS, NOW_US)
    assert snapshot is not None
    late = changes(snapshot)
    do_as_prompted(floor)
    do_as_prompted(floor)

    floor.take(PlanReady((), NOW_US, late))

    assert floor.state.orders[OrderId("rush")].state is OrderState.RELEASED
    assert not any(isinstance(one, WalkReplanned) for one in floor.facts)


def test_what_a_change_promises_no_walk_of_the_same_plan_promises_again() -> None:
    """Of four mugs two are promised, one joins in a rush, two are wanted by another order."""
    floor = at_work()
    floor.order("rush", (MUG, 1), priority=TERMS.rush_priority)
    snapshot = snapshots.snapshot(floor.state, TERMS, NOW_US)
    assert snapshot is not None
    mended = changes(snapshot)
    assert [one.joined for one in mended] == [(OrderId("rush"),)]
    floor.order("other", (MUG, 2))
    alone = snapshots.snapshot(floor.state, TERMS, NOW_US)
    assert alone is not None
    other = replace(alone, orders=tuple(o for o in alone.orders if o.order_id == "other"))
    walks = planning.plan(other, floor.number, np.random.default_rng(1), Effort(rounds=1))
    walks = tuple(
        replace(
            walk,
            stops=tuple(replace(one, tote_id=ToteId("T0099")) for one in walk.stops),
            totes=(ToteId("T0099"),),
        )
        for walk in walks
    )

    floor.take(PlanReady(walks, NOW_US, mended))

    assert all(one.free >= 0 for one in floor.state.stock.values())
    assert floor.state.orders[OrderId("rush")].state is OrderState.PICKING
    assert floor.state.orders[OrderId("other")].state is OrderState.RELEASED
