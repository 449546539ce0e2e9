"""Work in hand: walks, their stops and pickers, totes, wall slots, pack sessions and parcels."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import (
    Badge,
    Epc,
    LineId,
    LocationId,
    OrderId,
    Sku,
    Sscc,
    ToteId,
    WalkId,
)
from edge.model.weights import ParcelWeight


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece in hand, known by its tag, by its barcode or by both.

    A tag and a barcode of the same piece are paired, so that a piece that is scanned and also seen
    by the cart's antenna counts once: known by one of them, it takes the next sign of the other.

    Attributes:
        epc: its tag, or the tag that its label's serial number names; None while neither is known.
        scanned: whether its barcode was scanned.
    """

    epc: Epc | None
    scanned: bool


class WalkState(StrEnum):
    """Where a walk stands."""

    WAITING = "waiting"
    WALKING = "walking"
    PARKED = "parked"
    """Begun, and in nobody's hand any more."""
    DROPPED = "dropped"


class WalkStep(StrEnum):
    """What can happen to a walk."""

    START = "start"
    PARK = "park"
    DROP = "drop"


WALK_STEPS = {
    (WalkState.WAITING, WalkStep.START): WalkState.WALKING,
    (WalkState.WALKING, WalkStep.PARK): WalkState.PARKED,
    (WalkState.PARKED, WalkStep.START): WalkState.WALKING,
    (WalkState.WALKING, WalkStep.DROP): WalkState.DROPPED,
}
"""A walk waits for a picker, is walked, and ends when its totes stand at the pack station."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One halt of a walk: so many pieces of one article from one place into one tote.

    Attributes:
        quantity: pieces wanted here; 0 where the order no longer wants any.
        units: pieces in the tote so far.
        missing: pieces that were declared not to be there.
        checked_empty: whether the picker found the place empty after the last piece.
        heard_at: where the radio heard a piece near when none was found; None while nobody missed
            any.
        place_confirmed: whether the picker has said or scanned that they stand before the place.
        wrong_places: how often they gave the check digits of another one.
        instead_of: the article that the order asks for, where another one is picked for it.
        offered: an allowed substitute that the picker scanned here once.
        undone: pieces that the radio had seen picked, and then saw back in the place.
    """

    location: LocationId
    sku: Sku
    quantity: int
    order_id: OrderId
    line_id: LineId
    tote_id: ToteId
    units: tuple[Unit, ...] = ()
    missing: int = 0
    checked_empty: bool = False
    heard_at: LocationId | None = None
    place_confirmed: bool = False
    wrong_places: int = 0
    instead_of: Sku | None = None
    offered: Sku | None = None
    undone: int = 0

    @property
    def open_quantity(self) -> int:
        """Pieces still to be picked here."""
        return self.quantity - len(self.units) - self.missing


@dataclass(frozen=True, slots=True)
class Walk:
    """Orders that are walked together, with the stops in walking order.

    Attributes:
        picker: who walks it; None while it waits.
        cart: the cart that goes along; None where it has no antenna or no walk has begun.
        length_m: of the planned way.
        why: one sentence: why these orders go together.
        fence: how often it has left a picker's hand; what names an older one comes too late.
        picker_before: who had it in hand before.
        alone_m: of the ways together if each order were walked by itself; 0 where not known.
        totes: the places of the cart, the first one's tote first; empty in a walk of old.
        to_replan: whether stops were added where they came up, so that a better order is wanted.
        unbound: labels of totes that were only planned: no tote was taken and scanned for them.
        handed_at: the hand-over place where its totes stand; None while they are with somebody.
    """

    walk_id: WalkId
    stops: tuple[Stop, ...]
    length_m: float
    why: str
    state: WalkState = WalkState.WAITING
    picker: Badge | None = None
    cart: LocationId | None = None
    fence: int = 0
    picker_before: Badge | None = None
    alone_m: float = 0.0
    totes: tuple[ToteId, ...] = ()
    to_replan: bool = False
    unbound: tuple[ToteId, ...] = ()
    handed_at: LocationId | None = None

    @property
    def slots(self) -> tuple[ToteId, ...]:
        """The tote in each place of the cart."""
        return self.totes or tuple(dict.fromkeys(stop.tote_id for stop in self.stops))

    @property
    def current(self) -> int | None:
        """Index of the stop at hand; None when every stop is done."""
        return next((i for i, stop in enumerate(self.stops) if stop.open_quantity > 0), None)

    @property
    def to_bind(self) -> ToteId | None:
        """The planned label for which a tote is to be taken next; None where all are there."""
        wanted = {stop.tote_id for stop in self.stops if stop.open_quantity > 0}
        return next((tote_id for tote_id in self.unbound if tote_id in wanted), None)

    @property
    def orders(self) -> tuple[OrderId, ...]:
        """The orders that still want something of this walk, in the order of their first stop."""
        return tuple(dict.fromkeys(stop.order_id for stop in self.stops if stop.quantity > 0))


