"""Whatever may happen at the wall, at pack stations and where goods come back."""

from collections import Counter
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from edge.model.goods import Article, Forward
from edge.model.ids import (
    LineId,
    LocationId,
    OrderId,
    Sku,
    Sscc,
)
from edge.model.inputs import (
    ArticlesListed,
    ForwardsListed,
    ReturnAnnounced,
)
from edge.model.orders import OrderLine
from edge.model.posted import (
    CountTold,
    GradeDecided,
    HandEmptied,
    HoldDecided,
    ParcelDispatched,
    ParcelWanted,
    ReturnScanned,
    StationScanned,
    StockPutAway,
    SweepWanted,
    VarianceDecided,
)
from edge.model.returns import Grade
from edge.model.weights import Weighing
from edge.rules import gathering, packing, taking_out
from edge.rules.terms import Strategy, Weigh
from tests.rules.laws_floor import (
    BINS,
    CARTS,
    GTINS,
    LINES,
    ORDERS,
    PIECES,
    SKUS,
    SLOTS,
    STATION_NAMES,
    STATIONS,
    WALL,
    ZONE,
    ZONE_2,
    epc_of,
)
from tests.rules.laws_people import People
from tests.rules.small_floor import (
    ANNA,
    DOCK,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    PACKER,
    SHIRT,
    SHIRT_GTIN,
    STATION,
)

WEIGHTS_G = {SHIRT: 250, MUG: 400}
ARTICLES = (
    Article(SHIRT, SHIRT_GTIN, "Shirt", version=2, weight_g=WEIGHTS_G[SHIRT]),
    Article(MUG, MUG_GTIN, "Mug", version=2, weight_g=WEIGHTS_G[MUG]),
)


