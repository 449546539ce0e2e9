"""Extras: what a cart's antenna heard and nobody picked goes with the totes to the pack station.

A hand that took two for one leaves the second piece in the tote; the cart hears its tag, the
picker is told, and may not look. A pack station may have no antenna, and a tag that one antenna
does not hear another one may. So a dropped tote bears the tags that may lie in it too much, and
the packer is asked for each of them, as for any stranger, until it is heard elsewhere or they have
looked. A picker is not accused of a tag that may be a neighbour's piece told by barcode; a packer
is asked for it: what the neighbour has is heard elsewhere soon, or they look once in vain.
"""

from edge.model.ids import Epc, Sku, ToteId
from edge.model.state import FloorState
from edge.model.work import PackSession, Walk
from edge.rules import hearing
from edge.rules.identifying import article_of, known_as


def on_cart(state: FloorState, walk: Walk) -> tuple[tuple[ToteId, Epc], ...]:
    """Tags on a cart that lie in nobody's tote, each with the totes in which they may be.

    A piece too many is most likely one of what was picked; of an article that was not, any tote
    of the walk may have it.
    """
    if walk.cart is None or not hearing.has_antenna(state, walk.cart):
        return ()
    found: list[tuple[ToteId, Epc]] = []
    for epc, heard in state.near.get(walk.cart, {}).items():
        known = known_as(state, epc)
        if hearing.is_nobody_s(state, known, heard) and not state.is_set_aside(known):
            found += [(tote_id, known) for tote_id in _totes_with(walk, heard.sku)]
    return tuple(found)


def _totes_with(walk: Walk, sku: Sku | None) -> list[ToteId]:
    filled = [stop for stop in walk.stops if stop.units]
    alike = [stop for stop in filled if stop.sku == sku]
    return list(dict.fromkeys(stop.tote_id for stop in alike or filled))


def of_pack(state: FloorState, pack: PackSession) -> dict[Epc, Sku | None]:
    """Tags that a cart heard with an open check's totes, and that nobody has found since."""
    return {
        epc: article_of(state, epc)
        for tote in state.totes.of_order(pack.order_id)
        for epc in tote.extras
        if state.order_holding(epc) is None and not state.is_set_aside(epc)
    }
