"""The things of the simulated warehouse, and how the holder of a thing is named."""

from dataclasses import dataclass

from simulators.hall import PACK_STATION

GONE = "gone"
RACK = f"{PACK_STATION}/rack"
"""Where totes wait for the packer, beyond the reach of the table's antenna."""
OUTFEED = f"{PACK_STATION}/out"
"""Where closed parcels wait to be carried to the dock."""


def hand_of(badge: str) -> str:
    """The holder that a person's hands are."""
    return f"hand:{badge}"


def tote_holder(tote_id: str) -> str:
    """The holder that a tote is."""
    return f"tote:{tote_id}"


def parcel_holder(sscc: str) -> str:
    """The holder that a parcel is."""
    return f"parcel:{sscc}"


def label_holder(sscc: str) -> str:
    """The holder that the outside of a parcel is: its label, and that of its pallet."""
    return f"label:{sscc}"


@dataclass(slots=True)
class Piece:
    """One physical item; `origin` is the bin that it was last taken from."""

    epc: str
    sku: str
    holder: str
    origin: str


@dataclass(slots=True)
class Tote:
    """A container on its way; `walk_id` is the walk that it was taken along for."""

    tote_id: str
    holder: str
    walk_id: str


@dataclass(slots=True)
class ParcelBox:
    """A closed parcel and the order that it was closed for."""

    sscc: str
    order_id: str
    tote_id: str
    holder: str


@dataclass(frozen=True, slots=True)
class Departure:
    """One parcel that left, with what was really in it: (EPC, SKU) of each piece."""

    sscc: str
    order_id: str
    at_us: int
    pieces: tuple[tuple[str, str], ...]
