"""What a scanned text names: a piece, a place, a tote or a parcel of this warehouse."""

from dataclasses import dataclass

from edge.gs1 import barcode
from edge.gs1.epc import sgtin_of
from edge.model.ids import Epc, LocationId, Sku, Sscc, ToteId
from edge.model.state import FloorState


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an article; with its tag where the code bears a serial number."""

    sku: Sku
    epc: Epc | None


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
    """A parcel's SSCC."""

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
    own = _own_label(state, text)
    if own is not None:
        return own
    code = barcode.parse(text)
    if code.epc_hex is not None:
        return _tag(state, Epc(code.epc_hex))
    if code.sscc is not None:
        return ParcelLabel(code.sscc)
    if code.gtin is not None:
        sku = state.articles.bearing(code.gtin)
        return Piece(sku, None) if sku else Unknown(f"no article has GTIN {code.gtin}")
    return Unknown(code.fault or "nobody here knows this code")


def _own_label(state: FloorState, text: str) -> Named | None:
    if text in state.articles:
        return Piece(Sku(text), None)
    if text in state.floor.locations:
        return Place(LocationId(text))
    if text in state.totes:
        return Container(ToteId(text))
    if text in state.parcels:
        return ParcelLabel(Sscc(text))
    return None


def _tag(state: FloorState, epc: Epc) -> Named:
    sku = article_of(state, epc)
    return Piece(sku, epc) if sku else Unknown(f"tag {epc} belongs to no known article")


def article_of(state: FloorState, epc: Epc) -> Sku | None:
    """The article that a tag's SGTIN names; None for any other tag."""
    named = sgtin_of(epc)
    return state.articles.bearing(named[0]) if named else None
