"""What people post where pallets are stacked: inputs like those of `posted`."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import Badge, LocationId, RequestId, Sscc


class PalletStepWanted(StrEnum):
    """What a person wants of a pallet."""

    CLOSE = "close"
    BREAK_UP = "break_up"
    LABEL = "label"
    """Its label once more."""
    LOOKED_AT = "looked_at"
    """What was missing on it, or went without it, is seen to."""


@dataclass(frozen=True, slots=True)
class PalletWanted:
    """A person begins a pallet; `code` is its label, where it bears one already, else empty."""

    request_id: RequestId
    badge: Badge
    place: LocationId
    code: str
    at_us: int


@dataclass(frozen=True, slots=True)
class PalletScanned:
    """A person who stacks scanned something; `pallet` is the one that they have chosen."""

    request_id: RequestId
    badge: Badge
    pallet: Sscc | None
    code: str
    at_us: int


@dataclass(frozen=True, slots=True)
class ParcelTakenOff:
    """A person takes a parcel off a pallet."""

    request_id: RequestId
    badge: Badge
    pallet: Sscc
    sscc: Sscc
    at_us: int


@dataclass(frozen=True, slots=True)
class PalletDecided:
    """A person closes a pallet, or wants something else of it."""

    request_id: RequestId
    badge: Badge
    pallet: Sscc
    step: PalletStepWanted
    at_us: int
