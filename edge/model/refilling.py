"""Refilling: pieces go from a place of reserve to a place that pickers take from."""

from dataclasses import replace

from edge.model import booking
from edge.model import events as e
from edge.model.errands import Carried, Errand, ErrandKind, Refill
from edge.model.state import FloorState


def refill(
    state: FloorState, event: e.ReplenishmentWanted | e.PieceFetched | e.FetchShort
) -> None:
    """A replenishment is wanted, goes on, or finds less than it should."""
    match event:
        case e.ReplenishmentWanted():
            wanted = Refill(event.sku, event.from_location, event.to_location, event.quantity)
            state.errands[event.errand_id] = Errand(
                event.errand_id, ErrandKind.REPLENISH, (), refill=wanted
            )
            booking.reserve(state, event.sku, event.from_location, event.quantity)
            state.numbers["refills"] = state.numbers.get("refills", 0) + 1
        case e.PieceFetched():
            _fetch(state, event)
        case e.FetchShort():
            _give_up(state, event)


def _fetch(state: FloorState, event: e.PieceFetched) -> None:
    errand = state.errands[event.errand_id]
    if errand.refill is None:
        raise ValueError(f"errand {errand.errand_id} has nothing to fetch")
    rest = replace(errand.refill, fetch=errand.refill.fetch - 1)
    piece = Carried(event.sku, event.unit, rest.target)
    state.errands[event.errand_id] = replace(errand, pieces=(*errand.pieces, piece), refill=rest)
    booking.take(state, event.sku, event.location, 1)


def _give_up(state: FloorState, event: e.FetchShort) -> None:
    """What is not there is promised no more; what was taken is brought all the same."""
    errand = state.errands[event.errand_id]
    booking.reserve(state, event.sku, event.location, -event.quantity)
    if errand.pieces and errand.refill is not None:
        rest = replace(errand.refill, fetch=0)
        state.errands[event.errand_id] = replace(errand, refill=rest)
    else:
        del state.errands[event.errand_id]
