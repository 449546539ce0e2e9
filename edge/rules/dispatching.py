"""Dispatching: parcels leave through a portal, seen by its antennas or declared by a person.

Where a portal's antennas are on both sides, `passing` decides by direction. Any other portal
cannot tell one: there a tag that presence announces at the portal takes its parcel along.
"""

from edge.model.events import Event, ParcelShipped
from edge.model.ids import Badge, Epc, LocationId
from edge.model.places import LocationKind
from edge.model.posted import ParcelDispatched
from edge.model.state import FloorState
from edge.model.work import Parcel
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import known_as


def declared(state: FloorState, input_: ParcelDispatched) -> Decision:
    """A person says that a parcel has left."""
    parcel = state.parcels.get(input_.sscc)
    if parcel is None:
        return refuse("parcel_unknown", f"there is no parcel {input_.sscc}")
    if parcel.shipped:
        return accept("shipped_already", f"parcel {parcel.sscc} has left already")
    if state.floor.kind_of(input_.portal) is not LocationKind.PORTAL:
        return refuse("invalid", f"{input_.portal} is no portal")
    return accept(
        "shipped", f"parcel {parcel.sscc} has left", shipped(parcel, input_.portal, input_.badge)
    )


def tag_at_portal(state: FloorState, epc: Epc, portal: LocationId) -> list[Event]:
    """A tag at a portal that cannot tell a direction takes its closed parcel along."""
    if portal in state.floor.sided_portals:
        return []
    parcel = state.parcels.holding(known_as(state, epc))
    return [shipped(parcel, portal, None)] if parcel and not parcel.shipped else []


def shipped(parcel: Parcel, portal: LocationId, by: Badge | None) -> ParcelShipped:
    """The fact that a parcel has left; `by` is the person who said so."""
    return ParcelShipped(parcel.sscc, parcel.order_id, parcel.carrier, portal, parcel.epcs, by)
