"""Refilling: a place that pickers take from runs low, and is filled up from a place of reserve.

Low is fewer free pieces than the minimum, what is on its way counted in; then so many are wanted
as it takes to the maximum. Sources are all other places of the article that are not filled up
themselves, what expires first and lies longest first; never a frozen place, nor one that waits to
be counted. What is fetched is promised at its source, so nobody else is sent for it. A task is
urgent while released orders want more than lies free in the places that are filled up.

Looked at is what was touched in this turn: with thousands of places a scan changes two.
"""

from collections.abc import Iterator

from edge.model.errands import Errand, Refill
from edge.model.events import (
    CountWanted,
    Event,
    FetchShort,
    ForwardListed,
    PieceFetched,
    ReplenishmentWanted,
    TroubleRecorded,
)
from edge.model.goods import Forward
from edge.model.ids import Badge, Epc, LocationId, Sku
from edge.model.inputs import ForwardsListed
from edge.model.orders import OrderState
from edge.model.places import STORAGE_KINDS
from edge.model.posted import CodeScanned
from edge.model.prompts import Prompt, PromptKind
from edge.model.state import FloorState
from edge.model.work import Unit
from edge.rules import places
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import Container, Named, ParcelLabel, Piece, Place, Unknown
from edge.rules.newest import newest
from edge.rules.not_known import set_aside


def listed(state: FloorState, input_: ForwardsListed) -> Decision:
    """Newer versions are taken, where the place is one for stock."""
    known: list[Forward] = []
    unknown: list[tuple[Sku, LocationId]] = []
    for one in input_.forwards:
        if state.floor.kind_of(one.location) in STORAGE_KINDS:
            known.append(one)
        else:
            unknown.append((one.sku, one.location))
    taken = newest(state.forwards, (((one.location, one.sku), one) for one in known))
    events = [ForwardListed(one) for one in taken]
    return accept(
        "listed",
        f"{len(events)} of {len(input_.forwards)} places were new",
        *events,
        *set_aside(state, "master/places", unknown),
    )


def wanted(state: FloorState) -> list[Event]:
    """The next task for each article of which something was touched and runs low."""
    if not state.forwards:
        return []
    found = (_wanted(state, sku) for sku in _touched(state))
    event = next((one for one in found if one is not None), None)
    return [event] if event is not None else []  # one at a time: its number is its name


def _touched(state: FloorState) -> list[Sku]:
    skus = {sku for sku, _ in state.stock.touched}
    skus |= {sku for _, sku in (*state.forwards.touched, *state.counts.touched)}
    if state.tasks.touched:  # a frozen place is free again
        skus |= {sku for _, sku in state.forwards}
    return sorted(skus)


def _wanted(state: FloorState, sku: Sku) -> ReplenishmentWanted | None:
    forwards = state.forwards.of(sku) if sku in state.articles else []
    for one in forwards:
        lacking = _lacking(state, one)
        source = _source(state, sku, {forward.location for forward in forwards})
        if lacking > 0 and source is not None:
            location, free = source
            name = f"refill-{state.numbers.get('refills', 0) + 1}"
            return ReplenishmentWanted(name, sku, location, one.location, min(lacking, free))
    return None


def _lacking(state: FloorState, forward: Forward) -> int:
    """Pieces that a place lacks to its maximum; 0 while it is not low."""
    stock = state.stock.get((forward.sku, forward.location))
    there = (stock.free if stock is not None else 0) + _on_the_way(state, forward)
    return forward.maximum - there if there < forward.minimum else 0


def _on_the_way(state: FloorState, forward: Forward) -> int:
    return sum(
        sum((piece.sku, piece.location) == (forward.sku, forward.location) for piece in one.pieces)
        + _to_fetch(one.refill, forward)
        for one in state.errands.values()
    )


def _to_fetch(refill: Refill | None, forward: Forward) -> int:
    is_for_it = refill and (refill.sku, refill.target) == (forward.sku, forward.location)
    return refill.fetch if refill is not None and is_for_it else 0


