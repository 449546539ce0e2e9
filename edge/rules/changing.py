"""Changing: a newer revision of an order that is in a walk already.

Pieces in the tote count first, then what is promised, then what was given up as missing; what is
too much is put back or no longer promised. What is wanted beyond that must lie free somewhere, and
becomes stops at the walk's end; if it does not, the change is refused as a whole.
"""

from collections import Counter
from dataclasses import replace

from edge.model.events import OrderChanged, OrderChangeRefused
from edge.model.ids import LineId, Sku
from edge.model.inputs import OrderSubmitted
from edge.model.orders import Order, OrderLine
from edge.model.state import FloorState
from edge.model.work import Carried, Stop, Walk
from edge.rules import allocating, review, rush
from edge.rules.decision import Decision, accept, refuse
from edge.rules.terms import Terms


def changed(state: FloorState, terms: Terms, input_: OrderSubmitted, order: Order) -> Decision:
    """Follow a newer revision while its pieces are being picked, all of it or nothing."""
    lines = review.in_pieces(state, input_.lines) or order.lines
    following = replace(
        order,
        rev=input_.rev,
        priority=input_.priority,
        due_us=input_.due_us,
        carrier=input_.carrier,
        lines=lines,
        ship_to=input_.ship_to,
    )
    doubts = review.doubts(state, terms, following, input_.at_us, held=False)
    blocking = [doubt for doubt in doubts if doubt.code not in {"no_stock", rush.DOUBTFUL}]
    if blocking:
        return _refused(order, input_.rev, blocking[0].text)
    walk = next(one for one in state.open_walks() if order.order_id in one.orders)
    if _is_elsewhere_too(state, walk, order):
        return _refused(order, input_.rev, "several people pick it at once, or part of it is done")
    stops, surplus, more = _kept(walk, order, lines)
    like = next(one for one in stops if one.order_id == order.order_id)
    added = _added(state, lines, more, like, input_.at_us)
    lacking = more - Counter(stop.sku for stop in added for _ in range(stop.quantity))
    if lacking:
        told = ", ".join(f"{quantity} x {sku}" for sku, quantity in sorted(lacking.items()))
        return _refused(order, input_.rev, f"more is wanted than lies free: {told}")
    tote_id = next(one.tote_id for one in walk.stops if one.order_id == order.order_id)
    return accept(
        "changed",
        f"order {order.order_id} is changed, {len(surplus)} pieces are to be put back",
        OrderChanged(following, walk.walk_id, tote_id, (*stops, *added), surplus),
    )


def _is_elsewhere_too(state: FloorState, walk: Walk, order: Order) -> bool:
    """Whether another walk has something of the order, or had and is over."""
    others = (one for one in state.open_walks() if one.walk_id != walk.walk_id)
    totes = {tote.tote_id for tote in state.totes.of_order(order.order_id)}
    return any(order.order_id in one.orders for one in others) or not totes <= set(walk.slots)


def _refused(order: Order, rev: int, why: str) -> Decision:
    reason = f"rev {rev} came when the order was {order.state.value} already: {why}"
    return refuse("too_late", reason, OrderChangeRefused(order.order_id, rev, reason))


def _kept(
    walk: Walk, order: Order, lines: tuple[OrderLine, ...]
) -> tuple[tuple[Stop, ...], tuple[Carried, ...], Counter[Sku]]:
    """The walk's stops as they stay, pieces that are too many, and what is wanted beyond."""
    wanted: Counter[Sku] = Counter()
    for line in lines:
        wanted[line.sku] += line.quantity
    names = _line_names(lines)
    stops = list(walk.stops)
    mine = [i for i, stop in enumerate(stops) if stop.order_id == order.order_id]
    surplus: list[Carried] = []
    units: dict[int, int] = {}
    for i in mine:
        stop = stops[i]
        units[i] = min(len(stop.units), wanted[_asked(stop)])
        wanted[_asked(stop)] -= units[i]
        surplus.extend(Carried(stop.sku, unit, stop.location) for unit in stop.units[units[i] :])
    for i in mine:
        stop = stops[i]
        promised = min(stop.open_quantity, wanted[_asked(stop)])
        missing = min(stop.missing, wanted[_asked(stop)] - promised)
        wanted[_asked(stop)] -= promised + missing
        stops[i] = replace(
            stop,
            quantity=units[i] + promised + missing,
            units=stop.units[: units[i]],
            missing=missing,
            line_id=_line_of(stop, names),
        )
    return tuple(stops), tuple(surplus), +wanted


def _asked(stop: Stop) -> Sku:
    """The article that the order asks for, whatever is picked instead."""
    return stop.instead_of or stop.sku


def _line_names(lines: tuple[OrderLine, ...]) -> dict[Sku, list[LineId]]:
    names: dict[Sku, list[LineId]] = {}
    for line in lines:
        names.setdefault(line.sku, []).append(line.line_id)
    return names


def _line_of(stop: Stop, names: dict[Sku, list[LineId]]) -> LineId:
    """The line that a stop picks for; a newer revision may have named its lines anew."""
    known = names.get(_asked(stop), [stop.line_id])
    return stop.line_id if stop.line_id in known else known[0]


def _added(
    state: FloorState,
    lines: tuple[OrderLine, ...],
    more: Counter[Sku],
    like: Stop,
    now_us: int,
) -> tuple[Stop, ...]:
    """Stops for what is wanted beyond, into the order's tote, oldest first as in a plan."""
    names = _line_names(lines)
    found: list[Stop] = []
    for sku, quantity in more.items():
        left = quantity
        for stock in allocating.by_age(state.stock.of(sku), state.lots, now_us):
            taken = min(left, stock.free)
            if taken > 0 and stock.location not in state.frozen:
                left -= taken
                found.append(
                    Stop(stock.location, sku, taken, like.order_id, names[sku][0], like.tote_id)
                )
    return tuple(found)
