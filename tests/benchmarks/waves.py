"""A plan for a thousand open order lines, against first-come batches with shortest routes."""

import time
from collections.abc import Sequence
from functools import partial
from itertools import count

import numpy as np

from edge.model.ids import LocationId
from edge.model.orders import Order, OrderState
from edge.model.places import Floor
from edge.rules.allocating import Knowledge
from edge.rules.batching import Effort as Search
from edge.rules.instances import RouteInstance
from edge.rules.planning import plan
from edge.rules.routing import shortest_route
from edge.rules.snapshots import Snapshot
from edge.rules.terms import Terms
from tests.benchmarks.figures import Effort, Figure, cpu_s, in_turns
from tests.benchmarks.hall import AISLE_M, articles, hall, orders, stock

ORDERS = 200
LINES = 5
BASELINE = "first-come batches"
SEARCH_S = 0.3
"""As long as the daemon's planner searches."""
TERMS = Terms()


def snapshot() -> Snapshot:
    """Two hundred released orders of five lines each."""
    floor = hall()
    goods = articles(400)
    return Snapshot(
        orders=tuple(
            Order(
                order_id=order_id,
                rev=1,
                priority=0,
                due_us=None,
                carrier="DHL",
                lines=lines,
                state=OrderState.RELEASED,
                received_us=number,
            )
            for number, (order_id, lines) in enumerate(orders(ORDERS, LINES, goods))
        ),
        stock=tuple(stock(floor, goods)),
        knowledge=Knowledge(floor, {}, {}, frozenset(), frozenset(), 0),
        totes_used=frozenset(),
        walks_wanted=ORDERS,
        terms=TERMS,
    )


def planned(wave: Snapshot) -> list[list[LocationId]]:
    """The places of each walk of the plan."""
    numbers = count(1)
    began = time.process_time()
    search = Search(seconds=SEARCH_S, elapsed_s=lambda: time.process_time() - began)
    walks = plan(wave, lambda: f"W{next(numbers)}", np.random.default_rng(1), search)
    return [[stop.location for stop in walk.stops] for walk in walks]


def first_come(wave: Snapshot) -> list[list[LocationId]]:
    """The places of each walk where orders go together as they came."""
    place_of = {one.sku: one.location for one in wave.stock}
    walks: list[list[LocationId]] = []
    for at in range(0, len(wave.orders), TERMS.orders_per_walk):
        together = wave.orders[at : at + TERMS.orders_per_walk]
        walks.append([place_of[line.sku] for order in together for line in order.lines])
    for walk in walks:
        length_m(wave.floor, walk)
    return walks


def length_m(floor: Floor, places: Sequence[LocationId]) -> float:
    """The shortest way through some places."""
    stops = tuple(
        (round(floor.locations[one].x_m / AISLE_M), floor.locations[one].y_m) for one in places
    )
    base = (0.0, 0.0)
    return shortest_route(
        RouteInstance(floor.aisle_x_m, floor.cross_y_m, base, base, stops)
    ).length


def plan_1000_lines(effort: Effort) -> list[Figure]:
    """CPU time of the plan, and the way that it saves."""
    wave = snapshot()
    rounds = Effort(rounds=min(effort.rounds, 3), share=effort.share)
    pair = in_turns(
        rounds,
        lambda: cpu_s(partial(planned, wave)),
        lambda: cpu_s(partial(first_come, wave)),
    )
    lengths = [
        sum(length_m(wave.floor, walk) for walk in walks)
        for walks in (planned(wave), first_come(wave))
    ]
    return [
        Figure.less("plan_1000_lines", "s of CPU", BASELINE, pair),
        Figure.less("plan_1000_lines_length", "m", BASELINE, (lengths[0], lengths[1])),
    ]
