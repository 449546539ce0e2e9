"""Planning gives work to those who wait, whatever else cannot be had."""

from dataclasses import replace

import numpy as np

from edge.model.ids import OrderId
from edge.model.orders import OrderState
from edge.model.work import Walk
from edge.rules import planning, snapshots
from edge.rules.batching import Effort
from tests.rules.small_floor import ANNA, BIN_2, LI, MUG, NOW_US, SHIRT, TERMS, SmallFloor, stocked

HOUR_US = 3_600_000_000


def test_urgent_orders_that_cannot_be_had_do_not_keep_a_later_one_from_work() -> None:
    floor = stocked()
    for number in range(planning.ORDERS_MAX + 1):
        floor.order(f"mugs-{number}", (MUG, 4), priority=5)  # there are four mugs in all
    floor.order("shirt", (SHIRT, 1))
    floor.ready(LI)
    floor.ready(ANNA)

    floor.plan()

    assert floor.state.orders[OrderId("shirt")].state is OrderState.PICKING


def planned(floor: SmallFloor, due_us: int) -> tuple[Walk, ...]:
    """The walks for one picker when the first order's carrier leaves at this moment."""
    snapshot = snapshots.snapshot(floor.state, TERMS, NOW_US)
    assert snapshot is not None
    orders = tuple(
        replace(one, due_us=due_us) if one.order_id == "first" else one for one in snapshot.orders
    )
    chance, effort = np.random.default_rng(1), Effort(rounds=5)
    return planning.plan(replace(snapshot, orders=orders), floor.number, chance, effort)


def test_a_wave_that_has_to_be_begun_is_walked_by_itself_and_before_all_others() -> None:
    floor = stocked()
    floor.order("other", (SHIRT, 1))
    floor.order("first", (MUG, 1))
    floor.ready(LI)

    (early,) = planned(floor, NOW_US + 9 * HOUR_US)
    (pressing,) = planned(floor, NOW_US + HOUR_US // 2)

    assert set(early.orders) == {"first", "other"}
    assert set(pressing.orders) == {"first"}


def test_a_walk_says_why_its_orders_go_together() -> None:
    floor = stocked()
    floor.order("other", (SHIRT, 1))
    floor.order("first", (MUG, 1))
    floor.ready(LI)

    (walk,) = planned(floor, NOW_US + 9 * HOUR_US)

    saved_m = walk.alone_m - walk.length_m
    assert saved_m > 0
    assert walk.why.startswith(
        f"2 orders in {walk.length_m:.0f} m, aisles 1; saves {saved_m:.0f} m"
    )
    assert "first carrier leaves" in walk.why


def test_a_doubtful_place_is_named_in_the_walks_reason() -> None:
    floor = stocked()
    floor.order("mugs", (MUG, 1))
    floor.ready(LI)
    snapshot = snapshots.snapshot(floor.state, TERMS, NOW_US)
    assert snapshot is not None
    doubted = replace(snapshot.knowledge, uncounted=frozenset({(MUG, BIN_2)}))

    (walk,) = planning.plan(
        replace(snapshot, knowledge=doubted),
        floor.number,
        np.random.default_rng(1),
        Effort(rounds=1),
    )

    assert "A-2 may not hold what the books say" in walk.why
