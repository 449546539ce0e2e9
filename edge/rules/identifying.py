"""What a scanned text names: a piece, a place, a tote or a parcel of this warehouse."""

from dataclasses import dataclass

from edge.gs1 import barcode
from edge.gs1.barcode import Barcode
from edge.gs1.epc import gtin_of, sgtin_of, sscc_of
from edge.gs1.items import epc_of, epcs_of, names_of
from edge.model.ids import Epc, Gtin, LocationId, Sku, Sscc, ToteId
from edge.model.state import FloorState
from edge.model.work import Parcel


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an article, or a case of several.

    Attributes:
        epc: the very piece's tag, where the code bears a serial number.
        quantity: pieces in a case whose GTIN was scanned; 1 for a single piece.
    """

    sku: Sku
    epc: Epc | None
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A location's own label."""

    location: LocationId


@dataclass(frozen=True, slots=True)
class Container:
    """A tote's label."""

    tote_id: ToteId


@dataclass(frozen=True, slots=True)
class ParcelLabel:
    """An SSCC: of a parcel, a pallet, or of nothing that is known."""

    sscc: Sscc


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing that this warehouse knows.

    Attributes:
        why: one sentence, for the screen.
    """

    why: str


Named = Piece | Place | Container | ParcelLabel | Unknown


def identify(state: FloorState, text: str) -> Named:
    """What the text names; the warehouse's own labels go before GS1's."""
    text = text.strip()
    code = barcode.parse(text)
    own = _own_label(state, text) or _own_label(state, code.raw)
    if own is not None:
        return own
    if code.sscc is not None:
        return ParcelLabel(code.sscc)
    if code.epc_hex is not None:
        return _tag(state, code.epc_hex)
    if code.gtin is not None:
        return _article(state, code.gtin, code)
    return Unknown(code.fault or "nobody here knows this code")


def _own_label(state: FloorState, text: str) -> Named | None:
    if text in state.articles:
        return Piece(Sku(text), None)
    if text in state.floor.locations:
        return Place(LocationId(text))
    if text in state.totes or any(one.tote_id == text for one in state.errands.values()):
        return Container(ToteId(text))
    if text in state.parcels or text in state.pallets:
        return ParcelLabel(Sscc(text))
    return None


def _article(state: FloorState, gtin: Gtin, code: Barcode) -> Named:
    sku = state.articles.bearing(gtin)
    if sku is None:
        return _case(state, gtin)
    if not code.serial:
        return Piece(sku, None)
    known = state.known_as(epcs_of(gtin, code.serial))  # by its tag, where work in hand saw that
    return Piece(sku, known or epc_of(gtin, code.serial))


def _case(state: FloorState, gtin: Gtin) -> Named:
    """So many pieces; the serial number of a case names none of those in it."""
    level = state.levels.get(gtin)
    if level is None:
        return Unknown(f"no article has GTIN {gtin}")
    if level.sku not in state.articles:
        return Unknown(f"GTIN {gtin} is a pack of {level.sku}, which is no known article")
    return Piece(level.sku, None, level.quantity)


def _tag(state: FloorState, epc: Epc) -> Named:
    item = sgtin_of(epc)
    sku = state.articles.bearing(item[0]) if item else None
    if item is None or sku is None:
        return Unknown(f"tag {epc} belongs to no known article")
    return Piece(sku, state.known_as((epc, *epcs_of(*item))) or epc)


def known_as(state: FloorState, epc: Epc) -> Epc:
    """The name that work in hand has for the item of a tag: the tag's own, or its label's."""
    names = names_of(epc)
    return (state.known_as(names) if len(names) > 1 else None) or epc


def parcel_of(state: FloorState, epc: Epc) -> Parcel | None:
    """The parcel whose own label bears a tag, else the one that the tag's piece went into last."""
    label = sscc_of(epc)
    own = state.parcels.get(label) if label is not None else None
    return own or state.parcels.holding(known_as(state, epc))


def article_of(state: FloorState, epc: Epc) -> Sku | None:
    """The article that a tag's SGTIN names; None for any other tag."""
    gtin = gtin_of(epc)
    return state.articles.bearing(gtin) if gtin is not None else None
