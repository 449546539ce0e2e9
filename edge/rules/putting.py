"""Putting: pieces that are no longer wanted, or came back, are brought to places of storage.

An errand goes before a walk: its pieces lie in the way, in the tote or in quarantine. As at a
stop, a place's label is judged and changes nothing; the piece's own scan says that it lies there.
"""

from edge.model.events import (
    CountWanted,
    ErrandStarted,
    Event,
    PieceLost,
    PiecePut,
    TroubleRecorded,
)
from edge.model.ids import Badge
from edge.model.posted import CodeScanned
from edge.model.prompts import Prompt, PromptKind
from edge.model.state import FloorState
from edge.model.work import Carried, Errand, ErrandKind
from edge.rules import ladder
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import Container, Named, ParcelLabel, Piece, Place, Unknown

KINDS = {
    ErrandKind.PUT_BACK: PromptKind.PUT_BACK,
    ErrandKind.PUT_AWAY: PromptKind.PUT_AWAY,
}


def prompt(state: FloorState, badge: Badge, errand: Errand) -> Prompt:
    """Where the next piece goes, and how many of its kind go there."""
    piece = errand.pieces[0]
    name = f"{errand.errand_id}~{errand.fence}" if errand.fence else errand.errand_id
    return Prompt(
        badge,
        f"{name}/{errand.done}",
        KINDS[errand.kind],
        location=piece.location,
        sku=piece.sku,
        name=state.articles[piece.sku].name,
        quantity=sum(_is_alike(one, piece) for one in errand.pieces),
        picked=errand.done,
        tote_id=errand.tote_id,
        stop=errand.done + 1,
        stops=errand.done + len(errand.pieces),
    )


def _is_alike(one: Carried, other: Carried) -> bool:
    return (one.sku, one.location) == (other.sku, other.location)


def scanned(state: FloorState, errand: Errand, input_: CodeScanned, named: Named) -> Decision:
    """Judge a scan against the piece that is to be put to its place."""
    piece = errand.pieces[0]
    match named:
        case Piece():
            return _put(state, errand, input_, named)
        case Place(location):
            text = f"{location}, wanted {piece.location}"
            right = location == piece.location
            return accept("place_right", text) if right else refuse("place_wrong", text)
        case Container(tote_id):
            text = f"{tote_id}, wanted {errand.tote_id}"
            right = tote_id == errand.tote_id
            return accept("tote_right", text) if right else refuse("tote_wrong", text)
        case ParcelLabel(sscc):
            return refuse("unknown_code", f"{sscc} is a parcel's label")
        case Unknown(why):
            return refuse("unknown_code", why)


def _put(state: FloorState, errand: Errand, input_: CodeScanned, scan: Piece) -> Decision:
    """It lies in its place; a walk that was short of it takes it from there."""
    first = errand.pieces[0]
    if scan.sku != first.sku:
        return refuse(
            "wrong_item",
            f"this is {scan.sku}, wanted is {first.sku}",
            scanned_sku=scan.sku,
            expected_sku=first.sku,
        )
    here = [one for one in errand.pieces if _is_alike(one, first)]
    piece = _meant(here, scan)
    if piece is None:
        return refuse("not_wanted", "this very piece does not belong here", sku=scan.sku)
    code = "put" if len(errand.pieces) > 1 else "all_put"
    return accept(
        code,
        f"{piece.sku} lies in {piece.location}",
        PiecePut(errand.errand_id, errand.kind, piece, input_.badge),
        *ladder.refilled(state, piece.sku, piece.location, 1, f"put there by {input_.badge}"),
    )


def _meant(pieces: list[Carried], scan: Piece) -> Carried | None:
    """The very piece where the scan names it, else one whose tag nobody has told."""
    same = next((one for one in pieces if scan.epc and one.unit.epc == scan.epc), None)
    untold = next((one for one in pieces if one.unit.epc is None), None)
    return same or untold or (pieces[0] if scan.epc is None else None)


def lost(errand: Errand, record: TroubleRecorded, *besides: Event) -> Decision:
    """The piece is not to be found: it leaves the books, and its place is counted."""
    piece = errand.pieces[0]
    return accept(
        "short",
        f"1 x {piece.sku} given up",
        record,
        PieceLost(errand.errand_id, piece, record.code, record.badge),
        CountWanted(piece.location, piece.sku, record.code),
        *besides,
    )


def assignments(state: FloorState) -> list[Event]:
    """Errands that nobody has begun for pickers who are ready and have nothing in hand.

    What is to be put back goes first, for its totes are wanted; what came back goes last.
    """
    waiting = [one for one in state.errands.values() if one.picker is None]
    if not waiting:
        return []
    back = [one for one in waiting if one.kind is ErrandKind.PUT_BACK]
    away = [one for one in waiting if one.kind is ErrandKind.PUT_AWAY]
    walks = sum(walk.picker is None for walk in state.open_walks())
    free = free_pickers(state)
    pairs = [
        *zip(back, free, strict=False),
        *zip(away, free[len(back) + walks :], strict=False),
    ]
    return [ErrandStarted(errand.errand_id, badge) for errand, badge in pairs]


def for_walks(state: FloorState) -> list[Badge]:
    """Free pickers whom no put-back waits for."""
    waiting = sum(
        one.picker is None and one.kind is ErrandKind.PUT_BACK for one in state.errands.values()
    )
    return free_pickers(state)[waiting:]


def free_pickers(state: FloorState) -> list[Badge]:
    """Pickers who are ready and have neither a walk nor an errand."""
    busy = {walk.picker for walk in state.open_walks()}
    busy |= {errand.picker for errand in state.errands.values()}
    return [one.badge for one in state.pickers.values() if one.ready and one.badge not in busy]
