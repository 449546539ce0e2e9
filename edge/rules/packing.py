"""Packing: a tote is checked piece by piece against what was picked and what the order wants.

The station's antenna needs no rule of its own for each tag: `noticed` compares what is near the
station with what the open session has checked, after every input, until nothing is left to say.
What surely lies beside the box (`box_judged`) is left out, and what the cart heard too much
(`extras`) is asked about.
"""

from collections import Counter

from edge.model.boxes import BoxPlace, BoxQuiet
from edge.model.events import (
    Event,
    NeighbourHeard,
    PieceChecked,
    StrangerLeft,
    StrangerSeen,
)
from edge.model.ids import Epc, LocationId, Sku
from edge.model.inputs import BoxJudged
from edge.model.places import LocationKind
from edge.model.posted import StationScanned
from edge.model.state import FloorState
from edge.model.work import PackSession, Unit
from edge.rules import (
    extras,
    gathering,
    pairing,
    quiet,
    taking_out,
    unpacking,
)
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import (
    Container,
    Named,
    ParcelLabel,
    Piece,
    Place,
    Unknown,
    identify,
    known_as,
)


def scanned(state: FloorState, input_: StationScanned) -> Decision:
    """The label of a tote or of a sorted slot opens its check; a piece's barcode checks it."""
    if state.floor.kind_of(input_.station) is not LocationKind.STATION:
        return refuse("unknown_code", f"{input_.station} is no pack station")
    named = identify(state, input_.code)
    match named:
        case Place(location) if location in state.slots:
            return gathering.opened(state, input_, state.slots[location].tote_id)
        case Container(tote_id):
            return gathering.opened(state, input_, tote_id)
        case ParcelLabel(sscc) if sscc in state.parcels:
            return unpacking.opened(state, input_, state.parcels[sscc])
        case _:
            return _into_the_open_one(state, input_, named)


def _into_the_open_one(state: FloorState, input_: StationScanned, named: Named) -> Decision:
    pack = state.packs.get(input_.station)
    out = taking_out.scanned(state, input_, named) if isinstance(named, Piece) else None
    if out is not None:
        return out
    if pack is None:
        return refuse("nothing_open", "scan a tote first")
    if isinstance(named, Piece):
        return _checked(state, pack, named)
    why = named.why if isinstance(named, Unknown) else "neither a tote nor a piece"
    return refuse("unknown_code", why)


def _checked(state: FloorState, pack: PackSession, piece: Piece) -> Decision:
    return _another_owners(state, pack, piece) or _own_checked(state, pack, piece)


def _another_owners(state: FloorState, pack: PackSession, piece: Piece) -> Decision | None:
    """A refusal where this very piece is known to belong elsewhere."""
    owner = state.order_holding(piece.epc) if piece.epc else None
    if owner not in {None, pack.order_id}:
        return refuse(
            "not_wanted",
            f"this very piece belongs to order {owner}",
            sku=piece.sku,
            order_id=owner,
        )
    if piece.epc is not None and state.is_set_aside(piece.epc):
        return refuse("not_wanted", "this very piece is to be put away", sku=piece.sku)
    return None


def _own_checked(state: FloorState, pack: PackSession, piece: Piece) -> Decision:
    """What the radio had checked is that piece, also while its reader has ceased to answer."""
    if piece.quantity > 1:
        return _case_checked(state, pack, piece)
    sign = pairing.code_scanned(units_of(pack, piece.sku), piece.epc, radio=True)
    if sign.unit is None:
        return accept("done_already", "this very piece is checked")
    if sign.before is not None:
        return accept(
            "paired",
            "the radio had checked this piece",
            PieceChecked(pack.station, piece.sku, sign.unit, sign.before),
        )
    missing = missing_of(state, pack)
    if missing[piece.sku] < 1:
        return refuse("not_wanted", f"{piece.sku} does not belong here", sku=piece.sku)
    last = sum(missing.values()) == 1
    return accept(
        "complete" if last else "checked",
        f"{piece.sku} is right",
        PieceChecked(pack.station, piece.sku, sign.unit, None),
    )


