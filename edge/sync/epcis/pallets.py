"""Pallets in EPCIS: parcels are added to and deleted from a logistic unit, which is shipped."""

from edge.model import events as e
from edge.sync.epcis.draft import Draft
from edge.sync.epcis.names import EpcisNames

PalletEvent = (
    e.PalletOpened
    | e.ParcelStacked
    | e.ParcelUnstacked
    | e.PalletClosed
    | e.PalletBrokenUp
    | e.PalletSeen
    | e.PalletDeparted
)


def pallet_draft(event: PalletEvent, names: EpcisNames) -> Draft:
    """The event of a fact about a pallet (CBV 2.0, sections 7.1 and 7.2)."""
    pallet = names.parcel(event.pallet)
    match event:
        case e.PalletOpened():
            return Draft("packing", "container_open", (pallet,), where=event.place)
        case e.PalletClosed():
            return Draft("packing", "container_closed", (pallet,))
        case e.PalletSeen():
            seen = (names.parcel(event.sscc),)
            return Draft("departing", "in_transit", seen, where=event.portal, stays=False)
        case e.PalletDeparted():
            return Draft("shipping", "in_transit", (pallet,), where=event.portal, stays=False)
        case e.ParcelStacked() | e.ParcelUnstacked() | e.PalletBrokenUp():
            return _aggregation(event, pallet, names)


def _aggregation(
    event: e.ParcelStacked | e.ParcelUnstacked | e.PalletBrokenUp,
    pallet: str,
    names: EpcisNames,
) -> Draft:
    """Parcels come onto a pallet, or off it; of an empty one nothing but itself is told."""
    ssccs = event.ssccs if isinstance(event, e.PalletBrokenUp) else (event.sscc,)
    is_added = isinstance(event, e.ParcelStacked)
    orders = () if isinstance(event, e.PalletBrokenUp) else (("po", names.order(event.order_id)),)
    return Draft(
        "packing" if is_added else "unpacking",
        "in_progress",
        tuple(names.parcel(one) for one in ssccs) or (pallet,),
        transactions=orders,
        action="ADD" if is_added else "DELETE",
        parent=pallet if ssccs else None,
        kind="AggregationEvent" if ssccs else "ObjectEvent",
    )
