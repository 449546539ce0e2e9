"""Returning: one scan of what came back finds its order; it lies in quarantine until it is graded.

A piece comes back once: out of a parcel that has left, never more of an article than was shipped.
What the central system has announced brings its reason along; anything else needs one from the
packer, and the reason speaks for a grade that a person confirms or changes.
"""

from collections.abc import Iterator

from edge.model.errands import Carried, ErrandKind
from edge.model.events import Event, ParcelUnpacked, ReturnExpected, ReturnGraded, ReturnReceived
from edge.model.ids import Epc, OrderId, Sku
from edge.model.inputs import ReturnAnnounced
from edge.model.places import LocationKind
from edge.model.posted import GradeDecided, ReturnScanned
from edge.model.returns import AnnouncedReturn, Grade, ReturnedPiece
from edge.model.state import FloorState
from edge.model.work import Parcel, Unit
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import ParcelLabel, Piece, identify
from edge.rules.terms import Terms

REASONS = {
    "unwanted": Grade.RESTOCK,
    "wrong_item": Grade.RESTOCK,
    "undelivered": Grade.RESTOCK,
    "damaged": Grade.SCRAP,
    "defective": Grade.QUARANTINE,
    "other": Grade.QUARANTINE,
}
"""Why goods come back, and what each reason speaks for; other words speak for a closer look."""

Found = tuple[Parcel, int]
"""A shipped parcel and the number of the piece therein."""


def announced(state: FloorState, input_: ReturnAnnounced) -> Decision:
    """The central system announces a return; the same again changes nothing."""
    known = state.returns.get(input_.return_id)
    told = ReturnExpected(input_.return_id, input_.order_id, input_.lines, input_.reason)
    if known and (known.order_id, known.lines, known.reason) == (
        told.order_id,
        told.lines,
        told.reason,
    ):
        return accept("done_already", f"return {input_.return_id} is known")
    return accept("expected", f"return {input_.return_id} is expected", told)


def scanned(state: FloorState, input_: ReturnScanned) -> Decision:
    """A return's, order's or parcel's label tells the order; a piece is taken back."""
    text = input_.code.strip()
    if text in state.returns:
        return _order_found(state, state.returns[text].order_id)
    if text in state.orders:
        return _order_found(state, OrderId(text))
    named = identify(state, text)
    match named:
        case ParcelLabel(sscc):
            parcel = state.parcels.get(sscc)
            if parcel is None:
                return refuse("parcel_unknown", f"there is no parcel {sscc}")
            return _order_found(state, parcel.order_id)
        case Piece():
            return _piece(state, input_, named)
        case _:
            return refuse("unknown_code", "scan the return's, the parcel's or a piece's label")


def _order_found(state: FloorState, order_id: OrderId) -> Decision:
    open_pieces = [parcel.contents[index][0] for parcel, index in _open_pieces(state, order_id)]
    if not open_pieces:
        return refuse("not_shipped", f"nothing of order {order_id} can come back")
    expected = next((one for one in state.returns.values() if one.order_id == order_id), None)
    return accept(
        "return_found",
        f"order {order_id}, {len(open_pieces)} pieces can come back",
        order_id=order_id,
        return_id=expected.return_id if expected else None,
        reason=expected.reason if expected else "",
        skus=sorted(set(open_pieces)),
    )


def _open_pieces(state: FloorState, order_id: OrderId) -> Iterator[Found]:
    """Pieces of an order that have left and have not come back."""
    for parcel in state.parcels.of_order(order_id):
        if parcel.shipped:
            yield from (
                (parcel, index)
                for index in range(len(parcel.contents))
                if index not in parcel.returned
            )


def _piece(state: FloorState, input_: ReturnScanned, piece: Piece) -> Decision:
    if piece.epc is not None and _is_in_the_house(state, piece.epc):
        return refuse("not_shipped", "this very piece has not left the warehouse", sku=piece.sku)
    order_id = input_.order_id or _order_of(state, piece)
    if order_id is None:
        return refuse("which_order", "scan the return's or the parcel's label first")
    found = _found(state, order_id, piece)
    if found is None:
        return refuse(
            "not_shipped",
            f"no further {piece.sku} of order {order_id} can come back",
            order_id=order_id,
        )
    return _taken_back(state, input_, piece, found)


def _is_in_the_house(state: FloorState, epc: Epc) -> bool:
    return state.order_holding(epc) is not None or state.is_set_aside(epc)


