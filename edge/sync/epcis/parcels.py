"""Parcels in EPCIS: pieces come into them and out again; they are shipped, and expected back."""

from collections import Counter
from collections.abc import Iterable

from edge.model import events as e
from edge.model.ids import Sku
from edge.model.work import Unit
from edge.sync.epcis.draft import Draft
from edge.sync.epcis.names import EpcisNames

ParcelEvent = e.ParcelClosed | e.ParcelUnpacked | e.ParcelShipped | e.ReturnExpected


def parcel_draft(event: ParcelEvent, names: EpcisNames) -> Draft:
    """The event of a fact about a parcel (CBV 2.0, sections 7.1 and 7.2)."""
    match event:
        case e.ParcelClosed():
            return _closed(event, names)
        case e.ParcelUnpacked():
            return _unpacked(event, names)
        case e.ParcelShipped():
            things = (names.parcel(event.sscc), *(names.item(epc) for epc in event.epcs))
            return Draft(
                "shipping",
                "in_transit",
                things,
                where=event.portal,
                stays=False,
                transactions=(("po", names.order(event.order_id)),),
            )
        case e.ReturnExpected():
            wanted = tuple((names.article(line.sku), line.quantity) for line in event.lines)
            return Draft(
                "",
                "",
                quantities=wanted,
                transactions=(
                    ("rma", names.announced_return(event.return_id)),
                    ("po", names.order(event.order_id)),
                ),
                action="ADD",
                kind="TransactionEvent",
            )


def _closed(event: e.ParcelClosed, names: EpcisNames) -> Draft:
    parcel = event.parcel
    things, pieces = units(parcel.contents, names)
    is_empty = not things and not pieces
    sscc = names.parcel(parcel.sscc)
    return Draft(
        "packing",
        "container_closed",
        (sscc,) if is_empty else things,
        pieces,
        where=event.station,
        transactions=(("po", names.order(parcel.order_id)),),
        action="ADD",
        parent=None if is_empty else sscc,
        kind="ObjectEvent" if is_empty else "AggregationEvent",
        mass_g=parcel.weight.measured_g if parcel.weight is not None else None,
    )


def _unpacked(event: e.ParcelUnpacked, names: EpcisNames) -> Draft:
    """The pieces are in the parcel no longer (EPCIS 2.0, section 7.4.3)."""
    things, pieces = units(((one.sku, one.unit) for one in event.pieces), names)
    return Draft(
        "unpacking",
        "returned" if event.reason == "returned" else "in_progress",
        things,
        pieces,
        where=event.where,
        transactions=(("po", names.order(event.order_id)),),
        action="DELETE",
        parent=names.parcel(event.sscc),
        kind="AggregationEvent",
    )


def units(
    contents: Iterable[tuple[Sku, Unit]], names: EpcisNames
) -> tuple[tuple[str, ...], tuple[tuple[str, int | None], ...]]:
    """Tagged pieces by name, the others by article and number."""
    known = tuple(contents)
    untagged = Counter(sku for sku, unit in known if unit.epc is None)
    things = tuple(names.item(unit.epc) for _, unit in known if unit.epc is not None)
    return things, tuple((names.article(sku), n) for sku, n in untagged.items())
