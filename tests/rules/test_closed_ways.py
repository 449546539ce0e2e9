"""Blocked and one-way aisles: no shorter walk exists, and none goes where nobody may walk."""

from contextlib import suppress
from itertools import pairwise
from math import inf

import pytest

from edge.rules.instances import Point, RouteInstance
from edge.rules.reading_instances import route_instance
from edge.rules.routing import Route, shortest_route
from tests.rules.test_routing import random_hall, seeded

Step = tuple[Point, Point]


def closed_hall(seed: str, *, one_way: bool) -> RouteInstance:
    """A small hall with something closed, and no stop or end inside what is blocked."""
    chance = seeded(seed)
    while True:
        hall = random_hall(chance, chance.randint(2, 4), chance.randint(1, 5))
        aisles = range(len(hall.aisle_x))
        low = chance.randint(int(hall.cross_y[0]), int(hall.cross_y[-1]) - 1)
        blocked = (chance.choice(aisles), float(low), float(low + chance.randint(1, 9)))
        ways = [(at, chance.choice(["up", "down"])) for at in aisles if chance.random() < 0.6]
        with suppress(ValueError):
            return RouteInstance(
                hall.aisle_x,
                hall.cross_y,
                hall.start,
                hall.end,
                hall.stops,
                blocked=(blocked,) if not one_way or chance.random() < 0.3 else (),
                one_way=tuple(ways) if one_way else (),
            )


def metre_steps(hall: RouteInstance) -> set[Step]:
    """Every step of one metre that may be walked: all coordinates of these halls are whole."""
    steps: set[Step] = set()
    ways = {hall.aisle_x[aisle]: way for aisle, way in hall.one_way}
    for x in hall.aisle_x:
        for y in range(int(hall.cross_y[0]), int(hall.cross_y[-1])):
            shut = any(
                hall.aisle_x[aisle] == x and low <= y < high for aisle, low, high in hall.blocked
            )
            up, down = ((x, float(y)), (x, y + 1.0)), ((x, y + 1.0), (x, float(y)))
            steps |= {up} if not shut and ways.get(x) != "down" else set()
            steps |= {down} if not shut and ways.get(x) != "up" else set()
    for y_cross in hall.cross_y:
        for x_at in range(-4, 34):
            steps |= {((float(x_at), y_cross), (x_at + 1.0, y_cross))}
            steps |= {((x_at + 1.0, y_cross), (float(x_at), y_cross))}
    return steps


def shortest_by_steps(hall: RouteInstance) -> float:
    """Breadth first over places and the set of stops that were passed; infinite for no way."""
    following: dict[Point, list[Point]] = {}
    for here, there in metre_steps(hall):
        following.setdefault(here, []).append(there)
    bits: dict[Point, int] = {}
    for index, (aisle, y) in enumerate(hall.stops):
        point = (hall.aisle_x[aisle], y)
        bits[point] = bits.get(point, 0) | 1 << index
    goal = (hall.end, (1 << len(hall.stops)) - 1)
    begin = (hall.start, bits.get(hall.start, 0))
    rank, seen, steps = [begin], {begin}, 0
    while rank:
        if goal in seen:
            return float(steps)
        ahead = {
            (there, passed | bits.get(there, 0))
            for here, passed in rank
            for there in following.get(here, ())
        }
        rank = list(ahead - seen)
        seen |= ahead
        steps += 1
    return inf


def assert_allowed(hall: RouteInstance, route: Route) -> None:
    """Every metre of the path may be walked in that direction, and every stop is on it."""
    allowed, passed = metre_steps(hall), {route.path[0]}
    assert (route.path[0], route.path[-1]) == (hall.start, hall.end)
    for (x0, y0), (x1, y1) in pairwise(route.path):
        metres = int(abs(x1 - x0) + abs(y1 - y0))
        track = [
            (x0 + (x1 - x0) * n / metres, y0 + (y1 - y0) * n / metres) for n in range(metres + 1)
        ]
        rounded = [(float(round(x)), float(round(y))) for x, y in track]
        assert all(step in allowed for step in pairwise(rounded))
        passed |= set(rounded)
    assert all((hall.aisle_x[aisle], y) in passed for aisle, y in hall.stops)
    assert sorted(route.stops) == list(range(len(hall.stops)))


@pytest.mark.parametrize("kind", ["blocked", "one-way"])
@pytest.mark.parametrize("seed", range(60))
def test_no_walk_is_shorter_where_aisles_are_closed(kind: str, seed: int) -> None:
    hall = closed_hall(f"{kind} {seed}", one_way=kind == "one-way")
    shortest = shortest_by_steps(hall)

    if shortest == inf:
        with pytest.raises(ValueError, match="cut"):
            shortest_route(hall)
        return
    route = shortest_route(hall)

    assert route.length == pytest.approx(shortest)
    assert route.exact
    assert_allowed(hall, route)


def test_many_stops_in_one_way_aisles_are_walked_within_the_bound_that_is_told() -> None:
    chance = seeded("one-way, many")
    hall = RouteInstance(
        aisle_x=tuple(5.0 * at for at in range(6)),
        cross_y=(0.0, 20.0, 40.0),
        start=(0.0, 0.0),
        end=(0.0, 0.0),
        stops=tuple((chance.randrange(6), float(chance.randint(0, 40))) for _ in range(25)),
        one_way=tuple((at, "up" if at % 2 else "down") for at in range(6)),
    )
    open_hall = RouteInstance(hall.aisle_x, hall.cross_y, hall.start, hall.end, hall.stops)

    route = shortest_route(hall)

    assert not route.exact
    assert shortest_route(open_hall).length <= route.bound <= route.length < 1.5 * route.bound
    assert_allowed(hall, route)


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        ({"blocked": [[0, 2, 6]]}, "stops.0. lies in the blocked part of aisle 0"),
        ({"blocked": [[7, 2, 6]]}, "blocked.0. names aisle 7"),
        ({"blocked": [[1, 6, 2]]}, "put the lower y first"),
        ({"blocked": [[1, 6]]}, "lower y, higher y"),
        ({"one_way": [[0, "left"]]}, '"up" or "down" is needed'),
        ({"one_way": [[0, "up"], [0, "down"]]}, "names aisle 0 again"),
        ({"one_way": [["0", "up"]]}, "an aisle index is needed"),
    ],
)
def test_what_cannot_be_closed_is_said_with_its_place(
    closed: dict[str, object], told: str
) -> None:
    plain = {"aisle_x": [0, 5], "cross_y": [0, 10], "start": [0, 0], "end": [0, 0]}

    with pytest.raises(ValueError, match=told):
        route_instance({**plain, "stops": [[0, 4]], **closed})
