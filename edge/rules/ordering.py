"""A short walk by a good order of the stops: for halls with too many cross aisles for the sweep.

The nearest stop first, then improved until no reversal of a run of stops (2-opt) and no move of a
run of up to three stops (Or-opt) shortens the walk. Not proven: the bound tells how far off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from edge.rules.instances import Point

LONGEST_MOVED = 3
MOST_CHANGES = 2000
"""Each shortens the walk; a hundred stops need some two hundred."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of a hall.

    Attributes:
        aisle_x: where the aisles are.
        cross_y: where the cross aisles are, ascending.
    """

    aisle_x: frozenset[float]
    cross_y: tuple[float, ...]

    def between(self, near: Point, far: Point) -> tuple[Point, ...]:
        """The corners of a shortest way, both points among them."""
        if near[0] == far[0] and near[0] in self.aisle_x:
            return near, far
        if near[1] == far[1] and near[1] in self.cross_y:
            return near, far
        ways = (
            (near, (x, near[1]), (x, y), (there, y), (there, far[1]), far)
            for x in self._exits(near)
            for there in self._exits(far)
            for y in self.cross_y
        )
        return min(ways, key=_length)

    def _exits(self, point: Point) -> tuple[float, ...]:
        """The aisles from which the point is left or reached."""
        if point[0] in self.aisle_x:
            return (point[0],)
        below = [x for x in self.aisle_x if x < point[0]]
        above = [x for x in self.aisle_x if x > point[0]]
        return (*([max(below)] if below else []), *([min(above)] if above else []))

    def length(self, near: Point, far: Point) -> float:
        """The length of a shortest way."""
        return _length(self.between(near, far))


def _length(way: Sequence[Point]) -> float:
    return sum(abs(here[0] - there[0]) + abs(here[1] - there[1]) for here, there in pairwise(way))


def ordered_walk(ways: Ways, start: Point, end: Point, stops: Sequence[Point]) -> list[Point]:
    """A short walk from start to end past all stops: its corners and stops."""
    places = list(dict.fromkeys(stops))
    points = [start, *places, end]
    lengths = [[ways.length(near, far) for far in points] for near in points]
    order = _improved(_nearest_first(lengths), lengths)
    walk = [start]
    for near, far in pairwise(order):
        for corner in ways.between(points[near], points[far])[1:]:
            if corner != walk[-1]:
                walk.append(corner)
    return walk


def bound_of(ways: Ways, start: Point, end: Point, stops: Sequence[Point]) -> float:
    """A length that no walk can undercut: the way past the farthest stop alone."""
    return max(
        (ways.length(start, stop) + ways.length(stop, end) for stop in stops),
        default=ways.length(start, end),
    )


def _nearest_first(lengths: list[list[float]]) -> list[int]:
    last = len(lengths) - 1
    order, waiting = [0], set(range(1, last))
    while waiting:
        nearest = min(waiting, key=lambda stop: (lengths[order[-1]][stop], stop))
        order.append(nearest)
        waiting.remove(nearest)
    return [*order, last]


def _improved(order: list[int], lengths: list[list[float]]) -> list[int]:
    for _ in range(MOST_CHANGES):
        better = next(_shorter(order, lengths), None)
        if better is None:
            break
        order = better
    return order


def _shorter(order: list[int], lengths: list[list[float]]) -> Iterator[list[int]]:
    """Orders that are shorter by more than rounding noise."""
    noise = 1e-9 * (1 + max(map(max, lengths)))
    for first in range(1, len(order) - 1):
        for beyond in range(first + 1, len(order)):
            a, b, c, d = order[first - 1], order[first], order[beyond - 1], order[beyond]
            saved = lengths[a][b] + lengths[c][d] - lengths[a][c] - lengths[b][d]
            if saved > noise:
                yield [*order[:first], *reversed(order[first:beyond]), *order[beyond:]]
            if beyond - first <= LONGEST_MOVED:
                saved = lengths[a][b] + lengths[c][d] - lengths[a][d]
                rest = order[:first] + order[beyond:]
                yield from _moved(rest, order[first:beyond], saved - noise, lengths)


def _moved(
    rest: list[int], run: list[int], saved: float, lengths: list[list[float]]
) -> Iterator[list[int]]:
    for at, (near, far) in enumerate(pairwise(rest), start=1):
        cost = lengths[near][run[0]] + lengths[run[-1]][far] - lengths[near][far]
        if cost < saved:
            yield [*rest[:at], *run, *rest[at:]]
        cost = lengths[near][run[-1]] + lengths[run[0]][far] - lengths[near][far]
        if cost < saved:
            yield [*rest[:at], *reversed(run), *rest[at:]]
