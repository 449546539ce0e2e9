"""Totes: what facts of binding, filling and dropping them do to the state.

A plan names each tote by a label that nobody uses. Where a picker takes a tote of their own choice
and scans it, its label takes the planned one's place everywhere; a walk that had planned this very
label, and has not taken a tote for it yet, gets the other one in exchange.
"""

from collections.abc import Mapping
from dataclasses import replace

from edge.model import events as e
from edge.model import taking_out
from edge.model.ids import ToteId
from edge.model.places import LocationKind
from edge.model.setting_back import finish
from edge.model.state import FloorState
from edge.model.work import Tote, Walk


def bind(state: FloorState, event: e.ToteBound) -> None:
    """The tote in the picker's hand is the one for this order from now on."""
    names = {event.before: event.tote_id, event.tote_id: event.before}
    swapped = [
        walk
        for walk in state.open_walks()
        if walk.walk_id == event.walk_id or event.tote_id in walk.unbound
    ]
    for walk in swapped:
        state.walks[walk.walk_id] = _renamed(walk, names)
    held = [state.totes[one] for one in dict.fromkeys(names) if one in state.totes]
    for tote in held:
        del state.totes[tote.tote_id]
    for tote in held:
        name = names[tote.tote_id]
        state.totes[name] = replace(tote, tote_id=name)
    walk = state.walks[event.walk_id]
    left = tuple(one for one in walk.unbound if one != event.tote_id)
    state.walks[event.walk_id] = replace(walk, unbound=left)


def _renamed(walk: Walk, names: Mapping[ToteId, ToteId]) -> Walk:
    return replace(
        walk,
        stops=tuple(
            replace(stop, tote_id=names.get(stop.tote_id, stop.tote_id)) for stop in walk.stops
        ),
        totes=tuple(names.get(one, one) for one in walk.slots),
        unbound=tuple(names.get(one, one) for one in walk.unbound),
    )


def fill(state: FloorState, event: e.ToteFilled) -> None:
    """The stop at hand is done as far as it is; the rest and what follows go into another tote."""
    walk = state.walks[event.walk_id]
    before, stop, later = (
        walk.stops[: event.stop],
        walk.stops[event.stop],
        walk.stops[event.stop + 1 :],
    )
    rest = replace(
        stop,
        quantity=stop.open_quantity,
        units=(),
        missing=0,
        checked_empty=False,
        tote_id=event.further,
    )
    done = replace(stop, quantity=stop.quantity - stop.open_quantity)
    state.walks[event.walk_id] = replace(
        walk,
        stops=(
            *before,
            *((done,) if done.quantity else ()),
            rest,
            *(
                replace(one, tote_id=event.further)
                if one.tote_id == event.tote_id and one.open_quantity > 0 and not one.units
                else one
                for one in later
            ),
        ),
        totes=(*walk.slots, event.further),
        unbound=(*walk.unbound, event.further),
    )
    state.totes[event.further] = Tote(event.further, event.order_id)


def drop(state: FloorState, event: e.TotesDropped) -> None:
    """The totes stand at the station; one that nothing came into is free again."""
    walk = state.walks[event.walk_id]
    del state.walks[event.walk_id]
    totes = dict.fromkeys(stop.tote_id for stop in walk.stops if stop.quantity > 0)
    for tote_id in totes:
        tote = state.totes[tote_id]
        if tote.picked:
            extras = tuple(epc for one, epc in event.extras if one == tote_id)
            state.totes[tote_id] = replace(tote, station=event.station, extras=extras)
        else:
            del state.totes[tote_id]
    for order_id in walk.orders:
        finish(state, order_id)


def brought(state: FloorState, event: e.PackOpened | e.ToteJoined) -> tuple[ToteId, ...]:
    """The tote stands at the pack station now; which others came with it out of a wall's slot."""
    wall = state.totes[event.tote_id].station
    kind = state.floor.kind_of(wall) if wall is not None else None
    together = (
        [one.tote_id for one in state.totes.of_order(event.order_id) if one.station == wall]
        if kind is LocationKind.WALL
        else [event.tote_id]
    )
    for tote_id in together:
        state.totes[tote_id] = replace(state.totes[tote_id], station=event.station)
        taking_out.move(state, tote_id)
    return tuple(one for one in together if one != event.tote_id)
