"""The shortest lengths of thousands of batches at once: the sweep with one column for each batch.

Batching asks again and again how long the walk becomes if one order leaves a batch or another
one joins it. The sweep's states are the same for every batch of a hall; only the costs differ. So
each step of the sweep is a few operations on whole rows (NumPy), one column for each batch, and
a length costs about a microsecond instead of a millisecond.

The figures steer a search, they are not answers: single precision, at most `MOST_CROSS_AISLES`
cross aisles, at most `contents.MOST_HEIGHTS` places in a stretch of aisle. The answer's lengths
come from `routing`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from edge.rules import sweep
from edge.rules.contents import FAR, Content, Floats, content_of
from edge.rules.hall import hall_for
from edge.rules.instances import BatchInstance, Point
from edge.rules.steps import Table, Way, steps_of

MOST_CROSS_AISLES = 4
"""With more, some between are left out: the lengths become upper bounds."""
COLUMNS_AT_ONCE = 2048
"""Rows of this many single-precision numbers stay in the nearest cache."""


class Lengths:
    """Shortest lengths of the batches of one wave.

    Args:
        instance: the wave.
        orders: for each order its stops as points; the first is empty and stands for none.
    """

    def __init__(self, instance: BatchInstance, orders: Sequence[Sequence[Point]]) -> None:
        used = [stop for order in instance.orders for stop in order.stops]
        cross_y = _fewer(instance.cross_y, (instance.start, instance.end))
        hall = hall_for(instance.aisle_x, cross_y, (instance.start, instance.end), used)
        ends = {hall.start, hall.end}
        self._stays = len(ends) == 1
        self._whole = np.array(
            [[high.y - low.y] for aisle in hall.aisles for low, high in pairwise(aisle.crossings)],
            np.float32,
        )
        self._once = np.where(
            [[is_passable] for aisle in hall.aisles for is_passable in aisle.passable],
            self._whole,
            FAR,
        )
        self._needed = np.array([[at.needed] for aisle in hall.aisles for at in aisle.crossings])
        self._orders = content_of(
            hall, [[at for at in order if at not in ends] for order in orders]
        )
        self._is_asked = self._orders.asked.any(-1) | self._needed[:, 0]
        self._tables = steps_of(hall)
        self._alternatives = {
            choices
            for table in self._tables
            if table.stretch is not None
            for ways in table.ways
            for _, choices in ways
        }

    def with_each(self, bases: Sequence[Sequence[int]], orders: int) -> Floats:
        """The lengths of each base, with each of the first `orders` orders added to it.

        Args:
            bases: each some indices of orders, may be empty.
            orders: how many orders are tried, from the first.

        Returns:
            One row for each base, one column for each order tried.
        """
        return self._all_pairs(bases, self._orders.first(orders))

    def together(
        self, batches: Sequence[Sequence[int]], others: Sequence[Sequence[int]]
    ) -> Floats:
        """The lengths of each batch joined with each of the others."""
        return self._all_pairs(batches, self._orders.merged(others))

    def _all_pairs(self, batches: Sequence[Sequence[int]], others: Content) -> Floats:
        width = others.is_blank.size
        at_once = max(1, COLUMNS_AT_ONCE // width)
        return np.concatenate(
            [
                self._pairs(self._orders.merged(batches[first : first + at_once]), others)
                for first in range(0, len(batches), at_once)
            ]
        )

    def _pairs(self, batches: Content, others: Content) -> Floats:
        pairs = batches.is_blank.size, others.is_blank.size
        columns = pairs[0] * pairs[1]
        highest = np.maximum(batches.highest[..., None], others.highest[:, None])
        lowest = np.minimum(batches.lowest[..., None], others.lowest[:, None])
        costs = self._stretch_costs(
            highest.reshape(-1, columns),
            lowest.reshape(-1, columns),
            _widest_gaps(batches.inside, others.inside).reshape(-1, columns),
        )
        asked = batches.asked[..., None] | others.asked[:, None]
        untouched = np.where(asked.reshape(-1, columns) | self._needed, FAR, np.float32(0))
        lengths = self._swept(costs, untouched).reshape(pairs)
        if self._stays:
            lengths[batches.is_blank[:, None] & others.is_blank] = 0.0
        return lengths

    def _stretch_costs(
        self, highest: Floats, lowest: Floats, gap: Floats
    ) -> dict[tuple[int, ...], Floats]:
        """What the cheapest of each choices that are ever alternatives costs."""
        is_free = highest == 0
        double = 2 * self._whole
        of_one = {
            sweep.NOTHING: np.where(is_free, np.float32(0), FAR),
            sweep.ONCE: np.broadcast_to(self._once, highest.shape),
            sweep.TWICE: np.broadcast_to(2 * self._once, highest.shape),
            sweep.FROM_BELOW: np.where(is_free, FAR, 2 * highest),
            sweep.FROM_ABOVE: np.where(is_free, FAR, double - 2 * lowest),
            sweep.GAP: np.where(is_free, FAR, double - 2 * gap),
        }
        return {
            choices: _least([of_one[choice] for choice in choices])
            for choices in self._alternatives
        }

    def _swept(self, costs: dict[tuple[int, ...], Floats], untouched: Floats) -> Floats:
        lengths: list[Floats] = [np.zeros(untouched.shape[1], np.float32)]
        for table in self._tables:
            of_step: dict[tuple[int, ...], Floats | float]
            if table.stretch is not None:
                of_step = {choices: cost[table.stretch] for choices, cost in costs.items()}
            elif table.crossing is not None:
                of_step = self._crossing_costs(table, untouched)
            else:
                of_step = {(0,): 0.0}
            lengths = [_cheapest(ways, lengths, of_step) for ways in table.ways]
        return lengths[0]

    def _crossing_costs(
        self, table: Table, untouched: Floats
    ) -> dict[tuple[int, ...], Floats | float]:
        at = table.crossing or 0
        return {
            (sweep.UNTOUCHED,): untouched[at] if self._is_asked[at] else 0.0,
            (sweep.LEFT,): 0.0,
            (sweep.CROSS_ONCE,): table.width,
            (sweep.CROSS_TWICE,): 2 * table.width,
        }


def _least(costs: Sequence[Floats]) -> Floats:
    least = costs[0]
    for cost in costs[1:]:
        least = np.minimum(least, cost)
    return least


def _cheapest(
    ways: Sequence[Way],
    lengths: Sequence[Floats],
    costs: Mapping[tuple[int, ...], Floats | float],
) -> Floats:
    best: Floats | None = None
    for before, choices in ways:
        cost = costs[choices]
        way = lengths[before] if isinstance(cost, float) and not cost else lengths[before] + cost
        best = way if best is None else np.minimum(best, way)
    if best is None:
        raise ValueError("a state of the sweep is come by in no way")
    return best


def _widest_gaps(batches: Floats, others: Floats) -> Floats:
    """The widest gap between neighbouring stops of each stretch, or below the lowest.

    The gap below the lowest does no harm: leaving it out is walking from above.
    """
    shape = (batches.shape[1], batches.shape[2], others.shape[2])
    gap, reached = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    height, step = np.empty(shape, np.float32), np.empty(shape, np.float32)
    for mine, theirs in zip(batches, others, strict=True):
        np.maximum(mine[..., None], theirs[:, None], out=height)
        np.subtract(height, reached, out=step)
        np.maximum(gap, step, out=gap)
        np.maximum(reached, height, out=reached)
    return gap


def _fewer(cross_y: tuple[float, ...], ends: tuple[Point, Point]) -> tuple[float, ...]:
    """The outer cross aisles, those nearest to both ends of the walk, and some between."""
    if len(cross_y) <= MOST_CROSS_AISLES:
        return cross_y
    last = len(cross_y) - 1

    def nearest(y: float) -> int:
        return min(range(last + 1), key=lambda at: abs(cross_y[at] - y))

    wanted = [0, last, *(nearest(y) for _, y in ends)]
    wanted += [last // 3, 2 * last // 3, *range(last)]
    kept = list(dict.fromkeys(wanted))[:MOST_CROSS_AISLES]
    return tuple(cross_y[at] for at in sorted(kept))
