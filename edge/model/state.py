"""All that the rules may look at: the floor's state, changed by facts only.

The state is a set of tables of frozen values. `model.applying` is the only writer. A table
remembers which keys were touched since the last commit; the store writes just those rows in the
transaction that appends the facts, and a restart reads them back. So state = tables = journal
replayed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from typing_extensions import override

from edge.model.counts import Count
from edge.model.devices import FoundDecision
from edge.model.errands import Errand
from edge.model.going_out import GoingOut
from edge.model.goods import (
    Article,
    Forward,
    Lot,
    NearItem,
    PackLevel,
    PresentItem,
    PresentItems,
    Stock,
)
from edge.model.holding import HoldingTable, ToteTable, tags_of
from edge.model.ids import (
    Badge,
    DeviceName,
    Epc,
    Gtin,
    LocationId,
    OrderId,
    RequestId,
    Sku,
    ToteId,
    WalkId,
)
from edge.model.orders import Order, OrderState
from edge.model.pallets import PalletTable
from edge.model.parcel_table import ParcelTable
from edge.model.passages import PassageQuestion
from edge.model.places import STORAGE_KINDS, Floor, LocationKind
from edge.model.returns import AnnouncedReturn, ReturnedPiece
from edge.model.table import Table
from edge.model.tag_work import TagJob
from edge.model.tasks import Task, TaskKind
from edge.model.work import ListedPerson, PackSession, Picker, Walk, WallSlot


class ArticleTable(Table[Sku, Article]):
    """Articles by their number, with an index by GTIN."""

    def __init__(self) -> None:
        super().__init__()
        self._bearing: dict[Gtin, set[Sku]] = {}

    @override
    def _index(self, key: Sku, value: Article) -> None:
        known = self.get(key)
        if known is not None and known.gtin is not None:
            self._bearing[known.gtin].discard(key)
        if value.gtin is not None:
            self._bearing.setdefault(value.gtin, set()).add(key)

    def bearing(self, gtin: Gtin) -> Sku | None:
        """The article with a GTIN; of several, which is a mistake, the same one at each start."""
        found = self._bearing.get(gtin)
        return min(found) if found else None


class StockTable(Table[tuple[Sku, LocationId], Stock]):
    """Stock by article and place, with an index by article."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[Sku, set[LocationId]] = {}

    @override
    def _index(self, key: tuple[Sku, LocationId], value: Stock) -> None:
        self._places.setdefault(value.sku, set()).add(value.location)

    def of(self, sku: Sku) -> list[Stock]:
        """Where an article lies, in the order of the places' names."""
        found = (self[sku, location] for location in sorted(self._places.get(sku, ())))
        return [stock for stock in found if stock.quantity > 0]

    def home(self, sku: Sku) -> LocationId | None:
        """Where a piece of an article is brought: where most of it lies, else where any lay."""
        fullest = max(self.of(sku), key=lambda stock: stock.quantity, default=None)
        if fullest is not None:
            return fullest.location
        return min(self._places.get(sku, ()), default=None)


