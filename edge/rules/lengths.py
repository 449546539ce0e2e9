"""The shortest lengths of thousands of batches at once: the sweep with one column for each batch.

Batching asks again and again how long the walk becomes if one order leaves a batch or another
one joins it. The sweep's states are the same for every batch of a hall; only the costs differ. So
each step of the sweep is a few operations on rows of numbers, one column for each batch, and a
length costs less than a microsecond instead of a millisecond (`compiled_sweep`, `column_sweep`).

The figures steer a search, they are not answers: single precision, at most `MOST_CROSS_AISLES`
cross aisles, at most `contents.MOST_HEIGHTS` places in a stretch of aisle. The answer's lengths
come from `routing`.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from edge.rules.column_sweep import ColumnSweep
from edge.rules.compiled_sweep import SWEEP, CompiledSweep
from edge.rules.contents import FAR, Content, Floats, content_of
from edge.rules.hall import hall_for
from edge.rules.instances import BatchInstance, Point
from edge.rules.steps import steps_of

MOST_CROSS_AISLES = 4
"""With more, some between are left out: the lengths become upper bounds."""


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
        self._orders = content_of(
            hall, [[at for at in order if at not in ends] for order in orders]
        )
        whole = np.array(
            [high.y - low.y for aisle in hall.aisles for low, high in pairwise(aisle.crossings)],
            np.float32,
        )
        passable = [is_passable for aisle in hall.aisles for is_passable in aisle.passable]
        once = np.where(passable, whole, FAR)
        needed = np.array([at.needed for aisle in hall.aisles for at in aisle.crossings])
        of_hall = steps_of(hall), whole, once, needed
        self._sweep = ColumnSweep(*of_hall) if SWEEP is None else CompiledSweep(SWEEP, *of_hall)

    def with_each(self, bases: Sequence[Sequence[int]], orders: int) -> Floats:
        """The lengths of each base, with each of the first `orders` orders added to it.

        Args:
            bases: each some indices of orders, may be empty.
            orders: how many orders are tried, from the first.

        Returns:
            One row for each base, one column for each order tried.
        """
        return self.pairs(self.contents(bases), self._orders.some(0, orders))

    def contents(self, batches: Sequence[Sequence[int]]) -> Content:
        """What some batches ask of the hall; each some indices of orders, may be empty."""
        return self._orders.merged(batches)

    def pairs(self, batches: Content, others: Content) -> Floats:
        """The lengths of each batch joined with each of the others, a row for each batch."""
        lengths = self._sweep.lengths(batches, others)
        if self._stays:
            lengths[batches.is_blank[:, None] & others.is_blank] = 0.0
        return lengths


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
