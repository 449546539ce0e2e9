"""Whatever people, radio and central system do, in any order: these laws hold."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from edge.floor.views import floor_view, orders_view, pack_view, prompt_view
from edge.gs1.epc import sgtin96_hex
from edge.model.applying import apply
from edge.model.events import (
    Event,
    ParcelClosed,
    PieceLost,
    ReturnGraded,
    StockPlaced,
    StockStated,
    StopRerouted,
    StopShort,
    ToteGivenUp,
    VarianceSettled,
    WalkPlanned,
)
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
)
from edge.model.inputs import (
    DeviceChanged,
    HandheldSilent,
    ItemLocated,
    PlanReady,
    ReturnAnnounced,
    StockListed,
    StockStatement,
)
from edge.model.orders import OrderLine, OrderState
from edge.model.places import Antenna, Location, LocationKind
from edge.model.posted import (
    CodeScanned,
    CountTold,
    GradeDecided,
    HoldDecided,
    ParcelDispatched,
    ParcelWanted,
    ReturnScanned,
    StationScanned,
    StockPutAway,
    SweepWanted,
    TaskFinished,
    TroubleReported,
    VarianceDecided,
    WorkHandedOver,
    WorkWanted,
)
from edge.model.presence import Arrived, Departed, Moved
from edge.model.prompts import Prompt, PromptKind
from edge.model.returns import Grade
from edge.model.state import FloorState
from edge.model.work import WalkState
from edge.rules import gathering, guiding, packing, planning, replanning, snapshots
from edge.rules.batching import Effort
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
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    TERMS,
    SmallFloor,
    stock_up,
)

CART_2, STATION_2, ZONE = LocationId("cart-2"), LocationId("pack-2"), LocationId("zone-a")
ZONE_2, HAND_OVER = LocationId("zone-b"), LocationId("between")
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
    },
    check_digits_required=True,
    antennas=(
        *FLOOR.antennas,
        Antenna(DeviceName("reader-2"), 1, CART_2),
        Antenna(DeviceName("reader-2"), 2, STATION_2),
    ),
)
SKUS = st.sampled_from([SHIRT, MUG])
BINS = st.sampled_from([BIN_1, BIN_2, BIN_3])
STATIONS = st.sampled_from([STATION, STATION_2])
BADGES = st.sampled_from([LI, ANNA])
CARTS = st.sampled_from([CART, CART_2, None])
HEARD = st.sampled_from([CART, CART, CART_2, CART_2, STATION, STATION_2, DOCK, ZONE, None])
ORDERS = st.integers(1, 4).map(lambda number: OrderId(f"O{number}"))
GTINS = {SHIRT: SHIRT_GTIN, MUG: MUG_GTIN}
PIECES = st.tuples(SKUS, st.integers(1, 4))
PACKER = Badge("2001")
LINES = st.lists(st.tuples(SKUS, st.integers(1, 3)), min_size=1, max_size=3)


def epc_of(sku: Sku, serial: int) -> Epc:
    return Epc(sgtin96_hex(GTINS[sku], 7, serial))


class CountedFloor(SmallFloor):
    """Keeps the books of pieces that came in and were given up, beside the rules."""

    def __init__(self) -> None:
        super().__init__(TWO_OF_EACH)
        self.came: Counter[Sku] = Counter()

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
        super().apply(event)
        if isinstance(event, StockStated | StockPlaced | StopShort | VarianceSettled):
            after = self.in_stock()
            for sku in GTINS:
                self.came[sku] += after[sku] - before[sku]

    def keep_promises(self, event: Event) -> None:
        """From a frozen place nothing is promised anew, and no parcel of a held order closed."""
        match event:
            case WalkPlanned(walk):
                assert not self.state.frozen & {stop.location for stop in walk.stops}
            case StopRerouted(location=location):
                assert location not in self.state.frozen
            case ParcelClosed(parcel=parcel):
                assert not self.state.is_held(parcel.order_id)
            case _:
                pass

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


@settings(
    max_examples=60,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
class Laws(RuleBasedStateMachine):
    """People, tags and the central system at their worst."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = CountedFloor()
        stock_up(self.floor)
        self.floor.order("O1", (SHIRT, 2), (MUG, 1))
        self.floor.order("O2", (SHIRT, 1))
        self.where: dict[Epc, LocationId] = {}
        self.revisions = Counter({OrderId("O1"): 1, OrderId("O2"): 1})
        self.versions = 10
        self.snapshot: snapshots.Snapshot | None = None
        self.prompts: list[Prompt] = []

    @property
    def state(self) -> FloorState:
        return self.floor.state

    def request(self) -> RequestId:
        return RequestId(self.floor.number())

    @initialize(stage=st.integers(0, 8), cart=CARTS, bind=st.booleans(), passing=st.booleans())
    def work_is_under_way(
        self,
        stage: int,
        cart: LocationId | None,
        bind: bool,  # noqa: FBT001 - drawn
        passing: bool,  # noqa: FBT001 - drawn
    ) -> None:
        self.floor.terms = replace(
            self.floor.terms,
            bind_totes=bind,
            substitutes={SHIRT: (MUG,)},
            ship_partial=not bind,
            pick_and_pass=passing,
            zones={LI: ZONE, ANNA: ZONE_2} if passing else {},
        )
        if stage > 0:
            self.picker_gets_work(LI, cart)
        if stage > 1:
            self.as_prompted(LI)
        if stage > 2:
            self.picker_finishes(LI)
            self.floor.order("O3", (SHIRT, 2), (MUG, 2), substitution=True)
            self.floor.order("O4", (MUG, 1))
            self.revisions.update((OrderId("O3"), OrderId("O4")))
        if stage > 3:
            self.tote_is_opened(STATION, 0)
            self.picker_gets_work(ANNA, cart)
        if stage > 4:
            self.missing_pieces_are_checked(STATION, [1, 2])
            self.parcel_is_closed(STATION, partial=False)
        self.goods_come_back(stage)

    def goods_come_back(self, stage: int) -> None:
        if stage > 5:
            self.parcel_is_sent_off(0)
        if stage > 6:
            self.shipped_piece_comes_back(0, "unwanted")
        if stage > 7:
            self.picker_finishes(ANNA)
            self.piece_is_graded(0, Grade.RESTOCK)

    # the central system

    @rule(
        order_id=ORDERS,
        lines=LINES,
        wanted=st.sampled_from(["released"] * 4 + ["held"]),
        priority=st.sampled_from([0, TERMS.rush_priority]),
        substitution=st.booleans(),
    )
    def order_comes_or_changes(
        self,
        order_id: OrderId,
        lines: list[tuple[Sku, int]],
        wanted: str,
        priority: int,
        substitution: bool,  # noqa: FBT001 - drawn
    ) -> None:
        self.revisions[order_id] += 1
        rev = self.revisions[order_id]
        self.floor.order(
            order_id, *lines, rev=rev, wanted=wanted, priority=priority, substitution=substitution
        )

    @rule(order_id=ORDERS, again=st.booleans())
    def order_is_cancelled(self, order_id: OrderId, again: bool) -> None:  # noqa: FBT001 - drawn
        self.revisions[order_id] += not again
        self.floor.order(
            order_id, (SHIRT, 1), rev=max(1, self.revisions[order_id]), wanted="cancelled"
        )

    @rule(badge=BADGES, lines=LINES, cancelled=st.booleans(), lose=st.booleans())
    def order_in_hand_is_cancelled_or_changed(
        self,
        badge: Badge,
        lines: list[tuple[Sku, int]],
        cancelled: bool,  # noqa: FBT001 - drawn
        lose: bool,  # noqa: FBT001 - drawn
    ) -> None:
        walk = self.state.walk_of(badge)
        if walk is None:
            return
        order_id = walk.orders[0]
        self.revisions[order_id] += 1
        wanted = "cancelled" if cancelled else "released"
        self.floor.order(order_id, *lines, rev=self.revisions[order_id], wanted=wanted)
        if lose and self.state.errand_of(badge) is not None:
            self.picker_reports_trouble(badge, "empty")

    @rule(sku=SKUS, place=BINS, quantity=st.integers(0, 6), late=st.booleans())
    def stock_is_stated(self, sku: Sku, place: LocationId, quantity: int, late: bool) -> None:  # noqa: FBT001 - drawn
        self.versions += 1
        version = self.versions - 5 * late
        self.floor.take(StockListed((StockStatement(sku, place, quantity, version),), NOW_US))

    # pickers

    @rule(badge=BADGES, ready=st.sampled_from([True, True, True, False]), cart=CARTS)
    def picker_comes_or_goes(self, badge: Badge, ready: bool, cart: LocationId | None) -> None:  # noqa: FBT001 - drawn
        self.floor.take(WorkWanted(self.request(), badge, ready, cart, NOW_US))

    @rule(badge=BADGES, cart=CARTS)
    def picker_gets_work(self, badge: Badge, cart: LocationId | None) -> None:
        self.floor.take(WorkWanted(self.request(), badge, True, cart, NOW_US))
        self.planner_looks()
        self.planner_answers()

    @rule()
    def planner_looks(self) -> None:
        self.snapshot = snapshots.snapshot(self.state, self.floor.terms, NOW_US)

    @rule()
    def planner_answers(self) -> None:
        if self.snapshot is not None:
            chance, effort = np.random.default_rng(1), Effort(rounds=3)
            changes = replanning.changes(self.snapshot)
            rest = snapshots.without(self.snapshot, changes)
            walks = planning.plan(rest, self.floor.number, chance, effort)
            self.floor.take(PlanReady(walks, NOW_US, changes))

    def prompt(self, badge: Badge, stale: int | None) -> Prompt:
        now = guiding.prompt(self.state, badge)
        self.prompts = [*self.prompts[-4:], now]
        return self.prompts[stale % len(self.prompts)] if stale is not None else now

    def as_prompted(self, badge: Badge, serial: int = 0) -> None:
        prompt = self.prompt(badge, None)
        code: str = GTINS[prompt.sku] if prompt.sku else STATION
        if prompt.kind is PromptKind.BIND and prompt.tote_id:
            code = prompt.tote_id
        if prompt.kind in {PromptKind.PASS, PromptKind.TAKE} and prompt.location:
            code = prompt.location
        if prompt.check_wanted and prompt.location:
            printed = self.state.floor.locations[prompt.location].check_digits
            code = printed["AB".index(prompt.check)]
            serial = 0
        errand = self.state.errand_of(badge)
        if errand is not None:
            code = errand.pieces[0].unit.epc or code
            serial = 0
        if serial and prompt.sku and not prompt.check_wanted:
            code = epc_of(prompt.sku, serial)
        self.floor.take(CodeScanned(self.request(), badge, prompt.prompt_id, code, NOW_US))

    @rule(badge=BADGES, serials=st.lists(st.integers(0, 4), min_size=1, max_size=4))
    def picker_does_as_prompted(self, badge: Badge, serials: list[int]) -> None:
        for serial in serials:
            self.as_prompted(badge, serial)

    @rule(badge=BADGES)
    def picker_finishes(self, badge: Badge) -> None:
        for _ in range(100):
            if guiding.prompt(self.state, badge).kind is PromptKind.WAIT:
                break
            self.as_prompted(badge)
        assert guiding.prompt(self.state, badge).kind is PromptKind.WAIT

    @rule(badge=BADGES, serial=st.integers(1, 4))
    def wanted_tag_is_heard_on_the_cart(self, badge: Badge, serial: int) -> None:
        prompt, walk = self.prompt(badge, None), self.state.walk_of(badge)
        if prompt.sku and walk and walk.cart:
            self.tag_is_heard_at(epc_of(prompt.sku, serial), walk.cart)

    @rule(
        badge=BADGES,
        piece=PIECES,
        own=st.sampled_from(
            ["", BIN_1, STATION_2, "T0001", "T0002", "T0007", "47", "11", "hello"]
        ),
        stale=st.none() | st.integers(0, 4),
    )
    def picker_scans_anything(
        self, badge: Badge, piece: tuple[Sku, int], own: str, stale: int | None
    ) -> None:
        prompt = self.prompt(badge, stale)
        code = own or epc_of(*piece)
        self.floor.take(CodeScanned(self.request(), badge, prompt.prompt_id, code, NOW_US))

    @rule(badge=BADGES, code=st.sampled_from(["empty", *TERMS.troubles, "nonsense"]))
    def picker_reports_trouble(self, badge: Badge, code: str) -> None:
        prompt = self.prompt(badge, None)
        self.floor.take(TroubleReported(self.request(), badge, prompt.prompt_id, code, NOW_US))

    @rule(number=st.integers(0, 3))
    def supervisor_says_that_it_is_done(self, number: int) -> None:
        tasks = sorted(self.state.tasks)
        task_id = tasks[number % len(tasks)] if tasks else "freeze/nowhere"
        self.floor.take(TaskFinished(self.request(), LI, task_id, NOW_US))

    # work that leaves a hand

    @rule(badge=BADGES, how=st.sampled_from(["silent", "over", "to"]), late=st.booleans())
    def work_leaves_a_hand(self, badge: Badge, how: str, late: bool) -> None:  # noqa: FBT001 - drawn
        old = self.prompt(badge, None)
        other = ANNA if badge == LI else LI
        if how == "silent":
            self.floor.take(HandheldSilent(badge, NOW_US - 1, NOW_US))
        else:
            to = other if how == "to" else None
            self.floor.take(WorkHandedOver(self.request(), LI, badge, to, NOW_US))
        gone = self.state.walk_of(badge) is None and self.state.errand_of(badge) is None
        if late and gone and old.kind is not PromptKind.WAIT:
            self.nothing_comes_of_it(badge, old)

    def nothing_comes_of_it(self, badge: Badge, old: Prompt) -> None:
        """Whatever the old handheld kept and sends late."""
        before = len(self.floor.facts)
        code = GTINS[old.sku] if old.sku else STATION
        scanned = CodeScanned(self.request(), badge, old.prompt_id, code, NOW_US)
        told = TroubleReported(self.request(), badge, old.prompt_id, "empty", NOW_US)
        for late in (scanned, told):
            assert self.floor.take(late).code in {"handed_over", "nothing_to_do", "done_already"}
        assert len(self.floor.facts) == before

    @rule(badge=BADGES, cart=CARTS)
    def picker_comes_back(self, badge: Badge, cart: LocationId | None) -> None:
        self.floor.take(WorkWanted(self.request(), badge, True, cart, NOW_US))

    # the radio

    @rule(piece=PIECES, place=HEARD)
    def tag_is_heard(self, piece: tuple[Sku, int], place: LocationId | None) -> None:
        self.tag_is_heard_at(epc_of(*piece), place)

    def tag_is_heard_at(self, epc: Epc, place: LocationId | None) -> None:
        was = self.where.get(epc)
        change: Arrived | Moved | Departed
        if place is None:
            if was is None:
                return
            change = Departed(epc, self.where.pop(epc), NOW_US, NOW_US)
        else:
            self.where[epc] = place
            change = (
                Moved(epc, was, place, 0.9, NOW_US)
                if was and was != place
                else Arrived(epc, place, 0.9, NOW_US)  # now and then for the second time
            )
        self.floor.take(ItemLocated(change, NOW_US))

    @rule(alive=st.booleans())
    def reader_comes_or_goes(self, alive: bool) -> None:  # noqa: FBT001 - drawn
        self.floor.take(DeviceChanged(READER, alive, "pulled", NOW_US, NOW_US))

    # packers and those who put away and decide

    @rule(station=STATIONS, number=st.integers(1, 4))
    def tote_is_opened(self, station: LocationId, number: int) -> None:
        totes = sorted(self.state.totes)
        code = totes[number % len(totes)] if totes else "T0001"
        self.floor.take(StationScanned(self.request(), station, PACKER, code, NOW_US))

    @rule(station=STATIONS, serials=st.lists(st.integers(0, 4), min_size=1, max_size=4))
    def missing_pieces_are_checked(self, station: LocationId, serials: list[int]) -> None:
        for serial in serials:
            pack = self.state.packs.get(station)
            for tote_id in gathering.awaited(self.state, pack) if pack else ():
                self.floor.take(StationScanned(self.request(), station, PACKER, tote_id, NOW_US))
            missing = packing.missing_of(self.state, pack) if pack else Counter()
            for sku in (sku for sku, quantity in missing.items() if quantity):
                code = epc_of(sku, serial) if serial else GTINS[sku]
                self.floor.take(StationScanned(self.request(), station, PACKER, code, NOW_US))

    @rule(station=STATIONS, piece=PIECES, serial=st.booleans())
    def piece_is_checked(self, station: LocationId, piece: tuple[Sku, int], serial: bool) -> None:  # noqa: FBT001 - drawn
        code = epc_of(*piece) if serial else GTINS[piece[0]]
        self.floor.take(StationScanned(self.request(), station, PACKER, code, NOW_US))

    @rule(station=STATIONS, number=st.integers(1, 4))
    def tote_is_lost_on_the_way(self, station: LocationId, number: int) -> None:
        self.tote_is_opened(station, number)
        self.parcel_is_closed(station, partial=True)

    @rule(station=STATIONS, partial=st.booleans())
    def parcel_is_closed(self, station: LocationId, partial: bool) -> None:  # noqa: FBT001 - drawn
        self.floor.take(ParcelWanted(self.request(), station, PACKER, partial, NOW_US))

    @rule(number=st.integers(0, 3))
    def parcel_is_sent_off(self, number: int) -> None:
        parcels = sorted(self.state.parcels)
        sscc = parcels[number % len(parcels)] if parcels else Sscc("3")
        self.floor.take(ParcelDispatched(self.request(), PACKER, sscc, DOCK, NOW_US))

    @rule(sku=SKUS, place=BINS, quantity=st.integers(0, 3))
    def pieces_are_put_away(self, sku: Sku, place: LocationId, quantity: int) -> None:
        self.floor.take(StockPutAway(self.request(), LI, place, sku, quantity, (), NOW_US))

    @rule(order_id=ORDERS, release=st.sampled_from([True, True, False]))
    def hold_is_decided(self, order_id: OrderId, release: bool) -> None:  # noqa: FBT001 - drawn
        self.floor.take(HoldDecided(self.request(), order_id, LI, release, NOW_US))

    # what customers send back, and what is counted

    @rule(order_id=ORDERS, lines=LINES, number=st.integers(1, 2))
    def return_is_announced(
        self, order_id: OrderId, lines: list[tuple[Sku, int]], number: int
    ) -> None:
        announced = tuple(
            OrderLine(LineId(str(at)), sku, quantity) for at, (sku, quantity) in enumerate(lines)
        )
        self.floor.take(ReturnAnnounced(f"R{number}", order_id, announced, "unwanted", NOW_US))

    @rule(
        order_id=ORDERS | st.none(),
        piece=PIECES,
        own=st.sampled_from(["", "", "", "serial", "R1", "O1", "T0001", "hello"]),
        reason=st.sampled_from(["unwanted", "damaged", "", "nonsense"]),
    )
    def something_comes_back(
        self, order_id: OrderId | None, piece: tuple[Sku, int], own: str, reason: str
    ) -> None:
        code = {"": GTINS[piece[0]], "serial": epc_of(*piece)}.get(own, own)
        self.floor.take(ReturnScanned(self.request(), PACKER, code, order_id, reason, NOW_US))

    @rule(number=st.integers(0, 3), reason=st.sampled_from(["unwanted", "damaged"]))
    def shipped_piece_comes_back(self, number: int, reason: str) -> None:
        pieces = [
            (parcel.order_id, sku)
            for parcel in self.state.parcels.values()
            for sku, _ in parcel.contents
        ]
        if pieces:
            order_id, sku = pieces[number % len(pieces)]
            self.floor.take(
                ReturnScanned(self.request(), PACKER, GTINS[sku], order_id, reason, NOW_US)
            )

    @rule(number=st.integers(0, 3), grade=st.sampled_from(Grade))
    def piece_is_graded(self, number: int, grade: Grade) -> None:
        pieces = sorted(self.state.returned)
        piece_id = pieces[number % len(pieces)] if pieces else "3/0"
        self.floor.take(GradeDecided(self.request(), PACKER, piece_id, grade, NOW_US))

    @rule(sku=SKUS, place=BINS, quantity=st.integers(-1, 6))
    def place_is_counted(self, sku: Sku, place: LocationId, quantity: int) -> None:
        self.floor.take(CountTold(self.request(), LI, place, sku, quantity, NOW_US))

    @rule(place=BINS | st.just(ZONE))
    def place_is_swept(self, place: LocationId) -> None:
        self.floor.take(SweepWanted(self.request(), LI, place, NOW_US))

    @rule(sku=SKUS, place=BINS, approve=st.sampled_from([True, True, False]))
    def variance_is_decided(self, sku: Sku, place: LocationId, approve: bool) -> None:  # noqa: FBT001 - drawn
        self.floor.take(VarianceDecided(self.request(), LI, place, sku, approve, NOW_US))

    # the laws

    @invariant()
    def what_is_promised_lies_there(self) -> None:
        promised: Counter[tuple[Sku, LocationId]] = Counter()
        for walk in self.state.walks.values():
            for stop in walk.stops:
                assert stop.open_quantity >= 0
                promised[stop.sku, stop.location] += stop.open_quantity
        for key, stock in self.state.stock.items():
            assert stock.quantity >= stock.reserved >= 0
            assert stock.reserved == promised[key]

    @invariant()
    def no_piece_is_made_or_lost(self) -> None:
        found = self.floor.in_stock()
        for tote in self.state.totes.values():
            found.update(sku for sku, _ in tote.picked)
        for errand in self.state.errands.values():
            found.update(one.sku for one in errand.pieces)
        for parcel in self.state.parcels.values():
            found.update(sku for sku, _ in parcel.contents)
            found.subtract(parcel.contents[index][0] for index in parcel.returned)
        found.update(piece.sku for piece in self.state.returned.values())
        assert all(found[sku] == self.floor.came[sku] for sku in GTINS)

    @invariant()
    def a_tag_is_in_one_tote_errand_quarantine_or_parcel(self) -> None:
        held: Counter[Epc] = Counter()
        for errand in self.state.errands.values():
            held.update(one.unit.epc for one in errand.pieces if one.unit.epc)
        held.update(one.unit.epc for one in self.state.returned.values() if one.unit.epc)
        for tote in self.state.totes.values():
            held.update(unit.epc for _, unit in tote.picked if unit.epc)
        for parcel in self.state.parcels.values():
            if not parcel.shipped:
                held.update(parcel.epcs)
        assert max(held.values(), default=0) <= 1
        checked: Counter[Epc] = Counter()
        for pack in self.state.packs.values():
            checked.update(unit.epc for _, unit in pack.checked if unit.epc)
        assert max(checked.values(), default=0) <= 1

    @invariant()
    def nothing_comes_back_twice_or_before_it_left(self) -> None:
        for parcel in self.state.parcels.values():
            assert len(set(parcel.returned)) == len(parcel.returned)
            assert set(parcel.returned) <= set(range(len(parcel.contents)))
            assert parcel.shipped or not parcel.returned

    @invariant()
    def an_order_stands_where_its_work_stands(self) -> None:
        expected: dict[OrderId, OrderState] = {}
        for walk in self.state.walks.values():
            waiting = walk.state is WalkState.WAITING
            for order_id in walk.orders:
                expected[order_id] = OrderState.PLANNED if waiting else OrderState.PICKING
        for tote in self.state.totes.values():
            expected.setdefault(tote.order_id, OrderState.PICKED)
        for parcel in self.state.parcels.values():
            expected[parcel.order_id] = OrderState.SHIPPED if parcel.shipped else OrderState.PACKED
        at_rest = {OrderState.HELD, OrderState.RELEASED, OrderState.CANCELLED}
        for order in self.state.orders.values():
            if order.order_id in expected:
                assert order.state is expected[order.order_id]
            else:
                assert order.state in at_rest
            assert bool(order.doubts) <= (order.state in at_rest)

    @invariant()
    def a_tote_on_the_floor_is_wanted_or_holds_something(self) -> None:
        carried = {
            stop.tote_id
            for walk in self.state.walks.values()
            for stop in walk.stops
            if stop.quantity
        }
        for tote in self.state.totes.values():
            assert tote.tote_id in carried or tote.picked
        for walk in self.state.walks.values():
            assert len(set(walk.slots)) == len(walk.slots)

    @invariant()
    def totes_hold_what_their_walk_says(self) -> None:
        for walk in self.state.walks.values():
            picked: Counter[tuple[object, ...]] = Counter()
            for stop in walk.stops:
                picked.update((stop.tote_id, stop.sku, unit) for unit in stop.units)
            totes = {stop.tote_id for stop in walk.stops if stop.quantity}
            held = Counter(
                (tote_id, sku, unit)
                for tote_id in totes
                for sku, unit in self.state.totes[tote_id].picked
            )
            assert picked == held

    @invariant()
    def nothing_is_picked_beyond_what_the_order_wants(self) -> None:
        for order in self.state.orders.values():
            if order.state in {OrderState.PICKING, OrderState.PICKED, OrderState.PACKED}:
                wanted = sum(line.quantity for line in order.lines)
                held = sum(len(one.picked) for one in self.state.totes.of_order(order.order_id))
                promised = sum(
                    stop.open_quantity
                    for walk in self.state.walks.values()
                    for stop in walk.stops
                    if stop.order_id == order.order_id
                )
                assert held + promised <= wanted

    @invariant()
    def nobody_shares_a_walk_or_a_cart(self) -> None:
        walking = [one for one in self.state.walks.values() if one.picker]
        assert len({one.picker for one in walking}) == len(walking)
        carts = [one.cart for one in walking if one.cart]
        assert len(set(carts)) == len(carts)

    @invariant()
    def a_station_checks_a_tote_that_is_there(self) -> None:
        open_totes = [one.order_id for one in self.state.packs.values()]
        assert len(set(open_totes)) == len(open_totes)
        for pack in self.state.packs.values():
            assert all(one >= 0 for one in packing.missing_of(self.state, pack).values())

    @invariant()
    def everything_can_be_shown(self) -> None:
        for badge in self.state.pickers:
            shown = prompt_view(guiding.prompt(self.state, badge))
            if shown["kind"] == PromptKind.PICK:
                assert shown["quantity"]
        for station in (STATION, STATION_2):
            pack_view(self.state, station)
        floor_view(self.state, {})
        orders_view(self.state)

    @override
    def teardown(self) -> None:
        self.every_prompt_leads_on()
        self.the_facts_say_the_same()

    def every_prompt_leads_on(self) -> None:
        for badge in self.state.pickers:
            self.picker_finishes(badge)

    def the_facts_say_the_same(self) -> None:
        again = FloorState(TWO_OF_EACH)
        for event in self.floor.facts:
            apply(again, event, NOW_US)
        for name in ("articles", "stock", "orders", "walks", "pickers", "totes", "packs"):
            assert getattr(again, name) == getattr(self.state, name)
        for name in ("parcels", "errands", "returns", "returned", "counts", "tasks", "numbers"):
            assert getattr(again, name) == getattr(self.state, name)
        for name in ("outages", "items", "near", "seen"):
            assert getattr(again, name) == getattr(self.state, name)


TestLaws = Laws.TestCase
