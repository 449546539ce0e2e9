"""Batches of orders: whole, within the cart, and short."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from edge.rules.batching import Effort, plan_batches, walk_of
from edge.rules.instances import BatchInstance, BatchOrder
from edge.rules.lengths import Lengths
from edge.rules.reading_instances import batch_instance


def wave(
    seed: int, orders: int, *, cross_aisles: int = 2, round_trip: bool = True
) -> BatchInstance:
    """A wave of small orders in a small hall."""
    chance = np.random.default_rng(seed)
    aisle_x = tuple(4.0 * index for index in range(6))
    cross_y = tuple(12.0 * index for index in range(cross_aisles))

    def stop() -> tuple[int, float]:
        return int(chance.integers(6)), float(chance.integers(0, int(2 * cross_y[-1]) + 1)) / 2

    return BatchInstance(
        aisle_x=aisle_x,
        cross_y=cross_y,
        start=(4.0, 0.0) if round_trip else (4.0, 5.0),
        end=(4.0, 0.0) if round_trip else (9.0, 12.0),
        capacity=8,
        orders=tuple(
            BatchOrder(f"order {index}", tuple(stop() for _ in range(chance.integers(1, 6))))
            for index in range(orders)
        ),
    )


def best_by_brute_force(instance: BatchInstance) -> float:
    """The best total over every way to divide a few orders."""
    known: dict[tuple[BatchOrder, ...], float] = {(): 0.0}

    def best(orders: tuple[BatchOrder, ...]) -> float:
        if orders not in known:
            first, rest = orders[0], orders[1:]
            known[orders] = min(
                walk_of(instance, (first, *others)).length
                + best(tuple(order for order in rest if order not in others))
                for count in range(len(orders))
                for others in combinations(rest, count)
                if sum(len(order.stops) for order in (first, *others)) <= instance.capacity
            )
        return known[orders]

    return best(instance.orders)


@pytest.mark.parametrize("cross_aisles", [2, 3, 4])
@pytest.mark.parametrize("round_trip", [True, False])
def test_lengths_of_many_batches_are_the_lengths_of_their_routes(
    cross_aisles: int, *, round_trip: bool
) -> None:
    """The quick lengths that steer the search agree with the exact ones."""
    instance = wave(cross_aisles, 12, cross_aisles=cross_aisles, round_trip=round_trip)
    points = [
        [(instance.aisle_x[aisle], y) for aisle, y in order.stops] for order in instance.orders
    ]
    bases: list[list[int]] = [[], [1], [2, 5], [3, 4, 9], [12, 11, 10, 9]]

    quick = Lengths(instance, [[], *points]).with_each(bases, 13)

    for base, row in zip(bases, quick, strict=True):
        for added, length in enumerate(row):
            together = {*base, added} - {0}
            orders = [instance.orders[order - 1] for order in together]
            assert length == pytest.approx(walk_of(instance, orders).length, abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_a_small_wave_is_batched_as_well_as_can_be(seed: int) -> None:
    """The search finds what trying every division finds."""
    instance = wave(seed, 7, cross_aisles=2 + seed % 2, round_trip=seed % 2 == 0)

    plan = plan_batches(instance, np.random.default_rng(seed), Effort(rounds=40))

    assert plan.length == pytest.approx(best_by_brute_force(instance))


@pytest.mark.parametrize("seed", range(4))
def test_every_order_is_in_one_batch_and_no_batch_is_too_big(seed: int) -> None:
    """Nothing is lost, split or overloaded, with a cart of three totes as well."""
    instance = wave(seed, 30)
    small = BatchInstance(
        instance.aisle_x,
        instance.cross_y,
        instance.start,
        instance.end,
        instance.capacity,
        instance.orders,
        orders_max=2,
    )
    for asked in (instance, small):
        plan = plan_batches(asked, np.random.default_rng(seed), Effort(rounds=10))

        by_id = {order.id: order for order in asked.orders}
        names = [name for batch in plan.batches for name in batch.orders]
        assert sorted(names) == sorted(by_id)
        for batch in plan.batches:
            orders = [by_id[name] for name in batch.orders]
            assert sum(len(order.stops) for order in orders) <= asked.capacity
            assert len(orders) <= (asked.orders_max or len(names))
            assert batch.length == pytest.approx(walk_of(asked, orders).length)
        assert plan.length == pytest.approx(sum(batch.length for batch in plan.batches))


def test_more_effort_never_makes_longer_walks() -> None:
    """The best plan so far is what comes back."""
    instance = wave(3, 40)

    lengths = [
        plan_batches(instance, np.random.default_rng(1), Effort(rounds=rounds)).length
        for rounds in (0, 1, 30)
    ]
    alone = sum(walk_of(instance, [order]).length for order in instance.orders)

    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] < alone


def test_the_same_seed_gives_the_same_batches() -> None:
    """A day can be replayed."""
    instance = wave(4, 25)
    plans = [plan_batches(instance, np.random.default_rng(8), Effort(rounds=15)) for _ in range(2)]

    assert plans[0] == plans[1]


def test_time_that_is_up_still_gives_a_plan() -> None:
    """The first answer does not wait for the search."""
    instance = wave(5, 20)

    plan = plan_batches(
        instance, np.random.default_rng(1), Effort(seconds=1.0, elapsed_s=lambda: 2.0)
    )

    assert sum(len(batch.orders) for batch in plan.batches) == 20


def test_a_large_wave_is_improved_in_parts_and_loses_nothing() -> None:
    """More orders than are exchanged at once; the same seed gives the same plan."""
    instance = wave(9, 200)
    first, better, again = (
        plan_batches(instance, np.random.default_rng(2), Effort(rounds=rounds))
        for rounds in (0, 4, 4)
    )

    names = sorted(name for batch in better.batches for name in batch.orders)
    assert names == sorted(order.id for order in instance.orders)
    assert better.length < first.length
    assert better == again


def test_a_hall_with_many_cross_aisles_is_batched_from_any_of_them() -> None:
    """The quick lengths leave cross aisles out, but never that of the start or the end."""
    wide = wave(10, 8, cross_aisles=7)
    instance = BatchInstance(
        wide.aisle_x, wide.cross_y, (2.0, 36.0), (3.0, 48.0), wide.capacity, wide.orders
    )

    plan = plan_batches(instance, np.random.default_rng(1), Effort(rounds=2))

    assert sum(len(batch.orders) for batch in plan.batches) == 8


def test_a_cart_without_bound_takes_all_orders_that_save_length() -> None:
    """A capacity beyond every number of stops is no special case."""
    few = wave(11, 4)
    instance = BatchInstance(
        few.aisle_x, few.cross_y, few.start, few.end, 10**30, few.orders, orders_max=10**30
    )

    plan = plan_batches(instance, np.random.default_rng(1), Effort(rounds=2))

    assert plan.length <= walk_of(instance, instance.orders).length + 1e-9


def test_an_empty_wave_needs_no_walk() -> None:
    """No orders, no batches."""
    instance = wave(6, 0)

    plan = plan_batches(instance, np.random.default_rng(1), Effort(rounds=3))

    assert plan.length == 0
    assert plan.batches == ()


def test_orders_without_stops_are_walked_with_others() -> None:
    """An order that asks for nothing costs nothing and is not lost."""
    instance = wave(7, 3)
    orders = (*instance.orders, BatchOrder("nothing", ()), BatchOrder("here", ((1, 0.0),)))
    asked = BatchInstance(
        instance.aisle_x, instance.cross_y, instance.start, instance.end, 8, orders
    )

    plan = plan_batches(asked, np.random.default_rng(1), Effort(rounds=10))

    assert {name for batch in plan.batches for name in batch.orders} >= {"nothing", "here"}
    assert (
        plan.length
        <= plan_batches(instance, np.random.default_rng(1), Effort(rounds=10)).length + 1e-9
    )


def test_an_effort_without_end_is_refused() -> None:
    """A search needs a bound."""
    with pytest.raises(ValueError, match="needs a bound"):
        Effort()


def test_published_waves_are_batched_close_to_the_best_known(shared_data: Path) -> None:
    """A fixed small effort on waves of 20 orders; the benchmark measures all with time."""
    lines = (shared_data / "henn" / "batches.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if len(case["instance"]["orders"]) == 20]

    over = [
        plan_batches(
            batch_instance(case["instance"]), np.random.default_rng(1), Effort(rounds=25)
        ).length
        / case["optimum"]
        - 1
        for case in cases
    ]

    assert len(cases) >= 8
    assert min(over) >= -1e-9
    assert sum(over) / len(over) <= 0.01