class ForwardTable(Table[tuple[LocationId, Sku], Forward]):
    """Places that are filled up, with an index by article."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[Sku, set[LocationId]] = {}

    @override
    def _index(self, key: tuple[LocationId, Sku], value: Forward) -> None:
        self._places.setdefault(value.sku, set()).add(value.location)

    def of(self, sku: Sku) -> list[Forward]:
        """The places that are filled up with an article, in the order of their names."""
        return [self[location, sku] for location in sorted(self._places.get(sku, ()))]


class OrderTable(Table[OrderId, Order]):
    """Orders by name, indexed by state, for most are long finished, and by what they are like."""

    def __init__(self) -> None:
        super().__init__()
        self._like: dict[tuple[object, ...], dict[OrderId, None]] = {}
        self._in: dict[OrderState, dict[OrderId, None]] = {one: {} for one in OrderState}
        self._released: dict[int, dict[OrderId, None]] = {}

    @override
    def _index(self, key: OrderId, value: Order) -> None:
        known = self.get(key)
        if known is not None:
            del self._in[known.state][key]
            self._like.get(known.likeness or (), {}).pop(key, None)
            self._released.get(known.priority, {}).pop(key, None)
        if value.likeness is not None:
            self._like.setdefault(value.likeness, {})[key] = None
        self._in[value.state][key] = None
        if value.state is OrderState.RELEASED:
            self._released.setdefault(value.priority, {})[key] = None

    def in_state(self, state: OrderState) -> list[Order]:
        """The orders in one state, in the order in which they came into it."""
        return [self[order_id] for order_id in self._in[state]]

    def released_from(self, priority: int) -> list[Order]:
        """The released orders of this priority or more: few, of however many."""
        names = (found for one, found in self._released.items() if one >= priority)
        return [self[order_id] for found in names for order_id in found]

    def like(self, order: Order) -> list[Order]:
        """Other orders for the same goods to the same address."""
        names = self._like.get(order.likeness or (), {})
        return [self[one] for one in names if one != order.order_id]

    def count(self, state: OrderState) -> int:
        """How many orders are in one state."""
        return len(self._in[state])


class FloorState:
    """The floor as it stands after every fact so far.

    Attributes:
        articles: the catalogue.
        levels: cases and inner packs by their GTIN.
        stock: by article and place.
        forwards: places that are filled up from others, by place and article.
        lots: how old the stock of an article in a place is, where anybody has told.
        orders, walks, pickers, totes, parcels, pallets: by their names.
        people: whom the central system lists, at work or not.
        packs: the open pack session of each station.
        slots: the slots of put walls that orders have.
        questions: what portals ask a person, by name.
        errands: pieces on their way to places of storage.
        returns: what is announced to come back.
        returned: pieces that came back and lie in quarantine.
        counts: places to be counted, and variances that wait for a decision.
        tasks: what reports from the floor left to do.
        numbers: the last number of a kind that was given out, such as that of `parcels`.
        numbered_from_s: numbers of before this epoch were given until so many seconds after the
            beginning of 2026; None where the clock was wrong when it began. Told by the store.
        outages: devices that do not answer, with the UTC microseconds since when.
        tag_jobs: work on single tags: what is in hand, and the latest that is over.
        found: what was decided about readers that were found, by where they are.
        items: rows of tagged items that changed since the last commit; the rest lives in the store
            and in locating, for there may be a million.
        near: tags at stations, carts, portals and staging.
        seen: how many tagged items of an article the radio knows in a place.
        going_out: what went out through portals in the last seconds; not kept over a restart.
    """

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.articles = ArticleTable()
        self.levels: Table[Gtin, PackLevel] = Table()
        self.stock = StockTable()
        self.forwards = ForwardTable()
        self.lots: Table[tuple[Sku, LocationId], Lot] = Table()
        self.orders = OrderTable()
        self.walks: Table[WalkId, Walk] = Table()
        self.pickers: Table[Badge, Picker] = Table()
        self.people: Table[Badge, ListedPerson] = Table()
        self.totes = ToteTable()
        self.packs = HoldingTable[LocationId, PackSession](lambda pack: tags_of(pack.checked))
        self.slots: Table[LocationId, WallSlot] = Table()
        self.parcels = ParcelTable()
        self.pallets = PalletTable()
        self.questions: Table[str, PassageQuestion] = Table()
        self.errands = HoldingTable[str, Errand](
            lambda errand: tags_of((one.sku, one.unit) for one in errand.pieces)
        )
        self.returns: Table[str, AnnouncedReturn] = Table()
        self.returned = HoldingTable[str, ReturnedPiece](
            lambda piece: tags_of([(piece.sku, piece.unit)])
        )
        self.counts: Table[tuple[LocationId, Sku], Count] = Table()
        self.tasks: Table[str, Task] = Table()
        self.numbers: Table[str, int] = Table()
        self.numbered_from_s: int | None = 0
        self.outages: Table[DeviceName, int] = Table()
        self.tag_jobs: Table[RequestId, TagJob] = Table()
        self.found: Table[str, FoundDecision] = Table()
        self.items: Table[Epc, PresentItem] = Table()
        self.near: dict[LocationId, dict[Epc, NearItem]] = {}
        self.seen: dict[tuple[Sku, LocationId], int] = {}
        self._tagged, self.going_out = Counter[Sku](), GoingOut()

    def walk_of(self, badge: Badge) -> Walk | None:
        """The walk that a picker is on."""
        return next((walk for walk in self.open_walks() if walk.picker == badge), None)

    def errand_of(self, badge: Badge) -> Errand | None:
        """What a picker has to bring to its place before anything else."""
        return next((one for one in self.errands.values() if one.picker == badge), None)

    def home(self, sku: Sku) -> LocationId | None:
        """Where a piece of an article is brought; None where the floor has no place for stock."""
        places = (one.id for one in self.floor.locations.values() if one.kind in STORAGE_KINDS)
        return self.stock.home(sku) or next(places, None)

    @property
    def frozen(self) -> frozenset[LocationId]:
        """Places that nothing is promised from until a person has looked at them."""
        tasks = (one for one in self.tasks.values() if one.kind is TaskKind.FREEZE)
        return frozenset(one.location for one in tasks if one.location is not None)

    def is_held(self, order_id: OrderId) -> bool:
        """Whether an order's parcel waits for a person's decision on what was reported."""
        return any(
            one.kind is TaskKind.HOLD and one.order_id == order_id for one in self.tasks.values()
        )

    def is_set_aside(self, epc: Epc) -> bool:
        """Whether a tagged piece is on its way back to storage, or lies in quarantine."""
        return bool(self.errands.holding(epc) or self.returned.holding(epc))

    def totes_in_use(self) -> frozenset[ToteId]:
        """Labels of the totes that hold pieces, or are meant to."""
        carried = (one.tote_id for one in self.errands.values() if one.tote_id is not None)
        return frozenset((*self.totes, *carried))

    def totes_given(self) -> frozenset[ToteId]:
        """Labels that no order may be given: those in use, and emptied ones on carts."""
        on_carts = (tote_id for walk in self.open_walks() for tote_id in walk.slots)
        return self.totes_in_use().union(on_carts)

    def open_walks(self) -> Iterator[Walk]:
        """Walks that wait or are walked; a dropped one has left the table."""
        return iter(self.walks.values())

    def known_as(self, names: Iterable[Epc]) -> Epc | None:
        """Which name a piece has in work in hand or in a parcel, of all that it may have."""
        packed: Epc | None = None
        for epc in names:
            if self.totes.holding(epc) or self.packs.holding(epc) or self.is_set_aside(epc):
                return epc
            if packed is None and self.parcels.holding(epc):
                packed = epc
        return packed

    def order_holding(self, epc: Epc) -> OrderId | None:
        """The order in whose tote, open check or waiting parcel a tagged piece lies."""
        parcel = self.parcels.holding(epc)
        if parcel is not None and not parcel.shipped:
            return parcel.order_id
        held = self.totes.holding(epc) or self.packs.holding(epc)
        return held.order_id if held is not None else None

    def is_tagged(self, sku: Sku) -> bool:
        """Whether the radio knows a tagged piece of an article in any place of storage."""
        return self._tagged[sku] > 0

    def note_presence(self, item: PresentItem, came_from: LocationId | None) -> None:
        """Keep the two small views of the radio's knowledge: what is near, how many are seen."""
        if came_from is not None:
            self._forget(item.epc, item.sku, came_from)
        if item.location is None:
            return
        kind = self.floor.kind_of(item.location)
        if kind is not LocationKind.CART:
            self.totes.found_elsewhere(item.epc, item.location)
        self._count(item, item.location, kind)

    def note_name(self, item: PresentItem, before: Sku | None) -> None:
        """The same views for an item that lies where it lay and belongs to another article now."""
        if item.location is not None:
            self._forget(item.epc, before, item.location)
            self._count(item, item.location, self.floor.kind_of(item.location))

    def note_present(self, items: PresentItems) -> None:
        """The same for many items that have just been read back."""
        near = set()
        for kind, count in Counter(items.kind).items():
            sku, location = items.kinds[kind]
            if self.floor.kind_of(location) not in STORAGE_KINDS:
                near.add(kind)
            elif sku is not None:
                self.seen[sku, location] = self.seen.get((sku, location), 0) + count
                self._tagged[sku] += count
        if not near:
            return
        for index in (index for index, kind in enumerate(items.kind) if kind in near):
            item = items.item(index)
            _, location = items.kinds[items.kind[index]]
            heard = NearItem(item.sku, item.probability)
            self.near.setdefault(location, {})[item.epc] = heard

    def _count(self, item: PresentItem, location: LocationId, kind: LocationKind | None) -> None:
        if kind not in STORAGE_KINDS:
            heard = NearItem(item.sku, item.probability)
            self.near.setdefault(location, {})[item.epc] = heard
        elif item.sku is not None:
            key = (item.sku, location)
            self.seen[key] = self.seen.get(key, 0) + 1
            self._tagged[item.sku] += 1

    def _forget(self, epc: Epc, sku: Sku | None, location: LocationId) -> None:
        if self.floor.kind_of(location) not in STORAGE_KINDS:
            self.near.get(location, {}).pop(epc, None)
        elif sku is not None:
            key = (sku, location)
            known = self.seen.get(key, 0)
            self.seen[key] = max(0, known - 1)
            self._tagged[sku] -= min(1, known)
