"""The facts of the warehouse: immutable, journalled in order, sent to the central system once.

The union is closed. A fact's `type` is `kind.what`; its kind is the last part of its MQTT topic
and one of order, stock, pick, pack, ship, return, count, exception, reader, person. A fact holds
everything that `model.applying` needs, so that the state can be rebuilt from the journal alone.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from edge.model.counts import CountMethod
from edge.model.devices import FoundDecision
from edge.model.goods import Article, Forward, PackLevel
from edge.model.ids import (
    Badge,
    DeviceName,
    Epc,
    LineId,
    LocationId,
    OrderId,
    RequestId,
    Sku,
    Sscc,
    ToteId,
    WalkId,
)
from edge.model.orders import Order, OrderLine
from edge.model.passages import PassageQuestion
from edge.model.returns import Grade, ReturnedPiece
from edge.model.tag_work import TagJob, TagResult, TagTask
from edge.model.tasks import Task
from edge.model.work import Carried, ErrandKind, ListedPerson, Parcel, Stop, Unit, Walk


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """An order, new or in a newer revision, with the outcome of its review in state and doubts."""

    type: ClassVar[str] = "order.received"
    order: Order


@dataclass(frozen=True, slots=True)
class OrderReleased:
    """A held order was let go; `by` is the person, None where the doubt resolved itself."""

    type: ClassVar[str] = "order.released"
    order_id: OrderId
    by: Badge | None


@dataclass(frozen=True, slots=True)
class OrderAmended:
    """A person changed a waiting order; it was reviewed anew, state and doubts tell the outcome.

    Its revision is still the central system's, whose next one replaces it.
    """

    type: ClassVar[str] = "order.amended"
    order: Order
    by: Badge


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """An order will not be carried out.

    Attributes:
        parcels: closed already, and to be opened again; none before version 2.
    """

    type: ClassVar[str] = "order.cancelled"
    order_id: OrderId
    rev: int
    reason: str
    by: Badge | None
    parcels: tuple[Sscc, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderChangeRefused:
    """A newer revision came too late to be followed; the order goes on as it was."""

    type: ClassVar[str] = "order.change_refused"
    order_id: OrderId
    rev: int
    reason: str


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """A newer revision is followed while the order is being picked.

    Attributes:
        order: as it is now.
        stops: all stops of its walk, as they are now.
        surplus: pieces in the tote that are no longer wanted.
    """

    type: ClassVar[str] = "order.changed"
    order: Order
    walk_id: WalkId
    tote_id: ToteId
    stops: tuple[Stop, ...]
    surplus: tuple[Carried, ...]


@dataclass(frozen=True, slots=True)
class ArticleListed:
    """An article is known, in this version."""

    type: ClassVar[str] = "stock.article_listed"
    article: Article


@dataclass(frozen=True, slots=True)
class PackListed:
    """A case or inner pack of an article is known, in this version."""

    type: ClassVar[str] = "stock.pack_listed"
    level: PackLevel


@dataclass(frozen=True, slots=True)
class StockStated:
    """The central system's books say this much lies there."""

    type: ClassVar[str] = "stock.stated"
    sku: Sku
    location: LocationId
    quantity: int
    version: int
    expires_us: int | None = None
    since_us: int | None = None


@dataclass(frozen=True, slots=True)
class StockPlaced:
    """Pieces were put away."""

    type: ClassVar[str] = "stock.placed"
    sku: Sku
    location: LocationId
    quantity: int
    epcs: tuple[Epc, ...]
    by: Badge


@dataclass(frozen=True, slots=True)
class PiecePut:
    """A piece that was no longer wanted, or came back, lies in a place of storage."""

    type: ClassVar[str] = "stock.put"
    errand_id: str
    kind: ErrandKind
    piece: Carried
    by: Badge


@dataclass(frozen=True, slots=True)
class PieceLost:
    """A piece that was to be brought to its place is not to be found."""

    type: ClassVar[str] = "stock.lost"
    errand_id: str
    piece: Carried
    reason: str
    by: Badge


@dataclass(frozen=True, slots=True)
class ForwardListed:
    """How full a place that pickers take from is to be, in this version."""

    type: ClassVar[str] = "stock.forward_listed"
    forward: Forward


@dataclass(frozen=True, slots=True)
class ReplenishmentWanted:
    """A place that pickers take from runs low: pieces are to be brought from another."""

    type: ClassVar[str] = "stock.replenishment_wanted"
    errand_id: str
    sku: Sku
    from_location: LocationId
    to_location: LocationId
    quantity: int