def _case_checked(state: FloorState, pack: PackSession, piece: Piece) -> Decision:
    """A case counts all its pieces, or none."""
    signs = pairing.case_scanned(units_of(pack, piece.sku), piece.quantity, radio=True)
    missing = missing_of(state, pack)
    fresh = sum(sign.before is None for sign in signs)
    if fresh > missing[piece.sku]:
        return refuse(
            "case_too_large" if missing[piece.sku] > 0 else "not_wanted",
            f"this case holds {piece.quantity} x {piece.sku}, missing are {missing[piece.sku]}",
            sku=piece.sku,
            quantity=piece.quantity,
            wanted=max(0, missing[piece.sku]),
        )
    events = [
        PieceChecked(pack.station, piece.sku, sign.unit, sign.before)
        for sign in signs
        if sign.unit is not None
    ]
    last = sum(missing.values()) == fresh
    code = "paired" if not fresh else "complete" if last else "checked"
    return accept(code, f"{piece.quantity} x {piece.sku} are right", *events)


def units_of(pack: PackSession, sku: Sku) -> tuple[Unit, ...]:
    """The pieces of an article that this station has checked."""
    return tuple(unit for one, unit in pack.checked if one == sku)


def missing_of(state: FloorState, pack: PackSession) -> Counter[Sku]:
    """How many pieces of each article were picked and not yet checked here."""
    missing = Counter(sku for sku, _ in state.totes.picked_of(pack.order_id))
    missing.subtract(sku for sku, _ in pack.checked)
    return missing


def noticed(state: FloorState) -> list[Event]:
    """The next thing that each station's antenna has to say of its open tote, if any."""
    found = (_next_notice(state, pack) for pack in state.packs.values())
    return [event for event in found if event is not None]


def _next_notice(state: FloorState, pack: PackSession) -> Event | None:
    heard = state.near.get(pack.station, {})
    near = {
        epc: sku
        for epc, sku in ((known_as(state, epc), one.sku) for epc, one in heard.items())
        if epc not in pack.neighbours and not _is_packed(state, pack, epc)
    }
    to_take_out = {one.piece.unit.epc for one in _to_take_out(state, pack)}
    near = {epc: sku for epc, sku in near.items() if epc not in to_take_out}
    too_much = extras.of_pack(state, pack)
    left = next((epc for epc in pack.strangers if epc not in near and epc not in too_much), None)
    if left is not None:
        return StrangerLeft(pack.station, left)
    known = {unit.epc for _, unit in pack.checked} | set(pack.strangers)
    asked = next((epc for epc in too_much if epc not in known), None)
    if asked is not None:
        return StrangerSeen(pack.station, asked, too_much[asked], None)
    notices = (_judge(state, pack, epc, sku) for epc, sku in near.items() if epc not in known)
    return next((notice for notice in notices if notice is not None), None)


def box_judged(state: FloorState, input_: BoxJudged) -> Decision:
    """A tag that surely lies beside the open box does not count, whomever it belongs to.

    One that is checked lay in the box: it stays checked. Of what is not sure the packer is asked,
    as of any stranger.
    """
    verdict = input_.verdict
    if isinstance(verdict, BoxQuiet):
        return quiet.heard(state, verdict)
    pack = state.packs.get(verdict.station)
    if pack is None:
        return accept("noted", "no box is open here")
    epc = known_as(state, verdict.epc)
    beside = verdict.place is BoxPlace.BESIDE
    is_checked = any(unit.epc == epc for _, unit in pack.checked)
    if (
        beside is (epc in pack.neighbours)
        or (beside and is_checked)
        or _is_packed(state, pack, epc)
    ):
        return accept("noted", "")
    return accept("noted", "", NeighbourHeard(pack.station, epc, beside, verdict.probability))


