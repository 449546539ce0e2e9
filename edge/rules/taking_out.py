"""Taking out: pieces at a wall or a station that a newer revision of their order wants no more.

Which of them it is to be is settled so that least is done twice: first what nobody has sorted or
checked yet. Somebody who stands there takes them out, one scan each, and lays them aside; then a
picker is sent. Until then no slot is complete and no parcel closed with them, but that the packer
says that they do not lie in it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from edge.model.errands import Carried, Errand
from edge.model.events import PiecesUnwanted, PieceTakenOut
from edge.model.ids import Epc, LocationId, OrderId, Sku
from edge.model.orders import Order
from edge.model.posted import StationScanned
from edge.model.state import FloorState
from edge.model.work import PackSession, Tote, Unit
from edge.rules.decision import Decision, accept
from edge.rules.identifying import Piece


class Inside(NamedTuple):
    """A piece that is still to be taken out, and the errand that it is of."""

    errand: Errand
    piece: Carried


class _Found(NamedTuple):
    """A piece of a tote.

    Attributes:
        rank: 0 where nobody has sorted or checked it, 2 where it is in somebody's hand.
        place: where it is brought back; None where the floor has no place for it.
    """

    rank: int
    tote: Tote
    sku: Sku
    unit: Unit
    place: LocationId | None


def unwanted(
    state: FloorState, order: Order, totes: Sequence[Tote], surplus: Counter[Sku]
) -> list[PiecesUnwanted] | None:
    """What is to be taken out of totes that stand at a wall or a station.

    Args:
        state: of the floor.
        order: in its newer revision.
        totes: of the order that stand there.
        surplus: how many pieces of each article are too many in them.

    Returns:
        A fact for each tote; None where the floor has no place for one of the pieces.
    """
    ranked = sorted(_found(state, totes), key=lambda one: one.rank)
    left = Counter(surplus)
    chosen: dict[Tote, list[_Found]] = {}
    for one in ranked:
        if left[one.sku] > 0:
            left[one.sku] -= 1
            chosen.setdefault(one.tote, []).append(one)
    if any(one.place is None for found in chosen.values() for one in found):
        return None
    tags = {one.unit.epc for found in chosen.values() for one in found}
    spare = _counted_too_much(state, order.order_id, surplus, tags)
    return [_of_tote(order, tote, found, spare, tags) for tote, found in chosen.items()]


def _found(state: FloorState, totes: Sequence[Tote]) -> Iterator[_Found]:
    put: Counter[tuple[Sku, Unit]] = Counter()
    lit: Counter[tuple[Sku, Unit]] = Counter()
    orders = {tote.order_id for tote in totes}
    for slot in state.slots.values():
        if slot.order_id in orders and not slot.errands:
            put.update(slot.put)
            lit.update([slot.lit] if slot.lit is not None else [])
    walls = {
        slot.wall for slot in state.slots.values() if slot.order_id in orders and not slot.errands
    }
    checked = {
        unit.epc
        for pack in state.packs.values()
        if pack.order_id in orders
        for _, unit in pack.checked
        if unit.epc is not None
    }
    for tote in totes:
        for index, (sku, unit) in enumerate(tote.picked):
            known = tote.came_from[index] if index < len(tote.came_from) else None
            rank = 1 if unit.epc in checked else 0
            if tote.station in walls:
                rank = _rank_at_wall((sku, unit), put, lit)
            yield _Found(rank, tote, sku, unit, known or state.home(sku))


def _rank_at_wall(
    piece: tuple[Sku, Unit], put: Counter[tuple[Sku, Unit]], lit: Counter[tuple[Sku, Unit]]
) -> int:
    """Of pieces that nobody can tell apart, so many lie in the slot as were put there."""
    for rank, there in ((1, put), (2, lit)):
        if there[piece] > 0:
            there[piece] -= 1
            return rank
    return 0


def _counted_too_much(
    state: FloorState, order_id: OrderId, surplus: Counter[Sku], tags: set[Epc | None]
) -> list[tuple[Sku, Unit]]:
    """What the order's open check has counted beyond what is left of the order.

    Those that are taken out first, then those that were only scanned, then those whose tag
    picking had not seen.
    """
    pack = next((one for one in state.packs.values() if one.order_id == order_id), None)
    if pack is None:
        return []
    picked = state.totes.picked_of(pack.order_id)
    seen = {unit.epc for _, unit in picked if unit.epc is not None}
    found: list[tuple[Sku, Unit]] = []
    for sku, quantity in surplus.items():
        counted = [one for one in pack.checked if one[0] == sku]
        left = sum(one == sku for one, _ in picked) - quantity

        def order_of(one: tuple[Sku, Unit]) -> int:
            epc = one[1].epc
            return 0 if epc in tags and epc else 1 if epc is None else 3 if epc in seen else 2

        found += sorted(counted, key=order_of)[: max(0, len(counted) - left)]
    return found


def _of_tote(
    order: Order,
    tote: Tote,
    found: Sequence[_Found],
    spare: list[tuple[Sku, Unit]],
    tags: set[Epc | None],
) -> PiecesUnwanted:
    unchecked: list[tuple[Sku, Unit]] = []
    for one in found:
        own = [it for it in spare if it[0] == one.sku and it[1].epc == one.unit.epc]
        others = [it for it in spare if it[0] == one.sku and it[1].epc not in tags - {None}]
        if own or others:
            unchecked.append((own or others)[0])
            spare.remove(unchecked[-1])
    return PiecesUnwanted(
        tote.station or LocationId(""),
        order.order_id,
        tote.tote_id,
        tuple(Carried(one.sku, one.unit, one.place) for one in found if one.place is not None),
        tuple(unchecked),
        f"{order.order_id}/{order.rev}-{tote.tote_id}",
    )


def inside(state: FloorState, where: LocationId) -> list[Inside]:
    """What is still to be taken out at a wall or a station."""
    return [
        Inside(errand, piece)
        for errand in state.errands.values()
        if errand.place == where
        for piece in errand.to_take_out
    ]


def inside_of(state: FloorState, order_id: OrderId, where: LocationId) -> list[Inside]:
    """What is still to be taken out there of one order."""
    return [one for one in inside(state, where) if _order_of(state, one) == order_id]


def _order_of(state: FloorState, one: Inside) -> OrderId | None:
    tote = state.totes.get(one.errand.tote_id) if one.errand.tote_id is not None else None
    return tote.order_id if tote is not None else None


def scanned(state: FloorState, input_: StationScanned, piece: Piece) -> Decision | None:
    """Somebody takes out what is no longer wanted; None where the piece is none of that.

    While a box is open a piece without a tag of its own is one of that box: another tote that
    stands beside it is not meant.
    """
    pack = state.packs.get(input_.station)
    meant = _meant(state, inside(state, input_.station), piece, pack)
    if not meant:
        return None
    left = len(inside(state, input_.station)) - len(meant)
    return accept(
        "taken_out",
        f"lay aside {len(meant)} x {piece.sku}; {left} more to take out",
        *(
            PieceTakenOut(
                input_.station,
                one.errand.errand_id,
                one.piece,
                Unit(one.piece.unit.epc or piece.epc, scanned=True),
                input_.badge,
            )
            for one in meant
        ),
        sku=piece.sku,
        left=left,
    )


def _meant(
    state: FloorState, there: Sequence[Inside], piece: Piece, pack: PackSession | None
) -> list[Inside]:
    alike = [one for one in there if one.piece.sku == piece.sku]
    if piece.epc is not None:
        exact = [one for one in alike if one.piece.unit.epc == piece.epc]
        if exact:
            return exact[:1]
        if state.order_holding(piece.epc) is not None or state.is_set_aside(piece.epc):
            return []
        alike = [one for one in alike if one.piece.unit.epc is None]
    if pack is not None:
        alike = [one for one in alike if _order_of(state, one) == pack.order_id]
    alike.sort(key=lambda one: one.piece.unit.epc is not None)
    return alike[: piece.quantity] if len(alike) >= piece.quantity else []
