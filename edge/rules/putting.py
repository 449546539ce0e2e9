"""Putting: pieces that are no longer wanted, or came back, are brought to places of storage.

An errand goes before a walk: its pieces lie in the way, in the tote or in quarantine. As at a
stop, a place's label is judged and changes nothing; the piece's own scan says that it lies there.
"""

from edge.model.errands import Carried, Errand, ErrandKind
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
from edge.rules import ladder, places, refilling
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import Container, Named, ParcelLabel, Piece, Place, Unknown

KINDS = {
    ErrandKind.PUT_BACK: PromptKind.PUT_BACK,
    ErrandKind.PUT_AWAY: PromptKind.PUT_AWAY,
    ErrandKind.REPLENISH: PromptKind.REFILL,
}


def prompt(state: FloorState, badge: Badge, errand: Errand) -> Prompt:
    """Where the next piece goes, and how many of its kind go there; first what is fetched."""
    name = f"{errand.errand_id}~{errand.fence}" if errand.fence else errand.errand_id
    if errand.refill is not None and errand.refill.fetch:
        return refilling.prompt(state, badge, errand, errand.refill, name)
    piece = errand.pieces[0]
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
        check=places.asked(state, places.of_errand(errand)),
        check_wanted=places.is_wanted(state, places.of_errand(errand)),
        notice="lies_at" if errand.place is not None else "",
        notice_location=errand.place,
        stop=errand.done + 1,
        stops=errand.done + len(errand.pieces),
    )


def _is_alike(one: Carried, other: Carried) -> bool:
    return (one.sku, one.location) == (other.sku, other.location)


def scanned(state: FloorState, errand: Errand, input_: CodeScanned, named: Named) -> Decision:
    """Judge a scan against the piece that is to be put to its place, or fetched."""
    goal = places.of_errand(errand)
    return places.told(state, goal, input_) or _at_place(state, errand, goal, input_, named)


def _at_place(
    state: FloorState, errand: Errand, goal: places.Goal, input_: CodeScanned, named: Named
) -> Decision:
    match named:
        case Place(location):
            return places.scanned(state, goal, input_, location)
        case Piece() if (unsure := places.first(state, goal)) is not None:
            return unsure
        case _ if errand.refill is not None and errand.refill.fetch:
            return refilling.fetched(state, errand, errand.refill, input_, named)
        case Piece():
            return _put(state, errand, input_, named)
        case _:
            return _no_piece(errand, named)


def _no_piece(errand: Errand, named: Container | ParcelLabel | Unknown) -> Decision:
    match named:
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
    if scan.quantity > 1:
        return _case_put(errand, input_, here, scan)
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


def _case_put(errand: Errand, input_: CodeScanned, here: list[Carried], scan: Piece) -> Decision:
    """A case is put whole, or not at all: its pieces are those that nobody has told apart."""
    untold = [one for one in here if one.unit.epc is None]
    if scan.quantity > len(untold):
        return refuse(
            "case_too_large",
            f"this case holds {scan.quantity} x {scan.sku}, to be put are {len(untold)}",
            quantity=scan.quantity,
            wanted=len(untold),
        )
    put = [
        PiecePut(errand.errand_id, errand.kind, one, input_.badge)
        for one in untold[: scan.quantity]
    ]
    code = "put" if len(errand.pieces) > len(put) else "all_put"
    return accept(code, f"{len(put)} x {scan.sku} lie in {put[0].piece.location}", *put)


def _meant(pieces: list[Carried], scan: Piece) -> Carried | None:
    """The very piece where the scan names it, else one whose tag nobody has told."""
    same = next((one for one in pieces if scan.epc and one.unit.epc == scan.epc), None)
    untold = next((one for one in pieces if one.unit.epc is None), None)
    return same or untold or (pieces[0] if scan.epc is None else None)


def lost(errand: Errand, record: TroubleRecorded, *besides: Event) -> Decision:
    """The piece is not to be found: it leaves the books, and its place is counted."""
    if errand.refill is not None and errand.refill.fetch:
        return refilling.not_there(errand, errand.refill, record, *besides)
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

    What is to be put back goes first, for its totes are wanted, then what orders wait for; what
    came back and what may be filled up in good time goes last.
    """
    waiting = [one for one in state.errands.values() if _is_waiting(one)]
    if not waiting:
        return []
    back = [one for one in waiting if _goes_first(state, one)]
    away = [one for one in waiting if one not in back]
    walks = sum(walk.picker is None for walk in state.open_walks())
    free = free_pickers(state)
    pairs = [
        *zip(back, free, strict=False),
        *zip(away, free[len(back) + walks :], strict=False),
    ]
    return [ErrandStarted(errand.errand_id, badge) for errand, badge in pairs]


def _is_waiting(errand: Errand) -> bool:
    """Whether a picker can go for it: what lies in a tote that others want is taken out first."""
    return errand.picker is None and not errand.to_take_out


def _goes_first(state: FloorState, errand: Errand) -> bool:
    if errand.refill is not None:
        return refilling.is_urgent(state, errand.refill)
    return errand.kind is ErrandKind.PUT_BACK


def for_walks(state: FloorState) -> list[Badge]:
    """Free pickers whom no put-back waits for."""
    waiting = sum(_is_waiting(one) and _goes_first(state, one) for one in state.errands.values())
    return free_pickers(state)[waiting:]


def free_pickers(state: FloorState) -> list[Badge]:
    """Pickers who are ready and have neither a walk nor an errand."""
    busy = {walk.picker for walk in state.open_walks()}
    busy |= {errand.picker for errand in state.errands.values()}
    return [one.badge for one in state.pickers.values() if one.ready and one.badge not in busy]
