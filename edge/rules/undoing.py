"""Undoing: a piece that only the radio saw picked, and that lies in its place again.

A hand may take a piece, hold it over the cart and put it back. Its tag is then heard at the shelf
and no more on the cart: the pick is taken back and the prompt asks for the piece again. What was
scanned as well stays picked, for somebody vouched for it.
"""

from edge.model.events import Event, PickUndone
from edge.model.goods import NearItem
from edge.model.ids import Epc, LocationId
from edge.model.state import FloorState
from edge.rules.identifying import known_as

UNDONE_AT = 0.9
"""From this probability on; a cart beside a shelf is heard from it, too."""


def tag_in_storage(state: FloorState, epc: Epc, heard: NearItem, place: LocationId) -> list[Event]:
    """What it means that a tag is heard in a place of storage: perhaps a pick that is none."""
    known = known_as(state, epc)
    tote = state.totes.holding(known)
    if tote is None or heard.probability < UNDONE_AT:
        return []
    for walk in state.open_walks():
        for index, stop in enumerate(walk.stops):
            unit = next((one for one in stop.units if one.epc == known), None)
            if unit is None or stop.tote_id != tote.tote_id:
                continue
            if unit.scanned or not state.floor.is_within(stop.location, place):
                return []
            return [
                PickUndone(
                    walk.walk_id,
                    index,
                    walk.picker,
                    stop.order_id,
                    stop.line_id,
                    stop.sku,
                    stop.location,
                    stop.tote_id,
                    unit,
                    place,
                )
            ]
    return []