@dataclass(frozen=True, slots=True)
class Picker:
    """A person at work.

    Attributes:
        ready: whether work may be given to them.
        cart: the cart that they push; None without one.
        zone: the zone that they work in; None for everywhere.
    """

    badge: Badge
    ready: bool
    cart: LocationId | None = None
    zone: LocationId | None = None


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person as the central system lists them; their PIN and rights are not its to give.

    Attributes:
        name: for the screens; empty where not told.
        role: what the central system takes them for; rights go by the gateway's own settings.
        active: false where they may not sign in any more.
        version: grows with each change by the central system.
    """

    badge: Badge
    name: str
    role: str
    active: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True)
class Tote:
    """A container with the pieces of one order; an order may have several.

    Attributes:
        picked: the pieces in it with their article, as picking put them there.
        came_from: where each of them was taken, in the same order; empty in a tote of old.
        station: where it was dropped, a pack station or a put wall; None while it is picked.
        extras: tags that the cart's antenna heard when it was dropped, that nobody had picked, and
            that may lie in it.
    """

    tote_id: ToteId
    order_id: OrderId
    picked: tuple[tuple[Sku, Unit], ...] = ()
    came_from: tuple[LocationId, ...] = ()
    station: LocationId | None = None
    extras: tuple[Epc, ...] = ()


@dataclass(frozen=True, slots=True)
class WallSlot:
    """A slot of a put wall that an order has.

    Attributes:
        slot, wall: the slot's place and the wall that it is part of.
        tote_id: the tote whose pieces are sorted into it.
        put: pieces of that tote that lie in the slot.
        lit: the piece in somebody's hand that belongs here; None while the slot is dark.
        errands: what its pieces are put back by, where its order wants them no more: the slot is
            nobody else's until they are done.
    """

    slot: LocationId
    wall: LocationId
    order_id: OrderId
    tote_id: ToteId
    put: tuple[tuple[Sku, Unit], ...] = ()
    lit: tuple[Sku, Unit] | None = None
    errands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackSession:
    """One order being checked at a pack station, all of its totes together.

    Attributes:
        tote_id: the tote that opened the check.
        more: further totes of the order that were scanned here.
        checked: pieces that this station has read or scanned, with their article.
        strangers: tags seen here that the order does not want.
        neighbours: tags that the antennas hear here and that surely lie beside the box.
        listening_since_us: since when the antennas are to hear nothing new before there is a
            verdict, UTC microseconds; 0 where they have, or there are none.
    """

    station: LocationId
    tote_id: ToteId
    order_id: OrderId
    opened_us: int
    checked: tuple[tuple[Sku, Unit], ...] = ()
    strangers: tuple[Epc, ...] = ()
    neighbours: tuple[Epc, ...] = ()
    more: tuple[ToteId, ...] = ()
    listening_since_us: int = 0


@dataclass(frozen=True, slots=True)
class WrongDoor:
    """A portal of other carriers at which a parcel was, and when first, UTC microseconds."""

    portal: LocationId
    since_us: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A closed parcel.

    Attributes:
        sscc: its number on the label.
        contents: its pieces with their article.
        shipped: whether it has left through a portal.
        complete: whether it holds all that the order asked for.
        returned: which of its pieces have come back, as indices of `contents`.
        wrong_door: where another carrier's door saw it last; None once it has left.
        manifested: whether it is on a manifest that is closed.
        recalled: whether its order was cancelled, so that it is to be opened and not to leave.
        weight: None where it was not weighed.
    """

    sscc: Sscc
    order_id: OrderId
    carrier: str
    contents: tuple[tuple[Sku, Unit], ...]
    complete: bool
    shipped: bool = False
    returned: tuple[int, ...] = ()
    wrong_door: WrongDoor | None = None
    manifested: bool = False
    recalled: bool = False
    weight: ParcelWeight | None = None

    @property
    def epcs(self) -> tuple[Epc, ...]:
        """The tags of its pieces, as far as they are known."""
        return tuple(unit.epc for _, unit in self.contents if unit.epc is not None)
