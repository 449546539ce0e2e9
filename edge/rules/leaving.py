"""Leaving: what it means that a parcel goes out through a portal, by itself or on a pallet.

A door is a portal at which certain carriers load. Another carrier's parcel there is an alarm, once
for each door, and is not shipped by it: the alarm stands until the parcel leaves as it should. A
parcel whose carrier nobody told may leave anywhere; one that is recalled, for its order was
cancelled (`unpacking`), nowhere.

A closed pallet leaves as one. Not every tag in a stack is heard, and a parcel that was laid on
another pallet by mistake is: so what a portal sees of a pallet is gathered until it has been
quiet for `PALLET_QUIET_US`. Half of its tagged parcels, or its own label, is the pallet; it is
gone with all that is on it, and what was not heard is told. Less is not the pallet: those parcels
went alone, they are taken off it, and that is told. When every tagged parcel was seen nothing is
waited for.
"""

from edge.gs1.epc import sscc_of
from edge.model.events import (
    Event,
    PalletDeparted,
    PalletLookedAt,
    PalletSeen,
    ParcelShipped,
    ParcelUnstacked,
    PassageSettled,
    WrongDoorSeen,
)
from edge.model.ids import Badge, Epc, LocationId, Sscc
from edge.model.inputs import PalletDue
from edge.model.pallets import Pallet, PalletState
from edge.model.state import FloorState
from edge.model.work import Parcel
from edge.rules.decision import Decision, accept
from edge.rules.identifying import parcel_of
from edge.rules.terms import Terms

PALLET_QUIET_US = 10_000_000


def tag_went_out(
    state: FloorState, terms: Terms, epc: Epc, portal: LocationId, by: Badge | None = None
) -> list[Event]:
    """A tag goes out there: of a parcel, its label or a pallet's; `by` who said so."""
    pallet = state.pallets.get(sscc_of(epc) or Sscc(""))
    if pallet is not None:
        return _seen(state, terms, pallet, pallet.sscc, portal)
    parcel = parcel_of(state, epc)
    if parcel is None:
        return []
    return (
        heard_late(state, parcel, portal)
        if parcel.shipped
        else _out(state, terms, parcel, portal, by)
    )


def declared_gone(
    state: FloorState, terms: Terms, parcel: Parcel, portal: LocationId, by: Badge
) -> list[Event]:
    """A person says that a parcel has left by itself."""
    return _out(state, terms, parcel, portal, by)


def _out(
    state: FloorState, terms: Terms, parcel: Parcel, portal: LocationId, by: Badge | None
) -> list[Event]:
    """It has left; or it is at a wrong door, which is told once, of a pallet's parcels by one."""
    pallet = state.pallets.bearing(parcel.sscc)
    if may_not_leave(terms, parcel, portal):
        return _alarm(state, terms, parcel, portal, by)
    if pallet is None or pallet.state is PalletState.LEFT:
        return [_shipped(parcel, portal, by)]
    if pallet.state is PalletState.CLOSED:
        return _seen(state, terms, pallet, parcel.sscc, portal)
    return _alone(pallet, parcel, portal, by)


def may_not_leave(terms: Terms, parcel: Parcel, portal: LocationId) -> bool:
    """Whether a parcel is recalled, or only other carriers load at a portal."""
    if parcel.recalled:
        return True
    carriers = terms.doors.get(portal)
    return carriers is not None and bool(parcel.carrier) and parcel.carrier not in carriers


def _alarm(
    state: FloorState, terms: Terms, parcel: Parcel, portal: LocationId, by: Badge | None
) -> list[Event]:
    pallet = state.pallets.bearing(parcel.sscc)
    together = [state.parcels[one] for one in pallet.parcels] if pallet is not None else [parcel]
    doors = (one.wrong_door for one in together)
    if any(door is not None and door.portal == portal for door in doors):
        return []
    expected = () if parcel.recalled else terms.doors[portal]
    return [WrongDoorSeen(parcel.sscc, parcel.order_id, parcel.carrier, portal, expected, by)]


def first_that_stays(
    state: FloorState, terms: Terms, pallet: Pallet, portal: LocationId
) -> Parcel | None:
    """A parcel on a pallet that may not leave there, and keeps the whole pallet."""
    parcels = (state.parcels[one] for one in pallet.parcels)
    return next((one for one in parcels if may_not_leave(terms, one, portal)), None)


