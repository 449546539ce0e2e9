"""Closing: a checked tote becomes a parcel; with the packer's consent also what lacks pieces.

What is missing was picked by the books, and may lie where it was taken from: that place is to be
counted. Where nothing at all is there no parcel is made.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from edge.model.events import CountWanted, ParcelClosed, ToteGivenUp
from edge.model.ids import Badge, Epc, Sku, ToteId
from edge.model.posted import ParcelWanted
from edge.model.state import FloorState
from edge.model.weights import ParcelWeight
from edge.model.work import PackSession, Parcel, Unit
from edge.rules import (
    gathering,
    labels,
    numbering,
    packing,
    quiet,
    substituting,
    taking_out,
    weighing,
)
from edge.rules.decision import Decision, accept, refuse
from edge.rules.terms import Terms


def parcel_wanted(state: FloorState, terms: Terms, input_: ParcelWanted) -> Decision:
    """Close the parcel if it matches; missing pieces and strangers need the packer's consent.

    A stranger may lie beside the box and be heard all the same: the packer looks and says so.
    """
    pack = state.packs.get(input_.station)
    if pack is None:
        return refuse("nothing_open", "scan a tote first")
    objection = _objection(state, pack, input_)
    if objection is not None:
        return objection
    if not pack.checked:
        return _given_up(state, pack, input_.badge)
    found = weighing.weighed(state, terms, pack, input_)
    if isinstance(found, Decision):
        return found
    return _closed(state, terms, pack, input_.badge, found.weight)


def _objection(state: FloorState, pack: PackSession, input_: ParcelWanted) -> Decision | None:
    """Why the parcel cannot be closed as it is; consent covers what is extra or missing."""
    if state.is_held(pack.order_id):
        return refuse("order_held", f"order {pack.order_id} waits for a supervisor's decision")
    if quiet.is_listening(state, pack):
        return refuse("listening", "the antennas still hear what lies here; in a moment")
    inside = taking_out.inside_of(state, pack.order_id, pack.station)
    if inside and not input_.nothing_unwanted:
        unwanted = Counter(one.piece.sku for one in inside)
        return refuse("take_out", "what is no longer wanted is taken out first", pieces=unwanted)
    return None if input_.partial else _unlike(state, pack)


def _unlike(state: FloorState, pack: PackSession) -> Decision | None:
    """A refusal where something else lies here, or not all."""
    if pack.strangers:
        return refuse(
            "extra", "a piece lies here that does not belong to it", epcs=list(pack.strangers)
        )
    missing = {
        sku: quantity for sku, quantity in packing.missing_of(state, pack).items() if quantity > 0
    }
    absent = gathering.awaited(state, pack)
    if missing and absent:
        return refuse("tote_missing", f"{', '.join(absent)} of it is not here", totes=absent)
    return refuse("missing", "pieces are missing", missing=missing) if missing else None


def _closed(
    state: FloorState,
    terms: Terms,
    pack: PackSession,
    badge: Badge,
    weight: ParcelWeight | None,
) -> Decision:
    number = numbering.next_number(state, terms)
    if number is None:
        return numbering.refused(state, terms)
    parcel = replace(_parcel(state, terms, pack, number), weight=weight)
    return accept(
        "closed",
        f"parcel {parcel.sscc}",
        ParcelClosed(pack.station, parcel, pack.tote_id, badge, number, _further(state, pack)),
        *_to_count(state, pack),
        **labels.told(state, parcel),
    )


def _given_up(state: FloorState, pack: PackSession, badge: Badge) -> Decision:
    """Nothing at all is there: no parcel is made, and the order waits for stock again."""
    lost = tuple(state.totes.picked_of(pack.order_id))
    return accept(
        "given_up",
        f"nothing of order {pack.order_id} is there",
        ToteGivenUp(pack.station, pack.tote_id, pack.order_id, lost, badge, _further(state, pack)),
        *_to_count(state, pack),
        order_id=pack.order_id,
    )


def _to_count(state: FloorState, pack: PackSession) -> list[CountWanted]:
    """Places that missing pieces were picked from: a hand may have laid them back there.

    By the books they are gone, so nobody would look there before the place is counted.
    """
    missing = packing.missing_of(state, pack)
    came = dict.fromkeys(
        (location, sku)
        for tote in state.totes.of_order(pack.order_id)
        for (sku, _), location in zip(tote.picked, tote.came_from, strict=False)
        if missing[sku] > 0
    )
    return [CountWanted(location, sku, "lost") for location, sku in came]


def _further(state: FloorState, pack: PackSession) -> tuple[ToteId, ...]:
    totes = (tote.tote_id for tote in state.totes.of_order(pack.order_id))
    return tuple(one for one in totes if one != pack.tote_id)


def _parcel(state: FloorState, terms: Terms, pack: PackSession, number: int) -> Parcel:
    order = state.orders[pack.order_id]
    inside = Counter(sku for sku, _ in pack.checked)
    return Parcel(
        sscc=numbering.sscc_of(terms, number),
        order_id=order.order_id,
        carrier=order.carrier,
        contents=tuple(_with_tags(state, pack)),
        complete=inside == substituting.wanted_as_picked(order, inside),
    )


def _with_tags(state: FloorState, pack: PackSession) -> Iterator[tuple[Sku, Unit]]:
    """The checked pieces; one that was only scanned here bears the tag that picking had seen."""
    seen = {unit.epc for _, unit in pack.checked}
    spare: dict[Sku, list[Epc]] = {}
    for sku, unit in state.totes.picked_of(pack.order_id):
        if unit.epc is not None and unit.epc not in seen:
            spare.setdefault(sku, []).append(unit.epc)
    for sku, unit in pack.checked:
        if unit.epc is None and spare.get(sku):
            yield sku, Unit(spare[sku].pop(0), unit.scanned)
        else:
            yield sku, unit
