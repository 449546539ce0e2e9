"""Hearing: what the antenna of a cart or of a station hears against what should be there."""

from edge.model.goods import NearItem
from edge.model.ids import Epc, LocationId
from edge.model.orders import OrderState
from edge.model.places import LocationKind
from edge.model.state import FloorState
from edge.model.work import Walk
from edge.rules.identifying import known_as

STRANGER_AT = 0.9
"""From this probability on, a tag on a cart that nobody expects is told."""


def has_antenna(state: FloorState, location: LocationId | None) -> bool:
    """Whether a place is heard by an antenna of its own whose reader answers."""
    return any(
        antenna.location == location and antenna.reader not in state.outages
        for antenna in state.floor.antennas
    )


def stranger_on(state: FloorState, walk: Walk) -> tuple[Epc, NearItem] | None:
    """The first tag on the walk's cart that belongs in nobody's tote."""
    return next(
        (
            (epc, heard)
            for epc, heard in _heard_on(state, walk).items()
            if is_stranger(state, walk, known_as(state, epc), heard)
        ),
        None,
    )


def is_stranger(state: FloorState, walk: Walk, epc: Epc, heard: NearItem) -> bool:
    """Whether a tag on a cart belongs in nobody's tote: whoever stands here has it in hand.

    What is expected is believed at once, a stranger only when the radio is sure: a cart that
    passes a shelf hears it, too. And while another picker has pieces of its article whose tags
    nobody has seen yet, it may be one of those, heard from the cart beside.
    """
    if not is_nobody_s(state, epc, heard):
        return False
    others = (one for one in state.open_walks() if one.walk_id != walk.walk_id)
    return not any(
        stop.sku == heard.sku and any(unit.epc is None for unit in stop.units)
        for one in others
        for stop in one.stops
    )


def is_nobody_s(state: FloorState, epc: Epc, heard: NearItem) -> bool:
    """Whether the radio is sure of a tag on a cart that is of no order."""
    return state.order_holding(epc) is None and heard.probability >= STRANGER_AT


def misses_piece(state: FloorState, walk: Walk) -> bool:
    """Whether a piece that nothing but a cart's antenna vouched for is heard no more."""
    units = [unit for stop in walk.stops for unit in stop.units]
    vouched_for = {unit.epc for unit in units if unit.epc is not None and not unit.scanned}
    if not vouched_for:
        return False
    carts = state.floor.places_of(LocationKind.CART)
    heard = {known_as(state, epc) for cart in carts for epc in state.near.get(cart, {})}
    return not vouched_for <= heard


def hears_neighbour(state: FloorState, walk: Walk) -> bool:
    """Whether the walk's cart hears a tote that another picker fills.

    One that was dropped stands beside every day.
    """
    for epc in _heard_on(state, walk):
        order_id = state.order_holding(known_as(state, epc))
        if order_id is None or order_id in walk.orders:
            continue
        if state.orders[order_id].state is OrderState.PICKING:
            return True
    return False


def _heard_on(state: FloorState, walk: Walk) -> dict[Epc, NearItem]:
    return state.near.get(walk.cart, {}) if walk.cart is not None else {}