def _shipped(parcel: Parcel, portal: LocationId, by: Badge | None) -> ParcelShipped:
    return ParcelShipped(parcel.sscc, parcel.order_id, parcel.carrier, portal, parcel.epcs, by)


def _alone(pallet: Pallet, parcel: Parcel, portal: LocationId, by: Badge | None) -> list[Event]:
    off = ParcelUnstacked(pallet.sscc, parcel.sscc, parcel.order_id, "left_alone", by)
    return [off, _shipped(parcel, portal, by)]


def _seen(
    state: FloorState, terms: Terms, pallet: Pallet, sscc: Sscc, portal: LocationId
) -> list[Event]:
    """Gathered until the pallet is surely gone; its label at a wrong door is its first parcel."""
    if pallet.state is not PalletState.CLOSED or not pallet.parcels:
        return []
    stays = first_that_stays(state, terms, pallet, portal)
    if stays is not None:
        return _alarm(state, terms, stays, portal, None)
    known = pallet.seen.ssccs if pallet.seen is not None else ()
    if sscc in known:
        return []
    events: list[Event] = [PalletSeen(pallet.sscc, sscc, portal)]
    if set(_tagged(state, pallet, (*known, sscc))) <= {*known, sscc}:
        events += departed(state, pallet, portal, (), None)
    return events


def _tagged(state: FloorState, pallet: Pallet, seen: tuple[Sscc, ...]) -> list[Sscc]:
    """Parcels that can be heard: with tagged pieces; all, once one is heard by its label's tag."""
    tagged = [one for one in pallet.parcels if state.parcels[one].epcs]
    return tagged if {*seen} <= {*tagged, pallet.sscc} else list(pallet.parcels)


def departed(
    state: FloorState,
    pallet: Pallet,
    portal: LocationId,
    unheard: tuple[Sscc, ...],
    by: Badge | None,
) -> list[Event]:
    """A pallet has left, and with it each of its parcels."""
    parcels = [state.parcels[one] for one in pallet.parcels]
    return [
        PalletDeparted(pallet.sscc, pallet.carrier, portal, pallet.parcels, unheard, by),
        *(_shipped(one, portal, by) for one in parcels if not one.shipped),
        *settled(state, pallet, "out", by),
    ]


def settled(state: FloorState, pallet: Pallet, how: str, by: Badge | None) -> list[Event]:
    """A portal asks no more about a pallet that has left, or is none any more."""
    is_asked = pallet.sscc in state.questions
    return [PassageSettled(pallet.sscc, how, by)] if is_asked else []


def heard_late(state: FloorState, parcel: Parcel, portal: LocationId) -> list[Event]:
    """A parcel that was missing on a pallet that left is seen after all."""
    pallet = state.pallets.bearing(parcel.sscc)
    if pallet is None or parcel.sscc not in pallet.unheard:
        return []
    seen = PalletSeen(pallet.sscc, parcel.sscc, portal)
    is_last = pallet.unheard == (parcel.sscc,) and not pallet.left_alone
    return [seen, PalletLookedAt(pallet.sscc, None)] if is_last else [seen]


def waiting(state: FloorState, now_us: int) -> list[PalletDue]:
    """Pallets that a portal has seen something of, and nothing more for a while."""
    return [
        PalletDue(one.sscc, now_us)
        for one in state.pallets.present()
        if one.seen is not None and now_us - one.seen.last_us >= PALLET_QUIET_US
    ]


def due(state: FloorState, input_: PalletDue) -> Decision:
    """Nothing more was seen of a pallet: was it the pallet, or did single parcels go alone?"""
    pallet = state.pallets.get(input_.pallet)
    if pallet is None or pallet.seen is None:
        return accept("noted", "nothing waits for this pallet")
    seen = pallet.seen.ssccs
    tagged = _tagged(state, pallet, seen)
    if pallet.sscc in seen or 2 * len(seen) >= len(tagged):
        unheard = tuple(one for one in tagged if one not in seen)
        events = departed(state, pallet, pallet.seen.portal, unheard, None)
        return accept("pallet_left", f"pallet {pallet.sscc} has left", *events)
    portal = pallet.seen.portal
    alone = [event for one in seen for event in _alone(pallet, state.parcels[one], portal, None)]
    return accept("left_alone", f"{len(seen)} parcels left without {pallet.sscc}", *alone)
