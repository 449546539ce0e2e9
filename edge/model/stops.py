"""Stops: what facts about one halt of a walk do to the state.

A stop keeps its number for as long as its walk lasts, for handhelds send it back: what is added
comes after the one at hand, and what is put off leaves an empty one behind.
"""

from dataclasses import replace

from edge.model import booking
from edge.model import events as e
from edge.model.orders import Substituted
from edge.model.state import FloorState
from edge.model.work import Stop, Walk

AtStop = (
    e.StopShort
    | e.StopSought
    | e.StopRerouted
    | e.StopPostponed
    | e.StopRefilled
    | e.SubstituteOffered
    | e.StopSubstituted
    | e.PlaceConfirmed
    | e.PlaceMistaken
)


def happen(state: FloorState, event: AtStop) -> None:
    """Something else than a pick happens at a stop."""
    match event:
        case e.StopShort():
            _short(state, event)
        case e.StopPostponed():
            _postpone(state, event)
        case e.StopRerouted() | e.StopRefilled() | e.StopSubstituted():
            _go_on(state, event)
        case e.PlaceConfirmed() | e.PlaceMistaken() if event.errand_id is not None:
            _at_goal(state, event.errand_id, event)
        case e.StopSought() | e.SubstituteOffered() | e.PlaceConfirmed() | e.PlaceMistaken():
            _note(state, event)


def _at_goal(state: FloorState, errand_id: str, event: e.PlaceConfirmed | e.PlaceMistaken) -> None:
    errand = state.errands[errand_id]
    match event:
        case e.PlaceConfirmed():
            errand = replace(errand, confirmed_at=event.location, wrong_places=0)
        case e.PlaceMistaken():
            errand = replace(errand, wrong_places=event.tries)
    state.errands[errand_id] = errand


def _go_on(state: FloorState, event: e.StopRerouted | e.StopRefilled | e.StopSubstituted) -> None:
    match event:
        case e.StopRerouted():
            _reroute(state, event)
        case e.StopRefilled():
            _refill(state, event)
        case e.StopSubstituted():
            _substitute(state, event)


def _note(
    state: FloorState,
    event: e.StopSought | e.SubstituteOffered | e.PlaceConfirmed | e.PlaceMistaken,
) -> None:
    if event.walk_id is None or event.stop is None:
        raise ValueError(f"{event.type} names neither a walk nor an errand")
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    match event:
        case e.StopSought():
            stop = replace(stop, heard_at=event.heard_at)
        case e.SubstituteOffered():
            stop = replace(stop, offered=event.sku)
        case e.PlaceConfirmed():
            stop = replace(stop, place_confirmed=True)
        case e.PlaceMistaken():
            stop = replace(stop, wrong_places=event.tries)
    state.walks[event.walk_id] = _with_stop(walk, event.stop, stop)


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


def undo(state: FloorState, event: e.PickUndone) -> None:
    """The piece lies in its place again, promised as before."""
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    at = stop.units.index(event.unit)
    units = (*stop.units[:at], *stop.units[at + 1 :])
    left = replace(stop, units=units, undone=stop.undone + 1, checked_empty=False)
    state.walks[event.walk_id] = _with_stop(walk, event.stop, left)
    booking.take(state, event.sku, event.location, -1)
    tote = state.totes[event.tote_id]
    where = tote.picked.index((event.sku, event.unit))
    state.totes[event.tote_id] = replace(
        tote,
        picked=(*tote.picked[:where], *tote.picked[where + 1 :]),
        came_from=(*tote.came_from[:where], *tote.came_from[where + 1 :]),
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


def _anew(stop: Stop, quantity: int) -> Stop:
    """A stop for the same line and tote at which nothing has happened yet."""
    return Stop(
        stop.location,
        stop.sku,
        quantity,
        stop.order_id,
        stop.line_id,
        stop.tote_id,
        instead_of=stop.instead_of,
    )


def _refill(state: FloorState, event: e.StopRefilled) -> None:
    """It comes last, into the tote that the order goes on in."""
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    mine = [one for one in walk.stops if one.order_id == stop.order_id and one.quantity > 0]
    more = replace(_anew(stop, event.quantity), location=event.location, tote_id=mine[-1].tote_id)
    state.walks[event.walk_id] = replace(walk, stops=(*walk.stops, more), to_replan=True)
    booking.reserve(state, stop.sku, event.location, event.quantity)


def _substitute(state: FloorState, event: e.StopSubstituted) -> None:
    """What is still wanted of the stop, or was given up, comes next as another article."""
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    given_up = min(stop.open_quantity, event.quantity)
    booking.reserve(state, stop.sku, stop.location, -given_up)
    other = replace(
        _anew(stop, event.quantity), location=event.location, sku=event.by, instead_of=event.sku
    )
    done = replace(stop, quantity=stop.quantity - given_up, offered=None)
    stops = (*walk.stops[: event.stop], done, other, *walk.stops[event.stop + 1 :])
    state.walks[event.walk_id] = replace(walk, stops=stops, to_replan=True)
    booking.reserve(state, event.by, event.location, event.quantity)
    order = state.orders[event.order_id]
    taken = Substituted(event.sku, event.by, event.quantity)
    state.orders[order.order_id] = replace(order, substituted=(*order.substituted, taken))


def _reroute(state: FloorState, event: e.StopRerouted) -> None:
    walk = state.walks[event.walk_id]
    stop = walk.stops[event.stop]
    elsewhere = replace(_anew(stop, event.quantity), location=event.location)
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
