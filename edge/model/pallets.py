"""Pallets: parcels that are stacked, labelled and sent as one logistic unit."""

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

from edge.model.ids import LocationId, Sscc
from edge.model.table import Table


class PalletState(StrEnum):
    """Where a pallet stands."""

    OPEN = "open"
    """Parcels are stacked on it."""
    CLOSED = "closed"
    """It has its label: nothing is put on it or taken off any more."""
    LEFT = "left"
    BROKEN_UP = "broken_up"
    """Its parcels stand by themselves; nothing bears its number again."""


class PalletStep(StrEnum):
    """What can happen to a pallet as a whole."""

    CLOSE = "close"
    LEAVE = "leave"
    BREAK_UP = "break_up"


PALLET_STEPS = {
    (PalletState.OPEN, PalletStep.CLOSE): PalletState.CLOSED,
    (PalletState.CLOSED, PalletStep.LEAVE): PalletState.LEFT,
    (PalletState.OPEN, PalletStep.BREAK_UP): PalletState.BROKEN_UP,
    (PalletState.CLOSED, PalletStep.BREAK_UP): PalletState.BROKEN_UP,
}
STANDING = frozenset({PalletState.OPEN, PalletState.CLOSED})


@dataclass(frozen=True, slots=True)
class SeenLeaving:
    """Parcels of a pallet that a portal saw going out, before the whole pallet counts as gone.

    Attributes:
        ssccs: which, in the order in which they were seen.
        last_us: when the last of them was, UTC microseconds.
    """

    portal: LocationId
    ssccs: tuple[Sscc, ...]
    last_us: int


@dataclass(frozen=True, slots=True)
class Pallet:
    """Parcels of one carrier that leave together.

    Attributes:
        sscc: its own number; a new content takes a new number (GS1 General Specifications, AI 00).
        place: where it stands while it is stacked, and where its label is printed.
        carrier: of its parcels; empty until the first that has one.
        parcels: what is on it, in the order in which it was stacked.
        seen: what a portal has seen of it going out; None while nothing was.
        unheard: parcels with tags of which no portal heard any when the pallet left.
        left_alone: parcels that were seen going out without it, and are not on it any more.
    """

    sscc: Sscc
    place: LocationId
    carrier: str = ""
    parcels: tuple[Sscc, ...] = ()
    state: PalletState = PalletState.OPEN
    seen: SeenLeaving | None = None
    unheard: tuple[Sscc, ...] = ()
    left_alone: tuple[Sscc, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether a person has to look: a parcel was missing on it, or went without it."""
        return bool(self.unheard or self.left_alone)


class PalletTable(Table[Sscc, Pallet]):
    """Pallets by their number, indexed by parcel, and those that still matter."""

    def __init__(self) -> None:
        super().__init__()
        self._bearing: dict[Sscc, Sscc] = {}
        self._present: dict[Sscc, None] = {}

    @override
    def _index(self, key: Sscc, value: Pallet) -> None:
        known = self.get(key)
        for sscc in known.parcels if known is not None else ():
            self._bearing.pop(sscc, None)
        for sscc in value.parcels:
            self._bearing[sscc] = key
        if value.state in STANDING or value.is_doubtful:
            self._present[key] = None
        else:
            self._present.pop(key, None)

    def bearing(self, sscc: Sscc) -> Pallet | None:
        """The pallet on which a parcel is, or with which it left."""
        pallet = self._bearing.get(sscc)
        return self[pallet] if pallet is not None else None

    def present(self) -> list[Pallet]:
        """Those that stand here, and those about which a person has to look at something."""
        return [self[sscc] for sscc in self._present]
