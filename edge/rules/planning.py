"""Planning: released orders become walks; worked out on a snapshot, taken only where still true.

Allocation first (whole orders, most urgent first), then batching by the way that is saved, then
the shortest route through each batch. Only as many walks are made as pickers wait: the orders that
are left make better batches later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from edge.model.events import Event, WalkPlanned
from edge.model.goods import Stock
from edge.model.ids import IdMaker, LineId, LocationId, OrderId, Sku, ToteId, WalkId
from edge.model.inputs import PlanReady
from edge.model.orders import Order, OrderState
from edge.model.places import Floor, LocationKind
from edge.model.state import FloorState
from edge.model.work import Stop, Walk
from edge.rules import guiding
from edge.rules.allocating import Allocation, FreeStock
from edge.rules.batching import Effort
from edge.rules.decision import Decision, accept
from edge.rules.instances import Point
from edge.rules.terms import Terms
from edge.rules.walks import (
    Cart,
    OrderToWalk,
    PlaceToPick,
    PlannedWalk,
    Walkways,
    plan_walks,
)

ORDERS_MAX = 200
"""Orders of one plan; more would take longer than a picker should wait."""
TOTES = 9999
CROSS_AISLES_MIN = 2


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a plan is made from; a copy that the floor goes on changing without.

    Attributes:
        orders: released, in any order.
        walks_wanted: how many pickers wait.
        totes_used: labels that are on the floor now.
    """

    floor: Floor
    orders: tuple[Order, ...]
    stock: tuple[Stock, ...]
    seen: Mapping[tuple[Sku, LocationId], int]
    totes_used: frozenset[ToteId]
    walks_wanted: int
    terms: Terms


def snapshot(state: FloorState, terms: Terms) -> Snapshot | None:
    """What to plan now; None where nobody waits or nothing is released."""
    wanted = guiding.walks_wanted(state)
    released = state.orders.in_state(OrderState.RELEASED)
    if not wanted or not released:
        return None
    frozen = state.frozen
    return Snapshot(
        floor=state.floor,
        orders=tuple(released),
        stock=tuple(one for one in state.stock.values() if one.location not in frozen),
        seen=dict(state.seen),
        totes_used=state.totes_in_use(),
        walks_wanted=wanted,
        terms=terms,
    )


def urgency(order: Order) -> tuple[int, float, int]:
    """Sorts orders: higher priority, then earlier cut-off, then longer waiting."""
    due_us = float("inf") if order.due_us is None else float(order.due_us)
    return (-order.priority, due_us, order.received_us)


def plan(
    snapshot_: Snapshot, make_id: IdMaker, chance: np.random.Generator, effort: Effort
) -> tuple[Walk, ...]:
    """Walks for the pickers who wait, the most urgent order's first.

    Args:
        snapshot_: what is known.
        make_id: names the walks.
        chance: decides where the search for short walks looks.
        effort: how long it looks.
    """
    stock = FreeStock(snapshot_.stock, snapshot_.seen, snapshot_.floor)
    allocated: dict[OrderId, list[Allocation]] = {}
    for order in sorted(snapshot_.orders, key=urgency):
        found = stock.allocate(order)  # orders without stock do not keep later ones from work
        if found:
            allocated[order.order_id] = found
        if len(allocated) == ORDERS_MAX:
            break
    ranks = {order_id: rank for rank, order_id in enumerate(allocated)}
    walks = sorted(
        _walks(snapshot_, allocated, chance, effort),
        key=lambda walk: min(ranks[OrderId(one)] for one in walk.orders),
    )
    totes = _free_totes(snapshot_.totes_used)
    return tuple(
        _walk(walk, allocated, totes, WalkId(make_id()))
        for walk in walks[: snapshot_.walks_wanted]
    )


def _walks(
    snapshot_: Snapshot,
    allocated: Mapping[OrderId, list[Allocation]],
    chance: np.random.Generator,
    effort: Effort,
) -> tuple[PlannedWalk, ...]:
    """Which orders go together, and in which order their halts are walked."""
    floor, terms = snapshot_.floor, snapshot_.terms
    orders = [
        OrderToWalk(order_id, tuple(_places(floor, allocations)))
        for order_id, allocations in allocated.items()
    ]
    if not floor.aisle_x_m or len(floor.cross_y_m) < CROSS_AISLES_MIN:
        return tuple(_by_name(order) for order in orders)
    base = _base(floor)
    return plan_walks(
        orders,
        Walkways(floor.aisle_x_m, floor.cross_y_m, base, base),
        Cart(terms.orders_per_walk, terms.pieces_per_walk),
        chance,
        effort,
    )


