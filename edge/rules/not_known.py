"""What a message of the central system names and nobody here knows is told, never passed over.

The central system has no other answer than the facts: a statement about an article that is not
listed yet, or about a place that the floor file does not have, would be gone without a word.
"""

import json
from collections.abc import Sequence

from edge.model.events import Event, MessageSetAside
from edge.model.ids import LocationId, Sku
from edge.model.places import STORAGE_KINDS
from edge.model.state import FloorState

REASONS_TOLD = 3
EXCERPT_LENGTH_MAX = 500


def set_aside(
    state: FloorState, topic: str, named: Sequence[tuple[Sku, LocationId]]
) -> tuple[Event, ...]:
    """One fact about all objects of a message that were left out.

    Args:
        state: what is known here.
        topic: of the message, below the gateway.
        named: article and place of each object that was left out; none gives no fact.
    """
    if not named:
        return ()
    reasons = list(dict.fromkeys(_reason(state, sku, place) for sku, place in named))
    told = "; ".join(reasons[:REASONS_TOLD])
    if len(reasons) > REASONS_TOLD:
        told += f"; and {len(reasons) - REASONS_TOLD} more"
    left_out = json.dumps(
        [{"sku": sku, "location": place} for sku, place in named[:20]], ensure_ascii=False
    )
    return (MessageSetAside(topic, told, left_out[:EXCERPT_LENGTH_MAX]),)


def _reason(state: FloorState, sku: Sku, place: LocationId) -> str:
    if state.floor.kind_of(place) not in STORAGE_KINDS:
        return f"{place}: no place for stock in the floor file; write it there, or name another"
    return f"{sku}: no such article yet; send master/items first, then this again"
