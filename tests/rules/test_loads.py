"""What a cart cannot carry together is not walked together, whatever way it would save."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.model.goods import Article
from edge.model.ids import OrderId
from edge.model.inputs import ArticlesListed
from edge.model.work import Walk
from edge.rules import planning, replanning, snapshots
from edge.rules.batching import Effort
from edge.rules.loads import Load, parted, too_much
from edge.rules.terms import Terms
from tests.rules.small_floor import (
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

FOOD_APART = (frozenset({"food", "chemicals"}),)


def weighed() -> SmallFloor:
    """A shirt is food of 2 l and 300 g, a mug a chemical of 1 l and 400 g."""
    floor = stocked()
    floor.take(
        ArticlesListed(
            (
                Article(SHIRT, SHIRT_GTIN, "Shirt", 2, 2000, 300, "food"),
                Article(MUG, MUG_GTIN, "Mug", 2, 1000, 400, "chemicals"),
            ),
            NOW_US,
        )
    )
    return floor


def walks(floor: SmallFloor, terms: Terms) -> tuple[Walk, ...]:
    snapshot = snapshots.snapshot(floor.state, terms, NOW_US)
    assert snapshot is not None
    wanted = replace(snapshot, walks_wanted=9)
    return planning.plan(wanted, floor.number, np.random.default_rng(1), Effort(rounds=5))


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (replace(TERMS, volume_ml_per_walk=2500), "more than 2.5 l"),
        (replace(TERMS, weight_g_per_walk=650), "heavier than 0.65 kg"),
        (replace(TERMS, apart=FOOD_APART), "chemicals and food stay apart"),
    ],
)
def test_orders_that_a_cart_cannot_carry_together_are_walked_apart_and_it_says_why(
    terms: Terms, why: str
) -> None:
    floor = weighed()
    floor.order("O1", (SHIRT, 1))
    floor.order("O2", (MUG, 1))
    floor.ready(LI)

    together, apart = walks(floor, TERMS), walks(floor, terms)

    assert [len(one.orders) for one in together] == [2]
    assert [one.orders for one in apart] == [("O1",), ("O2",)]
    assert all(f"not with others on the way: {why}" in one.why for one in apart)


def test_an_order_that_is_too_much_by_itself_goes_alone() -> None:
    floor = weighed()
    floor.order("O1", (SHIRT, 1), (MUG, 1))
    floor.order("O2", (SHIRT, 1))
    floor.ready(LI)

    found = walks(floor, replace(TERMS, weight_g_per_walk=500, apart=FOOD_APART))

    assert sorted(one.orders for one in found) == [("O1",), ("O2",)]


def test_many_pieces_of_one_article_in_one_place_fill_a_cart() -> None:
    floor = weighed()
    floor.order("O1", (SHIRT, 3))
    floor.order("O2", (SHIRT, 2))
    floor.ready(LI)

    found = walks(floor, replace(TERMS, pieces_per_walk=4))

    assert sorted(one.orders for one in found) == [("O1",), ("O2",)]


def test_a_rush_order_does_not_join_a_walk_whose_goods_it_must_not_lie_beside() -> None:
    floor = weighed()
    floor.order("O1", (SHIRT, 2))
    floor.ready(LI)
    floor.plan()
    floor.order("O2", (MUG, 1), priority=TERMS.rush_priority)

    free = snapshots.snapshot(floor.state, TERMS, NOW_US)
    apart = snapshots.snapshot(floor.state, replace(TERMS, apart=FOOD_APART), NOW_US)

    assert free is not None
    assert apart is not None
    assert [one.joined for one in replanning.changes(free)] == [(OrderId("O2"),)]
    assert replanning.changes(apart) == ()


KINDS = st.frozensets(st.sampled_from(["food", "chemicals", "books"]), max_size=2)
LOADS = st.builds(Load, st.integers(1, 30), st.integers(0, 900), st.integers(0, 900), KINDS)
STRICT = replace(TERMS, volume_ml_per_walk=1000, weight_g_per_walk=1000, apart=FOOD_APART)


@given(st.lists(LOADS, max_size=8))
def test_every_order_is_in_one_part_and_a_cart_carries_every_part_of_several(
    made: list[Load],
) -> None:
    loads = {OrderId(f"O{at}"): load for at, load in enumerate(made)}

    parts = parted(STRICT, list(loads), loads)

    assert sorted(one for part in parts for one in part) == sorted(loads)
    for part in parts:
        whole = sum((loads[one] for one in part), Load())
        assert len(part) == 1 or too_much(STRICT, whole) is None
