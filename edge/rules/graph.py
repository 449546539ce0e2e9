"""A hall as a graph: for aisles that are walked in one direction only, or that are blocked.

Places are the crossings, the stops, both ends of the walk and the ends of what is blocked;
neighbours on an aisle or cross aisle are joined, in both directions unless the aisle is one-way.
Shortest ways are found from each place where a walk is asked for (Dijkstra 1959).
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import pairwise
from math import inf

from edge.rules.instances import Point, RouteInstance

Found = dict[Point, tuple[float, Point]]
"""For each place that can be come to: how far it is, and the place before it."""


class GraphWays:
    """The ways of one instance's hall.

    Args:
        instance: the hall, with its stops.
        ends: start and end, with rounding noise removed.
    """

    def __init__(self, instance: RouteInstance, ends: tuple[Point, Point]) -> None:
        self._next: dict[Point, list[tuple[Point, float]]] = {}
        for near, far in _joined(instance, ends):
            length = abs(near[0] - far[0]) + abs(near[1] - far[1])
            self._next.setdefault(near, []).append((far, length))
        self._from: dict[Point, Found] = {}

    def length(self, near: Point, far: Point) -> float:
        """The length of a shortest way; infinite where there is none."""
        return self._found(near).get(far, (inf, far))[0]

    def between(self, near: Point, far: Point) -> tuple[Point, ...]:
        """The places of a shortest way, both points among them.

        Raises:
            ValueError: there is none.
        """
        found = self._found(near)
        if far not in found:
            raise ValueError(
                f"no way leads from {list(near)} to {list(far)}: what is blocked or one-way cuts "
                "it off"
            )
        way = [far]
        while way[-1] != near:
            way.append(found[way[-1]][1])
        return tuple(reversed(way))

    def _found(self, near: Point) -> Found:
        if near not in self._from:
            self._from[near] = self._search(near)
        return self._from[near]

    def _search(self, start: Point) -> Found:
        found: Found = {}
        waiting = [(0.0, start, start)]
        while waiting:
            length, here, before = heappop(waiting)
            if here in found:
                continue
            found[here] = length, before
            for there, more in self._next.get(here, ()):
                if there not in found:
                    heappush(waiting, (length + more, there, here))
        return found


def _joined(instance: RouteInstance, ends: tuple[Point, Point]) -> Iterator[tuple[Point, Point]]:
    """Every pair of neighbours, in the direction that can be walked."""
    ways = {instance.aisle_x[aisle]: way for aisle, way in instance.one_way}
    closed = [(instance.aisle_x[aisle], low, high) for aisle, low, high in instance.blocked]
    stops = [(instance.aisle_x[aisle], y) for aisle, y in instance.stops]
    for x in set(instance.aisle_x):
        heights = {*instance.cross_y, *(y for at, y in (*stops, *ends) if at == x)}
        heights |= {y for at, *both in closed if at == x for y in both}
        for low, high in pairwise(sorted(heights)):
            if any(at == x and a < high and low < b for at, a, b in closed):
                continue
            if ways.get(x) != "down":
                yield (x, low), (x, high)
            if ways.get(x) != "up":
                yield (x, high), (x, low)
    for y in instance.cross_y:
        places = {*instance.aisle_x, *(x for x, at in ends if at == y)}
        for left, right in pairwise(sorted(places)):
            yield (left, y), (right, y)
            yield (right, y), (left, y)
