"""Packing and the put wall: totes joined, pieces checked and sorted, parcels closed."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.errands import Carried
from edge.model.ids import Badge, Epc, LocationId, OrderId, Sku, Sscc, ToteId
from edge.model.work import Parcel, Unit


@dataclass(frozen=True, slots=True)
class PackOpened:
    """A tote is being checked at a station.

    Attributes:
        listens: its antennas answer, so its verdict waits for them; not before version 2.
    """

    type: ClassVar[str] = "pack.opened"
    station: LocationId
    tote_id: ToteId
    order_id: OrderId
    badge: Badge | None
    listens: bool = False


@dataclass(frozen=True, slots=True)
class ToteJoined:
    """A further tote of the order that is being checked has come to the station.

    Attributes:
        listens: as of `PackOpened`.
    """

    type: ClassVar[str] = "pack.tote_joined"
    station: LocationId
    tote_id: ToteId
    order_id: OrderId
    badge: Badge | None
    listens: bool = False


@dataclass(frozen=True, slots=True)
class PieceChecked:
    """A piece of the open tote was read or scanned; `before` where it gained a sign."""

    type: ClassVar[str] = "pack.checked"
    station: LocationId
    sku: Sku
    unit: Unit
    before: Unit | None


@dataclass(frozen=True, slots=True)
class StrangerSeen:
    """A tag at the station does not belong to the open tote; `belongs_to` where that is known."""

    type: ClassVar[str] = "pack.stranger"
    station: LocationId
    epc: Epc
    sku: Sku | None
    belongs_to: OrderId | None


@dataclass(frozen=True, slots=True)
class StrangerLeft:
    """A tag that did not belong to the open tote is no longer at the station."""

    type: ClassVar[str] = "pack.stranger_left"
    station: LocationId
    epc: Epc


@dataclass(frozen=True, slots=True)
class SlotLit:
    """A piece is in hand at a put wall, and the slot of its order is shown."""

    type: ClassVar[str] = "pack.slot_lit"
    wall: LocationId
    slot: LocationId
    order_id: OrderId
    tote_id: ToteId
    sku: Sku
    unit: Unit
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class PieceSorted:
    """The piece in hand lies in its slot; `badge` is None where the slot's antenna says so."""

    type: ClassVar[str] = "pack.put"
    wall: LocationId
    slot: LocationId
    order_id: OrderId
    sku: Sku
    unit: Unit
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class PieceLaidBack:
    """The piece in hand was not put into its slot: it lies among the unsorted ones again."""

    type: ClassVar[str] = "pack.laid_back"
    wall: LocationId
    slot: LocationId
    sku: Sku
    badge: Badge


@dataclass(frozen=True, slots=True)
class SlotEmptied:
    """An order has no slot any more: its pieces are at a pack station, or it was given up."""

    type: ClassVar[str] = "pack.slot_emptied"
    wall: LocationId
    slot: LocationId
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class NeighbourHeard:
    """A tag at the station lies beside the box, or (`beside` false) does so no longer surely."""

    type: ClassVar[str] = "pack.neighbour"
    station: LocationId
    epc: Epc
    beside: bool
    probability: float


@dataclass(frozen=True, slots=True)
class PackListened:
    """A station has heard nothing new around its open tote, or (`quiet` false) does so again.

    Attributes:
        outwaited: new tags never stopped coming, and the packer is made to wait no longer.
    """

    type: ClassVar[str] = "pack.listened"
    station: LocationId
    quiet: bool
    outwaited: bool = False


@dataclass(frozen=True, slots=True)
class ParcelClosed:
    """A parcel was checked against its order and closed.

    Attributes:
        serial: its running number, whose last digits its SSCC bears; 0 in facts of version 1.
        more_totes: further totes of the order whose pieces are in it; none before version 4.
    """

    type: ClassVar[str] = "pack.closed"
    station: LocationId
    parcel: Parcel
    tote_id: ToteId
    badge: Badge | None
    serial: int = 0
    more_totes: tuple[ToteId, ...] = ()


