"""Walks with a cart from places on the floor plan."""

import numpy as np
import pytest

from edge.rules.batching import Effort
from edge.rules.walks import (
    Cart,
    OrderToWalk,
    PlaceToPick,
    Walkways,
    plan_walks,
    walkable,
)

FLOOR = Walkways((0.0, 4.0, 8.0), (0.0, 20.0), start=(0.0, -1.0), end=(0.0, 0.0))


def order(name: str, *places: tuple[float, float]) -> OrderToWalk:
    """An order whose stops are numbered."""
    stops = [PlaceToPick(f"{name}{at}", x_m, y_m) for at, (x_m, y_m) in enumerate(places)]
    return OrderToWalk(name, tuple(stops))


def test_orders_of_the_same_aisle_are_walked_together_in_walking_order() -> None:
    """Two far orders share a walk, two near ones the other."""
    orders = [
        order("a", (8.5, 5.0)),
        order("b", (0.4, 3.0)),
        order("c", (7.6, 9.0)),
        order("d", (0.2, 8.0)),
    ]

    walks = plan_walks(
        orders, FLOOR, Cart(orders=2, stops=10), np.random.default_rng(1), Effort(rounds=5)
    )

    assert [walk.orders for walk in walks] == [("a", "c"), ("b", "d")]
    assert walks[0].stops == (("a", "a0"), ("c", "c0"))
    assert walks[0].length_m == pytest.approx(2 * (8 + 9))
    assert walks[0].path[0] == (0.0, 0.0)
    assert [walk.length_m for walk in walks] == pytest.approx([34.0, 16.0])


def test_an_order_that_is_too_big_for_the_cart_is_walked_alone() -> None:
    """It is not lost and not split."""
    orders = [order("small", (0.0, 3.0)), order("big", (0.0, 4.0), (0.0, 5.0), (4.0, 6.0))]

    walks = plan_walks(
        orders, FLOOR, Cart(orders=4, stops=2), np.random.default_rng(1), Effort(rounds=5)
    )

    assert [walk.orders for walk in walks] == [("small",), ("big",)]
    assert sorted(stop for _, stop in walks[1].stops) == ["big0", "big1", "big2"]


def test_no_orders_need_no_walks() -> None:
    """An idle hour."""
    assert not plan_walks([], FLOOR, Cart(4, 9), np.random.default_rng(1), Effort(rounds=1))


@pytest.mark.parametrize(
    ("beside", "on_the_way"),
    [
        ((4.3, 7.0), (4.0, 7.0)),
        ((4.3, 30.0), (4.3, 20.0)),
        ((6.0, 0.5), (6.0, 0.0)),
        ((-3.0, -1.0), (-3.0, 0.0)),
        ((9.0, 12.0), (8.0, 12.0)),
    ],
)
def test_a_place_beside_the_way_is_walked_to_on_the_way(
    beside: tuple[float, float], on_the_way: tuple[float, float]
) -> None:
    """Bins lie beside aisles, stations beside cross aisles."""
    assert walkable(FLOOR, beside) == on_the_way
