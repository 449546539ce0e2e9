"""Dispatch: pallets, parcels that went through a door, manifests."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.ids import Badge, Epc, LocationId, OrderId, Sscc


@dataclass(frozen=True, slots=True)
class PalletSeen:
    """A portal saw a parcel of a closed pallet going out; the others may follow."""

    type: ClassVar[str] = "ship.pallet_seen"
    pallet: Sscc
    sscc: Sscc
    portal: LocationId


@dataclass(frozen=True, slots=True)
class PalletDeparted:
    """A pallet has left through a portal, and with it every parcel that is on it.

    Attributes:
        ssccs: its parcels; each has a `ship.departed` of its own behind this.
        unheard: those of them with tags of which the portal heard none.
        by: who said so; None where the portal saw it.
    """

    type: ClassVar[str] = "ship.pallet_departed"
    pallet: Sscc
    carrier: str
    portal: LocationId
    ssccs: tuple[Sscc, ...]
    unheard: tuple[Sscc, ...]
    by: Badge | None


@dataclass(frozen=True, slots=True)
class PalletLookedAt:
    """What was missing on a pallet, or went without it, is seen to.

    `by` is the person; None where a portal heard the rest after all.
    """

    type: ClassVar[str] = "ship.pallet_looked_at"
    pallet: Sscc
    by: Badge | None


@dataclass(frozen=True, slots=True)
class ParcelShipped:
    """A parcel has left through a portal."""

    type: ClassVar[str] = "ship.departed"
    sscc: Sscc
    order_id: OrderId
    carrier: str
    portal: LocationId
    epcs: tuple[Epc, ...]
    by: Badge | None


@dataclass(frozen=True, slots=True)
class ManifestClosed:
    """A carrier's parcels of one cut-off are handed over: those that were loaded.

    Attributes:
        due_us: the cut-off, UTC microseconds; None for orders without one.
        ssccs: the parcels, in the order in which they were closed; a later manifest of the same
            cut-off names others.
        missing: parcels of the same cut-off that were packed and not loaded.
        pallets: on which of those in `ssccs` left; none in facts of version 1.
        weight_g: of those in `ssccs` that were weighed, together, grams; 0 before version 3.
        unweighed: how many of them were not.
    """

    type: ClassVar[str] = "ship.manifest_closed"
    carrier: str
    due_us: int | None
    ssccs: tuple[Sscc, ...]
    missing: tuple[Sscc, ...]
    by: Badge
    pallets: tuple[Sscc, ...] = ()
    weight_g: int = 0
    unweighed: int = 0


ShipEvent = PalletSeen | PalletDeparted | PalletLookedAt | ParcelShipped | ManifestClosed
