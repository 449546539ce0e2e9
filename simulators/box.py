"""What really lies in an open box, against what the pack station's screen says of it."""

from collections import Counter
from typing import Any

from simulators.things import Piece, tote_holder
from simulators.world import World


def is_short(view: dict[str, Any]) -> bool:
    """Whether something of the open order is not checked yet."""
    return any(line["checked"] < line["expected"] for line in view["lines"])


def unwanted_in(world: World, tote_id: str, view: dict[str, Any]) -> list[Piece]:
    """What is to be taken out of the open box and really lies in it."""
    lying = world.pieces_in(tote_holder(tote_id))
    return [
        piece
        for told in view["take_out"]
        if told["order_id"] == view["order_id"]
        for piece in [one for one in lying if one.sku == told["sku"]][: int(told["quantity"])]
    ]


def strangers_in(world: World, tote_id: str, view: dict[str, Any]) -> list[Piece]:
    """What the screen calls a stranger and really lies in the box.

    Of an article that is wanted they count, for nobody sees a tag's number on a piece: no more
    is taken out than is too much, and any of them.
    """
    told = {str(stranger["epc"]) for stranger in view["strangers"]}
    asked = {str(stranger["sku"]) for stranger in view["strangers"]}
    wanted = {str(line["sku"]): int(line["expected"]) for line in view["lines"]}
    lying = world.pieces_in(tote_holder(tote_id))
    held = Counter(piece.sku for piece in lying)
    found = [
        piece
        for piece in lying
        if (piece.epc in told or (piece.sku in asked and piece.sku in wanted))
        and held[piece.sku] > wanted.get(piece.sku, 0)
    ]
    return sorted(found, key=lambda piece: piece.epc not in told)


def surplus_in(world: World, tote_id: str, view: dict[str, Any]) -> list[Piece]:
    """What lies in the box beyond what the screen has checked."""
    left = Counter({str(line["sku"]): int(line["checked"]) for line in view["lines"]})
    found = []
    for piece in world.pieces_in(tote_holder(tote_id)):
        left[piece.sku] -= 1
        if left[piece.sku] < 0:
            found.append(piece)
    return found


def lacking_in(world: World, tote_id: str, view: dict[str, Any]) -> int:
    """How many pieces the screen has checked that do not lie in the box."""
    checked = Counter({str(line["sku"]): int(line["checked"]) for line in view["lines"]})
    return (
        checked - Counter(piece.sku for piece in world.pieces_in(tote_holder(tote_id)))
    ).total()
