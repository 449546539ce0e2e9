"""Intake: orders as the central system states them, once per (order_id, rev)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from edge.model.events import (
    OrderAmended,
    OrderCancelled,
    OrderChangeRefused,
    OrderReceived,
    OrderReleased,
)
from edge.model.ids import LineId
from edge.model.inputs import OrderSubmitted
from edge.model.orders import ORDER_STEPS, Order, OrderLine, OrderState, OrderStep
from edge.model.posted import HoldDecided, OrderAmendment
from edge.model.state import FloorState
from edge.model.steps import allows
from edge.rules import changing, review
from edge.rules.decision import Decision, accept, refuse
from edge.rules.terms import Terms

CHANGEABLE = frozenset({OrderState.HELD, OrderState.RELEASED})
"""States in which a newer revision simply replaces the order."""
BEGUN = frozenset({OrderState.PLANNED, OrderState.PICKING, OrderState.PICKED})
"""States in which a newer revision changes a walk, or what stands at a wall or a station."""
CALLED_OFF = "cancelled by the central system"
"""Why an order is cancelled where no person said so."""


def submitted(state: FloorState, terms: Terms, input_: OrderSubmitted) -> Decision:
    """A new order is reviewed; a known revision has no second effect; a late change is refused."""
    known = state.orders.get(input_.order_id)
    if known is not None and input_.rev <= known.rev:
        return accept("done_already", f"order {known.order_id} rev {known.rev} is known")
    if known is None or (known.state in CHANGEABLE and input_.wanted != "cancelled"):
        return _received(state, terms, input_, known)
    if input_.wanted == "released" and known.state in BEGUN:
        return changing.changed(state, terms, input_, known)
    if input_.wanted == "cancelled" and allows(ORDER_STEPS, known.state, OrderStep.CANCEL):
        return _cancelled(state, known, input_.rev)
    reason = f"rev {input_.rev} came when the order was {known.state.value} already"
    if known.state is OrderState.SHIPPED:
        reason += "; what has left comes back as a return"
    return refuse("too_late", reason, OrderChangeRefused(known.order_id, input_.rev, reason))


def _cancelled(state: FloorState, order: Order, rev: int) -> Decision:
    """What is packed is opened again, as long as no portal has seen it going out."""
    parcels = tuple(one for one in state.parcels.of_order(order.order_id) if not one.shipped)
    for one in parcels:
        pallet = state.pallets.bearing(one.sscc)
        if pallet is not None and pallet.seen is not None:
            reason = f"rev {rev} came when pallet {pallet.sscc} with parcel {one.sscc} was leaving"
            told = f"{reason}; what has left comes back as a return"
            return refuse("too_late", told, OrderChangeRefused(order.order_id, rev, told))
    ssccs = tuple(one.sscc for one in parcels)
    return accept(
        "cancelled",
        f"order {order.order_id} is cancelled",
        OrderCancelled(order.order_id, rev, CALLED_OFF, None, ssccs),
        parcels=list(ssccs),
    )


def _received(
    state: FloorState, terms: Terms, input_: OrderSubmitted, known: Order | None
) -> Decision:
    stated = Order(
        order_id=input_.order_id,
        rev=input_.rev,
        priority=input_.priority,
        due_us=input_.due_us,
        carrier=input_.carrier,
        lines=review.in_pieces(state, input_.lines) or (known.lines if known else ()),
        state=OrderState.RELEASED,
        received_us=known.received_us if known else input_.at_us,
        ship_to=input_.ship_to,
    )
    order = _reviewed(state, terms, stated, input_.at_us, held=input_.wanted == "held")
    received = OrderReceived(order)
    if input_.wanted == "cancelled":  # its cancellation has overtaken it
        called_off = OrderCancelled(order.order_id, order.rev, CALLED_OFF, None)
        text = f"order {order.order_id} is cancelled"
        return accept("cancelled", text, received, called_off)
    return accept(order.state.value, f"order {order.order_id} is {order.state.value}", received)


def _reviewed(state: FloorState, terms: Terms, order: Order, now_us: int, *, held: bool) -> Order:
    found = review.doubts(state, terms, order, now_us, held=held)
    return replace(order, state=OrderState.HELD if found else OrderState.RELEASED, doubts=found)


def decided(state: FloorState, terms: Terms, input_: HoldDecided) -> Decision:
    """A person releases or refuses a held order; what cannot be picked cannot be released."""
    order = state.orders.get(input_.order_id)
    if order is None:
        return refuse("order_unknown", f"there is no order {input_.order_id}")
    if order.state is not OrderState.HELD:
        return refuse("not_held", f"order {order.order_id} is {order.state.value}, not held")
    if not input_.release:
        return accept(
            "refused",
            f"order {order.order_id} is refused",
            OrderCancelled(order.order_id, order.rev, "refused in review", input_.badge),
        )
    still = review.doubts(state, terms, order, input_.at_us, held=False)
    blocking = [doubt for doubt in still if doubt.code in review.BLOCKING]
    if blocking:
        return refuse("invalid", f"cannot be picked: {blocking[0].text}")
    return accept(
        "released",
        f"order {order.order_id} is released",
        OrderReleased(order.order_id, input_.badge),
    )


def amended(state: FloorState, terms: Terms, input_: OrderAmendment) -> Decision:
    """A person changes what a waiting order wants; it is reviewed anew, and may wait for it."""
    order = state.orders.get(input_.order_id)
    if order is None:
        return refuse("order_unknown", f"there is no order {input_.order_id}")
    if order.state not in CHANGEABLE:
        return refuse("too_late", f"order {order.order_id} is {order.state.value} already")
    unknown = dict(input_.quantities).keys() - {line.line_id for line in order.lines}
    if unknown:
        return refuse("invalid", f"order {order.order_id} has no line {min(unknown)}")
    wanted = (*_kept_lines(order, input_), *_added_lines(order, input_))
    if not wanted:
        return refuse("invalid", "nothing is left of it; refuse the order instead")
    stated = replace(
        order,
        lines=wanted,
        carrier=order.carrier if input_.carrier is None else input_.carrier,
        ship_to=order.ship_to if input_.ship_to is None else input_.ship_to,
        due_us=order.due_us if input_.due_us is None else input_.due_us or None,
        accepted=(),
    )
    held = any(doubt.code == "held_by_central" for doubt in order.doubts)
    following = _reviewed(state, terms, stated, input_.at_us, held=held)
    return accept(
        f"amended_{following.state.value}",
        f"order {order.order_id} is changed and {following.state.value}",
        OrderAmended(following, input_.badge),
    )


def _kept_lines(order: Order, input_: OrderAmendment) -> Iterator[OrderLine]:
    quantities = dict(input_.quantities)
    for line in order.lines:
        quantity = quantities.get(line.line_id, line.quantity)
        if quantity > 0:
            yield replace(line, quantity=quantity)


def _added_lines(order: Order, input_: OrderAmendment) -> Iterator[OrderLine]:
    """Further lines under numbers of the gateway's own, none of which was there."""
    taken = {line.line_id for line in order.lines}
    free = (name for number in count(1) if (name := LineId(f"added-{number}")) not in taken)
    for (sku, quantity), line_id in zip(input_.added, free, strict=False):
        yield OrderLine(line_id, sku, quantity)
