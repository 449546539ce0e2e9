"""What happens to pieces at a put wall."""

from collections.abc import Iterable
from dataclasses import replace

from edge.model import events as e
from edge.model.ids import OrderId
from edge.model.state import FloorState
from edge.model.work import WallSlot


def sort(state: FloorState, event: e.SlotLit | e.PieceSorted | e.PieceLaidBack) -> None:
    """A piece at a put wall: in hand, in its slot, or back among the unsorted ones."""
    match event:
        case e.SlotLit():
            known = state.slots.get(event.slot) or WallSlot(
                event.slot, event.wall, event.order_id, event.tote_id
            )
            state.slots[event.slot] = replace(known, lit=(event.sku, event.unit))
        case e.PieceSorted():
            known = state.slots[event.slot]
            put = (*known.put, (event.sku, event.unit))
            state.slots[event.slot] = replace(known, put=put, lit=None)
        case e.PieceLaidBack():
            known = state.slots[event.slot]
            if known.put:
                state.slots[event.slot] = replace(known, lit=None)
            else:
                del state.slots[event.slot]


def to_empty(state: FloorState, order_id: OrderId, errands: Iterable[str]) -> None:
    """What lies in an order's slots is put back by these errands; what is in hand goes along."""
    begun = tuple(one for one in errands if one in state.errands)
    for slot in [one for one in state.slots.values() if one.order_id == order_id]:
        if slot.put and not slot.errands:
            state.slots[slot.slot] = replace(slot, lit=None, errands=begun)