@dataclass(frozen=True, slots=True)
class PieceFetched:
    """A piece was taken out of its place, to be brought to another."""

    type: ClassVar[str] = "stock.fetched"
    errand_id: str
    sku: Sku
    unit: Unit
    location: LocationId
    by: Badge


@dataclass(frozen=True, slots=True)
class FetchShort:
    """Pieces that were to be taken out of a place are not there."""

    type: ClassVar[str] = "stock.fetch_short"
    errand_id: str
    sku: Sku
    location: LocationId
    quantity: int
    reason: str
    by: Badge


@dataclass(frozen=True, slots=True)
class ItemArrived:
    """A tag that was nowhere is in a place."""

    type: ClassVar[str] = "stock.arrived"
    epc: Epc
    sku: Sku | None
    location: LocationId
    probability: float


@dataclass(frozen=True, slots=True)
class ItemMoved:
    """A tag has gone from one place to another."""

    type: ClassVar[str] = "stock.moved"
    epc: Epc
    sku: Sku | None
    from_location: LocationId
    to_location: LocationId
    probability: float


@dataclass(frozen=True, slots=True)
class ItemDeparted:
    """A tag is gone from its place, which was covered all the while."""

    type: ClassVar[str] = "stock.departed"
    epc: Epc
    sku: Sku | None
    from_location: LocationId
    last_seen_us: int


@dataclass(frozen=True, slots=True)
class ItemWithdrawn:
    """A tag was told to be gone or elsewhere, and never left: that fact is withdrawn.

    Attributes:
        fact_id: of the `stock.departed` or `stock.moved` that did not happen.
        location: where the tag has been all the time, since `since_us`.
        went_to: where it was told to be meanwhile; None if it was told to be gone.
        why: `seen_again` there, sounding as before, or `reader_silent`: nobody could hear it.
    """

    type: ClassVar[str] = "stock.withdrawn"
    epc: Epc
    sku: Sku | None
    fact_id: str
    location: LocationId
    went_to: LocationId | None
    probability: float
    since_us: int
    why: str


@dataclass(frozen=True, slots=True)
class TagWorkBegun:
    """A person wants something done with a tag; told before the first bit goes to it."""

    type: ClassVar[str] = "stock.tag_work_begun"
    job: TagJob


@dataclass(frozen=True, slots=True)
class TagWorkEnded:
    """What became of it; `unknown` is an answer, and means that somebody has to read the tag."""

    type: ClassVar[str] = "stock.tag_work_ended"
    job_id: RequestId
    by: Badge
    reader: DeviceName
    task: TagTask
    what: str
    result: TagResult


@dataclass(frozen=True, slots=True)
class TagWritten:
    """A tag bears another EPC and was read back: that number is in the world from now on."""

    type: ClassVar[str] = "stock.tag_written"
    epc: Epc
    epc_before: Epc
    tid: str
    by: Badge


@dataclass(frozen=True, slots=True)
class TagKilled:
    """A tag was silenced for ever and does not answer any more: its number is gone."""

    type: ClassVar[str] = "stock.tag_killed"
    epc: Epc
    tid: str
    by: Badge


@dataclass(frozen=True, slots=True)
class PortalPassed:
    """A tag went through a portal; `direction` is `in` or `out`."""

    type: ClassVar[str] = "stock.passed"
    epc: Epc
    sku: Sku | None
    portal: LocationId
    direction: str
    probability: float


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
class BackOrdered:
    """What no rung of the ladder found: the order goes on without it, or waits for a person."""

    type: ClassVar[str] = "order.back_ordered"
    order_id: OrderId
    line_id: LineId
    sku: Sku
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
    """A walk's totes stand at the pack station."""

    type: ClassVar[str] = "pick.dropped"
    walk_id: WalkId
    badge: Badge
    station: LocationId


