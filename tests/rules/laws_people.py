"""Whatever pickers, radio and central system may do, one rule of the machine each."""

from collections import Counter

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from edge.model.ids import (
    Badge,
    Epc,
    LocationId,
    OrderId,
    RequestId,
    Sku,
)
from edge.model.inputs import (
    DeviceChanged,
    HandheldSilent,
    ItemLocated,
    PlanReady,
    StockListed,
    StockStatement,
)
from edge.model.posted import (
    CodeScanned,
    TaskFinished,
    TroubleReported,
    WorkHandedOver,
    WorkWanted,
)
from edge.model.presence import Arrived, Departed, Moved
from edge.model.prompts import Prompt, PromptKind
from edge.model.state import FloorState
from edge.rules import guiding, planning, replanning, snapshots
from edge.rules.batching import Effort
from tests.rules.laws_floor import (
    BADGES,
    BINS,
    CARTS,
    GTINS,
    HEARD,
    LINES,
    ORDERS,
    PIECES,
    READER,
    SKUS,
    STATION_2,
    CountedFloor,
    epc_of,
)
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    LI,
    MUG,
    NOW_US,
    SHIRT,
    STATION,
    TERMS,
    stock_up,
)


class People(RuleBasedStateMachine):
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
        self.drop = STATION

    @property
    def state(self) -> FloorState:
        return self.floor.state

    def request(self) -> RequestId:
        return self.floor.number()

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
        substitution: bool = False,  # noqa: FBT001, FBT002 - drawn
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
        code: str = GTINS[prompt.sku] if prompt.sku else self.drop
        if prompt.kind is PromptKind.BIND and prompt.tote_id:
            code = prompt.tote_id
        if prompt.kind in {PromptKind.PASS, PromptKind.TAKE} and prompt.location:
            code = prompt.location
        if prompt.check_wanted and prompt.location:
            printed = self.state.floor.locations[prompt.location].check_digits
            code = printed["AB".index(prompt.check)]
            serial = 0
        errand = self.state.errand_of(badge)
        if errand is not None and not prompt.check_wanted:
            if prompt.kind is not PromptKind.FETCH:  # another one than those fetched so far
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
