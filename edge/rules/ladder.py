"""The ladder: what is tried, one rung after the other, where pieces are missing at a stop.

Each rung is a fact of its own that says why: the radio hears one near (`StopSought`), other places
have some (`StopRerouted`), another picker brings some back (`SurplusAwaited`, then `StopRefilled`
when they lie in their place while the walk is still under way), another article will do
(`StopSubstituted`). What is still missing when the totes are dropped is back-ordered
(`BackOrdered`). Which rungs a site has, and in which order, is `[picking] short_ladder`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from edge.model.errands import ErrandKind
from edge.model.events import (
    BackOrdered,
    CountWanted,
    Event,
    StopRefilled,
    StopRerouted,
    StopShort,
    StopSought,
    StopSubstituted,
    SurplusAwaited,
    TaskOpened,
    TroubleRecorded,
)
from edge.model.ids import Badge, LocationId, OrderId, Sku
from edge.model.state import FloorState
from edge.model.tasks import Task, TaskKind
from edge.model.work import Stop, Walk
from edge.rules import allocating
from edge.rules.decision import Decision, accept
from edge.rules.terms import Rung, Terms

Found = tuple[list[Event], int]
"""What a rung does, and how many of the missing pieces it is good for."""


@dataclass(frozen=True, slots=True)
class Short:
    """Pieces that a picker does not get at a stop.

    Attributes:
        record: the report.
        besides: what else it leaves to do.
        stays: whether the pieces lie there all the same.
    """

    walk: Walk
    index: int
    record: TroubleRecorded
    besides: tuple[Event, ...]
    stays: bool

    @property
    def stop(self) -> Stop:
        """Where they are missing."""
        return self.walk.stops[self.index]


def climbed(state: FloorState, terms: Terms, short: Short, now_us: int) -> Decision:
    """The site's rungs in turn, until all that is missing is found or none is left."""
    stop, record = short.stop, short.record
    near = _heard_near(state, stop)
    if Rung.FINDER in terms.ladder and near and stop.heard_at is None and not short.stays:
        sought = StopSought(short.walk.walk_id, short.index, near)
        return accept("look_again", f"the radio hears one in {near}", record, sought, place=near)
    left, tried, codes = stop.open_quantity, list[Event](), list[str]()
    for rung in terms.ladder:
        events, found = _rung(state, terms, short, rung, (left, now_us))
        if events:
            codes.append(rung)
        tried += events
        left -= found
    given_up = StopShort(
        short.walk.walk_id,
        short.index,
        record.badge,
        stop.order_id,
        stop.line_id,
        stop.sku,
        stop.location,
        stop.open_quantity,
        record.code,
        short.stays,
    )
    count = () if short.stays else (CountWanted(stop.location, stop.sku, record.code),)
    return _told(short, (record, given_up, *count, *short.besides, *tried), codes)


def _rung(
    state: FloorState, terms: Terms, short: Short, rung: Rung, wanted: tuple[int, int]
) -> Found:
    left, now_us = wanted
    if left < 1:
        return [], 0
    match rung:
        case Rung.FINDER:
            return [], 0  # it has been asked, or hears nothing
        case Rung.OTHER_PLACE:
            return _elsewhere(state, short, left, now_us)
        case Rung.SURPLUS:
            return _surplus(state, short, left)
        case Rung.SUBSTITUTE:
            return _substituted(state, terms, short, left, now_us)


def _told(short: Short, events: tuple[Event, ...], codes: list[str]) -> Decision:
    places = ", ".join(one.location for one in events if isinstance(one, StopRerouted))
    if places:
        return accept("rerouted", f"the rest is in {places}", *events)
    other = next((one for one in events if isinstance(one, StopSubstituted)), None)
    if other is not None:
        return accept("substituted", f"{other.by} is taken instead", *events, sku=other.by)
    if Rung.SURPLUS in codes:
        return accept("surplus", "a colleague brings some back; they may come in time", *events)
    return accept("short", f"{short.stop.open_quantity} x {short.stop.sku} given up", *events)


def _heard_near(state: FloorState, stop: Stop) -> LocationId | None:
    """The place, or the one around it, where the radio hears more of the article than others hold.

    A zone's antenna hears all of its bins: only what the books of the other ones do not explain
    may be the piece that is missed.
    """
    place = state.floor.locations.get(stop.location)
    while place is not None:
        around = place.id
        held = sum(
            one.quantity
            for one in state.stock.of(stop.sku)
            if one.location != stop.location and state.floor.is_within(one.location, around)
        )
        heard = sum(
            quantity
            for (sku, where), quantity in state.seen.items()
            if sku == stop.sku and state.floor.is_within(where, around)
        )
        if heard > held:
            return around
        place = state.floor.locations.get(place.parent) if place.parent else None
    return None


def _free(
    state: FloorState, sku: Sku, left: int, now_us: int, closed: LocationId | None
) -> Iterator[tuple[LocationId, int]]:
    """Places with free stock of an article, oldest first as in a plan, and how much of it."""
    for other in allocating.by_age(state.stock.of(sku), state.lots, now_us):
        quantity = min(other.free, left)
        if quantity > 0 and other.location != closed and other.location not in state.frozen:
            yield other.location, quantity
            left -= quantity


