"""Guiding: which walk a picker gets, and the one prompt that stands on the handheld now.

The prompt is a pure function of the state. It is never stored: after a restart, on another
handheld or after a reload it is the same.
"""

from collections import Counter
from itertools import islice

from edge.model.events import Event, PickerChanged, WalkStarted
from edge.model.goods import NearItem
from edge.model.ids import Badge, Epc, LocationId, ToteId
from edge.model.orders import OrderState
from edge.model.places import LocationKind
from edge.model.posted import WorkWanted
from edge.model.prompts import Prompt, PromptKind
from edge.model.state import FloorState
from edge.model.work import Stop, Unit, Walk, WalkState
from edge.rules import legs, places, putting, zones
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import known_as
from edge.rules.terms import Terms

STRANGER_AT = 0.9
"""From this probability on, a tag on a cart that nobody expects is told."""
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
        radio=has_antenna(state, walk.cart),
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
        radio=has_antenna(state, walk.cart),
    )


def _drop(state: FloorState, badge: Badge, walk: Walk) -> Prompt:
    totes = tuple(dict.fromkeys(stop.tote_id for stop in walk.stops if stop.units))
    stations = state.floor.places_of(LocationKind.STATION)
    walls = state.floor.places_of(LocationKind.WALL)
    many = len(totes) > 1 or _is_shared(state, walk)
    kinds = (walls, stations) if many else (stations, walls)
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
        notice=_notice(state, walk),
        notice_location=_notice_location(state, walk),
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
    stop = walk.stops[current]
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
        radio=has_antenna(state, walk.cart),
        notice=_notice(state, walk),
        notice_location=_notice_location(state, walk),
        instead_of=_ordered_name(state, stop),
        check=places.asked(state, places.of_stop(walk, current)),
        check_wanted=places.is_wanted(state, places.of_stop(walk, current)),
    )


def _ordered_name(state: FloorState, stop: Stop) -> str:
    article = state.articles.get(stop.instead_of) if stop.instead_of else None
    return (article.name or article.sku) if article else ""


def _notice(state: FloorState, walk: Walk) -> str:
    """What the picker should know besides: what the cart's antenna hears against the totes."""
    current = walk.current
    if current is not None and walk.stops[current].heard_at is not None:
        return "look_near"
    if current is not None and walk.stops[current].undone:
        return "undone"
    if to_check_empty(state, walk) is not None:
        return "zero_check"
    if heard := _heard(state, walk):
        return heard
    if current is not None and walk.stops[current].instead_of is not None:
        return "substitute"
    taken_over = walk.picker_before not in {None, walk.picker}
    return "taken_over" if taken_over and any(stop.units for stop in walk.stops) else ""


def _heard(state: FloorState, walk: Walk) -> str:
    """What the cart's antenna hears that it should not, or the reverse; empty for nothing."""
    if walk.cart is None or not has_antenna(state, walk.cart):
        return ""
    heard = state.near.get(walk.cart, {})
    near = {known_as(state, epc) for epc in heard}
    if any(is_stranger(state, walk, known_as(state, epc), one) for epc, one in heard.items()):
        return "foreign_item"
    if any(_is_missing(state, unit) for stop in walk.stops for unit in stop.units):
        return "missing_item"
    return "neighbour_item" if any(_is_beside(state, walk, epc) for epc in near) else ""


def to_check_empty(state: FloorState, walk: Walk) -> int | None:
    """The stop that was done last, where its place should be empty now and nobody looked yet.

    A free count: whoever just took the last piece sees the place (zero check).
    """
    current = walk.current
    before = range(current if current is not None else len(walk.stops))
    done = next((i for i in reversed(before) if walk.stops[i].units), None)
    if done is None or walk.stops[done].checked_empty:
        return None
    stop = walk.stops[done]
    counted = state.counts.get((stop.location, stop.sku))
    if counted is not None or state.stock[stop.sku, stop.location].quantity > 0:
        return None
    return done


def _notice_location(state: FloorState, walk: Walk) -> LocationId | None:
    current = walk.current
    heard_at = walk.stops[current].heard_at if current is not None else None
    if heard_at is not None:
        return heard_at
    done = to_check_empty(state, walk)
    return walk.stops[done].location if done is not None else None


def is_stranger(state: FloorState, walk: Walk, epc: Epc, heard: NearItem) -> bool:
    """Whether a tag on a cart belongs in nobody's tote: whoever stands here has it in hand.

    What is expected is believed at once, a stranger only when the radio is sure: a cart that
    passes a shelf hears it, too. And while another picker has pieces of its article whose tags
    nobody has seen yet, it may be one of those, heard from the cart beside.
    """
    if state.order_holding(epc) is not None or heard.probability < STRANGER_AT:
        return False
    others = (one for one in state.open_walks() if one.walk_id != walk.walk_id)
    return not any(
        stop.sku == heard.sku and any(unit.epc is None for unit in stop.units)
        for one in others
        for stop in one.stops
    )


def _is_missing(state: FloorState, unit: Unit) -> bool:
    """Whether nothing but a cart's antenna vouched for this piece, and none hears it any more."""
    if unit.epc is None or unit.scanned:
        return False
    carts = state.floor.places_of(LocationKind.CART)
    heard = (known_as(state, epc) for cart in carts for epc in state.near.get(cart, {}))
    return unit.epc not in heard


def _is_beside(state: FloorState, walk: Walk, epc: Epc) -> bool:
    """In a tote that another picker fills; one that was dropped stands beside every day."""
    order_id = state.order_holding(epc)
    if order_id is None or order_id in walk.orders:
        return False
    return state.orders[order_id].state is OrderState.PICKING


def has_antenna(state: FloorState, location: LocationId | None) -> bool:
    """Whether a place is heard by an antenna of its own whose reader answers."""
    return any(
        antenna.location == location and antenna.reader not in state.outages
        for antenna in state.floor.antennas
    )
