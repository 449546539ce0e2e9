"""Review: what speaks against carrying out an order by itself, and when that is over.

Stages, all of them looked at, so that a person sees every reason at once: it can be understood
(lines, known article and pack), it is within limits, it bears what the site requires, it is not
another order a second time, no rule of the site holds it, its goods are there, and surely so where
it is in a rush.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from edge.model.doubts import doubt
from edge.model.events import Event, OrderReceived, OrderReleased
from edge.model.ids import Sku
from edge.model.orders import Doubt, Order, OrderLine, OrderState
from edge.model.state import FloorState
from edge.rules import rush
from edge.rules.terms import HoldRule, Terms

SELF_RESOLVING = frozenset({"no_stock", "unknown_sku", "unknown_pack", rush.DOUBTFUL})
"""Doubts that end when goods, counts or master data arrive, without a person."""
BLOCKING = frozenset({"no_lines", "unknown_sku", "unknown_pack"})
"""What nobody can release: nobody could pick it."""


def in_pieces(state: FloorState, lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """The lines with packs that are known told in pieces."""
    return tuple(_in_pieces(state, line) for line in lines)


def _in_pieces(state: FloorState, line: OrderLine) -> OrderLine:
    level = state.levels.get(line.pack) if line.pack is not None else None
    if level is None or level.sku != line.sku:
        return line
    return replace(line, quantity=line.quantity * level.quantity, pack=None)


def doubts(
    state: FloorState, terms: Terms, order: Order, now_us: int, *, held: bool
) -> tuple[Doubt, ...]:
    """Every reason why a person should look first; empty where there is none.

    Args:
        state: the floor.
        terms: the site's.
        order: as it is stated, its lines in pieces where those are known.
        now_us: for what has expired, UTC microseconds.
        held: whether the central system wants it held.
    """
    found = [doubt("held_by_central")] if held else []
    found.extend(_of_lines(state, terms, order.lines))
    found.extend(_incomplete(terms, order))
    found.extend(_twice(state, terms, order))
    found.extend(
        doubt("hold_rule", rule=rule.name, why=rule.why)
        for rule in terms.review.holds
        if _fits(rule, order)
    )
    found.extend(_shortages(state, order.lines))
    found.extend(rush.doubts(state, terms, order, now_us))
    return tuple(found)


def _of_lines(state: FloorState, terms: Terms, lines: tuple[OrderLine, ...]) -> Iterator[Doubt]:
    if not lines:
        yield doubt("no_lines")
    for line in lines:
        if line.sku not in state.articles:
            yield doubt("unknown_sku", line=line.line_id, sku=line.sku)
        elif line.pack is not None:
            yield doubt("unknown_pack", line=line.line_id, pack=line.pack, sku=line.sku)
        elif line.quantity > terms.quantity_max:
            most = terms.quantity_max
            yield doubt("large_quantity", line=line.line_id, quantity=line.quantity, most=most)


def _incomplete(terms: Terms, order: Order) -> Iterator[Doubt]:
    told = {
        "carrier": bool(order.carrier),
        "ship_to": bool(order.ship_to),
        "due_at": order.due_us is not None,
    }
    for name in terms.review.required:
        if not told[name]:
            yield doubt(f"no_{name}")


def _twice(state: FloorState, terms: Terms, order: Order) -> Iterator[Doubt]:
    """The later of two equal orders is doubted, never both."""
    mine = (order.received_us, order.order_id)
    for other in state.orders.like(order):
        is_near = order.received_us - other.received_us < terms.review.duplicate_us
        is_first = (other.received_us, other.order_id) < mine
        if is_near and is_first and other.state is not OrderState.CANCELLED:
            yield doubt("duplicate", order=other.order_id)
            return


def _fits(rule: HoldRule, order: Order) -> bool:
    pieces = sum(line.quantity for line in order.lines)
    address = " ".join(order.ship_to).casefold()
    conditions = (
        not rule.skus or any(line.sku in rule.skus for line in order.lines),
        not rule.carriers or order.carrier in rule.carriers,
        not rule.ship_to or any(word.casefold() in address for word in rule.ship_to),
        rule.pieces_min is None or pieces >= rule.pieces_min,
        rule.priority_min is None or order.priority >= rule.priority_min,
    )
    return all(conditions)


def _shortages(state: FloorState, lines: tuple[OrderLine, ...]) -> Iterator[Doubt]:
    wanted: Counter[Sku] = Counter()
    for line in lines:
        if line.pack is None:
            wanted[line.sku] += line.quantity
    frozen = state.frozen
    for sku, quantity in wanted.items():
        places = state.stock.of(sku)
        free = sum(stock.free for stock in places if stock.location not in frozen)
        if sku in state.articles and free < quantity:
            yield doubt("no_stock", sku=sku, quantity=quantity, free=free)


def resolved(state: FloorState, terms: Terms, now_us: int) -> list[Event]:
    """Held orders that nothing speaks against any more, or something else than before.

    Of orders in a rush one at a time, the most urgent first: what it will be promised is no more
    there for the next one.
    """
    events: list[Event] = []
    urgent: list[Order] = []
    for order in state.orders.in_state(OrderState.HELD):
        if rush.is_rush(order, terms):
            urgent.append(order)
        elif (event := _resolved(state, terms, order, now_us)) is not None:
            events.append(event)
    found = (_resolved(state, terms, one, now_us) for one in sorted(urgent, key=rush.urgency))
    first = next((event for event in found if event is not None), None)
    return events if first is None else [*events, first]


def _resolved(state: FloorState, terms: Terms, order: Order, now_us: int) -> Event | None:
    """What a held order has come to; what waits for a person stays, what one let go is over."""
    codes = {one.code for one in order.doubts}
    if not codes & SELF_RESOLVING:
        return None
    known = replace(order, lines=in_pieces(state, order.lines))
    stated = [
        one
        for one in doubts(state, terms, known, now_us, held=False)
        if one.code not in order.accepted
    ]
    over = SELF_RESOLVING | {one.code for one in stated}
    now = (*(one for one in order.doubts if one.code not in over), *stated)
    if not now and known == order:
        return OrderReleased(order.order_id, None)
    if not now:
        return OrderReceived(replace(known, state=OrderState.RELEASED, doubts=()))
    if known != order or {one.code for one in now} != codes:
        return OrderReceived(replace(known, doubts=now))
    return None
