"""Picking: walks, stops, pieces picked, and every way a stop can go otherwise."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.ids import Badge, Epc, LineId, LocationId, OrderId, Sku, ToteId, WalkId
from edge.model.work import ListedPerson, Stop, Unit, Walk


@dataclass(frozen=True, slots=True)
class WalkPlanned:
    """Orders were put together and their stock promised."""

    type: ClassVar[str] = "pick.planned"
    walk: Walk


@dataclass(frozen=True, slots=True)
class WalkReplanned:
    """A walk that is under way goes on otherwise, perhaps with more orders.

    Attributes:
        stops: all of them; those up to the one at hand are as they were.
        totes: the places of the cart; those of new orders come last.
        length_m: of the whole way as it is now.
        joined: orders that were not in the walk before.
        why: one sentence.
        to_bind: labels of totes that are to be taken and scanned for them; none before version 3.
    """

    type: ClassVar[str] = "pick.replanned"
    walk_id: WalkId
    stops: tuple[Stop, ...]
    totes: tuple[ToteId, ...]
    length_m: float
    joined: tuple[OrderId, ...]
    why: str
    to_bind: tuple[ToteId, ...] = ()


@dataclass(frozen=True, slots=True)
class PickerChanged:
    """A picker is ready for work, or has gone; in a zone of their own where `zone` names one."""

    type: ClassVar[str] = "pick.picker_changed"
    badge: Badge
    ready: bool
    cart: LocationId | None
    zone: LocationId | None = None


@dataclass(frozen=True, slots=True)
class PersonListed:
    """A person is listed by the central system, in this version."""

    type: ClassVar[str] = "pick.person_listed"
    person: ListedPerson


@dataclass(frozen=True, slots=True)
class WalkStarted:
    """A picker has taken a walk."""

    type: ClassVar[str] = "pick.started"
    walk_id: WalkId
    badge: Badge
    cart: LocationId | None


@dataclass(frozen=True, slots=True)
class WorkReturned:
    """A picker's work has left their hand: `handed_over` by a person, or they were `silent`.

    Attributes:
        badge: whose hand.
        walk_id: the walk; None where only errands were in hand.
        errands: what was to be brought to places of storage.
        by: who handed it over; None where nobody did.
    """

    type: ClassVar[str] = "pick.returned"
    badge: Badge
    walk_id: WalkId | None
    errands: tuple[str, ...]
    reason: str
    by: Badge | None


@dataclass(frozen=True, slots=True)
class ErrandStarted:
    """A picker has pieces to bring to places of storage."""

    type: ClassVar[str] = "pick.errand_started"
    errand_id: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class PiecePicked:
    """One piece went from its place into a tote."""

    type: ClassVar[str] = "pick.picked"
    walk_id: WalkId
    stop: int
    badge: Badge
    order_id: OrderId
    line_id: LineId
    sku: Sku
    location: LocationId
    tote_id: ToteId
    unit: Unit


@dataclass(frozen=True, slots=True)
class PickUndone:
    """A piece that only the radio had seen picked is back in its place: it is wanted again.

    Attributes:
        heard_at: where its tag is heard now, the place or one around it.
    """

    type: ClassVar[str] = "pick.undone"
    walk_id: WalkId
    stop: int
    badge: Badge | None
    order_id: OrderId
    line_id: LineId
    sku: Sku
    location: LocationId
    tote_id: ToteId
    unit: Unit
    heard_at: LocationId


@dataclass(frozen=True, slots=True)
class PieceConfirmed:
    """A piece that was picked already showed its other sign: tag after barcode or the reverse."""

    type: ClassVar[str] = "pick.confirmed"
    walk_id: WalkId
    stop: int
    tote_id: ToteId
    sku: Sku
    before: Unit
    unit: Unit


@dataclass(frozen=True, slots=True)
class StopShort:
    """Pieces are not to be had where the books say; what remains of the stop is given up.

    Attributes:
        stays: whether they lie there all the same, such as behind a fallen pallet: what is free
            stays in the books; false in facts of version 1.
    """

    type: ClassVar[str] = "pick.short"
    walk_id: WalkId
    stop: int
    badge: Badge
    order_id: OrderId
    line_id: LineId
    sku: Sku
    location: LocationId
    quantity: int
    reason: str
    stays: bool = False


@dataclass(frozen=True, slots=True)
class StopSought:
    """Pieces were not found, and the radio hears some near: the picker is to look once more."""

    type: ClassVar[str] = "pick.sought"
    walk_id: WalkId
    stop: int
    heard_at: LocationId


@dataclass(frozen=True, slots=True)
class StopPostponed:
    """What is still wanted of a stop is picked at the walk's end."""

    type: ClassVar[str] = "pick.postponed"
    walk_id: WalkId
    stop: int
    reason: str