@dataclass(frozen=True, slots=True)
class PackOpened:
    """A tote is being checked at a station."""

    type: ClassVar[str] = "pack.opened"
    station: LocationId
    tote_id: ToteId
    order_id: OrderId
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class ToteJoined:
    """A further tote of the order that is being checked has come to the station."""

    type: ClassVar[str] = "pack.tote_joined"
    station: LocationId
    tote_id: ToteId
    order_id: OrderId
    badge: Badge | None


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
    """

    type: ClassVar[str] = "ship.manifest_closed"
    carrier: str
    due_us: int | None
    ssccs: tuple[Sscc, ...]
    missing: tuple[Sscc, ...]
    by: Badge
    pallets: tuple[Sscc, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnExpected:
    """Goods of an order are announced to come back."""

    type: ClassVar[str] = "return.expected"
    return_id: str
    order_id: OrderId
    lines: tuple[OrderLine, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ReturnReceived:
    """A piece came back and lies in quarantine until it is graded."""

    type: ClassVar[str] = "return.received"
    piece: ReturnedPiece
    by: Badge


@dataclass(frozen=True, slots=True)
class ReturnGraded:
    """A person said what becomes of a piece that came back.

    Attributes:
        errand_id: by which it is put away; None unless it is restocked.
        to_location: where it is put away; None unless it is restocked.
    """

    type: ClassVar[str] = "return.graded"
    piece: ReturnedPiece
    grade: Grade
    errand_id: str | None
    to_location: LocationId | None
    by: Badge


@dataclass(frozen=True, slots=True)
class CountWanted:
    """A place ought to be counted, because what was found there contradicts the books."""

    type: ClassVar[str] = "count.wanted"
    location: LocationId
    sku: Sku
    reason: str


@dataclass(frozen=True, slots=True)
class CountMade:
    """A place was counted; where it differs from the books, a person decides.

    Attributes:
        walk_id, stop: of a zero check, else None.
    """

    type: ClassVar[str] = "count.made"
    location: LocationId
    sku: Sku
    expected: int
    counted: int
    method: CountMethod
    by: Badge
    walk_id: WalkId | None = None
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class VarianceSettled:
    """A person took a count's variance into the books, or refused it.

    Attributes:
        quantity: pieces by the books from now on.
    """

    type: ClassVar[str] = "count.settled"
    location: LocationId
    sku: Sku
    variance: int
    quantity: int
    approved: bool
    by: Badge


@dataclass(frozen=True, slots=True)
class TroubleRecorded:
    """A picker reported something that is not as it should be."""

    type: ClassVar[str] = "exception.reported"
    code: str
    badge: Badge
    walk_id: WalkId | None
    stop: int | None
    location: LocationId | None
    sku: Sku | None


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A report leaves something to do."""

    type: ClassVar[str] = "exception.task_opened"
    task: Task


@dataclass(frozen=True, slots=True)
class TaskDone:
    """A person says that it is done."""

    type: ClassVar[str] = "exception.task_done"
    task: Task
    by: Badge


@dataclass(frozen=True, slots=True)
class ForeignItemSeen:
    """A tag on a cart that no stop of its walk asked for."""

    type: ClassVar[str] = "exception.foreign_item"
    epc: Epc
    sku: Sku | None
    cart: LocationId
    badge: Badge


@dataclass(frozen=True, slots=True)
class WrongDoorSeen:
    """A parcel was at the portal of other carriers; it is not shipped by that.

    Attributes:
        carrier: the parcel's.
        expected: carriers that load at the portal.
        by: who said so; None where the portal saw it itself.
    """

    type: ClassVar[str] = "exception.wrong_door"
    sscc: Sscc
    order_id: OrderId
    carrier: str
    portal: LocationId
    expected: tuple[str, ...]
    by: Badge | None


@dataclass(frozen=True, slots=True)
class PassageUnclear:
    """A portal is not sure whether something went through; a person is asked."""

    type: ClassVar[str] = "exception.passage_unclear"
    question: PassageQuestion


@dataclass(frozen=True, slots=True)
class PassageSettled:
    """A question about a passage is answered: `in`, `out` or `neither`.

    `by` is the person; None where the portal became sure itself.
    """

    type: ClassVar[str] = "exception.passage_settled"
    question: str
    answer: str
    by: Badge | None


@dataclass(frozen=True, slots=True)
class MessageSetAside:
    """A message could not be understood and lies with the dead letters."""

    type: ClassVar[str] = "exception.message_refused"
    topic: str
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class JournalRestored:
    """The journal was damaged and put aside; this gateway goes on from a backup, or with nothing.

    The first fact that is new in its epoch. Facts of `epoch` from `first_seq` to `last_seq` are
    not here any more: those that the central system has are safe with it, the others are lost
    unless the file that was put aside still yields them. Facts of the backup that it had not
    acknowledged come again in the new epoch under their old ids.

    Attributes:
        epoch: the numbering of what was put aside; empty where that could not be read.
        first_seq: the first number that is missing.
        last_seq: the last one, `first_seq` - 1 where none is missing; None where it could not be
            read: then whatever number the central system has last.
        backup: name of the backup; empty where there was none.
        reason: what was found.
    """

    type: ClassVar[str] = "exception.journal_restored"
    epoch: str
    first_seq: int
    last_seq: int | None
    backup: str
    reason: str


