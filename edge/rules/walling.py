"""The put wall: the pieces of totes that were picked together are sorted, an order into each slot.

A walk's totes are dropped at a wall. There each piece goes through three steps, one at a time:

1. it is scanned: the order that it belongs to is found among the totes dropped here, and that
   order's slot is lit (`SlotLit`), its own or the first free one;
2. it is put, and the slot says so, by its label or by the piece's tag at its antenna
   (`PieceSorted`);
3. when all that was dropped here for an order lies in its slot, the slot's label opens the order's
   check at a pack station, or joins it there, and the slot is free again (`SlotEmptied`). A tote
   of the order that went to a station by itself leaves the slot as it is. What lies in a slot and
   is no more wanted keeps it taken until it is put back.

A piece that no tote here holds lights nothing, and a label other than the lit one puts nothing.
"""

from collections import Counter
from collections.abc import Iterator

from edge.model.events import Event, PieceLaidBack, PieceSorted, SlotEmptied, SlotLit
from edge.model.ids import Epc, LocationId, OrderId, Sku, ToteId
from edge.model.orders import OrderState
from edge.model.places import LocationKind
from edge.model.posted import HandEmptied, StationScanned
from edge.model.state import FloorState
from edge.model.work import Tote, Unit, WallSlot
from edge.rules import taking_out
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import Piece, Place, Unknown, identify, known_as

_NEVER_US = 1 << 62
BEGUN = frozenset({OrderState.PICKING, OrderState.PICKED})
"""Somebody may still pick a part of an order elsewhere while what was dropped here is sorted."""
Candidate = tuple[Tote, Unit]


def scanned(state: FloorState, input_: StationScanned) -> Decision:
    """A piece's code lights its slot; the slot's label says that it was put there."""
    named = identify(state, input_.code)
    lit = in_hand(state, input_.station)
    if isinstance(named, Piece):
        if lit is not None:
            return _again(lit, named)
        return taking_out.scanned(state, input_, named) or _lifted(state, input_, named)
    if isinstance(named, Place):
        return _put(state, input_, lit, named.location)
    why = named.why if isinstance(named, Unknown) else "neither a piece nor a slot"
    return refuse("unknown_code", why)


def in_hand(state: FloorState, wall: LocationId) -> WallSlot | None:
    """The slot that is lit; at most one at each wall."""
    return next(
        (one for one in state.slots.values() if one.wall == wall and one.lit is not None), None
    )


def _again(slot: WallSlot, piece: Piece) -> Decision:
    """A scan while a piece is in hand: of the same one it tells the slot again."""
    sku, unit = slot.lit or (None, None)
    same = piece.quantity == 1 and piece.sku == sku
    if same and (piece.epc is None or unit is None or unit.epc in {None, piece.epc}):
        return accept("lit", f"put it into {slot.slot}", slot=slot.slot, sku=piece.sku)
    return refuse("put_first", f"first put {sku} into {slot.slot}", slot=slot.slot, sku=sku or "")


def _lifted(state: FloorState, input_: StationScanned, piece: Piece) -> Decision:
    if piece.quantity > 1:
        return refuse("one_by_one", "at the wall scan single pieces, not the case")
    candidates = _candidates(state, input_.station, piece)
    if not candidates:
        owner = state.order_holding(piece.epc) if piece.epc else None
        return refuse(
            "not_wanted",
            f"no order at {input_.station} waits for this piece of {piece.sku}",
            sku=piece.sku,
            order_id=owner,
        )
    told = _told_apart(state, input_.station, candidates)
    if told is None:
        return refuse(
            "tag_wanted",
            f"several orders wait for {piece.sku}, each for tags of its own: scan a code with the "
            "serial number, or hold the piece to the wall's antenna",
            sku=piece.sku,
        )
    tote, unit = told
    slot = _slot_for(state, input_.station, tote.order_id)
    if slot is None:
        return refuse("wall_full", "every slot is taken; empty a complete one first")
    return accept(
        "lit",
        f"put {piece.sku} into {slot}",
        SlotLit(input_.station, slot, tote.order_id, tote.tote_id, piece.sku, unit, input_.badge),
        slot=slot,
        sku=piece.sku,
        order_id=tote.order_id,
    )


def _candidates(state: FloorState, wall: LocationId, piece: Piece) -> list[Candidate]:
    """Unsorted pieces here that the scanned one can be, those of begun and urgent orders first."""
    found = [
        (tote, unit)
        for tote in _orders_at(state, wall)
        for sku, unit in unsorted_of(state, tote.order_id, wall)
        if sku == piece.sku
    ]
    if piece.epc is None:
        return found
    exact = [one for one in found if one[1].epc == piece.epc]
    if exact or state.order_holding(piece.epc) is not None or state.is_set_aside(piece.epc):
        return exact
    return [one for one in found if one[1].epc is None]  # its tag was never read


def _told_apart(
    state: FloorState, wall: LocationId, candidates: list[Candidate]
) -> Candidate | None:
    """Which one it is: pieces with known tags must not be swapped between orders."""
    if len({tote.order_id for tote, _ in candidates}) == 1 or len(candidates) == 1:
        return candidates[0]
    if all(unit.epc is None for _, unit in candidates):
        return candidates[0]
    if len({unit.epc for _, unit in candidates}) == 1:
        return candidates[0]
    heard = {known_as(state, epc) for epc in state.near.get(wall, {})}
    here = [one for one in candidates if one[1].epc in heard]
    return here[0] if len(here) == 1 else None


