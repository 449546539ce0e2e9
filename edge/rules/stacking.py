"""Stacking: parcels are put on a pallet, which is closed with a label of its own.

A pallet has one carrier: that of its first parcel. A scan of a parcel's label puts it on the
pallet; where a pallet is the only open one of a staging place, so does the place's antenna. Once
it is closed its content stays as it is, for its number stands for it: it leaves as one
(`leaving`), or it is broken up and its parcels are stacked anew.
"""

from edge.model.events import (
    Event,
    PalletBrokenUp,
    PalletClosed,
    PalletLookedAt,
    PalletOpened,
    ParcelStacked,
    ParcelUnstacked,
)
from edge.model.ids import Badge, Epc, LocationId, Sscc
from edge.model.loading import (
    PalletDecided,
    PalletScanned,
    PalletStepWanted,
    PalletWanted,
    ParcelTakenOff,
)
from edge.model.pallets import STANDING, Pallet, PalletState
from edge.model.places import LocationKind
from edge.model.state import FloorState
from edge.model.work import Parcel
from edge.rules import numbering
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import ParcelLabel, identify, parcel_of
from edge.rules.leaving import settled
from edge.rules.terms import Terms

PALLET_PLACES = frozenset({LocationKind.STAGING, LocationKind.STATION})


def wanted(state: FloorState, terms: Terms, input_: PalletWanted) -> Decision:
    """A new pallet: under a number of its own, or under that of a label which it bears already."""
    if state.floor.kind_of(input_.place) not in PALLET_PLACES:
        return refuse("invalid", f"{input_.place} is neither a staging place nor a pack station")
    if input_.code:
        return _opened_as(state, input_)
    number = numbering.next_number(state, terms)
    if number is None:
        return numbering.refused(state, terms)
    return _opened(input_, numbering.sscc_of(terms, number), number)


def _opened_as(state: FloorState, input_: PalletWanted) -> Decision:
    named = identify(state, input_.code)
    if not isinstance(named, ParcelLabel):
        return refuse("unknown_code", "this is no label of a pallet")
    if numbering.is_used(state, named.sscc):
        return refuse("number_used", f"{named.sscc} is on a parcel or pallet already")
    return _opened(input_, named.sscc, 0)


def _opened(input_: PalletWanted, sscc: Sscc, serial: int) -> Decision:
    event = PalletOpened(sscc, input_.place, serial, input_.badge)
    return accept("pallet_opened", f"pallet {sscc} at {input_.place}", event, pallet=sscc)


def scanned(state: FloorState, input_: PalletScanned) -> Decision:
    """A pallet's label chooses it; a parcel's puts the parcel on the chosen one."""
    named = identify(state, input_.code)
    if not isinstance(named, ParcelLabel):
        return refuse("unknown_code", "neither a parcel's label nor a pallet's")
    pallet = state.pallets.get(named.sscc)
    if pallet is not None and pallet.state in STANDING:
        return accept("pallet_chosen", f"pallet {pallet.sscc}", pallet=pallet.sscc)
    parcel = state.parcels.get(named.sscc)
    if parcel is None:
        return refuse("parcel_unknown", f"there is no parcel {named.sscc}", sscc=named.sscc)
    chosen = state.pallets.get(input_.pallet) if input_.pallet is not None else None
    if chosen is None:
        return refuse("pallet_first", "scan a pallet's label first, or begin one")
    return _stacked(state, chosen, parcel, input_.badge)


def _stacked(state: FloorState, pallet: Pallet, parcel: Parcel, by: Badge) -> Decision:
    if pallet.state is not PalletState.OPEN:
        return refuse("pallet_closed", f"pallet {pallet.sscc} is closed; break it up to change it")
    other = state.pallets.bearing(parcel.sscc)
    if other is pallet:
        return accept("done_already", f"parcel {parcel.sscc} is on it")
    return _not_stacked(pallet, parcel, other) or accept(
        "stacked",
        f"parcel {parcel.sscc} is on pallet {pallet.sscc}",
        _on(pallet, parcel, by),
        parcels=len(pallet.parcels) + 1,
        pallet=pallet.sscc,
    )


def _not_stacked(pallet: Pallet, parcel: Parcel, other: Pallet | None) -> Decision | None:
    """Why a parcel does not go onto a pallet; None where it does."""
    if parcel.shipped:
        return refuse("shipped_already", f"parcel {parcel.sscc} has left already")
    if parcel.recalled:
        why = f"order {parcel.order_id} is cancelled: take parcel {parcel.sscc} to a pack station"
        return refuse("parcel_recalled", why, sscc=parcel.sscc)
    if other is not None:
        return refuse(
            "on_other_pallet", f"parcel {parcel.sscc} is on {other.sscc}", pallet=other.sscc
        )
    if not _goes_with(pallet, parcel):
        return refuse(
            "pallet_other_carrier",
            f"parcel {parcel.sscc} is for {parcel.carrier}, the pallet for {pallet.carrier}",
            carrier=parcel.carrier,
        )
    return None


