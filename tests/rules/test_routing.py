"""Shortest walks: never longer than need be, and they really can be walked."""

import json
import random
from itertools import pairwise
from math import inf
from pathlib import Path

import pytest

from edge.rules.instances import Point, RouteInstance
from edge.rules.reading_instances import route_instance
from edge.rules.routing import Route, shortest_route


def seeded(seed: str) -> random.Random:
    """Chance that can be had again; the seed stands in the name of the test."""
    return random.Random(seed)  # noqa: S311 - test cases, not secrets


def random_hall(chance: random.Random, cross_aisles: int, stops: int) -> RouteInstance:
    """A small hall of uneven spacing with ends anywhere on its aisles and cross aisles."""
    aisle_x = sorted(chance.sample(range(30), chance.randint(1, 6)))
    cross_y = sorted(chance.sample(range(25), cross_aisles))

    def height() -> float:
        return float(chance.choice([*cross_y, chance.randint(cross_y[0], cross_y[-1])]))

    def anywhere() -> Point:
        if chance.random() < 0.5:
            return float(chance.choice(aisle_x)), height()
        return float(chance.randint(-3, 33)), float(chance.choice(cross_y))

    start = anywhere()
    end = start if chance.random() < 0.4 else anywhere()
    return RouteInstance(
        aisle_x=tuple(map(float, aisle_x)),
        cross_y=tuple(map(float, cross_y)),
        start=start,
        end=end,
        stops=tuple((chance.randrange(len(aisle_x)), height()) for _ in range(stops)),
    )


def distance(hall: RouteInstance, near: Point, far: Point) -> float:
    """The way between two points of a hall, by looking at every way there can be."""
    on_aisle = {x for x in (near[0], far[0]) if x in hall.aisle_x}
    if near[1] == far[1] and near[1] in hall.cross_y:
        return abs(near[0] - far[0])
    if near[0] == far[0] and on_aisle:
        return abs(near[1] - far[1])
    best = inf
    for x1 in hall.aisle_x if near[1] in hall.cross_y else (near[0],):
        for x2 in hall.aisle_x if far[1] in hall.cross_y else (far[0],):
            for y in hall.cross_y:
                way = abs(near[0] - x1) + abs(near[1] - y) + abs(x1 - x2)
                best = min(best, way + abs(y - far[1]) + abs(x2 - far[0]))
    return best


def shortest_by_brute_force(hall: RouteInstance) -> float:
    """Held and Karp's dynamic programme over sets of stops: slow and beyond doubt."""
    points = [(hall.aisle_x[aisle], y) for aisle, y in hall.stops]
    if not points:
        return distance(hall, hall.start, hall.end)
    between = [[distance(hall, near, far) for far in points] for near in points]
    best = {(1 << at, at): distance(hall, hall.start, point) for at, point in enumerate(points)}
    for seen in range(1, 1 << len(points)):
        for at in range(len(points)):
            if (seen, at) not in best:
                continue
            for to in range(len(points)):
                if not seen >> to & 1:
                    key = seen | 1 << to, to
                    best[key] = min(best.get(key, inf), best[seen, at] + between[at][to])
    everything = (1 << len(points)) - 1
    return min(
        best[everything, at] + distance(hall, point, hall.end) for at, point in enumerate(points)
    )


def nearest_neighbour(hall: RouteInstance) -> float:
    """What a picker walks who always goes to the nearest stop."""
    left = [(hall.aisle_x[aisle], y) for aisle, y in hall.stops]
    here, length = hall.start, 0.0
    while left:
        there = min(left, key=lambda stop: distance(hall, here, stop))
        left.remove(there)
        length += distance(hall, here, there)
        here = there
    return length + distance(hall, here, hall.end)


def assert_walkable(hall: RouteInstance, route: Route) -> None:
    """The path goes from start to end along aisles and cross aisles past the stops in order."""
    assert route.path[0] == hall.start
    assert route.path[-1] == hall.end
    length = 0.0
    for near, far in pairwise(route.path):
        along_aisle = near[0] == far[0] and near[0] in hall.aisle_x
        along_cross_aisle = near[1] == far[1] and near[1] in hall.cross_y
        assert along_aisle or along_cross_aisle
        length += abs(near[0] - far[0]) + abs(near[1] - far[1])
    assert length == pytest.approx(route.length)
    assert sorted(route.stops) == list(range(len(hall.stops)))
    stops = [(hall.aisle_x[aisle], y) for aisle, y in hall.stops]
    reached = [route.path.index(stops[index]) for index in route.stops]
    assert reached == sorted(reached)