def _elsewhere(state: FloorState, short: Short, left: int, now_us: int) -> Found:
    found = list(_free(state, short.stop.sku, left, now_us, short.stop.location))
    events = [
        StopRerouted(short.walk.walk_id, short.index, place, quantity) for place, quantity in found
    ]
    return list[Event](events), sum(quantity for _, quantity in found)


def _surplus(state: FloorState, short: Short, left: int) -> Found:
    """Pieces on their way back; good for what is missing only while the picker goes on anyway."""
    events: list[Event] = []
    for errand in state.errands.values():
        carried = sum(one.sku == short.stop.sku for one in errand.pieces)
        quantity = min(carried, left - len(events))
        if errand.kind is ErrandKind.PUT_BACK and quantity > 0:
            events.append(
                SurplusAwaited(short.walk.walk_id, short.index, errand.errand_id, quantity)
            )
            break
    goes_on = sum(one.open_quantity > 0 for one in short.walk.stops) > 1
    awaited = sum(one.quantity for one in events if isinstance(one, SurplusAwaited))
    return events, awaited if goes_on else 0


def _substituted(state: FloorState, terms: Terms, short: Short, left: int, now_us: int) -> Found:
    events: list[Event] = []
    found = 0
    for by in may_replace(state, terms, short.stop):
        for place, quantity in _free(state, by, left - found, now_us, None):
            why = f"{short.record.code}; rule: {by} for {short.stop.sku}"
            events.append(substituting(short.walk, short.index, by, (place, quantity), why))
            found += quantity
    return events, found


def may_replace(state: FloorState, terms: Terms, stop: Stop) -> tuple[Sku, ...]:
    """What may be picked at a stop instead; nothing where the customer takes no substitute."""
    lines = state.orders[stop.order_id].lines
    allowed = any(one.line_id == stop.line_id and one.substitution for one in lines)
    if not allowed or stop.instead_of is not None:
        return ()
    return tuple(one for one in terms.substitutes.get(stop.sku, ()) if one in state.articles)


def substituting(
    walk: Walk, index: int, by: Sku, there: tuple[LocationId, int], why: str
) -> StopSubstituted:
    """So many pieces of another article, from a place."""
    stop = walk.stops[index]
    return StopSubstituted(
        walk.walk_id, index, stop.order_id, stop.line_id, stop.sku, by, *there, why
    )


def lacking(state: FloorState, order_id: OrderId) -> Counter[Sku]:
    """What an order wants and has neither in its totes nor promised to a walk."""
    order = state.orders[order_id]
    left: Counter[Sku] = Counter()
    for line in order.lines:
        left[line.sku] += line.quantity
    for tote in state.totes.of_order(order_id):
        left.subtract(sku for sku, _ in tote.picked)
    for walk in state.open_walks():
        for stop in walk.stops:
            if stop.order_id == order_id:
                left[stop.sku] -= stop.open_quantity
    for one in order.substituted:
        taken = min(one.quantity, max(0, -left[one.by]))
        left[one.by] += taken
        left[one.sku] -= taken
    return +left


def refilled(
    state: FloorState, sku: Sku, place: LocationId, quantity: int, why: str
) -> tuple[Event, ...]:
    """Walks under way that were short of an article of which some has come to lie in a place."""
    if place in state.frozen:
        return ()
    events: list[Event] = []
    asked: set[OrderId] = set()
    for walk in state.open_walks():
        for index, stop in enumerate(walk.stops):
            if quantity < 1:
                return tuple(events)
            if stop.sku != sku or not stop.missing or not stop.quantity or stop.order_id in asked:
                continue
            asked.add(stop.order_id)
            taken = min(quantity, lacking(state, stop.order_id)[sku])
            if taken > 0:
                events.append(StopRefilled(walk.walk_id, index, place, taken, why))
                quantity -= taken
    return tuple(events)


def back_orders(
    state: FloorState, terms: Terms, walk: Walk, by: Badge, now_us: int
) -> Iterator[Event]:
    """What is still missing of a walk's orders when its totes are dropped."""
    for order_id in walk.orders:
        others = (one for one in state.open_walks() if one.walk_id != walk.walk_id)
        nothing = not any(one.picked for one in state.totes.of_order(order_id))
        if nothing or any(order_id in one.orders for one in others):
            continue  # all of it waits for stock, or somebody still picks
        short = lacking(state, order_id)
        for line in state.orders[order_id].lines:
            quantity = min(short[line.sku], line.quantity)
            if quantity > 0:
                short[line.sku] -= quantity
                why = "no place, no colleague and no substitute had it"
                yield BackOrdered(order_id, line.line_id, line.sku, quantity, why)
        yield from _to_wait(state, terms, (order_id, by, now_us))


def _to_wait(
    state: FloorState, terms: Terms, order: tuple[OrderId, Badge, int]
) -> Iterator[Event]:
    order_id, by, now_us = order
    task_id = f"{TaskKind.HOLD}/{order_id}"
    if terms.ship_partial or task_id in state.tasks or not lacking(state, order_id):
        return
    yield TaskOpened(Task(task_id, TaskKind.HOLD, "back_order", None, None, order_id, by, now_us))
