"""Verifying: a scan or a tag is judged against what is expected here; strangers change nothing."""

from edge.model.events import (
    Event,
    ForeignItemSeen,
    PieceConfirmed,
    PiecePicked,
    TotesDropped,
)
from edge.model.goods import NearItem
from edge.model.ids import Epc, LocationId, Sku
from edge.model.places import LocationKind
from edge.model.posted import CodeScanned
from edge.model.prompts import Prompt, PromptKind
from edge.model.state import FloorState
from edge.model.work import Stop, Unit, Walk, WalkState
from edge.rules import (
    binding,
    counting,
    extras,
    guiding,
    handing_over,
    hearing,
    ladder,
    pairing,
    places,
    putting,
    substituting,
    troubles,
    zones,
)
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import (
    Container,
    Named,
    ParcelLabel,
    Piece,
    Place,
    Unknown,
    identify,
    known_as,
)
from edge.rules.terms import Terms


def scanned(state: FloorState, terms: Terms, input_: CodeScanned) -> Decision:
    """Judge a picker's scan against the prompt that it answers."""
    errand = state.errand_of(input_.badge)
    prompt = guiding.prompt(state, input_.badge)
    elsewhere = handing_over.gone_elsewhere(state, input_.badge, input_.prompt_id)
    if elsewhere is not None:
        return elsewhere
    named = identify(state, input_.code)
    trouble = troubles.by_short_code(terms, input_, named)
    if trouble is not None:
        return troubles.reported(state, terms, trouble)
    if prompt.kind is PromptKind.WAIT:
        return refuse("nothing_to_do", "there is no work in hand")
    if input_.prompt_id != prompt.prompt_id:
        return refuse("done_already", "the prompt that this scan answers is over")
    if errand is not None:
        return putting.scanned(state, errand, input_, named)
    return _on_walk(state, terms, prompt, input_, named)


def _on_walk(
    state: FloorState, terms: Terms, prompt: Prompt, input_: CodeScanned, named: Named
) -> Decision:
    walk = state.walk_of(input_.badge)
    if walk is None:
        return refuse("nothing_to_do", "there is no walk in hand")
    if prompt.kind in {PromptKind.PASS, PromptKind.TAKE, PromptKind.BIND}:
        return _with_totes(state, terms, walk, input_, named)
    is_noticed = isinstance(named, Place) and named.location == prompt.notice_location
    if is_noticed and prompt.notice == "zero_check":
        return counting.found_empty(state, walk, input_.badge)
    if prompt.kind is PromptKind.DROP:
        return _dropped(state, terms, walk, input_, named)
    digits = places.told(state, places.of_stop(walk, prompt.stop - 1), input_)
    return digits or _at_stop(state, terms, walk, prompt, input_, named)


def _with_totes(
    state: FloorState, terms: Terms, walk: Walk, input_: CodeScanned, named: Named
) -> Decision:
    """Totes are taken up, handed on, or taken for an order, before anything is picked."""
    if walk.handed_at is not None:
        return zones.taken(walk, input_, named)
    if zones.passes_to(state, input_.badge, walk) is not None:
        return zones.passed(state, walk, input_, named)
    return binding.scanned(state, terms, walk, input_, named)


def _dropped(
    state: FloorState, terms: Terms, walk: Walk, input_: CodeScanned, named: Named
) -> Decision:
    if not isinstance(named, Place):
        return refuse("place_wrong", "scan the label of the pack station")
    if state.floor.kind_of(named.location) not in {LocationKind.STATION, LocationKind.WALL}:
        return refuse("place_wrong", f"{named.location} is no pack station and no put wall")
    return accept(
        "dropped",
        f"the totes stand at {named.location}",
        *ladder.back_orders(state, terms, walk, input_.badge, input_.at_us),
        TotesDropped(walk.walk_id, input_.badge, named.location, extras.on_cart(state, walk)),
    )


def _at_stop(
    state: FloorState,
    terms: Terms,
    walk: Walk,
    prompt: Prompt,
    input_: CodeScanned,
    named: Named,
) -> Decision:
    index = prompt.stop - 1
    match named:
        case Piece():
            return (
                places.first(state, places.of_stop(walk, index))
                or substituting.scanned(state, terms, walk, index, input_, named)
                or _piece(state, walk, index, named)
            )
        case Place():
            return places.scanned(state, places.of_stop(walk, index), input_, named.location)
        case Container():
            return binding.judged(prompt, walk, named.tote_id)
        case ParcelLabel():
            return refuse("unknown_code", f"{named.sscc} is a parcel's label")
        case Unknown():
            return refuse("unknown_code", named.why)


