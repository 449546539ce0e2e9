"""Unpacking: a parcel of a cancelled order is opened again, and its pieces are brought back.

The cancellation recalls the parcel: it is on no manifest any more, no pallet takes it, and no
portal lets it out without an alarm. A person takes it to any pack station and scans its label;
from then on there is no such parcel, and its pieces are an errand like those of a cancelled tote.
"""

from edge.model.errands import Carried
from edge.model.events import ParcelUnpacked, ParcelUnstacked
from edge.model.pallets import PalletState
from edge.model.posted import StationScanned
from edge.model.state import FloorState
from edge.model.work import Parcel
from edge.rules.decision import Decision, accept, refuse


def opened(state: FloorState, input_: StationScanned, parcel: Parcel) -> Decision:
    """Somebody at a pack station opens the parcel whose label was scanned."""
    if not parcel.recalled or parcel.shipped:
        return refuse("unknown_code", f"parcel {parcel.sscc} is closed and is to leave as it is")
    pallet = state.pallets.bearing(parcel.sscc)
    if pallet is not None and pallet.state is PalletState.CLOSED:
        return refuse(
            "on_pallet",
            f"parcel {parcel.sscc} is on pallet {pallet.sscc}: break that up on the dispatch page",
            pallet=pallet.sscc,
        )
    pieces = _pieces(state, parcel)
    if pieces is None:
        return refuse("place_unknown", "the floor file names no place for stock")
    off = (
        [ParcelUnstacked(pallet.sscc, parcel.sscc, parcel.order_id, "recalled", input_.badge)]
        if pallet is not None
        else []
    )
    return accept(
        "unpacked",
        f"parcel {parcel.sscc} is opened, {len(pieces)} pieces are to be put back",
        *off,
        ParcelUnpacked(
            parcel.sscc,
            parcel.order_id,
            input_.station,
            "cancelled",
            pieces,
            f"parcel/{parcel.sscc}",
            input_.badge,
        ),
        sscc=parcel.sscc,
        order_id=parcel.order_id,
        pieces=len(pieces),
    )


def _pieces(state: FloorState, parcel: Parcel) -> tuple[Carried, ...] | None:
    carried = []
    for sku, unit in parcel.contents:
        place = state.home(sku)
        if place is None:
            return None
        carried.append(Carried(sku, unit, place))
    return tuple(carried)
