"""From the stretches that a walk is made of to the walk itself."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import fsum

from edge.rules.instances import Point

Stretch = tuple[Point, Point]


def walk_over(stretches: Iterable[Stretch], start: Point) -> list[Point]:
    """A walk from the start over every given stretch exactly once (Hierholzer 1873).

    Args:
        stretches: connected, with the start among them; every place but the start and the end
            has an even number of them.
        start: where the walk begins.
    """
    ways: defaultdict[Point, Counter[Point]] = defaultdict(Counter)
    for near, far in stretches:
        ways[near][far] += 1
        ways[far][near] += 1
    standing, walked = [start], []
    while standing:
        here = standing[-1]
        if not ways[here]:
            walked.append(standing.pop())
            continue
        there = next(iter(ways[here]))
        _use(ways, here, there)
        _use(ways, there, here)
        standing.append(there)
    return walked[::-1]


def _use(ways: Mapping[Point, Counter[Point]], here: Point, there: Point) -> None:
    ways[here][there] -= 1
    if not ways[here][there]:
        del ways[here][there]


def stops_in_order(walk: Iterable[Point], stops: Sequence[Point]) -> tuple[int, ...]:
    """The indices of the stops in the order in which the walk first reaches them."""
    waiting: defaultdict[Point, list[int]] = defaultdict(list)
    for index, stop in enumerate(stops):
        waiting[stop].append(index)
    return tuple(index for place in walk for index in waiting.pop(place, ()))


def corners(walk: Sequence[Point], stops: Iterable[Point]) -> tuple[Point, ...]:
    """The walk without the places that are passed straight on and are no stop."""
    kept = set(stops)
    inner = (
        here
        for before, here, after in zip(walk, walk[1:], walk[2:], strict=False)
        if here in kept or not _is_straight(before, here, after)
    )
    return (walk[0], *inner, walk[-1]) if len(walk) > 1 else tuple(walk)


def _is_straight(before: Point, here: Point, after: Point) -> bool:
    return any(
        before[axis] < here[axis] < after[axis] or before[axis] > here[axis] > after[axis]
        for axis in (0, 1)
    )


def length_of(walk: Sequence[Point]) -> float:
    """The length of a walk along aisles and cross aisles."""
    return fsum(
        abs(here[0] - there[0]) + abs(here[1] - there[1]) for here, there in pairwise(walk)
    )