class Desks(People):
    """Packers, sorters, and those who put away, count and decide."""

    @initialize(
        stage=st.integers(0, 9),
        cart=CARTS,
        bind=st.booleans(),
        strategy=st.sampled_from([Strategy.BATCH, Strategy.PICK_AND_PASS, Strategy.ZONE]),
    )
    def work_is_under_way(
        self,
        stage: int,
        cart: LocationId | None,
        bind: bool,  # noqa: FBT001 - drawn
        strategy: Strategy,
    ) -> None:
        self.floor.terms = replace(
            self.floor.terms,
            bind_totes=bind,
            substitutes={SHIRT: (MUG,)},
            ship_partial=not bind,
            strategy=strategy,
            weigh=Weigh.KNOWN if bind else Weigh.OFF,
            zones={} if strategy is Strategy.BATCH else {LI: ZONE, ANNA: ZONE_2},
        )
        self.floor.take(ArticlesListed(ARTICLES, NOW_US))
        if strategy is Strategy.ZONE:  # so much lies in both zones only
            self.floor.order("O2", (SHIRT, 6), rev=2)
            self.revisions[OrderId("O2")] = 2
        if stage > 8:
            self.totes_stand_at_the_wall(cart)
            return
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
            self.parcel_is_closed(STATION, partial=False, looked=False)
        self.goods_come_back(stage)

    def totes_stand_at_the_wall(self, cart: LocationId | None) -> None:
        self.drop = WALL
        self.picker_gets_work(LI, cart)
        self.picker_finishes(LI)
        self.pieces_are_sorted([0])

    def goods_come_back(self, stage: int) -> None:
        if stage > 5:
            self.parcel_is_sent_off(0)
        if stage > 6:
            self.shipped_piece_comes_back(0, "unwanted")
        if stage > 7:
            self.picker_finishes(ANNA)
            self.piece_is_graded(0, Grade.RESTOCK)

    # the put wall

    @rule(at_wall=st.booleans())
    def totes_go_to_the_wall_or_not(self, at_wall: bool) -> None:  # noqa: FBT001 - drawn
        self.drop = WALL if at_wall else STATION

    @rule(serials=st.lists(st.integers(0, 4), min_size=1, max_size=4))
    def pieces_are_sorted(self, serials: list[int]) -> None:
        """A piece is lifted and put into the slot that is lit."""
        for serial in serials:
            unsorted = [
                sku
                for tote in self.state.totes.values()
                if tote.station == WALL
                for sku, _ in tote.picked
            ]
            for sku in dict.fromkeys(unsorted):
                self.at_the_wall(epc_of(sku, serial) if serial else GTINS[sku])
                self.lit_slot_is_scanned()

    def lit_slot_is_scanned(self) -> None:
        for slot in [one.slot for one in self.state.slots.values() if one.lit]:
            self.at_the_wall(slot)

    @rule(what=st.sampled_from([SHIRT_GTIN, MUG_GTIN, *SLOTS, "T0001"]))
    def something_is_scanned_at_the_wall(self, what: str) -> None:
        self.at_the_wall(what)

    def at_the_wall(self, code: str) -> None:
        self.floor.take(StationScanned(self.request(), WALL, PACKER, code, NOW_US))

    @rule()
    def piece_is_laid_back(self) -> None:
        self.floor.take(HandEmptied(self.request(), WALL, PACKER, NOW_US))

    @rule(slot=st.sampled_from(SLOTS), station=STATIONS)
    def slot_is_taken_to_the_packer(self, slot: LocationId, station: LocationId) -> None:
        self.floor.take(StationScanned(self.request(), station, PACKER, slot, NOW_US))

    # packers and those who put away and decide

    @rule(station=STATIONS, number=st.integers(1, 4), anew=st.booleans())
    def tote_is_opened(self, station: LocationId, number: int, anew: bool = False) -> None:  # noqa: FBT001, FBT002 - drawn
        totes = sorted(self.state.totes)
        code = totes[number % len(totes)] if totes else "T0001"
        scanned = StationScanned(self.request(), station, PACKER, code, NOW_US, anew=anew)
        self.floor.take(scanned)

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
        self.parcel_is_closed(station, partial=True, looked=True)

    @rule(
        station=STATIONS,
        partial=st.booleans(),
        looked=st.booleans(),
        off_g=st.sampled_from([None, 0, 19, 500]),
    )
    def parcel_is_closed(
        self,
        station: LocationId,
        partial: bool,  # noqa: FBT001 - drawn
        looked: bool,  # noqa: FBT001 - drawn
        off_g: int | None = 0,
    ) -> None:
        """What is weighed and more than 20 g off what it should weigh is not closed."""
        pack = self.state.packs.get(station)
        unwanted = taking_out.inside_of(self.state, pack.order_id, station) if pack else []
        goods_g = sum(WEIGHTS_G[sku] for sku, _ in pack.checked) if pack else 0
        weighing = Weighing(goods_g + off_g) if off_g is not None else None
        wanted = ParcelWanted(self.request(), station, PACKER, partial, NOW_US, looked, weighing)
        answer = self.floor.take(wanted)
        assert looked or not unwanted or not answer.accepted
        if answer.code == "closed" and self.floor.terms.weigh is not Weigh.OFF:
            assert off_g in {0, 19}

    @rule(station=STATIONS, number=st.integers(0, 3))
    def parcel_s_label_is_scanned(self, station: LocationId, number: int) -> None:
        """Of a cancelled order it is opened; of any other one nothing happens."""
        parcels = [*self.state.parcels.recalled(), *self.state.parcels.values()]
        if parcels:
            sscc = parcels[number % len(parcels)].sscc
            self.floor.take(StationScanned(self.request(), station, PACKER, sscc, NOW_US))

    @rule(number=st.integers(0, 3))
    def parcel_is_sent_off(self, number: int) -> None:
        parcels = sorted(self.state.parcels)
        sscc = parcels[number % len(parcels)] if parcels else Sscc("3")
        self.floor.take(ParcelDispatched(self.request(), PACKER, sscc, DOCK, NOW_US))

    @rule(sku=SKUS, place=BINS, minimum=st.integers(0, 3))
    def a_place_is_to_be_filled_up(self, sku: Sku, place: LocationId, minimum: int) -> None:
        self.versions += 1
        forward = Forward(place, sku, minimum, minimum + 2, self.versions)
        self.floor.take(ForwardsListed((forward,), NOW_US))

    @rule(sku=SKUS, place=BINS, quantity=st.integers(0, 3))
    def pieces_are_put_away(self, sku: Sku, place: LocationId, quantity: int) -> None:
        self.floor.take(StockPutAway(self.request(), LI, place, sku, quantity, (), NOW_US))

    @rule(order_id=ORDERS, release=st.sampled_from([True, True, False]))
    def hold_is_decided(self, order_id: OrderId, release: bool) -> None:  # noqa: FBT001 - drawn
        self.floor.take(HoldDecided(self.request(), order_id, LI, release, NOW_US))

    @rule(
        number=st.integers(0, 3),
        left=st.integers(0, 2),
        carrier_only=st.booleans(),
        serials=st.lists(st.integers(0, 4), max_size=2),
    )
    def order_that_stands_somewhere_is_made_smaller(
        self,
        number: int,
        left: int,
        carrier_only: bool,  # noqa: FBT001 - drawn
        serials: list[int],
    ) -> None:
        """Something of it stands at the wall or at a station, or in an open check."""
        standing = sorted({one.order_id for one in self.state.totes.values() if one.station})
        if not standing:
            return
        order = self.state.orders[standing[number % len(standing)]]
        wanted = [(one.sku, one.quantity) for one in order.lines]
        if not carrier_only:
            wanted = [(sku, min(left, quantity)) for sku, quantity in wanted if left]
            wanted = wanted or [(order.lines[0].sku, 1)]
        self.revisions[order.order_id] += 1
        rev = self.revisions[order.order_id]
        answer = self.floor.order(order.order_id, *wanted, rev=rev)
        assert answer.code == "changed"
        for place in (*STATION_NAMES, WALL):
            for serial in serials:
                self.unwanted_piece_is_taken_out(place, serial)

    @rule(place=STATIONS | st.just(WALL), serial=st.integers(0, 4))
    def unwanted_piece_is_taken_out(self, place: LocationId, serial: int) -> None:
        for _, piece in taking_out.inside(self.state, place):
            code = piece.unit.epc or (epc_of(piece.sku, serial) if serial else GTINS[piece.sku])
            self.floor.take(StationScanned(self.request(), place, PACKER, code, NOW_US))

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