@dataclass(frozen=True, slots=True)
class ParcelUnpacked:
    """Pieces are out of a parcel: all of a cancelled order's, or one that a customer sent back.

    Attributes:
        where: the pack station or the quarantine at which it was.
        reason: `cancelled` or `returned`.
        pieces: with the place of each: where it is to be brought, or the quarantine.
        errand_id: what brings them; None of what was returned.
    """

    type: ClassVar[str] = "pack.unpacked"
    sscc: Sscc
    order_id: OrderId
    where: LocationId
    reason: str
    pieces: tuple[Carried, ...]
    errand_id: str | None
    by: Badge | None


@dataclass(frozen=True, slots=True)
class PiecesUnwanted:
    """Pieces of an order at a put wall or a station are no longer wanted: they are taken out.

    Attributes:
        where: the wall or the station at which its tote stands.
        pieces: with the place of each, to which it is brought back.
        unchecked: what the order's open check does not count any more.
        errand_id: what brings them.
    """

    type: ClassVar[str] = "pack.unwanted"
    where: LocationId
    order_id: OrderId
    tote_id: ToteId
    pieces: tuple[Carried, ...]
    unchecked: tuple[tuple[Sku, Unit], ...]
    errand_id: str


@dataclass(frozen=True, slots=True)
class PieceTakenOut:
    """Somebody has laid aside a piece that is no longer wanted; `unit` is how they know it."""

    type: ClassVar[str] = "pack.taken_out"
    where: LocationId
    errand_id: str
    piece: Carried
    unit: Unit
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class ToteGivenUp:
    """Nothing of what was picked into a tote is there: it is closed, its order waits again.

    Attributes:
        more_totes: further totes of the order, of which nothing is there either; none before
            version 2.
    """

    type: ClassVar[str] = "pack.given_up"
    station: LocationId
    tote_id: ToteId
    order_id: OrderId
    lost: tuple[tuple[Sku, Unit], ...]
    badge: Badge
    more_totes: tuple[ToteId, ...] = ()


@dataclass(frozen=True, slots=True)
class PalletOpened:
    """A pallet has a number, and parcels are stacked on it from now on.

    Attributes:
        serial: the running number of its SSCC; 0 where its label bore one already.
    """

    type: ClassVar[str] = "pack.pallet_opened"
    pallet: Sscc
    place: LocationId
    serial: int
    by: Badge


@dataclass(frozen=True, slots=True)
class ParcelStacked:
    """A parcel lies on a pallet; `by` is None where the place's antenna says so."""

    type: ClassVar[str] = "pack.stacked"
    pallet: Sscc
    sscc: Sscc
    order_id: OrderId
    carrier: str
    by: Badge | None


@dataclass(frozen=True, slots=True)
class ParcelUnstacked:
    """A parcel does not lie on its pallet any more.

    Attributes:
        reason: `taken_off` by a person, or it `left_alone` through a portal.
    """

    type: ClassVar[str] = "pack.unstacked"
    pallet: Sscc
    sscc: Sscc
    order_id: OrderId
    reason: str
    by: Badge | None


@dataclass(frozen=True, slots=True)
class PalletClosed:
    """A pallet is complete and gets its label."""

    type: ClassVar[str] = "pack.pallet_closed"
    pallet: Sscc
    carrier: str
    ssccs: tuple[Sscc, ...]
    by: Badge


@dataclass(frozen=True, slots=True)
class PalletBrokenUp:
    """A pallet is no more: its parcels stand by themselves, its number is not used again."""

    type: ClassVar[str] = "pack.pallet_broken_up"
    pallet: Sscc
    ssccs: tuple[Sscc, ...]
    by: Badge


PackEvent = (
    PackOpened
    | ToteJoined
    | PieceChecked
    | StrangerSeen
    | StrangerLeft
    | SlotLit
    | PieceSorted
    | PieceLaidBack
    | SlotEmptied
    | NeighbourHeard
    | PackListened
    | ParcelClosed
    | ParcelUnpacked
    | PiecesUnwanted
    | PieceTakenOut
    | ToteGivenUp
    | PalletOpened
    | ParcelStacked
    | ParcelUnstacked
    | PalletClosed
    | PalletBrokenUp
)