def _order_of(state: FloorState, piece: Piece) -> OrderId | None:
    """The order whose parcel held the very piece; else the only return that expects such a one."""
    parcel = state.parcels.holding(piece.epc) if piece.epc is not None else None
    if parcel is not None:
        return parcel.order_id
    orders = {one.order_id for one in state.returns.values() if one.still_expected(piece.sku)}
    return orders.pop() if len(orders) == 1 else None


def _found(state: FloorState, order_id: OrderId, piece: Piece) -> Found | None:
    """The shipped piece that this is: the very one, else one whose tag nobody had told."""
    untold: Found | None = None
    tagged: Found | None = None
    for parcel, index in _open_pieces(state, order_id):
        sku, unit = parcel.contents[index]
        if sku != piece.sku:
            continue
        if unit.epc is None:
            untold = untold or (parcel, index)
        elif unit.epc == piece.epc:
            return parcel, index
        elif piece.epc is None and not _is_in_the_house(state, unit.epc):
            tagged = tagged or (parcel, index)
    return untold or tagged


def _taken_back(state: FloorState, input_: ReturnScanned, piece: Piece, found: Found) -> Decision:
    parcel, index = found
    expected = _expected(state, parcel.order_id, piece.sku)
    reason = expected.reason if expected is not None else input_.reason
    if expected is None and reason not in REASONS:
        return refuse(
            "reason_needed",
            "nobody announced this: say why it came back",
            order_id=parcel.order_id,
            sku=piece.sku,
            reasons=list(REASONS),
        )
    places = state.floor.places_of(LocationKind.QUARANTINE)
    if not places:
        return refuse("no_quarantine", "give the floor file a place of kind quarantine")
    unit = parcel.contents[index][1]
    back = ReturnedPiece(
        f"{parcel.sscc}/{index}",
        parcel.order_id,
        parcel.sscc,
        index,
        expected.return_id if expected is not None else None,
        piece.sku,
        unit if unit.epc is not None else Unit(piece.epc, scanned=True),
        places[0],
        reason,
        REASONS.get(reason, Grade.QUARANTINE),
        input_.at_us,
    )
    return accept(
        "received",
        f"{piece.sku} of order {parcel.order_id} lies in {places[0]}: {back.proposed.value}?",
        _out_of(parcel, back, input_),
        ReturnReceived(back, input_.badge),
        order_id=parcel.order_id,
        piece_id=back.piece_id,
        proposed=back.proposed.value,
        location=places[0],
    )


def _out_of(parcel: Parcel, back: ReturnedPiece, input_: ReturnScanned) -> ParcelUnpacked:
    pieces = (Carried(back.sku, back.unit, back.location),)
    return ParcelUnpacked(
        parcel.sscc,
        parcel.order_id,
        back.location,
        "returned",
        pieces,
        None,
        input_.badge,
    )


def _expected(state: FloorState, order_id: OrderId, sku: Sku) -> AnnouncedReturn | None:
    return next(
        (
            one
            for one in state.returns.values()
            if one.order_id == order_id and one.still_expected(sku)
        ),
        None,
    )


def graded(state: FloorState, terms: Terms, input_: GradeDecided) -> Decision:
    """A person says what becomes of a piece; what is good goes with the next errand."""
    piece = state.returned.get(input_.piece_id)
    if piece is None:
        return refuse("piece_unknown", f"no piece {input_.piece_id} waits for a grade")
    if input_.grade is not Grade.RESTOCK:
        event: Event = ReturnGraded(piece, input_.grade, None, None, input_.badge)
        return accept("graded", f"{piece.sku}: {input_.grade.value}", event)
    place = state.home(piece.sku)
    if place is None:
        return refuse("place_unknown", "the floor file names no place for stock")
    errand_id = _open_errand(state, terms) or piece.piece_id
    return accept(
        "graded",
        f"{piece.sku} goes to {place}",
        ReturnGraded(piece, input_.grade, errand_id, place, input_.badge),
        location=place,
    )


def _open_errand(state: FloorState, terms: Terms) -> str | None:
    """What waits to be put away goes together, as much as a cart takes."""
    return next(
        (
            one.errand_id
            for one in state.errands.values()
            if one.kind is ErrandKind.PUT_AWAY
            and one.picker is None
            and len(one.pieces) < terms.pieces_per_walk
        ),
        None,
    )
