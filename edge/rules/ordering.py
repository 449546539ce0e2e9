"""A short walk by a good order of the stops: for halls that are beyond the sweep.

The nearest stop first, then improved until no reversal of a run of stops (2-opt) and no move of a
run of up to three stops (Or-opt) shortens the walk. The way there may be longer than the way back.
Not proven: the bound tells how far off. Of few stops the best order is found (Held and Karp 1962).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Protocol

from edge.rules.instances import Point

LONGEST_MOVED = 3
MOST_CHANGES = 2000
"""Each shortens the walk; a hundred stops need some two hundred."""


class AnyWays(Protocol):
    """How one comes from one place to another."""

    def between(self, near: Point, far: Point) -> tuple[Point, ...]:
        """The corners of a shortest way, both points among them."""

    def length(self, near: Point, far: Point) -> float:
        """The length of a shortest way."""


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


def ordered_walk(ways: AnyWays, start: Point, end: Point, stops: Sequence[Point]) -> list[Point]:
    """A short walk from start to end past all stops: its corners and stops."""
    points, lengths = _measured(ways, start, end, stops)
    return _walk(ways, points, _improved(_nearest_first(lengths), lengths))


def best_order(ways: AnyWays, start: Point, end: Point, stops: Sequence[Point]) -> list[Point]:
    """The shortest walk of all orders of a few stops: its corners and stops."""
    points, lengths = _measured(ways, start, end, stops)
    return _walk(ways, points, _best(lengths))


def _measured(
    ways: AnyWays, start: Point, end: Point, stops: Sequence[Point]
) -> tuple[list[Point], list[list[float]]]:
    """Start, stops and end, and the way from each to each; a very long one where there is none."""
    points = [start, *dict.fromkeys(stops), end]
    lengths = [[ways.length(near, far) for far in points] for near in points]
    known = [length for row in lengths for length in row if length < inf]
    barred = len(points) * (1 + max(known))
    return points, [[min(length, barred) for length in row] for row in lengths]


def _walk(ways: AnyWays, points: Sequence[Point], order: Sequence[int]) -> list[Point]:
    walk = [points[0]]
    for near, far in pairwise(order):
        for corner in ways.between(points[near], points[far])[1:]:
            if corner != walk[-1]:
                walk.append(corner)
    return walk


def _best(lengths: list[list[float]]) -> list[int]:
    """The order whose walk is shortest, by the stops that were visited and the last of them."""
    last = len(lengths) - 1
    stops = range(1, last)
    best: dict[tuple[int, int], tuple[float, int]] = {
        (1 << stop, stop): (lengths[0][stop], 0) for stop in stops
    }
    everything = sum(1 << stop for stop in stops)
    for seen in range(2, everything + 1, 2):
        for at in stops:
            known = best.get((seen, at))
            for to in stops if known else ():
                if not seen >> to & 1:
                    way = (known[0] if known else inf) + lengths[at][to]
                    key = seen | 1 << to, to
                    if way < best.get(key, (inf, 0))[0]:
                        best[key] = way, at
    at = min(stops, key=lambda stop: best[everything, stop][0] + lengths[stop][last], default=0)
    order, seen = [last], everything
    while at:
        order.append(at)
        seen, at = seen & ~(1 << at), best[seen, at][1]
    return [0, *reversed(order)]


def bound_of(ways: AnyWays, start: Point, end: Point, stops: Sequence[Point]) -> float:
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
    dearer = [0.0]  # what walking the other way round costs more, up to each place
    for near, far in pairwise(order):
        dearer.append(dearer[-1] + lengths[far][near] - lengths[near][far])
    for first in range(1, len(order) - 1):
        for beyond in range(first + 1, len(order)):
            a, b, c, d = order[first - 1], order[first], order[beyond - 1], order[beyond]
            saved = lengths[a][b] + lengths[c][d] - lengths[a][c] - lengths[b][d]
            turned = dearer[beyond - 1] - dearer[first]
            if saved - turned > noise:
                yield [*order[:first], *reversed(order[first:beyond]), *order[beyond:]]
            if beyond - first <= LONGEST_MOVED:
                saved = lengths[a][b] + lengths[c][d] - lengths[a][d]
                rest = order[:first] + order[beyond:]
                yield from _moved(rest, order[first:beyond], (saved - noise, turned), lengths)


def _moved(
    rest: list[int], run: list[int], gain: tuple[float, float], lengths: list[list[float]]
) -> Iterator[list[int]]:
    saved, turned = gain
    for at, (near, far) in enumerate(pairwise(rest), start=1):
        cost = lengths[near][run[0]] + lengths[run[-1]][far] - lengths[near][far]
        if cost < saved:
            yield [*rest[:at], *run, *rest[at:]]
        cost = lengths[near][run[-1]] + lengths[run[0]][far] - lengths[near][far]
        if cost + turned < saved:
            yield [*rest[:at], *reversed(run), *rest[at:]]