def _is_packed(state: FloorState, pack: PackSession, epc: Epc) -> bool:
    """Whether a tag lies in a closed parcel: a neighbour, whatever the antenna hears of it.

    One that came back lies in none any more; one that was picked again lies in the tote.
    """
    if state.parcels.containing(epc) is None:
        return False
    return all(unit.epc != epc for _, unit in state.totes.picked_of(pack.order_id))


def _judge(state: FloorState, pack: PackSession, epc: Epc, sku: Sku | None) -> Event | None:
    owner = state.order_holding(epc)
    if state.is_set_aside(epc):
        return StrangerSeen(pack.station, epc, sku, owner)
    if sku is not None and owner in {None, pack.order_id}:
        sign = pairing.tag_seen(units_of(pack, sku), epc)
        if owner is None and _is_too_early(state, pack, sku, sign):
            return None
        if sign.unit is not None and (sign.before or _may_be_of_the_tote(state, pack, sku, epc)):
            return PieceChecked(pack.station, sku, sign.unit, sign.before)
    if owner is None and _may_be_a_neighbour(state, pack, sku):
        return None
    return StrangerSeen(pack.station, epc, sku, owner)


def _is_too_early(state: FloorState, pack: PackSession, sku: Sku, sign: pairing.Sign) -> bool:
    """Whether a tag that no pick named is not yet to count as a piece that is wanted here.

    Not before the antennas have had their time, in which what lies beside is told; and not by
    radio alone while a closed parcel that stands here still may have it, for its pieces were told
    by barcode: the packer scans what is in the box, and that scan waits for a tag.
    """
    if sign.before is None and missing_of(state, pack)[sku] < 1:
        return False
    if pack.listening_since_us > 0:
        return True
    return sign.before is None and _is_unnamed_in_a_parcel(state, sku)


def _is_unnamed_in_a_parcel(state: FloorState, sku: Sku) -> bool:
    """Whether a parcel that has not left holds a piece of this article whose tag nobody told."""
    return any(
        one == sku and unit.epc is None
        for parcel in state.parcels.standing()
        for one, unit in parcel.contents
    )


def _may_be_of_the_tote(state: FloorState, pack: PackSession, sku: Sku, epc: Epc) -> bool:
    """Whether a tag that nobody scanned here can be that of a missing piece.

    A piece whose tag was seen when it was picked is missing until that very tag is heard or its
    barcode scanned; only pieces whose tags are not known yet may have any of their article.
    """
    if missing_of(state, pack)[sku] < 1:
        return False
    picked = [unit.epc for one, unit in state.totes.picked_of(pack.order_id) if one == sku]
    if epc in picked:
        return True
    unnamed = sum(unit.epc not in {None, *picked} for unit in units_of(pack, sku))
    return picked.count(None) > unnamed


def _may_be_a_neighbour(state: FloorState, pack: PackSession, sku: Sku | None) -> bool:
    """Whether a tote nearby holds a piece of this article whose tag nobody has told yet.

    One piece more of what this very order wants is what a hand that took two for one leaves in
    the tote: that is asked about, whatever stands beside.
    """
    if any(one == sku for one, _ in state.totes.picked_of(pack.order_id)):
        return False
    return any(
        one == sku and unit.epc is None
        for tote in state.totes.values()
        if tote.order_id != pack.order_id
        for one, unit in tote.picked
    )


def _to_take_out(state: FloorState, pack: PackSession) -> list[taking_out.Inside]:
    return taking_out.inside_of(state, pack.order_id, pack.station)


def verdict(state: FloorState, station: LocationId) -> str:
    """`empty`, `take_out`, `listening`, `checking`, `match` or `extra`: for the station's screen.

    Nothing is said to be missing or right before the antennas have had their time; what does not
    belong here is said as soon as it is known.
    """
    pack = state.packs.get(station)
    if pack is None:
        return "empty"
    if pack.strangers:
        return "extra"
    if _to_take_out(state, pack):
        return "take_out"
    if quiet.is_listening(state, pack):
        return "listening"
    return "checking" if any(missing_of(state, pack).values()) else "match"
