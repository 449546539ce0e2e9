"""Stops: what facts about one halt of a walk do to the state.

A stop keeps its number for as long as its walk lasts, for handhelds send it back: what is added
comes after the one at hand, and what is put off leaves an empty one behind.
"""

from dataclasses import replace

from edge.model import booking
from edge.model import events as e
from edge.model.state import FloorState
from edge.model.work import Stop, Walk

AtStop = (
    e.StopShort
    | e.StopSought
    | e.StopRerouted
    | e.StopPostponed
    | e.PlaceConfirmed
    | e.PlaceMistaken
)


def happen(state: FloorState, event: AtStop) -> None:
    """Something else than a pick happens at a stop."""
    match event:
        case e.StopShort():
            _short(state, event)
        case e.StopRerouted():
            _reroute(state, event)
        case e.StopPostponed():
            _postpone(state, event)
        case e.StopSought():
            _note(state, event, heard_at=event.heard_at)
        case e.PlaceConfirmed():
            _note(state, event, place_confirmed=True)
        case e.PlaceMistaken():
            _note(state, event, wrong_places=event.tries)


def _note(
    state: FloorState,
    event: e.StopSought | e.PlaceConfirmed | e.PlaceMistaken,
    **known: object,
) -> None:
    walk = state.walks[event.walk_id]
    noted = replace(walk.stops[event.stop], **known)  # type: ignore[arg-type] # a field of it
    state.walks[event.walk_id] = _with_stop(walk, event.stop, noted)


def _with_stop(walk: Walk, index: int, stop: Stop) -> Walk:
    return replace(walk, stops=(*walk.stops[:index], stop, *walk.stops[index + 1 :]))


def pick(state: FloorState, event: e.PiecePicked) -> None:
    """A piece lies in its tote, and no longer in its place."""
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    taken = replace(stop, units=(*stop.units, event.unit))
    state.walks[event.walk_id] = _with_stop(walk, event.stop, taken)
    booking.take(state, event.sku, event.location, 1)
    tote = state.totes[event.tote_id]
    state.totes[event.tote_id] = replace(
        tote,
        picked=(*tote.picked, (event.sku, event.unit)),
        came_from=(*tote.came_from, event.location),
    )


def confirm(state: FloorState, event: e.PieceConfirmed) -> None:
    """A picked piece is known by a second sign."""
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    at = stop.units.index(event.before)
    units = (*stop.units[:at], event.unit, *stop.units[at + 1 :])
    state.walks[event.walk_id] = _with_stop(walk, event.stop, replace(stop, units=units))
    tote = state.totes[event.tote_id]
    where = tote.picked.index((event.sku, event.before))
    picked = (*tote.picked[:where], (event.sku, event.unit), *tote.picked[where + 1 :])
    state.totes[event.tote_id] = replace(tote, picked=picked)


def _short(state: FloorState, event: e.StopShort) -> None:
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    given_up = replace(stop, missing=stop.missing + event.quantity)
    state.walks[event.walk_id] = _with_stop(walk, event.stop, given_up)
    if event.stays:
        booking.reserve(state, event.sku, event.location, -event.quantity)
        return
    known = state.stock[event.sku, event.location]
    # what others were promised here stays promised: their pickers will look for themselves
    reserved = known.reserved - event.quantity
    state.stock[event.sku, event.location] = replace(known, quantity=reserved, reserved=reserved)


def _reroute(state: FloorState, event: e.StopRerouted) -> None:
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    elsewhere = replace(
        stop,
        location=event.location,
        quantity=event.quantity,
        units=(),
        missing=0,
        checked_empty=False,
        heard_at=None,
        place_confirmed=False,
        wrong_places=0,
    )
    stops = (*walk.stops[: event.stop + 1], elsewhere, *walk.stops[event.stop + 1 :])
    state.walks[event.walk_id] = replace(walk, stops=stops, to_replan=True)
    booking.reserve(state, stop.sku, event.location, event.quantity)


def _postpone(state: FloorState, event: e.StopPostponed) -> None:
    """The promise stays; the stop keeps its number and its pieces, the rest gets a new one."""
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    done = replace(stop, quantity=stop.quantity - stop.open_quantity)
    rest = replace(
        stop,
        quantity=stop.open_quantity,
        units=(),
        missing=0,
        checked_empty=False,
        place_confirmed=False,
        wrong_places=0,
    )
    stops = (*_with_stop(walk, event.stop, done).stops, rest)
    state.walks[event.walk_id] = replace(walk, stops=stops)