def _piece(state: FloorState, walk: Walk, index: int, piece: Piece) -> Decision:
    stop = walk.stops[index]
    if piece.sku != stop.sku:
        return refuse(
            "wrong_item",
            f"this is {piece.sku}, wanted is {stop.sku}",
            scanned_sku=piece.sku,
            scanned_name=state.articles[piece.sku].name,
            expected_sku=stop.sku,
            expected_name=state.articles[stop.sku].name,
        )
    if piece.epc is not None and _lies_elsewhere(state, piece.epc, stop):
        return refuse("done_already", "this very piece lies in a tote or parcel already")
    if piece.quantity > 1:
        return _case(state, walk, index, piece.quantity)
    radio = hearing.has_antenna(state, walk.cart)
    sign = pairing.code_scanned(stop.units, piece.epc, radio=radio)
    if sign.unit is None:
        return refuse("done_already", "this very piece is counted")
    if sign.before is not None:
        return accept(
            "paired",
            "the radio had counted this piece",
            PieceConfirmed(walk.walk_id, index, stop.tote_id, stop.sku, sign.before, sign.unit),
        )
    picked = len(stop.units) + 1
    return accept(
        _progress(walk, stop, 1),
        f"{picked} of {stop.quantity} x {stop.sku}",
        _picked(walk, index, sign.unit),
        picked=picked,
        quantity=stop.quantity,
    )


def _case(state: FloorState, walk: Walk, index: int, quantity: int) -> Decision:
    """A case counts all its pieces, or none: one that holds too many is not broken by a scan."""
    stop = walk.stops[index]
    signs = pairing.case_scanned(stop.units, quantity, radio=hearing.has_antenna(state, walk.cart))
    fresh = [sign.unit for sign in signs if sign.before is None and sign.unit is not None]
    if len(fresh) > stop.open_quantity:
        return refuse(
            "case_too_large",
            f"this case holds {quantity}, wanted are {stop.open_quantity}",
            quantity=quantity,
            wanted=stop.open_quantity,
        )
    paired = [
        PieceConfirmed(walk.walk_id, index, stop.tote_id, stop.sku, sign.before, sign.unit)
        for sign in signs
        if sign.before is not None and sign.unit is not None
    ]
    picked = len(stop.units) + len(fresh)
    return accept(
        _progress(walk, stop, len(fresh)) if fresh else "paired",
        f"{picked} of {stop.quantity} x {stop.sku}",
        *paired,
        *(_picked(walk, index, unit) for unit in fresh),
        picked=picked,
        quantity=stop.quantity,
    )


def _progress(walk: Walk, stop: Stop, pieces: int) -> str:
    if stop.open_quantity > pieces:
        return "picked"
    open_stops = sum(one.open_quantity > 0 for one in walk.stops)
    return "walk_done" if open_stops == 1 else "stop_done"


def _picked(walk: Walk, index: int, unit: Unit) -> PiecePicked:
    stop = walk.stops[index]
    if walk.picker is None:
        raise ValueError(f"walk {walk.walk_id} is picked from but nobody walks it")
    return PiecePicked(
        walk.walk_id,
        index,
        walk.picker,
        stop.order_id,
        stop.line_id,
        stop.sku,
        stop.location,
        stop.tote_id,
        unit,
    )


def _lies_elsewhere(state: FloorState, epc: Epc, here: Stop) -> bool:
    picked_here = any(unit.epc == epc for unit in here.units)
    return not picked_here and (state.order_holding(epc) is not None or state.is_set_aside(epc))


def tag_on_cart(state: FloorState, epc: Epc, heard: NearItem, cart: LocationId) -> list[Event]:
    """What it means that a tag has come onto a cart: a pick, its second sign, or a stranger.

    A piece in a tote that another picker fills is heard from the cart beside: it means nothing.
    """
    sku = heard.sku
    walk = next(
        (one for one in state.open_walks() if one.cart == cart and one.state is WalkState.WALKING),
        None,
    )
    known = known_as(state, epc)
    if walk is None or walk.picker is None or _holds(walk, known):
        return []
    if _is_on_another_cart(state, walk, known):
        return []
    if state.order_holding(known) is not None or state.is_set_aside(known):
        return [ForeignItemSeen(epc, sku, cart, walk.picker)]
    paired = _second_sign(walk, epc, sku)
    if paired is not None:
        return [paired]
    current = walk.current
    if current is not None and walk.stops[current].sku == sku:
        sign = pairing.tag_seen((), epc)
        if sign.unit is not None:
            return [_picked(walk, current, sign.unit)]
    stranger = hearing.is_stranger(state, walk, known, heard)
    return [ForeignItemSeen(epc, sku, cart, walk.picker)] if stranger else []


def _is_on_another_cart(state: FloorState, walk: Walk, epc: Epc) -> bool:
    others = (one for one in state.open_walks() if one.walk_id != walk.walk_id)
    return any(_holds(one, epc) for one in others if one.state is WalkState.WALKING)


def _holds(walk: Walk, epc: Epc) -> bool:
    return any(unit.epc == epc for stop in walk.stops for unit in stop.units)


def _second_sign(walk: Walk, epc: Epc, sku: Sku | None) -> PieceConfirmed | None:
    for index, stop in enumerate(walk.stops):
        if stop.sku != sku:
            continue
        sign = pairing.tag_seen(stop.units, epc)
        if sign.before is not None and sign.unit is not None:
            return PieceConfirmed(
                walk.walk_id, index, stop.tote_id, stop.sku, sign.before, sign.unit
            )
    return None
