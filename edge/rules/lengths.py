"""The shortest lengths of thousands of batches at once: the sweep with one column for each batch.

Batching asks again and again how long the walk becomes if one order leaves a batch or another
one joins it. The sweep's states are the same for every batch of a hall; only the costs differ. So
each step of the sweep is a few operations on whole rows (NumPy), one column for each batch, and
a length costs about a microsecond instead of a millisecond.

The figures steer a search, they are not answers: single precision, at most `MOST_CROSS_AISLES`
cross aisles, at most `MOST_HEIGHTS` places in a stretch of aisle. The answer's lengths come from
`routing`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from edge.rules import sweep
from edge.rules.hall import Aisle, Hall, hall_for
from edge.rules.instances import BatchInstance, Point
from edge.rules.sweep import Choices, State

MOST_CROSS_AISLES = 4
"""With more, those between are left out evenly: the lengths become upper bounds."""
MOST_HEIGHTS = 64
"""With more places in one stretch, its widest gap is known to a sixty-fourth of the stretch."""
COLUMNS_AT_ONCE = 2048
"""Rows of this many single-precision numbers stay in the nearest cache."""

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
FAR = np.float32(inf)


Way = tuple[int, tuple[int, ...]]
"""Index of the state before, and the choices that lead on from it: the cheapest is taken."""


@dataclass(frozen=True, slots=True)
class _Table:
    """One step for all batches.

    Attributes:
        ways: for each following state, the ways it is come by.
        stretch, crossing: index of what the step walks; None for entering an aisle, and for the
            other of the two.
        width: to the next aisle, where a crossing is left.
    """

    ways: tuple[tuple[Way, ...], ...]
    stretch: int | None
    crossing: int | None
    width: float


@dataclass(frozen=True, slots=True)
class _Place:
    """One step before it is compiled."""

    choices: Callable[[State, int], Choices]
    at: int
    stretch: int | None = None
    crossing: int | None = None
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class _Content:
    """What some batches ask of the hall, one column each, always last.

    Attributes:
        highest, lowest: of the stops within each stretch, from its lower end; 0 and inf without.
        inside: rows of rising stops within each stretch, from its lower end; 0 where none is.
        asked: whether a stop is at each crossing.
        is_blank: whether there is nothing to walk for.
    """

    highest: Floats
    lowest: Floats
    inside: Floats
    asked: Flags
    is_blank: Flags

    def merged(self, batches: Sequence[Sequence[int]]) -> "_Content":
        """The content of batches made of these columns; the first column asks for nothing."""
        columns = np.array([column for batch in batches for column in (0, *batch)], np.intp)
        starts = np.cumsum([0, *(1 + len(batch) for batch in batches[:-1])])
        return _Content(
            np.maximum.reduceat(self.highest[:, columns], starts, axis=-1),
            np.minimum.reduceat(self.lowest[:, columns], starts, axis=-1),
            np.maximum.reduceat(self.inside[..., columns], starts, axis=-1),
            np.logical_or.reduceat(self.asked[:, columns], starts, axis=-1),
            np.logical_and.reduceat(self.is_blank[columns], starts),
        )

    def first(self, count: int) -> "_Content":
        """The first columns."""
        return _Content(
            self.highest[:, :count],
            self.lowest[:, :count],
            self.inside[..., :count],
            self.asked[:, :count],
            self.is_blank[:count],
        )


class Lengths:
    """Shortest lengths of the batches of one wave.

    Args:
        instance: the wave.
        orders: for each order its stops as points; the first is empty and stands for none.
    """

    def __init__(self, instance: BatchInstance, orders: Sequence[Sequence[Point]]) -> None:
        used = [stop for order in instance.orders for stop in order.stops]
        cross_y = _fewer(instance.cross_y)
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
        self._orders = _content(hall, [[at for at in order if at not in ends] for order in orders])
        self._is_asked = self._orders.asked.any(-1) | self._needed[:, 0]
        self._tables = _compiled(hall)
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

    def _all_pairs(self, batches: Sequence[Sequence[int]], others: _Content) -> Floats:
        width = others.is_blank.size
        at_once = max(1, COLUMNS_AT_ONCE // width)
        return np.concatenate(
            [
                self._pairs(self._orders.merged(batches[first : first + at_once]), others)
                for first in range(0, len(batches), at_once)
            ]
        )

    def _pairs(self, batches: _Content, others: _Content) -> Floats:
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
        self, table: _Table, untouched: Floats
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


def _content(hall: Hall, orders: Sequence[Sequence[Point]]) -> _Content:
    """What each order asks of the hall."""
    stretches = [
        (aisle.x, low.y, high.y)
        for aisle in hall.aisles
        for low, high in pairwise(aisle.crossings)
    ]
    crossings = [(aisle.x, at.y) for aisle in hall.aisles for at in aisle.crossings]
    rows = [_heights(stretch, orders) for stretch in stretches]
    deepest = 1 + max((row for row, _, _ in chain.from_iterable(rows)), default=0)
    inside = np.zeros((deepest, len(stretches), len(orders)), np.float32)
    lowest = np.full(inside.shape[1:], FAR, np.float32)
    for index, of_stretch in enumerate(rows):
        for row, order, height in of_stretch:
            inside[row, index, order] = max(inside[row, index, order], height)
            lowest[index, order] = min(lowest[index, order], height)
    asked = np.array([[place in order for order in orders] for place in crossings])
    return _Content(
        inside.max(0), lowest, inside, asked, np.array([not order for order in orders])
    )


def _heights(
    stretch: tuple[float, float, float], orders: Sequence[Sequence[Point]]
) -> list[tuple[int, int, float]]:
    """For each stop within the stretch its row, its order and its height over the lower end."""
    x, low, high = stretch
    found = [
        (order, y - low)
        for order, points in enumerate(orders)
        for at, y in points
        if at == x and low < y < high
    ]
    ranked = sorted({height for _, height in found})
    if len(ranked) > MOST_HEIGHTS:
        part = (high - low) / MOST_HEIGHTS
        return [(int(height / part), order, height) for order, height in found]
    row = {height: index for index, height in enumerate(ranked)}
    return [(row[height], order, height) for order, height in found]


def _fewer(cross_y: tuple[float, ...]) -> tuple[float, ...]:
    if len(cross_y) <= MOST_CROSS_AISLES:
        return cross_y
    last = len(cross_y) - 1
    return tuple(cross_y[last * at // (MOST_CROSS_AISLES - 1)] for at in range(MOST_CROSS_AISLES))


def _compiled(hall: Hall) -> tuple[_Table, ...]:
    """The tables of all steps, without the states that no walk can end from."""
    places = list(_places(hall))
    reached: list[list[State]] = [[sweep.begin(hall.cross_aisles)]]
    for place in places:
        following = {
            after: None for state in reached[-1] for _, after in place.choices(state, place.at)
        }
        reached.append(list(following))
    wanted = [sweep.DONE]
    tables: list[_Table] = []
    for place, states in zip(reversed(places), reversed(reached[:-1]), strict=True):
        table, wanted = _table(place, states, wanted)
        tables.append(table)
    return tuple(reversed(tables))


def _table(place: _Place, states: list[State], wanted: list[State]) -> tuple[_Table, list[State]]:
    known = set(wanted)
    useful = [
        state
        for state in states
        if any(after in known for _, after in place.choices(state, place.at))
    ]
    ways: dict[State, dict[int, tuple[int, ...]]] = {state: {} for state in wanted}
    for index, state in enumerate(useful):
        for choice, after in place.choices(state, place.at):
            if after in known:
                ways[after][index] = (*ways[after].get(index, ()), choice)
    arrived = tuple(tuple(came.items()) for came in ways.values())
    return _Table(arrived, place.stretch, place.crossing, place.width), useful


def _places(hall: Hall) -> Iterator[_Place]:
    """All steps of the sweep, in the order that `routing` takes them as well."""
    stretch = crossing = 0
    next_x = [*(aisle.x for aisle in hall.aisles[1:]), inf]
    for aisle, beyond in zip(hall.aisles, next_x, strict=True):
        if aisle.has_own_crossings():
            yield _entering(aisle)
        for low in range(len(aisle.passable)):
            yield _Place(sweep.aisle_choices, low, stretch=stretch + low)
        for at in reversed(range(len(aisle.crossings))):
            on_cross = aisle.crossings[at].on_cross
            going_on = _last_choices if beyond == inf else sweep.cross_choices
            choices = going_on if on_cross else sweep.leave_choices
            width = beyond - aisle.x if beyond < inf else 0.0
            yield _Place(choices, at, crossing=crossing + at, width=width)
        stretch += len(aisle.passable)
        crossing += len(aisle.crossings)


def _entering(aisle: Aisle) -> _Place:
    crossings = tuple((crossing.on_cross, crossing.odd) for crossing in aisle.crossings)
    return _Place(lambda state, _: ((0, sweep.enter(state, crossings)),), 0)


def _last_choices(state: State, at: int) -> Choices:
    """Past the last aisle nothing goes on."""
    return tuple(
        (choice, after)
        for choice, after in sweep.cross_choices(state, at)
        if choice in (sweep.UNTOUCHED, sweep.LEFT)
    )
