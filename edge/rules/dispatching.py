"""Dispatching: parcels leave through a portal, seen by its antennas or declared by a person.

Where a portal's antennas are on both sides, `passing` decides by direction. Any other portal
cannot tell one: there a tag that presence announces at the portal takes its parcel along.

A door is a portal at which certain carriers load. Another carrier's parcel there is an alarm, once
for each door, and is not shipped by it: the alarm stands until the parcel leaves as it should. A
parcel whose carrier nobody told may leave anywhere. What has left is on its carrier's manifest of
its order's cut-off until a person closes that; what comes later goes on the next one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from edge.model.events import Event, ManifestClosed, ParcelShipped, WrongDoorSeen
from edge.model.ids import Badge, Epc, LocationId
from edge.model.places import LocationKind
from edge.model.posted import ManifestWanted, ParcelDispatched
from edge.model.state import FloorState
from edge.model.work import Parcel
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import known_as
from edge.rules.terms import Terms


@dataclass(frozen=True, slots=True)
class Manifest:
    """A carrier's parcels of one cut-off that are on no closed manifest.

    Attributes:
        due_us: the cut-off, UTC microseconds; None for orders without one.
        loaded: have left.
        missing: are packed and have not left.
    """

    carrier: str
    due_us: int | None
    loaded: tuple[Parcel, ...]
    missing: tuple[Parcel, ...]


def declared(state: FloorState, terms: Terms, input_: ParcelDispatched) -> Decision:
    """A person says that a parcel has left."""
    parcel = state.parcels.get(input_.sscc)
    if parcel is None:
        return refuse("parcel_unknown", f"there is no parcel {input_.sscc}")
    if parcel.shipped:
        return accept("shipped_already", f"parcel {parcel.sscc} has left already")
    if state.floor.kind_of(input_.portal) is not LocationKind.PORTAL:
        return refuse("invalid", f"{input_.portal} is no portal")
    events = leaving(terms, parcel, input_.portal, input_.badge)
    if is_wrong_door(terms, parcel, input_.portal):
        carriers = terms.doors[input_.portal]
        return refuse(
            "wrong_door",
            f"parcel {parcel.sscc} is for {parcel.carrier}; {input_.portal} is for "
            f"{', '.join(carriers)}",
            *events,
            sscc=parcel.sscc,
            carrier=parcel.carrier,
        )
    return accept("shipped", f"parcel {parcel.sscc} has left", *events)


def tag_at_portal(state: FloorState, terms: Terms, epc: Epc, portal: LocationId) -> list[Event]:
    """A tag at a portal that cannot tell a direction takes its closed parcel along."""
    if portal in state.floor.sided_portals:
        return []
    parcel = state.parcels.holding(known_as(state, epc))
    return leaving(terms, parcel, portal, None) if parcel and not parcel.shipped else []


def is_wrong_door(terms: Terms, parcel: Parcel, portal: LocationId) -> bool:
    """Whether only other carriers load at a portal."""
    carriers = terms.doors.get(portal)
    return carriers is not None and bool(parcel.carrier) and parcel.carrier not in carriers


def leaving(terms: Terms, parcel: Parcel, portal: LocationId, by: Badge | None) -> list[Event]:
    """What it means that a parcel goes out there; `by` is the person who said so.

    It has left; or it is at a wrong door, which is told once.
    """
    if not is_wrong_door(terms, parcel, portal):
        return [
            ParcelShipped(parcel.sscc, parcel.order_id, parcel.carrier, portal, parcel.epcs, by)
        ]
    if parcel.wrong_door is not None and parcel.wrong_door.portal == portal:
        return []
    expected = terms.doors[portal]
    return [WrongDoorSeen(parcel.sscc, parcel.order_id, parcel.carrier, portal, expected, by)]


def manifests(state: FloorState) -> Iterator[Manifest]:
    """What is to be handed over: by cut-off, those without one last, then by carrier."""
    groups: dict[tuple[str, int | None], list[Parcel]] = {}
    for parcel in state.parcels.unlisted():
        due_us = state.orders[parcel.order_id].due_us
        groups.setdefault((parcel.carrier, due_us), []).append(parcel)
    for carrier, due_us in sorted(groups, key=lambda one: (one[1] is None, one[1] or 0, one[0])):
        parcels = groups[carrier, due_us]
        yield Manifest(
            carrier,
            due_us,
            tuple(one for one in parcels if one.shipped),
            tuple(one for one in parcels if not one.shipped),
        )


def manifest_wanted(state: FloorState, input_: ManifestWanted) -> Decision:
    """A person closes a manifest; with parcels missing only on their word."""
    sought = (input_.carrier, input_.due_us)
    found = next((one for one in manifests(state) if (one.carrier, one.due_us) == sought), None)
    if found is None or not found.loaded:
        return refuse("nothing_loaded", "nothing is loaded that is on no manifest yet")
    missing = tuple(one.sscc for one in found.missing)
    if missing and not input_.partial:
        return refuse(
            "parcels_missing", f"{len(missing)} parcels are not loaded", missing=list(missing)
        )
    ssccs = tuple(one.sscc for one in found.loaded)
    return accept(
        "manifest_closed",
        f"{len(ssccs)} parcels are handed over to {found.carrier or 'a carrier without a name'}",
        ManifestClosed(found.carrier, found.due_us, ssccs, missing, input_.badge),
        ssccs=list(ssccs),
        missing=list(missing),
    )
