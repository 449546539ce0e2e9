"""Setting back: work that was begun and is no longer wanted, until its pieces lie in place.

A stop of which nothing is wanted any more stays in its walk with quantity 0, so that the numbers
of the other stops, which handhelds send back, stay what they are.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from edge.model import events as e
from edge.model import sorting, taking_out
from edge.model.booking import add_stock, reserve
from edge.model.doubts import doubt
from edge.model.errands import Carried, Errand, ErrandKind
from edge.model.ids import Badge, LocationId, OrderId, ToteId
from edge.model.orders import ORDER_STEPS, OrderStep
from edge.model.state import FloorState
from edge.model.steps import after
from edge.model.work import Stop, Tote, Walk, WalkState, WallSlot


def cancel(state: FloorState, event: e.OrderCancelled) -> None:
    """Nothing more is picked for the order; what lies in its tote is to be put back."""
    order = state.orders[event.order_id]
    state.orders[event.order_id] = replace(
        order, rev=event.rev, state=after(ORDER_STEPS, order.state, OrderStep.CANCEL)
    )
    for sscc in event.parcels:
        state.parcels[sscc] = replace(state.parcels[sscc], recalled=True)
    with_them: dict[ToteId, Badge | None] = {}
    for walk in [one for one in state.open_walks() if event.order_id in one.orders]:
        with_them.update(dict.fromkeys((stop.tote_id for stop in walk.stops), walk.picker))
        set_stops(state, walk, _without(walk, event.order_id))
    for pack in [one for one in state.packs.values() if one.order_id == event.order_id]:
        del state.packs[pack.station]
    in_slots = {one.wall: one.slot for one in _filled_slots(state, event.order_id)}
    to_empty = []
    for number, tote in enumerate(state.totes.of_order(event.order_id)):
        del state.totes[tote.tote_id]
        errand_id = _errand_id(event.order_id, event.rev, number)
        slot = in_slots.get(tote.station) if tote.station is not None else None
        _begin(state, errand_id, tote.tote_id, _carried(state, tote), slot)
        if slot is not None:
            to_empty.append(errand_id)
        _give(state, errand_id, with_them.get(tote.tote_id))
        taking_out.gather(state, tote.tote_id, errand_id)
    sorting.to_empty(state, event.order_id, to_empty)


def _filled_slots(state: FloorState, order_id: OrderId) -> list[WallSlot]:
    return [one for one in state.slots.values() if one.order_id == order_id and one.put]


def change(state: FloorState, event: e.OrderChanged) -> None:
    """The walk goes on with other stops; what is too much in the tote is to be put back."""
    order = event.order
    state.orders[order.order_id] = order
    if event.walk_id is None or event.tote_id is None:
        return  # all of it is picked: what is too much is told by facts of its own
    walk = state.walks[event.walk_id]
    set_stops(state, replace(walk, to_replan=len(event.stops) > len(walk.stops)), event.stops)
    mine = [one for one in event.stops if one.order_id == order.order_id]
    for tote_id in {event.tote_id: None, **dict.fromkeys(one.tote_id for one in mine)}:
        before = state.totes.get(tote_id, Tote(tote_id, order.order_id))
        held = [(one, unit) for one in mine if one.tote_id == tote_id for unit in one.units]
        state.totes[tote_id] = Tote(
            tote_id,
            order.order_id,
            tuple((stop.sku, unit) for stop, unit in held),
            tuple(stop.location for stop, _ in held),
        )
        surplus = _no_longer_in(before, state.totes[tote_id], event.surplus)
        number = 0 if tote_id == event.tote_id else 1 + walk.slots.index(tote_id)
        while (errand_id := _errand_id(order.order_id, order.rev, number)) in state.errands:
            number += 1  # another zone's walk has put some back as well
        _begin(state, errand_id, tote_id, surplus)
        _give(state, errand_id, walk.picker)
        if not any(one.tote_id == tote_id and one.quantity > 0 for one in mine):
            del state.totes[tote_id]
    finish(state, order.order_id)


def unwant(state: FloorState, event: e.PiecesUnwanted) -> None:
    """What stands at a wall or a station is too much; an order of which nothing is left waits."""
    taking_out.unwant(state, event)
    is_walked = any(event.order_id in walk.orders for walk in state.open_walks())
    if not is_walked and not state.totes.of_order(event.order_id):
        hold_empty(state, event.order_id, "none_found")


def finish(state: FloorState, order_id: OrderId) -> None:
    """An order is picked when the last walk that had something of it is over."""
    if any(order_id in walk.orders for walk in state.open_walks()):
        return
    if not state.totes.of_order(order_id):
        hold_empty(state, order_id, "none_found")
        return
    order = state.orders[order_id]
    following = after(ORDER_STEPS, order.state, OrderStep.FINISH)
    state.orders[order_id] = replace(order, state=following)


def _no_longer_in(before: Tote, now: Tote, surplus: tuple[Carried, ...]) -> Iterable[Carried]:
    """Which of the pieces that are too many lie in this tote, in their order."""
    gone = Counter(before.picked)
    gone.subtract(now.picked)
    for one in surplus:
        if gone[one.sku, one.unit] > 0:
            gone[one.sku, one.unit] -= 1
            yield one


def put(state: FloorState, event: e.PiecePut) -> None:
    """A carried piece is stock again."""
    _leave(state, event.errand_id, event.piece)
    add_stock(state, event.piece.sku, event.piece.location, 1)


def lose(state: FloorState, event: e.PieceLost) -> None:
    """A carried piece is nowhere."""
    _leave(state, event.errand_id, event.piece)


def unpack(state: FloorState, event: e.ParcelUnpacked) -> None:
    """A parcel of a cancelled order is no more; what was returned stays what the parcel had."""
    if event.errand_id is None:
        return
    del state.parcels[event.sscc]
    state.errands[event.errand_id] = Errand(
        event.errand_id, ErrandKind.PUT_BACK, event.pieces, place=event.where
    )


def give_up(state: FloorState, event: e.ToteGivenUp) -> None:
    """Nothing that was picked is there: the order waits until there is stock, or for a person."""
    del state.packs[event.station]
    for tote_id in (event.tote_id, *event.more_totes):
        del state.totes[tote_id]
    taking_out.leave(state, (event.tote_id, *event.more_totes))
    hold_empty(state, event.order_id, "all_lost")


def hold_empty(state: FloorState, order_id: OrderId, form: str) -> None:
    """Nothing of the order is in hand: it waits until there is stock, or for a person.

    Args:
        state: it changes.
        order_id: of the order.
        form: of the doubt `no_stock`, which tells how that came.
    """
    order = state.orders[order_id]
    held = after(ORDER_STEPS, order.state, OrderStep.HOLD)
    state.orders[order_id] = replace(order, state=held, doubts=(doubt("no_stock", form),))


def add_to_errand(state: FloorState, errand_id: str, kind: ErrandKind, piece: Carried) -> None:
    """One more piece for an errand that nobody has begun, or for a new one."""
    known = state.errands.get(errand_id, Errand(errand_id, kind, ()))
    state.errands[errand_id] = replace(known, pieces=(*known.pieces, piece))


def _errand_id(order_id: OrderId, rev: int, number: int) -> str:
    """One errand for each tote of the order."""
    return f"{order_id}/{rev}.{number}" if number else f"{order_id}/{rev}"


def _without(walk: Walk, order_id: OrderId) -> tuple[Stop, ...]:
    """A walk's stops without those of an order; what nobody walks yet needs no numbers kept."""
    if walk.state is WalkState.WAITING:
        return tuple(stop for stop in walk.stops if stop.order_id != order_id)
    return tuple(
        replace(stop, quantity=0, units=(), missing=0) if stop.order_id == order_id else stop
        for stop in walk.stops
    )


