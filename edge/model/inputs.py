"""Everything that can come in: the closed union that the rules match exhaustively.

Every input bears `at_us`, the UTC microseconds at which it happened as far as its source can tell.
What a person or machine posts bears a `request_id` made by the sender: the same id twice has one
effect and gets the same answer.
"""

from dataclasses import dataclass

from edge.model.boxes import BoxQuiet, BoxVerdict
from edge.model.goods import Article, Forward, PackLevel, PresentItem
from edge.model.ids import (
    Badge,
    DeviceName,
    Epc,
    LocationId,
    OrderId,
    RequestId,
    Sku,
    Sscc,
    ToteId,
    WalkId,
)
from edge.model.orders import OrderLine
from edge.model.passages import Passage
from edge.model.posted import Posted
from edge.model.presence import PresenceChange
from edge.model.tag_work import TagResult
from edge.model.work import ListedPerson, Stop, Walk


@dataclass(frozen=True, slots=True)
class OrderSubmitted:
    """The central system states an order; `wanted` is `released`, `held` or `cancelled`.

    `ship_to` is the address, a line each.
    """

    order_id: OrderId
    rev: int
    priority: int
    due_us: int | None
    carrier: str
    lines: tuple[OrderLine, ...]
    wanted: str
    at_us: int
    ship_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticlesListed:
    """The central system states articles; an older version than the known one changes nothing."""

    articles: tuple[Article, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class ItemsListed:
    """Tagged items that a list of articles taken just before may name anew.

    Attributes:
        items: as they were when the turn began.
    """

    items: tuple[PresentItem, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class PacksListed:
    """The central system states packs; an older or equal version changes nothing."""

    levels: tuple[PackLevel, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class ForwardsListed:
    """The central system states how full places are to be; older versions change nothing."""

    forwards: tuple[Forward, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class PeopleListed:
    """The central system states people; an older or equal version changes nothing."""

    people: tuple[ListedPerson, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class StockStatement:
    """So many pieces of an article lie in a place, as of this version; how old, as in `Lot`."""

    sku: Sku
    location: LocationId
    quantity: int
    version: int
    expires_us: int | None = None
    since_us: int | None = None


@dataclass(frozen=True, slots=True)
class StockListed:
    """The central system states stock; an older or equal version changes nothing."""

    statements: tuple[StockStatement, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class ReturnAnnounced:
    """The central system announces that goods of an order come back."""

    return_id: str
    order_id: OrderId
    lines: tuple[OrderLine, ...]
    reason: str
    at_us: int


@dataclass(frozen=True, slots=True)
class PartnerAgreed:
    """An event of ours and one of the gateway beside us tell of one happening; theirs is kept."""

    epc: Epc
    event_id: str
    partner: str
    kept_id: str
    at_us: int


@dataclass(frozen=True, slots=True)
class MessageRefused:
    """A message that cannot be understood: kept as a dead letter, with an alert."""

    topic: str
    reason: str
    excerpt: str
    at_us: int


@dataclass(frozen=True, slots=True)
class IntrusionNoticed:
    """A sign of intrusion: kept as a fact, with an alert; fields as in `IntrusionSuspected`."""

    sign: str
    subject: str
    detail: str
    at_us: int


@dataclass(frozen=True, slots=True)
class CentralAcknowledged:
    """The central system has stored every event of this epoch up to `upto`."""

    epoch: str
    upto: int
    at_us: int


@dataclass(frozen=True, slots=True)
class ItemLocated:
    """What the radio says has happened to one item.

    Attributes:
        told_in: id of the newest fact of the item's leaving a place, where `change` says that it
            never did; empty where that is not known.
    """

    change: PresenceChange
    at_us: int
    told_in: str = ""


@dataclass(frozen=True, slots=True)
class PassageJudged:
    """What a portal says of one tag that was near it."""

    passage: Passage
    at_us: int


@dataclass(frozen=True, slots=True)
class BoxJudged:
    """What a pack station's antennas say of one tag, in the box or beside it, or of quiet."""

    verdict: BoxVerdict | BoxQuiet
    at_us: int


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A reader or scanner came or went; `silent_since_us` is 0 where it came."""

    device: DeviceName
    alive: bool
    reason: str
    silent_since_us: int
    at_us: int


@dataclass(frozen=True, slots=True)
class HandheldSilent:
    """A picker's handheld has not been heard for as long as work may lie with it."""

    badge: Badge
    heard_us: int
    at_us: int


@dataclass(frozen=True, slots=True)
class WalkChange:
    """How a walk that is under way had better go on.

    Attributes:
        kept: how many of its stops stay where they are, the one at hand the last of them.
        before: the stops after them, as the planner saw them.
        after: the stops after them, as they should be.
        totes: the places of the cart, those of the orders that join it last.
        length_m: of the whole way.
        joined: orders that join it.
        why: one sentence.
    """

    walk_id: WalkId
    kept: int
    before: tuple[Stop, ...]
    after: tuple[Stop, ...]
    totes: tuple[ToteId, ...]
    length_m: float
    joined: tuple[OrderId, ...]
    why: str


@dataclass(frozen=True, slots=True)
class PlanReady:
    """The planner's walks, made on an earlier snapshot: taken only where still true."""

    walks: tuple[Walk, ...]
    at_us: int
    changes: tuple[WalkChange, ...] = ()


@dataclass(frozen=True, slots=True)
class PalletDue:
    """A portal saw something of a pallet going out, and nothing more for a while."""

    pallet: Sscc
    at_us: int


@dataclass(frozen=True, slots=True)
class TagWorkOver:
    """A reader says what became of work on a tag."""

    job_id: RequestId
    result: TagResult
    at_us: int


Input = (
    OrderSubmitted
    | ArticlesListed
    | ItemsListed
    | PacksListed
    | PeopleListed
    | ForwardsListed
    | StockListed
    | ReturnAnnounced
    | MessageRefused
    | PartnerAgreed
    | IntrusionNoticed
    | CentralAcknowledged
    | ItemLocated
    | PassageJudged
    | BoxJudged
    | DeviceChanged
    | HandheldSilent
    | PlanReady
    | PalletDue
    | TagWorkOver
    | Posted
)
