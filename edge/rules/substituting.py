"""Substituting: another article that may be taken instead, confirmed by scanning it twice.

Where a rule of the site names it, the customer allows it and some of it lies free in the place at
hand, the first scan of it warns and the second one takes it. Anything else is the wrong item.
"""

from collections import Counter
from collections.abc import Iterator

from edge.model.events import PiecePicked, SubstituteOffered
from edge.model.ids import Sku
from edge.model.orders import Order, Substituted
from edge.model.posted import CodeScanned
from edge.model.state import FloorState
from edge.model.work import Unit, Walk
from edge.rules import ladder
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import Piece
from edge.rules.terms import Terms


def scanned(
    state: FloorState, terms: Terms, walk: Walk, index: int, input_: CodeScanned, piece: Piece
) -> Decision | None:
    """Judge another article than the one that is wanted; None where it may not be taken."""
    stop = walk.stops[index]
    if piece.sku == stop.sku or piece.quantity > 1:
        return None
    if piece.sku not in ladder.may_replace(state, terms, stop):
        return None
    stock = state.stock.get((piece.sku, stop.location))
    free = stock.free if stock is not None and stop.location not in state.frozen else 0
    known = piece.epc is not None and (
        state.order_holding(piece.epc) is not None or state.is_set_aside(piece.epc)
    )
    if free < 1 or known:
        return None
    if stop.offered != piece.sku:
        return refuse(
            "substitute_offered",
            f"{piece.sku} may be taken instead of {stop.sku}: scan it once more",
            SubstituteOffered(walk.walk_id, index, input_.badge, piece.sku),
            sku=piece.sku,
            name=state.articles[piece.sku].name,
        )
    return _taken(walk, index, input_, piece, min(free, stop.open_quantity))


def _taken(walk: Walk, index: int, input_: CodeScanned, piece: Piece, quantity: int) -> Decision:
    stop = walk.stops[index]
    why = f"scanned twice by {input_.badge}"
    there = (stop.location, quantity)
    picked = PiecePicked(
        walk.walk_id,
        index + 1,
        input_.badge,
        stop.order_id,
        stop.line_id,
        piece.sku,
        stop.location,
        stop.tote_id,
        Unit(piece.epc, scanned=True),
    )
    return accept(
        "substituted",
        f"{piece.sku} is taken instead of {stop.sku}",
        ladder.substituting(walk, index, piece.sku, there, why),
        picked,
        sku=piece.sku,
    )


def wanted_as_picked(order: Order, inside: Counter[Sku]) -> Counter[Sku]:
    """What an order asks for, where some of it may be in a parcel as another article."""
    wanted = _asked_for(order)
    for one, quantity in _stood_in(order, inside):
        wanted[one.sku] -= quantity
        wanted[one.by] += quantity
    return +wanted


def as_asked(order: Order, inside: Counter[Sku]) -> Counter[Sku]:
    """What lies in totes or a parcel, told as the articles that the order asks for."""
    asked = Counter(inside)
    for one, quantity in _stood_in(order, inside):
        asked[one.by] -= quantity
        asked[one.sku] += quantity
    return +asked


def _asked_for(order: Order) -> Counter[Sku]:
    wanted: Counter[Sku] = Counter()
    for line in order.lines:
        wanted[line.sku] += line.quantity
    return wanted


def _stood_in(order: Order, inside: Counter[Sku]) -> Iterator[tuple[Substituted, int]]:
    """How many pieces inside stand in for another article: no more than are over, or lack."""
    over = Counter(inside)
    over.subtract(_asked_for(order))
    for one in order.substituted:
        quantity = max(0, min(one.quantity, over[one.by], -over[one.sku]))
        over[one.by] -= quantity
        over[one.sku] += quantity
        yield one, quantity