def _places(floor: Floor, allocations: list[Allocation]) -> Iterator[PlaceToPick]:
    for number, one in enumerate(allocations):
        place = floor.locations[one.location]
        yield PlaceToPick(str(number), place.x_m, place.y_m)


def _by_name(order: OrderToWalk) -> PlannedWalk:
    """A walk on a floor whose file names no aisles: each order alone, halts as allocated."""
    return PlannedWalk((order.id,), tuple((order.id, stop.id) for stop in order.stops), 0.0, ())


def _base(floor: Floor) -> Point:
    """Where walks begin and end: the first pack station, else the first corner of the hall."""
    stations = floor.places_of(LocationKind.STATION)
    if not stations:
        return floor.aisle_x_m[0], floor.cross_y_m[0]
    station = floor.locations[stations[0]]
    return station.x_m, station.y_m


def _walk(
    planned: PlannedWalk,
    allocated: Mapping[OrderId, list[Allocation]],
    totes: Iterator[ToteId],
    walk_id: WalkId,
) -> Walk:
    tote_of = {OrderId(one): next(totes) for one in planned.orders}
    halts = [
        (OrderId(order_id), allocated[OrderId(order_id)][int(number)])
        for order_id, number in planned.stops
    ]
    stops = tuple(
        Stop(
            location=one.location,
            sku=one.sku,
            quantity=one.quantity,
            order_id=order_id,
            line_id=one.line_id,
            tote_id=tote_of[order_id],
        )
        for order_id, one in halts
    )
    why = f"{len(planned.orders)} orders in {planned.length_m:.0f} m"
    return Walk(walk_id, stops, planned.length_m, why)


def _free_totes(used: frozenset[ToteId]) -> Iterator[ToteId]:
    """Labels of totes that are not on the floor."""
    for number in range(1, TOTES + 1):
        tote_id = ToteId(f"T{number:04d}")
        if tote_id not in used:
            yield tote_id


def ready(state: FloorState, input_: PlanReady) -> Decision:
    """Take the walks that are still true: orders unchanged, stock free, totes unused."""
    events: list[Event] = []
    promised: dict[tuple[Sku, LocationId], int] = {}
    for walk in input_.walks:
        if _is_still_true(state, walk, promised):
            events.append(WalkPlanned(walk))
            for stop in walk.stops:
                key = (stop.sku, stop.location)
                promised[key] = promised.get(key, 0) + stop.quantity
    return accept("planned", f"{len(events)} of {len(input_.walks)} walks are true", *events)


def _is_still_true(
    state: FloorState, walk: Walk, promised: Mapping[tuple[Sku, LocationId], int]
) -> bool:
    if not all(_is_whole(state.orders.get(order_id), walk) for order_id in walk.orders):
        return False
    used = state.totes_in_use()
    frozen = state.frozen
    if any(stop.tote_id in used or stop.location in frozen for stop in walk.stops):
        return False
    wanted: dict[tuple[Sku, LocationId], int] = {}
    for stop in walk.stops:
        key = (stop.sku, stop.location)
        wanted[key] = wanted.get(key, 0) + stop.quantity
    return all(
        (stock := state.stock.get(key)) is not None
        and stock.free >= quantity + promised.get(key, 0)
        for key, quantity in wanted.items()
    )


def _is_whole(order: Order | None, walk: Walk) -> bool:
    """Whether the order still waits and the walk picks just what its lines now ask for."""
    if order is None or order.state is not OrderState.RELEASED:
        return False
    wanted = {line.line_id: (line.sku, line.quantity) for line in order.lines}
    planned: dict[LineId, tuple[Sku, int]] = {}
    for stop in walk.stops:
        if stop.order_id == order.order_id:
            _, quantity = planned.get(stop.line_id, (stop.sku, 0))
            planned[stop.line_id] = (stop.sku, quantity + stop.quantity)
    return wanted == planned
