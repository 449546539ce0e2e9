"""The sweep for thousands of pairs of batches at once, a column for each pair: whole rows (NumPy).

`compiled_sweep` does the same, to the last bit, where this machine has compiled code.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from edge.rules import sweep
from edge.rules.contents import FAR, Content, Flags, Floats
from edge.rules.steps import Table, Way

COLUMNS_AT_ONCE = 2048
"""Rows of this many single-precision numbers stay in the nearest cache."""


class ColumnSweep:
    """Shortest lengths of pairs of batches in one hall.

    Args:
        tables: the steps of its sweep.
        whole: length of each stretch, in metres.
        once: the same, or infinity where nobody can pass.
        needed: for each crossing whether the walk starts or ends there.
    """

    def __init__(
        self, tables: Sequence[Table], whole: Floats, once: Floats, needed: Flags
    ) -> None:
        self._tables = tables
        self._whole, self._once, self._needed = whole[:, None], once[:, None], needed[:, None]
        self._alternatives = {
            choices
            for table in tables
            if table.stretch is not None
            for ways in table.ways
            for _, choices in ways
        }

    def lengths(self, batches: Content, others: Content) -> Floats:
        """The lengths of each batch joined with each of the others, a row for each batch."""
        at_once = max(1, COLUMNS_AT_ONCE // others.is_blank.size)
        return np.concatenate(
            [
                self._pairs(batches.some(first, first + at_once), others)
                for first in range(0, batches.is_blank.size, at_once)
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
        return self._swept(costs, untouched).reshape(pairs)

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
                of_step = {
                    (sweep.UNTOUCHED,): untouched[table.crossing],
                    (sweep.LEFT,): 0.0,
                    (sweep.CROSS_ONCE,): table.width,
                    (sweep.CROSS_TWICE,): 2 * table.width,
                }
            else:
                of_step = {(0,): 0.0}
            lengths = [_cheapest(ways, lengths, of_step) for ways in table.ways]
        return lengths[0]


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
