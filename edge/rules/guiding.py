"""Guiding: which walk a picker gets, and the one prompt that stands on the handheld now.

The prompt is a pure function of the state. It is never stored: after a restart, on another
handheld or after a reload it is the same.
"""

from collections import Counter
from itertools import islice

from edge.model.events import Event, PickerChanged, WalkStarted
from edge.model.ids import Badge, LocationId, ToteId
from edge.model.places import LocationKind
from edge.model.posted import WorkWanted
from edge.model.prompts import Prompt, PromptKind
from edge.model.state import FloorState
from edge.model.work import Stop, Walk, WalkState
from edge.rules import hearing, legs, places, putting, zones
from edge.rules.decision import Decision, accept, refuse
from edge.rules.notices import notice_of
from edge.rules.terms import Terms

STOPS_AT_THE_END = 2
"""With so few stops to go, the picker's next walk is planned."""


def work_wanted(state: FloorState, terms: Terms, input_: WorkWanted) -> Decision:
    """A picker comes, with a cart that nobody else pushes, or goes, but not in mid-walk."""
    refusal = _work_refused(state, input_)
    if refusal is not None:
        return refusal
    known = state.pickers.get(input_.badge)
    code = "ready" if input_.ready else "gone"
    zone = terms.zones.get(input_.badge)
    if known and (known.ready, known.cart, known.zone) == (input_.ready, input_.cart, zone):
        return accept(code, f"{input_.badge} is {code}")
    return accept(
        code,
        f"{input_.badge} is {code}",
        PickerChanged(input_.badge, input_.ready, input_.cart, zone),
    )


def _work_refused(state: FloorState, input_: WorkWanted) -> Decision | None:
    walk = state.walk_of(input_.badge)
    if walk is not None and (not input_.ready or input_.cart != walk.cart):
        return refuse("work_in_hand", "bring the totes of this walk to the pack station first")
    if state.errand_of(input_.badge) is not None and not input_.ready:
        return refuse("work_in_hand", "put the pieces to their places first")
    cart = input_.cart
    if cart is None:
        return None
    if state.floor.kind_of(cart) is not LocationKind.CART:
        return refuse("cart_unknown", f"there is no cart {cart}")
    holder = _holder(state, cart)
    if holder is not None and holder != input_.badge:
        return refuse("cart_taken", f"{cart} is with {holder}", holder=holder)
    return None


def _holder(state: FloorState, cart: LocationId) -> Badge | None:
    return next(
        (
            picker.badge
            for picker in state.pickers.values()
            if picker.ready and picker.cart == cart
        ),
        None,
    )


def assignments(state: FloorState) -> list[Event]:
    """Walks for pickers who are ready and have none: begun ones first, then as planned."""
    waiting = sorted(
        (walk for walk in state.open_walks() if walk.picker is None),
        key=lambda walk: walk.state is WalkState.WAITING,
    )
    free = putting.for_walks(state)
    started: list[Event] = []
    for walk in waiting:
        badge = zones.taker_of(state, walk, free)
        if badge is not None:
            free.remove(badge)
            started.append(WalkStarted(walk.walk_id, badge, state.pickers[badge].cart))
    return started


def walks_wanted(state: FloorState, terms: Terms) -> legs.Zones:
    """How many walks are wanted: for ready pickers without one, or soon at the end of theirs.

    Where zones pick their shares by themselves, for each zone; else for everybody together.
    """
    busy = {one.picker for one in state.open_walks() if not _is_near_its_end(one)}
    ready = (one for one in state.pickers.values() if one.ready and one.badge not in busy)
    free = Counter(one.zone if terms.is_by_legs else None for one in ready)
    return legs.idle(state, free)


def _is_near_its_end(walk: Walk) -> bool:
    """Whether the next walk had better be planned now, so that nobody waits for it."""
    still_open = (stop for stop in reversed(walk.stops) if stop.open_quantity > 0)
    return len(list(islice(still_open, STOPS_AT_THE_END + 1))) <= STOPS_AT_THE_END


def prompt(state: FloorState, badge: Badge) -> Prompt:
    """What this picker is to do now; what is to be put back goes before the walk."""
    errand = state.errand_of(badge)
    if errand is not None:
        return putting.prompt(state, badge, errand)
    walk = state.walk_of(badge)
    if walk is None:
        picker = state.pickers.get(badge)
        notice = "not_at_work" if picker is not None and not picker.ready else ""
        return Prompt(badge, f"wait/{badge}", PromptKind.WAIT, notice=notice)
    return _on_walk(state, badge, walk)


