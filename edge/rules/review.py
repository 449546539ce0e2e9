"""Review: what speaks against carrying out an order by itself, and when that is over."""

from collections import Counter

from edge.model.events import Event, OrderReleased
from edge.model.ids import Sku
from edge.model.orders import Doubt, Order, OrderLine, OrderState
from edge.model.state import FloorState
from edge.rules.terms import Terms

SELF_RESOLVING = frozenset({"no_stock", "unknown_sku"})
"""Doubts that end when goods or master data arrive, without a person."""


def doubts(
    state: FloorState, terms: Terms, lines: tuple[OrderLine, ...], *, held: bool
) -> tuple[Doubt, ...]:
    """Every reason why a person should look first; empty where there is none."""
    found = [Doubt("held_by_central", "the central system holds this order")] if held else []
    if not lines:
        found.append(Doubt("no_lines", "the order has no lines"))
    for line in lines:
        if line.sku not in state.articles:
            found.append(Doubt("unknown_sku", f"line {line.line_id}: no article {line.sku}"))
        elif line.quantity > terms.quantity_max:
            found.append(
                Doubt(
                    "large_quantity",
                    f"line {line.line_id}: {line.quantity} pieces, more than {terms.quantity_max}",
                )
            )
    found.extend(_shortages(state, lines))
    return tuple(found)


def _shortages(state: FloorState, lines: tuple[OrderLine, ...]) -> list[Doubt]:
    wanted: Counter[Sku] = Counter()
    for line in lines:
        wanted[line.sku] += line.quantity
    short = []
    frozen = state.frozen
    for sku, quantity in wanted.items():
        places = state.stock.of(sku)
        free = sum(stock.free for stock in places if stock.location not in frozen)
        if sku in state.articles and free < quantity:
            short.append(Doubt("no_stock", f"{sku}: {quantity} wanted, {free} free"))
    return short


def resolved(state: FloorState, terms: Terms) -> list[Event]:
    """Held orders that nothing speaks against any more."""
    return [
        OrderReleased(order.order_id, None)
        for order in state.orders.in_state(OrderState.HELD)
        if _resolved(state, terms, order)
    ]


def _resolved(state: FloorState, terms: Terms, order: Order) -> bool:
    return (
        bool(order.doubts)
        and all(doubt.code in SELF_RESOLVING for doubt in order.doubts)
        and not doubts(state, terms, order.lines, held=False)
    )