def _goes_with(pallet: Pallet, parcel: Parcel) -> bool:
    return not pallet.carrier or not parcel.carrier or pallet.carrier == parcel.carrier


def _on(pallet: Pallet, parcel: Parcel, by: Badge | None) -> ParcelStacked:
    return ParcelStacked(pallet.sscc, parcel.sscc, parcel.order_id, parcel.carrier, by)


def tag_at_staging(state: FloorState, epc: Epc, place: LocationId) -> list[Event]:
    """A tagged parcel comes to stand where one pallet is being stacked, and goes with it.

    Of several open pallets nobody can tell which it lies on; then a scan has to.
    """
    there = [
        one
        for one in state.pallets.present()
        if one.place == place and one.state is PalletState.OPEN
    ]
    parcel = parcel_of(state, epc)
    if len(there) != 1 or parcel is None or parcel.shipped or parcel.recalled:
        return []
    if state.pallets.bearing(parcel.sscc) is not None or not _goes_with(there[0], parcel):
        return []
    return [_on(there[0], parcel, None)]


def taken_off(state: FloorState, input_: ParcelTakenOff) -> Decision:
    """A person takes a parcel off an open pallet."""
    pallet = state.pallets.get(input_.pallet)
    if pallet is None or input_.sscc not in pallet.parcels:
        return refuse("done_already", f"parcel {input_.sscc} is not on it")
    if pallet.state is not PalletState.OPEN:
        return refuse("pallet_closed", f"pallet {pallet.sscc} is closed; break it up to change it")
    order_id = state.parcels[input_.sscc].order_id
    event = ParcelUnstacked(pallet.sscc, input_.sscc, order_id, "taken_off", input_.badge)
    return accept("taken_off", f"parcel {input_.sscc} is off the pallet", event)


def decided(state: FloorState, input_: PalletDecided) -> Decision:
    """A person closes a pallet, breaks it up, wants its label again, or has looked at it."""
    pallet = state.pallets.get(input_.pallet)
    if pallet is None:
        return refuse("pallet_unknown", f"there is no pallet {input_.pallet}")
    match input_.step:
        case PalletStepWanted.CLOSE:
            return _closed(state, pallet, input_.badge)
        case PalletStepWanted.BREAK_UP:
            return _broken_up(state, pallet, input_.badge)
        case PalletStepWanted.LABEL:
            return _label_again(pallet)
        case PalletStepWanted.LOOKED_AT:
            return _looked_at(pallet, input_.badge)


def _label_again(pallet: Pallet) -> Decision:
    if pallet.state in {PalletState.OPEN, PalletState.BROKEN_UP}:
        return refuse("pallet_open", f"pallet {pallet.sscc} is not closed")
    return accept("label", f"the label of pallet {pallet.sscc}", **label_of(pallet))


def _looked_at(pallet: Pallet, by: Badge) -> Decision:
    if not pallet.is_doubtful:
        return refuse("done_already", f"nothing is open about pallet {pallet.sscc}")
    return accept("looked_at", f"pallet {pallet.sscc}", PalletLookedAt(pallet.sscc, by))


def _closed(state: FloorState, pallet: Pallet, by: Badge) -> Decision:
    if pallet.state is not PalletState.OPEN:
        return refuse("done_already", f"pallet {pallet.sscc} is {pallet.state}")
    if not pallet.parcels:
        return refuse("pallet_empty", f"nothing is on pallet {pallet.sscc}")
    recalled = [one for one in pallet.parcels if state.parcels[one].recalled]
    if recalled:
        return refuse(
            "parcel_recalled",
            f"the order of {', '.join(recalled)} is cancelled: take it off first",
            ssccs=recalled,
        )
    event = PalletClosed(pallet.sscc, pallet.carrier, pallet.parcels, by)
    return accept("pallet_closed", f"pallet {pallet.sscc}", event, **label_of(pallet))


def _broken_up(state: FloorState, pallet: Pallet, by: Badge) -> Decision:
    if pallet.state is PalletState.LEFT:
        return refuse("shipped_already", f"pallet {pallet.sscc} has left already")
    if pallet.state is PalletState.BROKEN_UP:
        return accept("done_already", f"pallet {pallet.sscc} is no more")
    event = PalletBrokenUp(pallet.sscc, pallet.parcels, by)
    text = f"pallet {pallet.sscc} is no more"
    return accept("broken_up", text, event, *settled(state, pallet, "neither", by))


def label_of(pallet: Pallet) -> dict[str, object]:
    """What a pallet's label says, as data of an answer."""
    return {
        "sscc": pallet.sscc,
        "place": pallet.place,
        "carrier": pallet.carrier,
        "parcels": len(pallet.parcels),
    }