@pytest.mark.parametrize("cross_aisles", [2, 3, 4, 5])
@pytest.mark.parametrize("seed", range(60))
def test_no_walk_is_shorter(cross_aisles: int, seed: int) -> None:
    """The sweep finds what trying every order of the stops finds."""
    chance = seeded(f"{cross_aisles} {seed}")
    hall = random_hall(chance, cross_aisles, chance.randint(0, 6))

    route = shortest_route(hall)

    assert route.length == pytest.approx(shortest_by_brute_force(hall))
    assert route.exact
    assert route.bound == route.length
    assert_walkable(hall, route)


@pytest.mark.parametrize("seed", range(4))
def test_no_walk_to_nine_stops_is_shorter(seed: int) -> None:
    """The same with as many stops as brute force can bear."""
    chance = seeded(f"nine {seed}")
    hall = random_hall(chance, 2 + seed % 3, 9)

    route = shortest_route(hall)

    assert route.length == pytest.approx(shortest_by_brute_force(hall))
    assert_walkable(hall, route)


@pytest.mark.parametrize("seed", range(20))
def test_a_long_errand_is_never_longer_than_the_nearest_stop_first(seed: int) -> None:
    """Where brute force cannot follow, no rule of thumb may be better."""
    chance = seeded(f"long {seed}")
    hall = random_hall(chance, 2 + seed % 3, 40)

    route = shortest_route(hall)

    assert route.length <= nearest_neighbour(hall) + 1e-9
    assert_walkable(hall, route)


@pytest.mark.parametrize("seed", range(10))
def test_one_more_stop_never_shortens_the_walk(seed: int) -> None:
    """A longer errand contains the shorter one."""
    chance = seeded(f"more {seed}")
    hall = random_hall(chance, 2 + seed % 3, 12)
    lengths = [
        shortest_route(
            RouteInstance(hall.aisle_x, hall.cross_y, hall.start, hall.end, hall.stops[:count])
        ).length
        for count in range(13)
    ]

    assert all(fewer <= more + 1e-9 for fewer, more in pairwise(lengths))


def test_many_cross_aisles_give_a_good_walk_and_its_bound() -> None:
    """Beyond what can be proven the walk is still walkable, and says how far off it can be."""
    chance = seeded("many")
    hall = RouteInstance(
        aisle_x=tuple(5.0 * at for at in range(8)),
        cross_y=tuple(10.0 * at for at in range(8)),
        start=(0.0, 0.0),
        end=(35.0, 70.0),
        stops=tuple((chance.randrange(8), chance.uniform(0, 70)) for _ in range(25)),
    )

    route = shortest_route(hall)

    assert_walkable(hall, route)
    assert not route.exact
    assert 0 < route.bound <= route.length <= nearest_neighbour(hall)


@pytest.mark.parametrize("seed", range(6))
def test_few_stops_among_many_cross_aisles_are_walked_as_short_as_can_be(seed: int) -> None:
    """A good order of few stops is the best or close to it."""
    hall = random_hall(seeded(f"six {seed}"), 7, 5)

    route = shortest_route(hall)

    assert route.bound <= shortest_by_brute_force(hall) + 1e-9
    assert route.length == pytest.approx(shortest_by_brute_force(hall), rel=0.1)
    assert_walkable(hall, route)


def test_a_picker_who_stands_at_the_only_stop_stays() -> None:
    """No walk at all is an answer."""
    hall = RouteInstance((0.0,), (0.0, 9.0), (0.0, 4.0), (0.0, 4.0), ((0, 4.0), (0, 4.0)))

    assert shortest_route(hall) == Route(0.0, (0, 1), ((0.0, 4.0),), exact=True, bound=0.0)


def test_rounding_noise_does_not_move_the_start_off_its_aisle() -> None:
    """0.1 + 0.2 is the aisle at 0.3."""
    hall = RouteInstance((0.0, 0.3), (0.0, 9.0), (0.1 + 0.2, 4.0), (0.3, 4.0), ((1, 5.0),))

    assert shortest_route(hall).length == pytest.approx(2.0)


def test_published_instances_are_walked_in_their_proven_optimum(shared_data: Path) -> None:
    """0.00 % over the optimum on every instance of Heßler and Irnich 2024."""
    lines = (shared_data / "sprp" / "routes.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]

    over = {}
    for case in cases:
        hall = route_instance(case["instance"])
        route = shortest_route(hall)
        assert_walkable(hall, route)
        if route.length != pytest.approx(case["optimum"]):
            over[case["name"]] = route.length / case["optimum"] - 1

    assert len(cases) >= 100
    assert over == {}
