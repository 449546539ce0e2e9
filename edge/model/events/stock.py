"""Stock: what is known of articles, where pieces lie, what moved, tag work on them."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.errands import Carried, ErrandKind
from edge.model.goods import Article, Forward, PackLevel
from edge.model.ids import Badge, DeviceName, Epc, LocationId, RequestId, Sku
from edge.model.tag_work import TagJob, TagResult, TagTask
from edge.model.work import Unit


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
class ItemNamed:
    """A tag in a place belongs to another article than was told, as newer lists of articles say.

    Attributes:
        before: the article that was told; None for none.
        sku: the article now; None for none.
        location, probability, since_us, seen_us: as they are still.
    """

    type: ClassVar[str] = "stock.named"
    epc: Epc
    before: Sku | None
    sku: Sku | None
    location: LocationId
    probability: float
    since_us: int
    seen_us: int


@dataclass(frozen=True, slots=True)
class EventAgreed:
    """An event of this gateway and one of its partner are one happening: the partner's is kept.

    Attributes:
        event_id: of this gateway's event, which counts no more.
        partner: the gateway that covers the same place.
        kept_id: of the partner's event.
    """

    type: ClassVar[str] = "stock.agreed"
    epc: Epc
    event_id: str
    partner: str
    kept_id: str


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


StockEvent = (
    ArticleListed
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
    | ItemNamed
    | EventAgreed
    | TagWorkBegun
    | TagWorkEnded
    | TagWritten
    | TagKilled
    | PortalPassed
)
