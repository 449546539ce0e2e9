"""A floor whose books are kept beside the rules, for the laws."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import strategies as st
from typing_extensions import override

from edge.gs1.epc import sgtin96_hex
from edge.model.events import (
    Event,
    OrderChanged,
    PackOpened,
    ParcelClosed,
    PieceLost,
    ReturnGraded,
    StockPlaced,
    StockStated,
    StopRerouted,
    StopShort,
    StopSubstituted,
    ToteGivenUp,
    VarianceSettled,
    WalkPlanned,
    WalkReplanned,
    WalkStarted,
    WorkReturned,
)
from edge.model.ids import (
    DeviceName,
    Epc,
    LocationId,
    OrderId,
    Sku,
)
from edge.model.orders import OrderState
from edge.model.places import Antenna, Location, LocationKind
from edge.model.returns import Grade
from edge.model.tasks import TaskKind
from edge.model.work import Stop, Unit
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_2,
    BIN_3,
    CART,
    DOCK,
    FLOOR,
    LI,
    MUG,
    MUG_GTIN,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
)

CART_2, STATION_2, ZONE = LocationId("cart-2"), LocationId("pack-2"), LocationId("zone-a")
ZONE_2, HAND_OVER = LocationId("zone-b"), LocationId("between")
WALL = LocationId("wall-1")
SLOTS = (LocationId("wall-1-01"), LocationId("wall-1-02"))
READER = DeviceName("reader-1")
TWO_OF_EACH = replace(
    FLOOR,
    locations={
        **FLOOR.locations,
        ZONE_2: Location(ZONE_2, LocationKind.ZONE),
        HAND_OVER: Location(HAND_OVER, LocationKind.STAGING, ZONE_2, 3.0, 3.0),
        BIN_3: replace(FLOOR.locations[BIN_3], parent=ZONE_2),
        BIN_2: replace(FLOOR.locations[BIN_2], check_digits=("47", "93")),
        CART_2: Location(CART_2, LocationKind.CART),
        STATION_2: Location(STATION_2, LocationKind.STATION, None, 8.0, 0.0),
        WALL: Location(WALL, LocationKind.WALL, None, 4.0, 0.0),
        **{slot: Location(slot, LocationKind.SLOT, WALL) for slot in SLOTS},
    },
    check_digits_required=True,
    antennas=(
        *FLOOR.antennas,
        Antenna(DeviceName("reader-2"), 1, CART_2),
        Antenna(DeviceName("reader-2"), 2, STATION_2),
        Antenna(DeviceName("reader-2"), 3, SLOTS[0]),
    ),
)
SKUS = st.sampled_from([SHIRT, MUG])
BINS = st.sampled_from([BIN_1, BIN_2, BIN_3])
STATION_NAMES = (STATION, STATION_2)
STATIONS = st.sampled_from(STATION_NAMES)
BADGES = st.sampled_from([LI, ANNA])
CARTS = st.sampled_from([CART, CART_2, None])
HEARD = st.sampled_from(
    [CART, CART, CART_2, CART_2, STATION, STATION_2, DOCK, ZONE, SLOTS[0], None]
)
ORDERS = st.integers(1, 4).map(lambda number: OrderId(f"O{number}"))
GTINS = {SHIRT: SHIRT_GTIN, MUG: MUG_GTIN}
PIECES = st.tuples(SKUS, st.integers(1, 4))
LINES = st.lists(st.tuples(SKUS, st.integers(1, 3)), min_size=1, max_size=3)


def epc_of(sku: Sku, serial: int) -> Epc:
    return Epc(sgtin96_hex(GTINS[sku], 7, serial))


class CountedFloor(SmallFloor):
    """Keeps the books of pieces that came in and were given up, beside the rules."""

    def __init__(self) -> None:
        super().__init__(TWO_OF_EACH)
        self.came: Counter[Sku] = Counter()
        self.hands: Counter[str] = Counter()
        self.begun: set[OrderId] = set()

    @override
    def apply(self, event: Event) -> None:
        before = self.in_stock()
        self.keep_promises(event)
        if isinstance(event, ParcelClosed):
            for tote_id in (event.tote_id, *event.more_totes):
                for sku, _ in self.state.totes[tote_id].picked:
                    self.came[sku] -= 1  # what is not in the parcel was declared missing
            for sku, _ in event.parcel.contents:
                self.came[sku] += 1
        self.lose(event)
        self.begin(event)
        super().apply(event)
        if isinstance(event, StockStated | StockPlaced | StopShort | VarianceSettled):
            after = self.in_stock()
            for sku in GTINS:
                self.came[sku] += after[sku] - before[sku]

    def keep_promises(self, event: Event) -> None:
        """What must not be when it happens: promised, closed or packed too early.

        From a frozen place nothing is promised anew, no parcel of a held order is closed, and no
        order is packed of which a piece is still unsorted. What is frozen or held is reckoned
        here: a law that asks the rule believes whatever the rule does.
        """
        match event:
            case WalkPlanned(walk):
                self.promise_anew(Counter(), walk.stops)
            case (
                WalkReplanned(walk_id=walk_id, stops=stops)
                | OrderChanged(walk_id=walk_id, stops=stops)
            ) if walk_id is not None:
                self.promise_anew(wanted(self.state.walks[walk_id].stops), stops)
            case StopRerouted(location=location) | StopSubstituted(location=location):
                assert location not in self.frozen()
            case ParcelClosed(parcel=parcel):
                assert parcel.order_id not in self.held()
            case PackOpened(order_id=order_id):
                assert self.is_sorted(order_id)
            case WorkReturned():
                self.hands.update(event.errands)
                self.hands.update([event.walk_id] if event.walk_id is not None else [])
            case _:
                pass

    def promise_anew(self, before: Counter[tuple[Sku, LocationId]], stops: Iterable[Stop]) -> None:
        more = wanted(stops) - before
        assert not self.frozen() & {location for _, location in more}

    def begin(self, event: Event) -> None:
        """Of which orders a walk was begun since they were released, and surely so."""
        if isinstance(event, WalkReplanned):
            self.promise_surely(event.joined, event.stops)
        if isinstance(event, WalkPlanned):
            self.promise_surely(event.walk.orders, event.walk.stops)
            orders = (self.state.orders[one] for one in event.walk.orders)
            released = (one for one in orders if one.state is OrderState.RELEASED)
            self.begun.difference_update(one.order_id for one in released)
        if isinstance(event, WalkStarted):
            self.begun.update(self.state.walks[event.walk_id].orders)

    def promise_surely(self, orders: Iterable[OrderId], stops: Iterable[Stop]) -> None:
        """An order in a rush gets nothing from where the books are doubted, unless told to go."""
        counts = {
            (sku, location)
            for (location, sku), count in self.state.counts.items()
            if count.reason != "rush_order" or count.counted is not None
        }
        urgent = {
            one
            for one in orders
            if self.state.orders[one].priority >= self.terms.rush_priority
            and "doubtful_stock" not in self.state.orders[one].accepted
        }
        mine = {(one.sku, one.location) for one in stops if one.order_id in urgent}
        assert not mine & counts

    def frozen(self) -> set[LocationId | None]:
        tasks = self.state.tasks.values()
        return {one.location for one in tasks if one.kind is TaskKind.FREEZE}

    def held(self) -> set[OrderId | None]:
        tasks = self.state.tasks.values()
        return {one.order_id for one in tasks if one.kind is TaskKind.HOLD}

    def is_sorted(self, order_id: OrderId) -> bool:
        """Whether all of an order that was dropped at the wall lies in its slot."""
        dropped = self.at_wall(order_id)
        put = [one.put for one in self.state.slots.values() if one.order_id == order_id]
        return [Counter(one) for one in put] == ([dropped] if dropped else [])

    def at_wall(self, order_id: OrderId) -> Counter[tuple[Sku, Unit]]:
        """Pieces of an order in all of its totes that were dropped at the wall."""
        totes = (one for one in self.state.totes.values() if one.station == WALL)
        return Counter(piece for one in totes if one.order_id == order_id for piece in one.picked)

    def lose(self, event: Event) -> None:
        """Pieces that somebody declared gone leave the books."""
        if isinstance(event, ToteGivenUp):
            self.came.subtract(sku for sku, _ in event.lost)
        if isinstance(event, PieceLost):
            self.came[event.piece.sku] -= 1
        if isinstance(event, ReturnGraded) and event.grade is Grade.SCRAP:
            self.came[event.piece.sku] -= 1

    def in_stock(self) -> Counter[Sku]:
        found: Counter[Sku] = Counter()
        for stock in self.state.stock.values():
            found[stock.sku] += stock.quantity
        return found


def wanted(stops: Iterable[Stop]) -> Counter[tuple[Sku, LocationId]]:
    """Pieces that stops still want, by article and place."""
    found: Counter[tuple[Sku, LocationId]] = Counter()
    for one in stops:
        found[one.sku, one.location] += one.open_quantity
    return found
