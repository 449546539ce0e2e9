"""Dispatching: parcels leave through a portal, seen by its antennas or declared by a person.

Where a portal's antennas are on both sides, `passing` decides by direction. Any other portal
cannot tell one: there a tag that presence announces at the portal takes its parcel along. What
that means at a certain door, and for a pallet, `leaving` says.

What has left is on its carrier's manifest of its order's cut-off until a person closes that; what
comes later goes on the next one. A pallet is named on it with those of its parcels that are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edge.model.events import Event, ManifestClosed
from edge.model.ids import Epc, LocationId, Sscc
from edge.model.pallets import Pallet, PalletState
from edge.model.places import LocationKind
from edge.model.posted import ManifestWanted, ParcelDispatched
from edge.model.state import FloorState
from edge.model.work import Parcel
from edge.rules.decision import Decision, accept, refuse
from edge.rules.leaving import (
    declared_gone,
    departed,
    first_that_stays,
    may_not_leave,
    tag_went_out,
)
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

    @property
    def weight_g(self) -> int:
        """Of the loaded parcels that were weighed, together, grams."""
        return sum(one.weight.measured_g for one in self.loaded if one.weight is not None)

    @property
    def unweighed(self) -> int:
        """How many of the loaded parcels were not weighed."""
        return sum(one.weight is None for one in self.loaded)


def declared(state: FloorState, terms: Terms, input_: ParcelDispatched) -> Decision:
    """A person says that a parcel has left."""
    if state.floor.kind_of(input_.portal) is not LocationKind.PORTAL:
        return refuse("invalid", f"{input_.portal} is no portal")
    whole = state.pallets.get(input_.sscc)
    if whole is not None:
        return _pallet_declared(state, terms, input_, whole)
    parcel = state.parcels.get(input_.sscc)
    if parcel is None:
        return refuse("parcel_unknown", f"there is no parcel {input_.sscc}")
    if parcel.shipped:
        return accept("shipped_already", f"parcel {parcel.sscc} has left already")
    pallet = state.pallets.bearing(parcel.sscc)
    if pallet is not None and pallet.state is PalletState.CLOSED:
        return refuse(
            "on_pallet",
            f"parcel {parcel.sscc} leaves with pallet {pallet.sscc}",
            pallet=pallet.sscc,
        )
    return _parcel_declared(state, terms, input_, parcel)


def _parcel_declared(
    state: FloorState, terms: Terms, input_: ParcelDispatched, parcel: Parcel
) -> Decision:
    events = declared_gone(state, terms, parcel, input_.portal, input_.badge)
    if parcel.recalled:
        return refuse(
            "parcel_recalled",
            f"order {parcel.order_id} is cancelled: take parcel {parcel.sscc} to a pack station",
            *events,
            sscc=parcel.sscc,
            order_id=parcel.order_id,
        )
    if may_not_leave(terms, parcel, input_.portal):
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


def _pallet_declared(
    state: FloorState, terms: Terms, input_: ParcelDispatched, pallet: Pallet
) -> Decision:
    """A person's word is for the whole pallet: nothing was to be heard."""
    if pallet.state is PalletState.LEFT:
        return accept("shipped_already", f"pallet {pallet.sscc} has left already")
    if pallet.state is not PalletState.CLOSED:
        return refuse("pallet_open", f"pallet {pallet.sscc} is not closed")
    if not pallet.parcels:
        return refuse("pallet_empty", f"nothing is on pallet {pallet.sscc} any more")
    stays = first_that_stays(state, terms, pallet, input_.portal)
    if stays is not None:
        return _parcel_declared(state, terms, input_, stays)
    events = departed(state, pallet, input_.portal, (), input_.badge)
    return accept("shipped", f"pallet {pallet.sscc} has left", *events)


def tag_at_portal(state: FloorState, terms: Terms, epc: Epc, portal: LocationId) -> list[Event]:
    """A tag at a portal that cannot tell a direction takes along what it belongs to."""
    if portal in state.floor.sided_portals:
        return []
    return tag_went_out(state, terms, epc, portal)


def manifests(state: FloorState) -> Iterator[Manifest]:
    """What is to be handed over: by cut-off, those without one last, then by carrier."""
    groups: dict[tuple[str, int | None], list[Parcel]] = {}
    for parcel in state.parcels.unlisted():
        if parcel.recalled and not parcel.shipped:
            continue
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
        ManifestClosed(
            found.carrier,
            found.due_us,
            ssccs,
            missing,
            input_.badge,
            pallets_of(state, ssccs),
            found.weight_g,
            found.unweighed,
        ),
        ssccs=list(ssccs),
        missing=list(missing),
    )


def pallets_of(state: FloorState, ssccs: Iterable[Sscc]) -> tuple[Sscc, ...]:
    """The pallets on which parcels are, each once, in their order."""
    found = (state.pallets.bearing(one) for one in ssccs)
    return tuple(dict.fromkeys(one.sscc for one in found if one is not None))