def _on_walk(state: FloorState, badge: Badge, walk: Walk) -> Prompt:
    current = walk.current
    if current is None:
        return _drop(state, badge, walk)
    if walk.handed_at is not None:
        return _handing(state, badge, walk, PromptKind.TAKE, walk.handed_at)
    zone = zones.passes_to(state, badge, walk)
    place = zones.hand_over_place(state, zone) if zone is not None else None
    if place is not None:
        return _handing(state, badge, walk, PromptKind.PASS, place)
    if walk.to_bind is not None:
        return _bind(state, badge, walk, walk.to_bind)
    return _pick(state, badge, walk, current)


def held_name(name: str, fence: int) -> str:
    """What prompts of a walk or an errand are named after: another name for each hand."""
    return f"{name}~{fence}" if fence else name


def _handing(
    state: FloorState, badge: Badge, walk: Walk, kind: PromptKind, place: LocationId
) -> Prompt:
    """The totes change hands at a place between two zones."""
    current = walk.current or 0
    return Prompt(
        badge,
        f"{held_name(walk.walk_id, walk.fence)}/{kind.value}/{current}",
        kind,
        walk_id=walk.walk_id,
        location=place,
        totes=walk.slots,
        stop=current + 1,
        stops=len(walk.stops),
        radio=hearing.has_antenna(state, walk.cart),
    )


def _bind(state: FloorState, badge: Badge, walk: Walk, planned: ToteId) -> Prompt:
    slot = walk.slots.index(planned) + 1
    return Prompt(
        badge,
        f"{held_name(walk.walk_id, walk.fence)}/bind/{slot}",
        PromptKind.BIND,
        walk_id=walk.walk_id,
        tote_id=planned,
        order_id=state.totes[planned].order_id,
        totes=walk.slots,
        slot=slot,
        stop=slot,
        stops=len(walk.slots),
        radio=hearing.has_antenna(state, walk.cart),
    )


def _drop(state: FloorState, badge: Badge, walk: Walk) -> Prompt:
    totes = tuple(dict.fromkeys(stop.tote_id for stop in walk.stops if stop.units))
    stations = state.floor.places_of(LocationKind.STATION)
    walls = state.floor.places_of(LocationKind.WALL)
    many = len(totes) > 1 or _is_shared(state, walk)
    kinds = (walls, stations) if many else (stations, walls)
    notice = notice_of(state, walk)
    return Prompt(
        badge,
        f"{held_name(walk.walk_id, walk.fence)}/drop",
        PromptKind.DROP,
        walk_id=walk.walk_id,
        location=_meeting(state, walk) or next((one for kind in kinds for one in kind), None),
        totes=totes,
        stop=len(walk.stops),
        stops=len(walk.stops),
        radio=walk.cart is not None,
        notice=notice.code,
        notice_location=notice.location,
        notice_item=notice.item,
    )


def _is_shared(state: FloorState, walk: Walk) -> bool:
    """Whether another walk has something of its orders."""
    others = (one for one in state.open_walks() if one.walk_id != walk.walk_id)
    return any(order_id in one.orders for one in others for order_id in walk.orders)


def _meeting(state: FloorState, walk: Walk) -> LocationId | None:
    """Where totes of its orders stand already, which other walks have brought there."""
    totes = (tote for one in walk.orders for tote in state.totes.of_order(one))
    return next((tote.station for tote in totes if tote.station is not None), None)


def _pick(state: FloorState, badge: Badge, walk: Walk, current: int) -> Prompt:
    stop, notice = walk.stops[current], notice_of(state, walk)
    return Prompt(
        badge,
        f"{held_name(walk.walk_id, walk.fence)}/{current}",
        PromptKind.PICK,
        walk_id=walk.walk_id,
        location=stop.location,
        sku=stop.sku,
        name=state.articles[stop.sku].name,
        quantity=stop.open_quantity,
        picked=len(stop.units),
        tote_id=stop.tote_id,
        order_id=stop.order_id,
        totes=walk.slots,
        slot=walk.slots.index(stop.tote_id) + 1,
        stop=current + 1,
        stops=len(walk.stops),
        radio=hearing.has_antenna(state, walk.cart),
        notice=notice.code,
        notice_location=notice.location,
        notice_item=notice.item,
        instead_of=_ordered_name(state, stop),
        check=places.asked(state, places.of_stop(walk, current)),
        check_wanted=places.is_wanted(state, places.of_stop(walk, current)),
    )


def _ordered_name(state: FloorState, stop: Stop) -> str:
    article = state.articles.get(stop.instead_of) if stop.instead_of else None
    return (article.name or article.sku) if article else ""