def _source(
    state: FloorState, sku: Sku, forwards: set[LocationId]
) -> tuple[LocationId, int] | None:
    def age(location: LocationId) -> tuple[float, float, LocationId]:
        lot = state.lots.get((sku, location))
        expires_us = lot.expires_us if lot is not None else None
        since_us = lot.since_us if lot is not None else None
        return expires_us or float("inf"), since_us or 0, location

    places = [
        one.location
        for one in state.stock.of(sku)
        if one.free > 0
        and one.location not in forwards
        and one.location not in state.frozen
        and (one.location, sku) not in state.counts
    ]
    oldest = min(places, key=age, default=None)
    return (oldest, state.stock[sku, oldest].free) if oldest is not None else None


def is_urgent(state: FloorState, refill: Refill) -> bool:
    """Whether orders that wait for a walk want more than pickers find in filled-up places."""
    free = sum(
        stock.free
        for one in state.forwards.of(refill.sku)
        if (stock := state.stock.get((one.sku, one.location))) is not None
    )
    ordered = sum(
        line.quantity
        for order in state.orders.in_state(OrderState.RELEASED)
        for line in order.lines
        if line.sku == refill.sku
    )
    return ordered > free


def prompt(state: FloorState, badge: Badge, errand: Errand, refill: Refill, name: str) -> Prompt:
    """What is to be taken out, and where."""
    taken = len(errand.pieces)
    return Prompt(
        badge,
        f"{name}/fetch{taken}",
        PromptKind.FETCH,
        location=refill.source,
        sku=refill.sku,
        name=state.articles[refill.sku].name,
        quantity=refill.fetch,
        picked=taken,
        stop=1,
        stops=2,
        check=places.asked(state, places.of_errand(errand)),
        check_wanted=places.is_wanted(state, places.of_errand(errand)),
    )


def fetched(
    state: FloorState, errand: Errand, refill: Refill, input_: CodeScanned, named: Named
) -> Decision:
    """Judge a scan against what is to be taken out; a case counts all its pieces, or none."""
    match named:
        case Piece(epc=epc) if epc is not None and _is_held(state, epc):
            return refuse("not_wanted", "this very piece is in other work already", sku=named.sku)
        case Piece():
            return _taken(errand, refill, input_, named)
        case Place() | Container() | ParcelLabel():
            return refuse("unknown_code", "scan the piece that you take out")
        case Unknown(why):
            return refuse("unknown_code", why)


def _is_held(state: FloorState, epc: Epc) -> bool:
    """Whether a tagged piece lies in a tote, a parcel, quarantine or an errand."""
    return state.order_holding(epc) is not None or state.is_set_aside(epc)


def _taken(errand: Errand, refill: Refill, input_: CodeScanned, scan: Piece) -> Decision:
    if scan.sku != refill.sku:
        return refuse(
            "wrong_item",
            f"this is {scan.sku}, wanted is {refill.sku}",
            scanned_sku=scan.sku,
            expected_sku=refill.sku,
        )
    if scan.quantity > refill.fetch:
        return refuse(
            "case_too_large",
            f"this case holds {scan.quantity} x {scan.sku}, wanted are {refill.fetch}",
            quantity=scan.quantity,
            wanted=refill.fetch,
        )
    unit = Unit(scan.epc, scanned=True)
    event = PieceFetched(errand.errand_id, scan.sku, unit, refill.source, input_.badge)
    code = "fetched" if scan.quantity < refill.fetch else "all_fetched"
    text = f"{scan.quantity} x {scan.sku} out of {refill.source}"
    return accept(code, text, *(event for _ in range(scan.quantity)))


def not_there(
    errand: Errand, refill: Refill, record: TroubleRecorded, *besides: Event
) -> Decision:
    """The rest is not in the place of reserve: the place is counted, another may be asked."""
    short = FetchShort(
        errand.errand_id, refill.sku, refill.source, refill.fetch, record.code, record.badge
    )
    count = CountWanted(refill.source, refill.sku, record.code)
    text = f"{refill.fetch} x {refill.sku} given up"
    return accept("short", text, record, count, short, *besides)


def tasks(state: FloorState) -> Iterator[tuple[Errand, Refill]]:
    """Replenishments that wait or are under way."""
    for one in state.errands.values():
        if one.refill is not None:
            yield one, one.refill
