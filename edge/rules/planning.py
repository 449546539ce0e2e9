"""Planning: released orders become walks; worked out on a snapshot, taken only where still true.

Allocation first (whole orders, most urgent first), then batching by the way that is saved, then
the shortest route through each batch. Only as many walks are made as pickers wait: the orders that
are left make better batches later. Once a wave has to be begun to be out in time (`waves`), its
orders are walked by themselves, before all others. Where zones pick their shares at once (`legs`),
the orders that would go well together are parted by zone, and all of their legs are planned
together: an order is promised whole. Walks under way are looked at by `replanning`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from edge.model.ids import IdMaker, OrderId, ToteId, WalkId
from edge.model.places import Floor
from edge.model.work import Walk
from edge.rules import legs, zones
from edge.rules.allocating import Allocation
from edge.rules.batching import Effort
from edge.rules.loads import Load, load_of, parted, too_much
from edge.rules.rush import is_rush, urgency, wants_sure
from edge.rules.snapshots import (
    Snapshot,
    free_stock,
    free_totes,
    is_walkable,
    stop_of,
    walkways_of,
)
from edge.rules.terms import Strategy, Terms
from edge.rules.walks import (
    Cart,
    OrderToWalk,
    PlaceToPick,
    PlannedWalk,
    Walkways,
    aisles_of,
    alone_m,
    plan_walks,
    walk_together,
)
from edge.rules.waves import OpenWork, Pace, waves

ORDERS_MAX = 200
"""Orders of one plan; more would take longer than a picker should wait."""


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
    if not snapshot_.walks_wanted:
        return ()
    allocated = _allocated(snapshot_)
    ranks = {order_id: rank for rank, order_id in enumerate(allocated)}
    walks: list[PlannedWalk] = []
    for group in _groups(snapshot_, allocated):
        if len(walks) < snapshot_.walks_wanted:
            walks += sorted(
                _walks(snapshot_, group, chance, effort),
                key=lambda walk: min(ranks[OrderId(one)] for one in walk.orders),
            )
    chosen = walks[: snapshot_.walks_wanted]
    totes = free_totes(snapshot_.totes_used)
    if not snapshot_.terms.is_by_legs:
        leg = legs.Leg(None, snapshot_.terms.strategy)
        return tuple(_of_leg(snapshot_, leg, allocated, (chosen, totes, make_id)))
    mine = {one: allocated[one] for walk in chosen for one in map(OrderId, walk.orders)}
    parts = legs.parted(snapshot_.floor, snapshot_.terms, mine)
    return tuple(
        walk
        for leg, part in parts.items()
        for walk in _of_leg(
            snapshot_,
            leg,
            part,
            (_walks(snapshot_, part, chance, effort, leg), totes, make_id),
        )
    )


def _allocated(snapshot_: Snapshot) -> dict[OrderId, list[Allocation]]:
    """Where the goods of orders are, the most urgent order's first.

    Orders without stock, or with nothing where somebody waits, do not keep later ones from work.
    """
    stock = free_stock(snapshot_)
    allocated: dict[OrderId, list[Allocation]] = {}
    for order in sorted(snapshot_.orders, key=urgency):
        found = stock.allocate(
            order,
            rush=is_rush(order, snapshot_.terms),
            only_sure=wants_sure(order, snapshot_.terms),
        )
        if found and legs.wants(snapshot_.floor, snapshot_.waiting_in, found):
            allocated[order.order_id] = found
        if len(allocated) == ORDERS_MAX:
            break
    return allocated


def _of_leg(
    snapshot_: Snapshot,
    leg: legs.Leg,
    part: Mapping[OrderId, list[Allocation]],
    made_of: tuple[Sequence[PlannedWalk], Iterator[ToteId], IdMaker],
) -> Iterator[Walk]:
    """One leg's walks, of those planned, the totes that are left and new names."""
    planned, totes, make_id = made_of
    alone = _alone_m(snapshot_.floor, planned, part)
    for walk in planned:
        told = replace(walk, alone_m=sum(alone.get(one, 0.0) for one in walk.orders))
        yield _walk(snapshot_, leg, told, part, totes, WalkId(make_id()))


def _alone_m(
    floor: Floor,
    walks: Sequence[PlannedWalk],
    allocated: Mapping[OrderId, list[Allocation]],
) -> dict[str, float]:
    """How long each order's way is by itself; nothing where no aisles are named."""
    if not is_walkable(floor):
        return {}
    names = [OrderId(one) for walk in walks for one in walk.orders]
    orders = [OrderToWalk(one, tuple(_places(floor, allocated[one]))) for one in names]
    return alone_m(orders, walkways_of(floor))