@dataclass(frozen=True, slots=True)
class StopRerouted:
    """A stop's missing pieces will be picked elsewhere in the same walk."""

    type: ClassVar[str] = "pick.rerouted"
    walk_id: WalkId
    stop: int
    location: LocationId
    quantity: int


@dataclass(frozen=True, slots=True)
class SurplusAwaited:
    """Another picker brings back what is missing here: it may come in time."""

    type: ClassVar[str] = "pick.surplus_awaited"
    walk_id: WalkId
    stop: int
    errand_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class StopRefilled:
    """What a stop was short of has come to lie in a place, and is picked at the walk's end."""

    type: ClassVar[str] = "pick.refilled"
    walk_id: WalkId
    stop: int
    location: LocationId
    quantity: int
    why: str


@dataclass(frozen=True, slots=True)
class SubstituteOffered:
    """The picker scanned another article that may be taken instead; once more, and it is."""

    type: ClassVar[str] = "pick.substitute_offered"
    walk_id: WalkId
    stop: int
    badge: Badge
    sku: Sku


@dataclass(frozen=True, slots=True)
class StopSubstituted:
    """Missing pieces of an article are picked as another one that rule and customer allow."""

    type: ClassVar[str] = "pick.substituted"
    walk_id: WalkId
    stop: int
    order_id: OrderId
    line_id: LineId
    sku: Sku
    by: Sku
    location: LocationId
    quantity: int
    why: str


@dataclass(frozen=True, slots=True)
class PlaceConfirmed:
    """The picker stands before the place wanted, by its `label` or its check `digits`.

    Attributes:
        walk_id, stop: of a walk; None where something is brought or fetched.
        errand_id: what is brought or fetched; None of a walk, and before version 2.
    """

    type: ClassVar[str] = "pick.place_confirmed"
    walk_id: WalkId | None
    stop: int | None
    badge: Badge
    location: LocationId
    how: str
    errand_id: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceMistaken:
    """The picker gave check digits that are not those of the place; `tries`: at this place.

    Attributes:
        walk_id, stop, errand_id: as of `PlaceConfirmed`.
    """

    type: ClassVar[str] = "pick.place_wrong"
    walk_id: WalkId | None
    stop: int | None
    badge: Badge
    location: LocationId
    tries: int
    errand_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToteBound:
    """A picker took a tote and scanned its label for a place of the cart and its order.

    Attributes:
        before: the label that was planned; a walk that had planned `tote_id` has it from now on.
    """

    type: ClassVar[str] = "pick.tote_bound"
    walk_id: WalkId
    badge: Badge
    order_id: OrderId
    before: ToteId
    tote_id: ToteId


@dataclass(frozen=True, slots=True)
class ToteFilled:
    """A tote is full: what the order still wants of this walk goes into a further one.

    Attributes:
        stop: the stop at hand.
        further: the label that is planned for it, until a tote is bound.
    """

    type: ClassVar[str] = "pick.tote_full"
    walk_id: WalkId
    stop: int
    badge: Badge
    order_id: OrderId
    tote_id: ToteId
    further: ToteId


@dataclass(frozen=True, slots=True)
class TotesPassed:
    """A walk's totes stand at a hand-over place: it goes on in another zone, in other hands."""

    type: ClassVar[str] = "pick.passed"
    walk_id: WalkId
    badge: Badge
    location: LocationId
    zone: LocationId


@dataclass(frozen=True, slots=True)
class TotesTaken:
    """The next picker has taken a walk's totes from the hand-over place."""

    type: ClassVar[str] = "pick.taken"
    walk_id: WalkId
    badge: Badge
    location: LocationId


@dataclass(frozen=True, slots=True)
class TotesDropped:
    """A walk's totes stand at the pack station.

    Attributes:
        extras: tags that the cart's antenna hears and nobody picked, each with a tote in which it
            may lie; none before version 2.
    """

    type: ClassVar[str] = "pick.dropped"
    walk_id: WalkId
    badge: Badge
    station: LocationId
    extras: tuple[tuple[ToteId, Epc], ...] = ()


PickEvent = (
    WalkPlanned
    | WalkReplanned
    | PickerChanged
    | PersonListed
    | WalkStarted
    | WorkReturned
    | ErrandStarted
    | PiecePicked
    | PickUndone
    | PieceConfirmed
    | StopShort
    | StopSought
    | StopPostponed
    | StopRerouted
    | SurplusAwaited
    | StopRefilled
    | SubstituteOffered
    | StopSubstituted
    | PlaceConfirmed
    | PlaceMistaken
    | ToteBound
    | ToteFilled
    | TotesPassed
    | TotesTaken
    | TotesDropped
)
