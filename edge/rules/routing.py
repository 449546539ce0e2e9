"""The shortest walk to a set of stops: exact for every start, end and stop of a hall.

How it works stands in `sweep`; here the sweep gets its costs from the stops, remembers by which
choices it came, and turns the best of them into a walk. Blocked parts of aisles are choices that a
stretch does not have. With more than `EXACT_CROSS_AISLES` cross aisles the states become too many,
and an aisle that is walked in one direction only is beyond the sweep: then the hall is a graph
(`graph`), and a good order of the stops is searched (`ordering`). Of few stops every order is
weighed; with more the answer says that it is not proven, and how far off it can be.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from edge.rules import sweep
from edge.rules.graph import GraphWays
from edge.rules.hall import Aisle, Hall, hall_for
from edge.rules.instances import Point, RouteInstance
from edge.rules.ordering import Ways, best_order, bound_of, ordered_walk
from edge.rules.sweep import Choices, State
from edge.rules.walkway import Stretch, corners, length_of, stops_in_order, walk_over

EXACT_CROSS_AISLES = 5
"""Up to here the states are followed: at most some thousand for each aisle."""
ALL_ORDERS_STOPS = 10
"""So few stops, and every order of them is weighed: a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Route:
    """A walk.

    Attributes:
        length: in the unit of the instance.
        stops: indices of the instance's stops, in walking order.
        path: from start to end along aisles and cross aisles; every stop and corner is a point.
        exact: whether no shorter walk exists.
        bound: no walk is shorter than this; the length itself when exact.
    """

    length: float
    stops: tuple[int, ...]
    path: tuple[Point, ...]
    exact: bool
    bound: float


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of the sweep: the choices at a place, their costs, and what they walk."""

    choices: Callable[[State, int], Choices]
    place: int
    costs: tuple[float, ...]
    stretches: Callable[[int], Iterable[Stretch]]


@dataclass(slots=True)
class _Frontier:
    """The shortest length to each state, and the way back."""

    lengths: dict[State, float]
    came_from: list[tuple[_Step, dict[State, tuple[State, int]]]]


def shortest_route(instance: RouteInstance) -> Route:
    """The shortest walk from the start over all stops to the end."""
    points = tuple((instance.aisle_x[aisle], y) for aisle, y in instance.stops)
    places = (instance.start, instance.end)
    hall = hall_for(instance.aisle_x, instance.cross_y, places, instance.stops, instance.blocked)
    ends = {hall.start, hall.end}
    if len(ends) == 1 and ends.issuperset(points):
        return Route(0.0, tuple(range(len(points))), (hall.start,), exact=True, bound=0.0)
    if instance.one_way:
        return _on_graph(instance, hall, points)
    if hall.cross_aisles <= EXACT_CROSS_AISLES:
        return _route(_shortest_walk(hall, points), points)
    if instance.blocked:
        return _on_graph(instance, hall, points)
    ways = Ways(frozenset(instance.aisle_x), instance.cross_y)
    walk = ordered_walk(ways, hall.start, hall.end, points)
    return _route(walk, points, bound_of(ways, hall.start, hall.end, points))


def _shortest_walk(hall: Hall, points: tuple[Point, ...]) -> list[Point]:
    frontier = _swept(hall, points)
    if frontier.lengths.get(sweep.DONE, inf) == inf:
        raise ValueError("what is blocked cuts a stop or the end off: leave it out or unblock")
    return walk_over(_walked(frontier), hall.start)


def _on_graph(instance: RouteInstance, hall: Hall, points: tuple[Point, ...]) -> Route:
    """A walk that keeps to one-way aisles; the walk that need not is a bound for it."""
    ways = GraphWays(instance, (hall.start, hall.end))
    if len(set(points)) <= ALL_ORDERS_STOPS:
        return _route(best_order(ways, hall.start, hall.end, points), points)
    walk = ordered_walk(ways, hall.start, hall.end, points)
    bound = bound_of(ways, hall.start, hall.end, points)
    if hall.cross_aisles <= EXACT_CROSS_AISLES:
        bound = max(bound, length_of(_shortest_walk(hall, points)))
    return _route(walk, points, bound)


def _route(walk: list[Point], points: tuple[Point, ...], bound: float | None = None) -> Route:
    length = length_of(walk)
    return Route(
        length=length,
        stops=stops_in_order(walk, points),
        path=corners(walk, points),
        exact=bound is None,
        bound=length if bound is None else bound,
    )


def _swept(hall: Hall, points: Iterable[Point]) -> _Frontier:
    heights: defaultdict[float, set[float]] = defaultdict(set)
    for x, y in points:
        heights[x].add(y)
    frontier = _Frontier({sweep.begin(hall.cross_aisles): 0.0}, [])
    next_x = [*(aisle.x for aisle in hall.aisles[1:]), inf]
    for aisle, beyond in zip(hall.aisles, next_x, strict=True):
        if aisle.has_own_crossings():
            _enter(frontier, aisle)
        for step in _steps(aisle, beyond, sorted(heights[aisle.x])):
            _take(frontier, step)
    return frontier


def _enter(frontier: _Frontier, aisle: Aisle) -> None:
    """Bring every state into an aisle where the walk starts or ends."""
    crossings = tuple((crossing.on_cross, crossing.odd) for crossing in aisle.crossings)
    step = _Step(lambda state, _: ((0, sweep.enter(state, crossings)),), 0, (0.0,), _no_stretch)
    _take(frontier, step)


def _no_stretch(_: int) -> Iterable[Stretch]:
    return ()


def _take(frontier: _Frontier, step: _Step) -> None:
    choices, place, costs = step.choices, step.place, step.costs
    best: dict[State, float] = {}
    back: dict[State, tuple[State, int]] = {}
    for state, length in frontier.lengths.items():
        for choice, following in choices(state, place):
            total = length + costs[choice]
            if total < best.get(following, inf):
                best[following] = total
                back[following] = state, choice
    frontier.lengths = best
    frontier.came_from.append((step, back))


def _steps(aisle: Aisle, next_x: float, stops: list[float]) -> Iterator[_Step]:
    """All steps of one aisle: its stretches upwards, then its crossings downwards.

    Downwards, because a crossing that is left behind shortens the state above it.
    """
    crossings = aisle.crossings
    for low, is_passable in enumerate(aisle.passable):
        bottom, top = crossings[low].y, crossings[low + 1].y
        inside = [y for y in stops if bottom < y < top]
        closed = aisle.closed[low]
        if closed is None:
            yield _aisle_step(aisle.x, low, (bottom, *inside, top), is_passable=is_passable)
        else:
            yield _blocked_step(aisle.x, low, (bottom, *inside, top), closed)
    for at in reversed(range(len(crossings))):
        crossing = crossings[at]
        at_stop = bisect_left(stops, crossing.y)
        is_stop = at_stop < len(stops) and stops[at_stop] == crossing.y
        untouched = inf if crossing.needed or is_stop else 0.0
        near = (aisle.x, crossing.y)
        if crossing.on_cross:
            yield _cross_step(at, near, (next_x, crossing.y), untouched)
        else:
            yield _Step(sweep.leave_choices, at, (untouched, 0.0), _no_stretch)


def _aisle_step(x: float, low: int, heights: tuple[float, ...], *, is_passable: bool) -> _Step:
    gaps = [high - low_y for low_y, high in pairwise(heights)]
    whole = heights[-1] - heights[0]
    widest = max(range(1, len(gaps) - 1), key=gaps.__getitem__, default=0)
    has_stops = len(gaps) > 1
    costs = (
        inf if has_stops else 0.0,
        whole if is_passable else inf,
        2 * whole if is_passable else inf,
        2 * (whole - gaps[-1]) if has_stops else inf,
        2 * (whole - gaps[0]) if has_stops else inf,
        2 * (whole - gaps[widest]) if widest else inf,
    )
    left_out = {sweep.FROM_BELOW: len(gaps) - 1, sweep.FROM_ABOVE: 0, sweep.GAP: widest}

    def stretches(choice: int) -> Iterator[Stretch]:
        copies = {sweep.NOTHING: 0, sweep.ONCE: 1}.get(choice, 2)
        for index in range(len(gaps)):
            if index != left_out.get(choice):
                yield from [((x, heights[index]), (x, heights[index + 1]))] * copies

    return _Step(sweep.aisle_choices, low, costs, stretches)


def _blocked_step(
    x: float, low: int, heights: tuple[float, ...], closed: tuple[float, float]
) -> _Step:
    """A stretch that is not walked through: up to what is blocked, or down to it, or both."""
    bottom, *inside, top = heights
    lowest = max((y for y in inside if y <= closed[0]), default=bottom)
    highest = min((y for y in inside if y >= closed[1]), default=top)
    below, above = lowest > bottom, highest < top
    costs = (
        inf if below or above else 0.0,
        inf,
        inf,
        2 * (lowest - bottom) if below and not above else inf,
        2 * (top - highest) if above and not below else inf,
        2 * (lowest - bottom + top - highest) if below and above else inf,
    )
    halts = [y for y in heights if y <= lowest], [y for y in heights if y >= highest]

    def stretches(choice: int) -> Iterator[Stretch]:
        for part in halts if choice != sweep.NOTHING else ():
            for here, there in pairwise(part):
                yield from [((x, here), (x, there))] * 2

    return _Step(sweep.aisle_choices, low, costs, stretches)


def _cross_step(at: int, near: Point, far: Point, untouched: float) -> _Step:
    width = far[0] - near[0]

    def stretches(choice: int) -> Iterable[Stretch]:
        return [(near, far)] * {sweep.CROSS_ONCE: 1, sweep.CROSS_TWICE: 2}.get(choice, 0)

    return _Step(sweep.cross_choices, at, (untouched, 0.0, width, 2 * width), stretches)


def _walked(frontier: _Frontier) -> Iterator[Stretch]:
    """The stretches of the shortest walk, from the last choice back to the first."""
    state: State = sweep.DONE
    for step, back in reversed(frontier.came_from):
        state, choice = back[state]
        yield from step.stretches(choice)