def _orders_at(state: FloorState, wall: LocationId) -> list[Tote]:
    """One tote of each order that stands here, those of begun and urgent orders first."""

    def urgency(tote: Tote) -> tuple[bool, int, int, ToteId]:
        order = state.orders[tote.order_id]
        begun = slot_of(state, tote.order_id, wall) is not None
        return not begun, -order.priority, order.due_us or _NEVER_US, tote.tote_id

    first: dict[OrderId, Tote] = {}
    for tote in state.totes.values():
        if tote.station == wall and state.orders[tote.order_id].state in BEGUN:
            first.setdefault(tote.order_id, tote)
    return sorted(first.values(), key=urgency)


def unsorted_of(state: FloorState, order_id: OrderId, wall: LocationId) -> list[tuple[Sku, Unit]]:
    """Pieces in an order's totes here that do not lie in its slot yet, the one in hand too."""
    slot = slot_of(state, order_id, wall)
    left = Counter(
        piece
        for tote in state.totes.of_order(order_id)
        if tote.station == wall
        for piece in tote.picked
    )
    left.subtract(slot.put if slot is not None else ())
    return [piece for piece, count in left.items() for _ in range(count)]


def slot_of(state: FloorState, order_id: OrderId, wall: LocationId) -> WallSlot | None:
    """The slot of a wall that an order has; not one that is only to be emptied."""
    return next(
        (
            one
            for one in state.slots.values()
            if (one.order_id, one.wall) == (order_id, wall) and not one.errands
        ),
        None,
    )


def slots_of(state: FloorState, wall: LocationId) -> Iterator[LocationId]:
    """The slots of a wall, in the order of the floor file."""
    for slot in state.floor.places_of(LocationKind.SLOT):
        if state.floor.locations[slot].parent == wall:
            yield slot


def _slot_for(state: FloorState, wall: LocationId, order_id: OrderId) -> LocationId | None:
    own = slot_of(state, order_id, wall)
    if own is not None:
        return own.slot
    return next((slot for slot in slots_of(state, wall) if slot not in state.slots), None)


def _put(
    state: FloorState, input_: StationScanned, lit: WallSlot | None, place: LocationId
) -> Decision:
    if lit is None or lit.lit is None:
        return refuse("nothing_in_hand", "scan a piece first")
    if place != lit.slot:
        return refuse("slot_wrong", f"{place}, wanted {lit.slot}", slot=lit.slot)
    sku, unit = lit.lit
    is_picked = state.orders[lit.order_id].state is OrderState.PICKED
    last = (
        is_picked
        and len(unsorted_of(state, lit.order_id, lit.wall)) == 1
        and not taking_out.inside_of(state, lit.order_id, lit.wall)
    )
    return accept(
        "slot_complete" if last else "put",
        f"{sku} lies in {lit.slot}",
        PieceSorted(lit.wall, lit.slot, lit.order_id, sku, unit, input_.badge),
        slot=lit.slot,
        order_id=lit.order_id,
    )


def laid_back(state: FloorState, input_: HandEmptied) -> Decision:
    """The piece in hand was not put: its slot goes dark, nothing is counted."""
    lit = in_hand(state, input_.wall)
    if lit is None or lit.lit is None:
        return refuse("nothing_in_hand", "no piece is in hand")
    sku, _ = lit.lit
    return accept(
        "laid_back",
        f"{sku} is unsorted again",
        PieceLaidBack(lit.wall, lit.slot, sku, input_.badge),
    )


def is_at_wall(state: FloorState, tote: Tote) -> bool:
    """Whether a tote was dropped at a put wall."""
    return tote.station is not None and state.floor.kind_of(tote.station) is LocationKind.WALL


def unsorted_at(state: FloorState, order_id: OrderId) -> LocationId | None:
    """A wall at which pieces of an order lie in no slot yet, or are still to be taken out."""
    walls = (one.station for one in state.totes.of_order(order_id) if is_at_wall(state, one))
    return next(
        (
            one
            for one in walls
            if one
            and (unsorted_of(state, order_id, one) or taking_out.inside_of(state, order_id, one))
        ),
        None,
    )


def noticed(state: FloorState) -> list[Event]:
    """What follows by itself: a slot is free again, or the tag in hand is heard at its slot."""
    return [event for slot in state.slots.values() if (event := _of_slot(state, slot)) is not None]


def _of_slot(state: FloorState, slot: WallSlot) -> Event | None:
    if any(one in state.errands for one in slot.errands):
        return None
    if slot.errands or all(
        one.station != slot.wall for one in state.totes.of_order(slot.order_id)
    ):
        return SlotEmptied(slot.wall, slot.slot, slot.order_id)
    if slot.lit is None or slot.lit[1].epc is None:
        return None
    sku, unit = slot.lit
    return (
        PieceSorted(slot.wall, slot.slot, slot.order_id, sku, unit, None)
        if _hears(state, slot.slot, unit.epc)
        else None
    )


def _hears(state: FloorState, place: LocationId, epc: Epc | None) -> bool:
    return any(known_as(state, heard) == epc for heard in state.near.get(place, {}))
