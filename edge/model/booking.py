"""Booking: how stock in a place changes; never below what is promised of it."""

from dataclasses import replace

from edge.model.events import StockPlaced, StockStated
from edge.model.goods import Lot, Stock
from edge.model.ids import LocationId, Sku
from edge.model.state import FloorState


def state_stock(state: FloorState, event: StockStated) -> None:
    """The central system says how much lies there; what is promised stays promised.

    A variance against the books of before says nothing of the books of now.
    """
    key = (event.sku, event.location)
    known = state.stock.get(key, Stock(event.sku, event.location))
    state.stock[key] = replace(
        known, quantity=max(event.quantity, known.reserved), version=event.version
    )
    told = Lot(event.expires_us, event.since_us)
    if told != Lot():
        state.lots[key] = told
    elif known.quantity == 0 and key in state.lots:
        del state.lots[key]  # what it told of has left
    waiting = state.counts.get((event.location, event.sku))
    if waiting is not None and waiting.variance is not None:
        del state.counts[event.location, event.sku]


def place_stock(state: FloorState, event: StockPlaced, placed_us: int) -> None:
    """Pieces were put away; in an empty place they are as old as that."""
    known = state.stock.get((event.sku, event.location))
    if known is None or known.quantity == 0:
        state.lots[event.sku, event.location] = Lot(since_us=placed_us)
    add_stock(state, event.sku, event.location, event.quantity)


def add_stock(state: FloorState, sku: Sku, location: LocationId, quantity: int) -> None:
    """Pieces come to lie there, or, with a negative quantity, were never there."""
    known = state.stock.get((sku, location), Stock(sku, location))
    state.stock[sku, location] = replace(known, quantity=known.quantity + quantity)


def reserve(state: FloorState, sku: Sku, location: LocationId, quantity: int) -> None:
    """Pieces that lie there are promised; with a negative quantity no longer."""
    known = state.stock[sku, location]
    state.stock[sku, location] = replace(known, reserved=known.reserved + quantity)


def take(state: FloorState, sku: Sku, location: LocationId, quantity: int) -> None:
    """Promised pieces leave the place."""
    known = state.stock[sku, location]
    state.stock[sku, location] = replace(
        known, quantity=known.quantity - quantity, reserved=known.reserved - quantity
    )
