"""Planning: released orders become walks; worked out on a snapshot, taken only where still true.

Allocation first (whole orders, most urgent first), then batching by the way that is saved, then
the shortest route through each batch. Only as many walks are made as pickers wait: the orders that
are left make better batches later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edge.model.events import Event, WalkPlanned
from edge.model.goods import Stock
from edge.model.ids import IdMaker, LineId, LocationId, OrderId, Sku, ToteId, WalkId
from edge.model.inputs import PlanReady
from edge.model.orders import Order, OrderState
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.model.work import Stop, Walk
from edge.rules import guiding
from edge.rules.allocating import Allocation, FreeStock
from edge.rules.batching import Batch, batches_within
from edge.rules.decision import Decision, accept
from edge.rules.instances import BatchInstance, BatchOrder, RouteInstance
from edge.rules.routing import shortest_route
from edge.rules.terms import Terms
from edge.rules.walkable import base, is_walkable, stop_at

ORDERS_MAX = 200
"""Orders of one plan; more would take longer than a picker should wait."""
TOTES = 9999


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a plan is made from; a copy that the floor goes on changing without.

    Attributes:
        orders: released, most urgent first.
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
    wanted = guiding.idle_pickers(state)
    released = state.orders.in_state(OrderState.RELEASED)
    if not wanted or not released:
        return None
    return Snapshot(
        floor=state.floor,
        orders=tuple(sorted(released, key=urgency)[:ORDERS_MAX]),
        stock=tuple(state.stock.values()),
        seen=dict(state.seen),
        totes_used=frozenset(state.totes),
        walks_wanted=wanted,
        terms=terms,
    )


def urgency(order: Order) -> tuple[int, float, int]:
    """Sorts orders: higher priority, then earlier cut-off, then longer waiting."""
    due_us = float("inf") if order.due_us is None else float(order.due_us)
    return (-order.priority, due_us, order.received_us)


def plan(snapshot_: Snapshot, make_id: IdMaker) -> tuple[Walk, ...]:
    """Walks for the pickers who wait, the most urgent order's first."""
    stock = FreeStock(snapshot_.stock, snapshot_.seen, snapshot_.floor)
    allocated: dict[OrderId, list[Allocation]] = {}
    for order in snapshot_.orders:
        found = stock.allocate(order)
        if found is not None and sum(one.quantity for one in found) > 0:
            allocated[order.order_id] = found
    ranks = {order_id: rank for rank, order_id in enumerate(allocated)}
    batches = sorted(
        _batches(snapshot_, allocated), key=lambda batch: min(ranks[one] for one in batch.orders)
    )
    totes = _free_totes(snapshot_.totes_used)
    return tuple(
        _walk(snapshot_, batch, allocated, totes, WalkId(make_id()))
        for batch in batches[: snapshot_.walks_wanted]
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Orders that are walked together."""

    orders: tuple[OrderId, ...]
    why: str


def _batches(snapshot_: Snapshot, allocated: Mapping[OrderId, list[Allocation]]) -> list[_Group]:
    floor, terms = snapshot_.floor, snapshot_.terms
    if not is_walkable(floor):
        return [_Group((one,), "the floor has no aisles to plan by") for one in allocated]
    wave = [
        BatchOrder(order_id, tuple(stop_at(floor, one.location) for one in allocations))
        for order_id, allocations in allocated.items()
    ]
    if not wave:
        return []
    capacity = max(terms.pieces_per_walk, *(len(order.stops) for order in wave))
    instance = BatchInstance(
        aisle_x=floor.aisle_x_m,
        cross_y=floor.cross_y_m,
        start=base(floor),
        end=base(floor),
        capacity=capacity,
        orders=tuple(wave),
        orders_max=terms.orders_per_walk,
    )
    return [_group(batch) for batch in batches_within(instance)]


def _group(batch: Batch) -> _Group:
    orders = tuple(OrderId(one) for one in batch.orders)
    return _Group(orders, f"{len(orders)} orders in {batch.length:.0f} m")


def _walk(
    snapshot_: Snapshot,
    group: _Group,
    allocated: Mapping[OrderId, list[Allocation]],
    totes: Iterator[ToteId],
    walk_id: WalkId,
) -> Walk:
    halts = [one for order_id in group.orders for one in allocated[order_id]]
    order, length_m = _walking_order(snapshot_.floor, halts)
    tote_of = {order_id: next(totes) for order_id in group.orders}
    stops = tuple(
        Stop(
            location=one.location,
            sku=one.sku,
            quantity=one.quantity,
            order_id=one.order_id,
            line_id=one.line_id,
            tote_id=tote_of[one.order_id],
        )
        for one in (halts[i] for i in order)
    )
    return Walk(walk_id, stops, length_m, group.why)


def _walking_order(floor: Floor, halts: list[Allocation]) -> tuple[list[int], float]:
    """The halts' indices in walking order, and the way's length in metres."""
    if not is_walkable(floor):
        return sorted(range(len(halts)), key=lambda i: halts[i].location), 0.0
    route = shortest_route(
        RouteInstance(
            aisle_x=floor.aisle_x_m,
            cross_y=floor.cross_y_m,
            start=base(floor),
            end=base(floor),
            stops=tuple(stop_at(floor, one.location) for one in halts),
        )
    )
    return list(route.stops), route.length


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
    if any(stop.tote_id in state.totes for stop in walk.stops):
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
