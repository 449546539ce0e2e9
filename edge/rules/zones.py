"""Zones: pickers who stay in theirs, and totes that pass from one to the next.

A picker with a zone walks for stops in it. Where a walk goes on in a zone in which a colleague is
at work, its totes are put down at that zone's hand-over place (a `staging` location inside it,
else the first one of the floor) by a scan, and the walk is free for that colleague, who takes them
up by a scan of the same place. Where nobody is at work there, or there is no hand-over place,
whoever has the walk goes on with it: nothing waits for somebody who does not come.
"""

from collections.abc import Iterable

from edge.model.events import TotesPassed, TotesTaken
from edge.model.ids import Badge, LocationId
from edge.model.places import Floor, LocationKind
from edge.model.posted import CodeScanned
from edge.model.state import FloorState
from edge.model.work import Stop, Walk
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import Container, Named, Place


def zone_of(floor: Floor, location: LocationId) -> LocationId | None:
    """The zone that a place lies in, the outermost one; None outside of all."""
    found: LocationId | None = None
    place = floor.locations.get(location)
    for _ in range(len(floor.locations)):
        if place is None:
            break
        if place.kind is LocationKind.ZONE:
            found = place.id
        place = floor.locations.get(place.parent) if place.parent else None
    return found


def in_order(floor: Floor, stops: Iterable[Stop]) -> tuple[Stop, ...]:
    """Stops zone by zone, in the order of the file; within a zone as they were."""
    ranks = {zone: rank for rank, zone in enumerate(floor.places_of(LocationKind.ZONE))}

    def rank(stop: Stop) -> int:
        zone = zone_of(floor, stop.location)
        return ranks[zone] if zone is not None else len(ranks)

    return tuple(sorted(stops, key=rank))


def zone_at_hand(state: FloorState, walk: Walk) -> LocationId | None:
    """The zone in which a walk goes on."""
    current = walk.current
    return zone_of(state.floor, walk.stops[current].location) if current is not None else None


def hand_over_place(state: FloorState, zone: LocationId) -> LocationId | None:
    """Where totes for a zone are put down."""
    places = state.floor.places_of(LocationKind.STAGING)
    inside = (one for one in places if state.floor.is_within(one, zone))
    return next(inside, next(iter(places), None))


def passes_to(state: FloorState, badge: Badge, walk: Walk) -> LocationId | None:
    """The zone whose pickers a walk is to be handed to now; None where its holder goes on."""
    picker, zone = state.pickers.get(badge), zone_at_hand(state, walk)
    if picker is None or picker.zone is None or zone is None or zone == picker.zone:
        return None
    others = (one for one in state.pickers.values() if one.badge != badge)
    is_manned = any(one.ready and one.zone == zone for one in others)
    return zone if is_manned and hand_over_place(state, zone) is not None else None


def taker_of(state: FloorState, walk: Walk, free: list[Badge]) -> Badge | None:
    """Who of the free pickers gets a walk: those of its zone, else those of none, else anybody."""
    zone = zone_at_hand(state, walk)
    if zone is None:
        return free[0] if free else None
    zones = {badge: state.pickers[badge].zone for badge in free}
    own = [badge for badge in free if zones[badge] == zone]
    loose = [badge for badge in free if zones[badge] is None]
    is_manned = any(one.ready and one.zone == zone for one in state.pickers.values())
    others = [] if is_manned else free
    return next(iter((*own, *loose, *others)), None)


def passed(state: FloorState, walk: Walk, input_: CodeScanned, named: Named) -> Decision:
    """The totes stand at the hand-over place, and the walk is the next zone's."""
    zone = passes_to(state, input_.badge, walk)
    place = hand_over_place(state, zone) if zone is not None else None
    if zone is None or place is None or not isinstance(named, Place):
        return refuse("place_wrong", "scan the label of the hand-over place")
    if named.location != place:
        return refuse("place_wrong", f"{named.location}, wanted {place}")
    return accept(
        "passed",
        f"the totes stand at {place} for {zone}",
        TotesPassed(walk.walk_id, input_.badge, place, zone),
    )


def taken(walk: Walk, input_: CodeScanned, named: Named) -> Decision:
    """The picker has the totes that stood at the hand-over place."""
    place = walk.handed_at
    is_tote = isinstance(named, Container) and named.tote_id in walk.slots
    is_place = isinstance(named, Place) and named.location == place
    if place is None or not (is_tote or is_place):
        return refuse("place_wrong", f"scan the label of {place}, or of one of its totes")
    return accept(
        "taken", f"the totes of {place} are yours", TotesTaken(walk.walk_id, input_.badge, place)
    )
