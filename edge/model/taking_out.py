"""Taking out: pieces in a tote at a wall or a station that its order does not want any more.

They leave the tote in the books at once, for they must be in no parcel, and wait as an errand
until somebody who stands there has taken them out; only then a picker is sent for them. Where
nothing else is in the tote, it is the errand's own, as that of a cancelled order is.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from edge.model import events as e
from edge.model import sorting
from edge.model.errands import Carried, Errand, ErrandKind
from edge.model.ids import OrderId, Sku, ToteId
from edge.model.state import FloorState
from edge.model.work import Tote, Unit, WallSlot

Pieces = tuple[tuple[Sku, Unit], ...]


def unwant(state: FloorState, event: e.PiecesUnwanted) -> None:
    """The pieces are the order's no more, wherever its tote, slot or check has counted them."""
    left = _without(state.totes[event.tote_id], event.pieces)
    pieces = _as_known(event)
    if left.picked:
        state.totes[event.tote_id] = left
        state.errands[event.errand_id] = Errand(
            event.errand_id,
            ErrandKind.PUT_BACK,
            pieces,
            event.tote_id,
            place=event.where,
            to_take_out=pieces,
        )
    else:
        del state.totes[event.tote_id]
        state.errands[event.errand_id] = Errand(
            event.errand_id, ErrandKind.PUT_BACK, pieces, event.tote_id, place=event.where
        )
        gather(state, event.tote_id, event.errand_id)
    for slot in [one for one in state.slots.values() if one.order_id == event.order_id]:
        _empty(state, slot)
    _uncheck(state, event.order_id, event.unchecked)


def take_out(state: FloorState, event: e.PieceTakenOut) -> None:
    """It lies beside; of a box that is open there it is a neighbour, as long as it stays there."""
    errand = state.errands[event.errand_id]
    out = replace(event.piece, unit=event.unit)
    pieces, inside = list(errand.pieces), list(errand.to_take_out)
    pieces[pieces.index(event.piece)] = out
    inside.remove(event.piece)
    state.errands[event.errand_id] = replace(
        errand,
        pieces=tuple(pieces),
        to_take_out=tuple(inside),
        tote_id=errand.tote_id if inside else None,
    )
    pack = state.packs.get(event.where)
    if pack is not None and out.unit.epc is not None and out.unit.epc not in pack.neighbours:
        neighbours = (*pack.neighbours, out.unit.epc)
        state.packs[event.where] = replace(pack, neighbours=neighbours)


def leave(state: FloorState, tote_ids: Iterable[ToteId]) -> None:
    """The totes are empty or packed: what was to be taken out is said to lie beside them."""
    for errand in _inside(state, set(tote_ids)):
        state.errands[errand.errand_id] = replace(errand, to_take_out=(), tote_id=None)


def move(state: FloorState, tote_id: ToteId) -> None:
    """What is to be taken out goes where its tote goes."""
    place = state.totes[tote_id].station
    for errand in _inside(state, {tote_id}):
        state.errands[errand.errand_id] = replace(errand, place=place)


def gather(state: FloorState, tote_id: ToteId, errand_id: str) -> None:
    """All that lies in the tote is brought back by one errand: nothing is taken out of it."""
    for errand in _inside(state, {tote_id}):
        whole = state.errands[errand_id]
        pieces = (*whole.pieces, *errand.to_take_out)
        state.errands[errand_id] = replace(whole, pieces=pieces)
        rest = Counter(errand.pieces)
        rest.subtract(errand.to_take_out)
        out = tuple(rest.elements())
        if out:
            state.errands[errand.errand_id] = replace(
                errand, pieces=out, to_take_out=(), tote_id=None
            )
        else:
            del state.errands[errand.errand_id]


def _inside(state: FloorState, tote_ids: set[ToteId]) -> list[Errand]:
    return [one for one in state.errands.values() if one.to_take_out and one.tote_id in tote_ids]


def _without(tote: Tote, pieces: Iterable[Carried]) -> Tote:
    gone = Counter((one.sku, one.unit) for one in pieces)
    kept: list[int] = []
    for index, piece in enumerate(tote.picked):
        if gone[piece] > 0:
            gone[piece] -= 1
        else:
            kept.append(index)
    return replace(
        tote,
        picked=tuple(tote.picked[index] for index in kept),
        came_from=tuple(tote.came_from[index] for index in kept if index < len(tote.came_from)),
    )


def _as_known(event: e.PiecesUnwanted) -> tuple[Carried, ...]:
    """The pieces with the tags that only the check knew, where it had counted one too many."""
    told = {one.unit.epc for one in event.pieces}
    spare = [one for one in event.unchecked if one[1].epc is not None and one[1].epc not in told]
    known = []
    for piece in event.pieces:
        own = next((one for one in spare if one[0] == piece.sku), None)
        if piece.unit.epc is None and own is not None:
            spare.remove(own)
            known.append(replace(piece, unit=own[1]))
        else:
            known.append(piece)
    return tuple(known)


def _empty(state: FloorState, slot: WallSlot) -> None:
    """The slot holds no more than the order's totes here do.

    It stays the order's even when nothing is left: a piece may lie in it until it is taken out.
    """
    here = [one for one in state.totes.of_order(slot.order_id) if one.station == slot.wall]
    if not here:
        # the slot is given up by a fact of its own, once what lies in it is put back
        back = (one for one in state.errands.values() if one.place == slot.wall)
        own = [one.errand_id for one in back if one.errand_id.startswith(f"{slot.order_id}/")]
        sorting.to_empty(state, slot.order_id, own)
        return
    wanted = Counter(piece for tote in here for piece in tote.picked)
    put: list[tuple[Sku, Unit]] = []
    lit = slot.lit
    if lit is not None and wanted[lit] > 0:
        wanted[lit] -= 1
    else:
        lit = None
    for piece in slot.put:
        if wanted[piece] > 0:
            wanted[piece] -= 1
            put.append(piece)
    tote_id = slot.tote_id if slot.tote_id in state.totes else here[0].tote_id
    state.slots[slot.slot] = replace(slot, put=tuple(put), lit=lit, tote_id=tote_id)


def _uncheck(state: FloorState, order_id: OrderId, unchecked: Pieces) -> None:
    """The check goes on with what is left of it; without any of its totes it is over."""
    for pack in [one for one in state.packs.values() if one.order_id == order_id]:
        here = tuple(one for one in (pack.tote_id, *pack.more) if one in state.totes)
        if not here:
            del state.packs[pack.station]
            continue
        checked = list(pack.checked)
        for piece in unchecked:
            checked.remove(piece)
        state.packs[pack.station] = replace(
            pack, tote_id=here[0], more=here[1:], checked=tuple(checked)
        )