@dataclass(frozen=True, slots=True)
class IntrusionSuspected:
    """Something looks as if a stranger were at work; a person has to look.

    Attributes:
        sign: what it is: `sign_ins_failed`, `files_changed`, `reader_shared`,
            `certificate_unknown` or `session_taken_over`.
        subject: where: an address, the files, a reader.
        detail: one sentence for people.
    """

    type: ClassVar[str] = "exception.intrusion_suspected"
    sign: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class PersonActed:
    """Somebody did what is no work on goods and yet has to stand in the trail.

    Attributes:
        action: what it was: `configuration`, `letter_resent`, `letter_discarded`,
            `letters_discarded`, `device_enrolled` or `device_forgotten`.
        subject: of what: a part of the configuration, a letter's number or how many, a device.
    """

    type: ClassVar[str] = "person.acted"
    badge: Badge
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A reader or scanner does not answer; what it covers is stale since then, not gone."""

    type: ClassVar[str] = "reader.lost"
    device: DeviceName
    silent_since_us: int
    reason: str
    locations: tuple[LocationId, ...]


@dataclass(frozen=True, slots=True)
class DeviceReturned:
    """A reader or scanner answers."""

    type: ClassVar[str] = "reader.returned"
    device: DeviceName
    locations: tuple[LocationId, ...]


@dataclass(frozen=True, slots=True)
class ReaderApproved:
    """A reader that was found on the network is ours and is run from now on."""

    type: ClassVar[str] = "reader.approved"
    decision: FoundDecision


@dataclass(frozen=True, slots=True)
class ReaderIgnored:
    """A reader that was found on the network is not ours; nothing more is told of it."""

    type: ClassVar[str] = "reader.ignored"
    decision: FoundDecision


Event = (
    OrderReceived
    | OrderReleased
    | OrderAmended
    | OrderCancelled
    | OrderChangeRefused
    | OrderChanged
    | ArticleListed
    | PackListed
    | StockStated
    | StockPlaced
    | PiecePut
    | PieceLost
    | ForwardListed
    | ReplenishmentWanted
    | PieceFetched
    | FetchShort
    | ItemArrived
    | ItemMoved
    | ItemDeparted
    | ItemWithdrawn
    | TagWorkBegun
    | TagWorkEnded
    | TagWritten
    | TagKilled
    | PortalPassed
    | WalkPlanned
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
    | BackOrdered
    | PlaceConfirmed
    | PlaceMistaken
    | ToteBound
    | ToteFilled
    | TotesPassed
    | TotesTaken
    | TotesDropped
    | PackOpened
    | ToteJoined
    | PieceChecked
    | StrangerSeen
    | StrangerLeft
    | SlotLit
    | PieceSorted
    | PieceLaidBack
    | SlotEmptied
    | NeighbourHeard
    | ParcelClosed
    | ParcelUnpacked
    | ToteGivenUp
    | PalletOpened
    | ParcelStacked
    | ParcelUnstacked
    | PalletClosed
    | PalletBrokenUp
    | PalletSeen
    | PalletDeparted
    | PalletLookedAt
    | ParcelShipped
    | ManifestClosed
    | ReturnExpected
    | ReturnReceived
    | ReturnGraded
    | CountWanted
    | CountMade
    | VarianceSettled
    | TroubleRecorded
    | TaskOpened
    | TaskDone
    | ForeignItemSeen
    | WrongDoorSeen
    | PassageUnclear
    | PassageSettled
    | MessageSetAside
    | JournalRestored
    | IntrusionSuspected
    | PersonActed
    | DeviceLost
    | DeviceReturned
    | ReaderApproved
    | ReaderIgnored
)
EVENT_TYPES: dict[str, type[Event]] = {kind.type: kind for kind in Event.__args__}
"""Every fact's class by its type, for the codec and the documents."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the journal.

    Attributes:
        seq: from 1, without gaps within an epoch.
        id: UUID version 7.
        occurred_us: when it happened, as far as its source can tell, UTC microseconds.
        recorded_us: when the journal took it, UTC microseconds.
        stored: the event's fields as the journal's JSON text, where it was read in today's form.
    """

    seq: int
    id: str
    epoch: str
    occurred_us: int
    recorded_us: int
    event: Event
    stored: str | None = field(default=None, compare=False, repr=False)

    @property
    def kind(self) -> str:
        """The part of the type before the dot: the last level of the MQTT topic."""
        return self.event.type.partition(".")[0]
