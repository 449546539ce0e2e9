"""What happens to a pallet: parcels come and go, it is closed, seen at a portal, gone."""

from dataclasses import replace

from edge.model import events as e
from edge.model import shipping
from edge.model.pallets import PALLET_STEPS, Pallet, PalletState, PalletStep, SeenLeaving
from edge.model.state import FloorState
from edge.model.steps import after

Loaded = e.ParcelStacked | e.ParcelUnstacked
Stepped = e.PalletClosed | e.PalletBrokenUp | e.PalletDeparted
PalletEvent = e.PalletOpened | Loaded | Stepped | e.PalletSeen | e.PalletLookedAt


def stack(state: FloorState, event: PalletEvent, occurred_us: int) -> None:
    """A pallet comes into being, changes, or is no more."""
    if isinstance(event, e.PalletOpened):
        state.pallets[event.pallet] = Pallet(event.pallet, event.place)
        if event.serial:
            shipping.number(state, event.pallet, event.serial)
        return
    known = state.pallets[event.pallet]
    state.pallets[event.pallet] = _after(known, event, occurred_us)


def _after(
    pallet: Pallet, event: Loaded | Stepped | e.PalletSeen | e.PalletLookedAt, occurred_us: int
) -> Pallet:
    match event:
        case e.ParcelStacked() | e.ParcelUnstacked():
            return _loaded(pallet, event)
        case e.PalletClosed() | e.PalletBrokenUp() | e.PalletDeparted():
            return _stepped(pallet, event)
        case e.PalletSeen():
            return _seen(pallet, event, occurred_us)
        case e.PalletLookedAt():
            return replace(pallet, unheard=(), left_alone=())


def _loaded(pallet: Pallet, event: Loaded) -> Pallet:
    if isinstance(event, e.ParcelStacked):
        carrier = pallet.carrier or event.carrier
        return replace(pallet, parcels=(*pallet.parcels, event.sscc), carrier=carrier)
    rest = tuple(one for one in pallet.parcels if one != event.sscc)
    is_free = not rest and pallet.state is PalletState.OPEN
    alone = (event.sscc,) if event.reason == "left_alone" else ()
    return replace(
        pallet,
        parcels=rest,
        carrier="" if is_free else pallet.carrier,
        seen=None,
        left_alone=(*pallet.left_alone, *alone),
    )


def _stepped(pallet: Pallet, event: Stepped) -> Pallet:
    match event:
        case e.PalletClosed():
            return replace(pallet, state=after(PALLET_STEPS, pallet.state, PalletStep.CLOSE))
        case e.PalletBrokenUp():
            broken = after(PALLET_STEPS, pallet.state, PalletStep.BREAK_UP)
            return replace(pallet, state=broken, parcels=(), seen=None)
        case e.PalletDeparted():
            left = after(PALLET_STEPS, pallet.state, PalletStep.LEAVE)
            return replace(pallet, state=left, seen=None, unheard=event.unheard)


def _seen(pallet: Pallet, event: e.PalletSeen, occurred_us: int) -> Pallet:
    """Before it left it counts as seen; afterwards it was heard after all."""
    if pallet.state is PalletState.LEFT:
        unheard = tuple(one for one in pallet.unheard if one != event.sscc)
        return replace(pallet, unheard=unheard)
    before = pallet.seen.ssccs if pallet.seen is not None else ()
    return replace(pallet, seen=SeenLeaving(event.portal, (*before, event.sscc), occurred_us))
