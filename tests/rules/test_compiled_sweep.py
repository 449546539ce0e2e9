"""Compiled code and NumPy find the same lengths, to the last bit."""

import numpy as np
import pytest

from edge.rules import compiled_sweep, lengths
from edge.rules.batching import Effort, plan_batches
from edge.rules.instances import BatchInstance, BatchOrder
from edge.rules.lengths import Lengths

compiled_only = pytest.mark.skipif(compiled_sweep.SWEEP is None, reason=compiled_sweep.REASON)


def any_wave(seed: int, orders: int) -> BatchInstance:
    """A wave in a hall of any size, with ends anywhere, and stops at crossings, too."""
    chance = np.random.default_rng(seed)
    aisles, cross_aisles = int(chance.integers(1, 12)), int(chance.integers(2, 5))
    aisle_x = tuple(float(one) for one in np.cumsum(chance.uniform(1.0, 6.0, aisles)))
    cross_y = tuple(float(one) for one in np.cumsum(chance.uniform(2.0, 20.0, cross_aisles)))

    def height() -> float:
        if chance.random() < 0.2:
            return float(chance.choice(cross_y))
        return float(chance.uniform(cross_y[0], cross_y[-1]))

    def end() -> tuple[float, float]:
        return float(chance.choice(aisle_x)), height()

    def stops() -> tuple[tuple[int, float], ...]:
        return tuple(
            (int(chance.integers(aisles)), height()) for _ in range(chance.integers(1, 9))
        )

    start = end()
    return BatchInstance(
        aisle_x=aisle_x,
        cross_y=cross_y,
        start=start,
        end=start if chance.random() < 0.5 else end(),
        capacity=12,
        orders=tuple(BatchOrder(f"order {one}", stops()) for one in range(orders)),
    )


def lengths_of(wave: BatchInstance) -> Lengths:
    points = [[(wave.aisle_x[aisle], y) for aisle, y in order.stops] for order in wave.orders]
    return Lengths(wave, [[], *points])


@compiled_only
@pytest.mark.parametrize("seed", range(40))
def test_both_ways_find_the_same_lengths(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a wave, with more orders than compiled code takes at once
    orders = 150 if seed % 4 == 0 else 9
    wave = any_wave(seed, orders)
    bases = [[], [1], [2, 5], [orders, 3, 4], [6, 7, 8, 9]]
    # when lengths are asked for with compiled code and without it
    by_compiled = lengths_of(wave).with_each(bases, orders + 1)
    some_by_compiled = lengths_of(wave).with_each(bases, 4)
    monkeypatch.setattr(lengths, "SWEEP", None)
    by_columns = lengths_of(wave).with_each(bases, orders + 1)
    # then they are the same
    np.testing.assert_array_equal(by_compiled, by_columns, err_msg=f"seed {seed}")
    np.testing.assert_array_equal(some_by_compiled, by_columns[:, :4])


@compiled_only
@pytest.mark.parametrize("seed", range(4))
def test_the_plan_does_not_tell_which_way_it_was_made(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wave = any_wave(100 + seed, 40)
    effort = Effort(rounds=6)
    by_compiled = plan_batches(wave, np.random.default_rng(seed), effort)
    monkeypatch.setattr(lengths, "SWEEP", None)
    assert plan_batches(wave, np.random.default_rng(seed), effort) == by_compiled


def test_what_a_batch_absorbs_is_asked_for_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # given batches of one order each
    monkeypatch.setattr(lengths, "SWEEP", None)
    found = lengths_of(any_wave(7, 6))
    contents = found.contents([[1], [2], [3]])
    # when one is taken into another
    contents.absorb(0, 2)
    # then that is as long as both are
    none = found.contents([[]])
    together = found.pairs(found.contents([[1, 3], [2]]), none)
    np.testing.assert_array_equal(found.pairs(contents.some(0, 2), none), together)


def test_a_library_that_is_missing_or_of_another_version_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing, why = compiled_sweep.load("_nothing.so")
    assert missing is None
    assert "_nothing.so" in why

    monkeypatch.setattr(compiled_sweep, "LAYOUT", compiled_sweep.LAYOUT + 1)
    other, why = compiled_sweep.load()
    assert other is None
    assert "another version" in why or compiled_sweep.SWEEP is None