def set_stops(state: FloorState, walk: Walk, stops: tuple[Stop, ...]) -> None:
    """A walk goes on with other stops, and their promises; without any it is over."""
    for stop in walk.stops:
        reserve(state, stop.sku, stop.location, -stop.open_quantity)
    for stop in stops:
        reserve(state, stop.sku, stop.location, stop.open_quantity)
    if any(stop.quantity > 0 for stop in stops):
        state.walks[walk.walk_id] = replace(walk, stops=stops)
    else:
        del state.walks[walk.walk_id]


def _carried(state: FloorState, tote: Tote) -> Iterable[Carried]:
    for index, (sku, unit) in enumerate(tote.picked):
        known = tote.came_from[index] if index < len(tote.came_from) else None
        place = known or state.home(sku)  # nobody wrote down the places of a tote of old
        if place is not None:
            yield Carried(sku, unit, place)


def _begin(
    state: FloorState,
    errand_id: str,
    tote_id: ToteId,
    pieces: Iterable[Carried],
    place: LocationId | None = None,
) -> None:
    carried = tuple(pieces)
    if carried:
        state.errands[errand_id] = Errand(
            errand_id, ErrandKind.PUT_BACK, carried, tote_id, place=place
        )


def _give(state: FloorState, errand_id: str, picker: Badge | None) -> None:
    """Who has the tote with them brings its pieces back first of all."""
    if errand_id in state.errands:
        state.errands[errand_id] = replace(state.errands[errand_id], picker=picker)


def _leave(state: FloorState, errand_id: str, piece: Carried) -> None:
    errand = state.errands[errand_id]
    pieces = list(errand.pieces)
    pieces.remove(piece)
    if pieces or (errand.refill is not None and errand.refill.fetch):
        state.errands[errand_id] = replace(errand, pieces=tuple(pieces), done=errand.done + 1)
    else:
        del state.errands[errand_id]