def _groups(
    snapshot_: Snapshot, allocated: Mapping[OrderId, list[Allocation]]
) -> Iterator[dict[OrderId, list[Allocation]]]:
    """The orders of waves that have to be begun, then all others."""
    terms = snapshot_.terms
    pace = Pace(snapshot_.pickers, terms.line_s, terms.ready_before_s)
    work = [
        OpenWork(order.order_id, order.due_us, order.carrier, len(order.lines))
        for order in snapshot_.orders
    ]
    now_us = snapshot_.knowledge.now_us
    tight = {
        order_id
        for wave in waves(work, pace, now_us)
        if wave.is_tight(now_us)
        for order_id in wave.orders
    }
    first = {name: found for name, found in allocated.items() if name in tight}
    rest = {name: found for name, found in allocated.items() if name not in tight}
    yield from (group for group in (first, rest) if group)


def _walks(
    snapshot_: Snapshot,
    allocated: Mapping[OrderId, list[Allocation]],
    chance: np.random.Generator,
    effort: Effort,
    leg: legs.Leg | None = None,
) -> tuple[PlannedWalk, ...]:
    """Which orders go together, and in which order their halts are walked."""
    floor, terms = snapshot_.floor, snapshot_.terms
    orders = [
        OrderToWalk(order_id, tuple(_places(floor, allocations)))
        for order_id, allocations in allocated.items()
    ]
    if not is_walkable(floor):
        return tuple(_by_name(order) for order in orders)
    most = terms.orders_per_walk if leg is None else terms.orders_on_cart(leg.strategy)
    cart = Cart(most, terms.pieces_per_walk)
    walkways = walkways_of(floor)
    planned = plan_walks(orders, walkways, cart, chance, effort)
    loads = {one: loads_of(snapshot_, found) for one, found in allocated.items()}
    by_name = {one.id: one for one in orders}
    return tuple(walk for one in planned for walk in _borne(terms, one, loads, by_name, walkways))


def _borne(
    terms: Terms,
    planned: PlannedWalk,
    loads: Mapping[OrderId, Load],
    orders: Mapping[str, OrderToWalk],
    walkways: Walkways,
) -> Iterator[PlannedWalk]:
    """The walk, or walks of its parts where a cart cannot carry it whole."""
    parts = parted(terms, [OrderId(one) for one in planned.orders], loads)
    if len(parts) == 1:
        yield planned
        return
    whole = sum((loads[OrderId(one)] for one in planned.orders), Load())
    for part in parts:
        walk = walk_together([orders[one] for one in part], walkways)
        yield replace(walk, parted_by=too_much(terms, whole) or "")


def loads_of(snapshot_: Snapshot, found: Sequence[Allocation]) -> Load:
    """What an order's goods make on a cart."""
    return load_of(snapshot_.articles, ((one.sku, one.quantity) for one in found))


def _places(floor: Floor, allocations: Sequence[Allocation]) -> Iterator[PlaceToPick]:
    for number, one in enumerate(allocations):
        place = floor.locations[one.location]
        yield PlaceToPick(str(number), place.x_m, place.y_m)


def _by_name(order: OrderToWalk) -> PlannedWalk:
    """A walk on a floor whose file names no aisles: each order alone, halts as allocated."""
    return PlannedWalk((order.id,), tuple((order.id, stop.id) for stop in order.stops), 0.0, ())


def _walk(
    snapshot_: Snapshot,
    leg: legs.Leg,
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
    stops = tuple(stop_of(one, tote_of[order_id]) for order_id, one in halts)
    floor = snapshot_.floor
    if leg.strategy is Strategy.PICK_AND_PASS:
        stops = zones.in_order(floor, stops)
    orders = [OrderToWalk(one, tuple(_places(floor, allocated[one]))) for one in tote_of]
    return Walk(
        walk_id,
        stops,
        planned.length_m,
        _why(snapshot_, leg, planned, orders, [one for _, one in halts]),
        alone_m=planned.alone_m,
        totes=tuple(tote_of.values()),
        unbound=tuple(tote_of.values()) if snapshot_.terms.bind_totes else (),
    )


def _why(
    snapshot_: Snapshot,
    leg: legs.Leg,
    planned: PlannedWalk,
    orders: Sequence[OrderToWalk],
    halts: Sequence[Allocation],
) -> str:
    """One sentence for people: what it saves, what presses, what is unsure."""
    share = f"{leg.zone}'s share of " if leg.zone is not None else ""
    parts = [f"{share}{len(orders)} orders in {planned.length_m:.0f} m"]
    if is_walkable(snapshot_.floor):
        places = [place for order in orders for place in order.stops]
        aisles = aisles_of(walkways_of(snapshot_.floor), places)
        parts[0] += f", aisles {', '.join(map(str, aisles))}"
        if len(orders) > 1:
            parts.append(f"saves {planned.alone_m - planned.length_m:.0f} m against one by one")
    together = {order.id for order in orders}
    dues = [one.due_us for one in snapshot_.orders if one.order_id in together and one.due_us]
    if dues:
        parts.append(
            f"first carrier leaves {datetime.fromtimestamp(min(dues) // 1_000_000, UTC):%H:%M} UTC"
        )
    doubtful = sorted({one.location for one in halts if one.doubtful})
    if planned.parted_by:
        parts.append(f"not with others on the way: {planned.parted_by}")
    if doubtful:
        parts.append(f"{', '.join(doubtful)} may not hold what the books say")
    return "; ".join(parts)
