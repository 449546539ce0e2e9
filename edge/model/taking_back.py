"""Taking back: what facts of returns and counts do to the state."""

from dataclasses import replace

from edge.model import events as e
from edge.model.booking import add_stock
from edge.model.counts import Count, CountMethod
from edge.model.errands import Carried, ErrandKind
from edge.model.goods import Lot
from edge.model.ids import LocationId, Sku
from edge.model.returns import AnnouncedReturn, Grade
from edge.model.setting_back import add_to_errand
from edge.model.state import FloorState


def announce(state: FloorState, event: e.ReturnExpected) -> None:
    """Goods are expected back; an announcement that comes again keeps what has come."""
    known = state.returns.get(event.return_id)
    received = known.received if known is not None else ()
    state.returns[event.return_id] = AnnouncedReturn(
        event.return_id, event.order_id, event.lines, event.reason, received
    )


def receive(state: FloorState, event: e.ReturnReceived) -> None:
    """A piece of a shipped parcel lies in quarantine; an announcement that is met is over."""
    piece = event.piece
    parcel = state.parcels[piece.sscc]
    state.parcels[piece.sscc] = replace(parcel, returned=(*parcel.returned, piece.index))
    state.returned[piece.piece_id] = piece
    if piece.return_id is None:
        return
    announced = state.returns[piece.return_id]
    met = replace(announced, received=(*announced.received, piece.sku))
    if met.is_complete:
        del state.returns[piece.return_id]
    else:
        state.returns[piece.return_id] = met


def grade(state: FloorState, event: e.ReturnGraded) -> None:
    """A piece waits to be put away, stays in quarantine, or is given up."""
    piece = event.piece
    if event.grade is Grade.QUARANTINE:
        state.returned[piece.piece_id] = replace(piece, grade=event.grade)
        return
    del state.returned[piece.piece_id]
    if event.errand_id is not None and event.to_location is not None:
        carried = Carried(piece.sku, piece.unit, event.to_location)
        add_to_errand(state, event.errand_id, ErrandKind.PUT_AWAY, carried)


def want_count(state: FloorState, event: e.CountWanted, occurred_us: int) -> None:
    """A place waits to be counted, unless a variance there waits for a decision already."""
    key = event.location, event.sku
    known = state.counts.get(key)
    doubt_count(state, event.sku, event.location)
    if known is None:
        state.counts[key] = Count(event.location, event.sku, event.reason, occurred_us)


def count(state: FloorState, event: e.CountMade, occurred_us: int) -> None:
    """A count that agrees with the books is done; one that does not waits for a decision."""
    key = event.location, event.sku
    known = state.counts.get(key)
    if event.counted != event.expected:
        state.counts[key] = Count(
            event.location,
            event.sku,
            known.reason if known else "",
            occurred_us,
            event.expected,
            event.counted,
            event.method,
            event.by,
        )
    else:
        if known is not None:
            del state.counts[key]
        if event.method is CountMethod.HAND:
            _believe_count(state, event.sku, event.location, occurred_us)
    if event.walk_id is not None and event.stop is not None:
        walk = state.walks[event.walk_id]
        stops = list(walk.stops)
        stops[event.stop] = replace(stops[event.stop], checked_empty=True)
        state.walks[event.walk_id] = replace(walk, stops=tuple(stops))


def settle(state: FloorState, event: e.VarianceSettled, occurred_us: int) -> None:
    """The decision is carried out, and the count is over."""
    del state.counts[event.location, event.sku]
    if event.approved:
        add_stock(state, event.sku, event.location, event.variance)
    _believe_count(state, event.sku, event.location, occurred_us)


def _believe_count(state: FloorState, sku: Sku, location: LocationId, occurred_us: int) -> None:
    """A person has settled how many pieces lie there."""
    known = state.lots.get((sku, location), Lot())
    state.lots[sku, location] = replace(known, counted_us=occurred_us)


def doubt_count(state: FloorState, sku: Sku, location: LocationId) -> None:
    """Something speaks against what a person counted there."""
    known = state.lots.get((sku, location))
    if known is not None and known.counted_us is not None:
        state.lots[sku, location] = replace(known, counted_us=None)
