"""Zone picking: each zone picks its share of an order at once, and the totes meet."""

from dataclasses import replace

import numpy as np
import pytest

from edge.model.events import CountWanted, OrderCancelled, TotesDropped, WalkPlanned
from edge.model.ids import Badge, LocationId, OrderId, RequestId
from edge.model.inputs import OrderSubmitted, PlanReady
from edge.model.orders import OrderState
from edge.model.places import Location, LocationKind
from edge.model.posted import StationScanned, TroubleReported
from edge.model.prompts import PromptKind
from edge.rules import gathering, guiding, planning, snapshots
from edge.rules.batching import Effort
from edge.rules.terms import Strategy
from tests.rules.deeds import scan
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_2,
    BIN_3,
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
from tests.rules.test_zones import BETWEEN, TWO_ZONES, ZONE_A, ZONE_B

WALL, SLOT = LocationId("wall-1"), LocationId("wall-1-01")
WITH_WALL = replace(
    TWO_ZONES,
    locations={
        **TWO_ZONES.locations,
        WALL: Location(WALL, LocationKind.WALL, None, 4.0, 0.0),
        SLOT: Location(SLOT, LocationKind.SLOT, WALL),
    },
)
AT_ONCE = replace(TERMS, strategy=Strategy.ZONE, zones={LI: ZONE_A, ANNA: ZONE_B})
O1 = OrderId("O1")
GTINS = {SHIRT: SHIRT_GTIN, MUG: MUG_GTIN, None: ""}


def two_zones(floor: SmallFloor) -> SmallFloor:
    """An order of eight shirts, five in zone A and three in zone B; Li is in A, Anna in B."""
    stock_up(floor)
    floor.order("O1", (SHIRT, 8))
    floor.ready(LI)
    floor.ready(ANNA)
    floor.plan()
    return floor


def pick_all(floor: SmallFloor, badge: Badge) -> None:
    while (prompt := guiding.prompt(floor.state, badge)).kind is PromptKind.PICK:
        assert scan(floor, GTINS[prompt.sku], badge).accepted


def planned(floor: SmallFloor) -> list[set[str]]:
    walks = [one.walk for one in floor.facts if isinstance(one, WalkPlanned)]
    return [{stop.location for stop in walk.stops} for walk in walks]


def test_both_zones_pick_their_share_of_one_order_at_the_same_time() -> None:
    floor = two_zones(SmallFloor(TWO_ZONES, AT_ONCE))

    assert planned(floor) == [{BIN_1}, {BIN_3}]
    li, anna = (guiding.prompt(floor.state, one) for one in (LI, ANNA))
    assert (li.kind, li.location, anna.kind, anna.location) == (
        PromptKind.PICK,
        BIN_1,
        PromptKind.PICK,
        BIN_3,
    )
    assert li.tote_id != anna.tote_id
    assert "zone-a's share of 1 orders" in floor.state.walks[li.walk_id].why  # type: ignore[index] # on a walk


def test_the_order_is_picked_when_its_last_leg_is_dropped_and_its_totes_meet_for_packing() -> None:
    floor = two_zones(SmallFloor(TWO_ZONES, AT_ONCE))
    pick_all(floor, LI)
    scan(floor, STATION, LI)
    assert floor.state.orders[O1].state is OrderState.PICKING, "zone B still picks"
    early = floor.take(StationScanned(RequestId("e"), STATION, LI, "T0001", NOW_US))
    assert early.code == "tote_not_here"
    assert guiding.prompt(floor.state, ANNA).kind is PromptKind.PICK

    pick_all(floor, ANNA)
    assert guiding.prompt(floor.state, ANNA).location == STATION, "where the other tote stands"
    scan(floor, STATION, ANNA)

    assert floor.state.orders[O1].state is OrderState.PICKED
    opened = floor.take(StationScanned(RequestId("o"), STATION, LI, "T0001", NOW_US))
    joined = floor.take(StationScanned(RequestId("j"), STATION, LI, "T0002", NOW_US))
    assert (opened.code, joined.code) == ("opened", "tote_joined")


def test_at_a_put_wall_the_shares_of_the_zones_meet_in_one_slot() -> None:
    floor = two_zones(SmallFloor(WITH_WALL, AT_ONCE))
    for badge in (LI, ANNA):
        pick_all(floor, badge)
        assert guiding.prompt(floor.state, badge).location == WALL
        scan(floor, WALL, badge)
    assert sum(isinstance(one, TotesDropped) for one in floor.facts) == 2
    for number in range(8):
        for code in (SHIRT_GTIN, SLOT):
            answer = floor.take(
                StationScanned(RequestId(f"{number}{code}"), WALL, LI, code, NOW_US)
            )
            assert answer.accepted, answer

    opened = floor.take(StationScanned(RequestId("o"), STATION, LI, SLOT, NOW_US))

    assert opened.code == "opened"
    assert gathering.awaited(floor.state, floor.state.packs[STATION]) == []


def test_a_cancelled_order_is_put_back_from_all_of_its_legs() -> None:
    floor = two_zones(SmallFloor(TWO_ZONES, AT_ONCE))
    pick_all(floor, LI)
    scan(floor, STATION, LI)
    scan(floor, SHIRT_GTIN, ANNA)

    floor.take(OrderSubmitted(O1, 2, 0, None, "DHL", (), "cancelled", NOW_US))

    assert any(isinstance(one, OrderCancelled) for one in floor.facts)
    assert not floor.state.walks
    assert sorted(len(one.pieces) for one in floor.state.errands.values()) == [1, 5]


def test_a_plan_of_whose_legs_one_is_no_more_true_is_taken_back_as_a_whole() -> None:
    floor = stock_up(SmallFloor(TWO_ZONES, AT_ONCE))
    floor.order("O1", (SHIRT, 8), priority=TERMS.rush_priority)
    floor.ready(LI)
    snapshot = snapshots.snapshot(floor.state, AT_ONCE, NOW_US)
    assert snapshot is not None
    walks = planning.plan(snapshot, floor.number, np.random.default_rng(1), Effort(rounds=1))
    assert len(walks) == 2
    floor.apply(CountWanted(BIN_3, SHIRT, "short"))

    floor.take(PlanReady(walks, NOW_US))

    assert planned(floor) == []


def test_a_zone_gets_work_though_walks_of_another_zone_wait() -> None:
    floor = stock_up(SmallFloor(TWO_ZONES, AT_ONCE))
    floor.order("O1", (SHIRT, 8))
    floor.order("O2", (MUG, 1))
    floor.ready(LI)
    floor.ready(ANNA)
    floor.plan()
    assert planned(floor) == [{BIN_1, BIN_2}, {BIN_3}]
    floor.order("O3", (MUG, 1))
    pick_all(floor, LI)
    scan(floor, STATION, LI)
    assert guiding.prompt(floor.state, LI).kind is PromptKind.WAIT

    floor.plan()

    assert guiding.prompt(floor.state, LI).location == BIN_2


def test_what_lies_in_no_zone_is_picked_by_whoever_waits_though_all_have_zones() -> None:
    outside = replace(TWO_ZONES.locations[BIN_2], parent=None)
    hall = replace(TWO_ZONES, locations={**TWO_ZONES.locations, BIN_2: outside})
    floor = stock_up(SmallFloor(hall, AT_ONCE))
    floor.order("O1", (MUG, 1))
    floor.ready(ANNA)

    floor.plan()

    assert planned(floor) == [{BIN_2}]
    assert guiding.prompt(floor.state, ANNA).location == BIN_2


@pytest.mark.parametrize(
    ("own", "walks"),
    [
        ({ZONE_B: Strategy.ZONE}, [{BIN_1, BIN_2}, {BIN_3}]),
        ({ZONE_B: Strategy.DISCRETE}, [{BIN_1, BIN_2}, {BIN_3}, {BIN_3}]),
        ({}, [{BIN_1, BIN_2, BIN_3}]),
    ],
)
def test_each_zone_may_have_a_strategy_of_its_own(
    own: dict[LocationId, Strategy], walks: list[set[str]]
) -> None:
    terms = replace(TERMS, zone_strategies=own)
    floor = stock_up(SmallFloor(TWO_ZONES, terms))
    floor.order("O1", (SHIRT, 6), (MUG, 1))
    floor.order("O2", (SHIRT, 2), (MUG, 1))
    floor.ready(LI)
    floor.plan()

    assert planned(floor) == walks


def test_what_another_zone_has_of_a_missing_piece_is_handed_over_to_it() -> None:
    floor = stock_up(SmallFloor(TWO_ZONES, AT_ONCE))
    floor.order("O1", (SHIRT, 5))
    floor.ready(LI)
    floor.ready(ANNA)
    floor.plan()
    for _ in range(4):
        scan(floor, SHIRT_GTIN)
    prompt_id = guiding.prompt(floor.state, LI).prompt_id
    floor.take(TroubleReported(RequestId("t"), LI, prompt_id, "empty", NOW_US))

    handing = guiding.prompt(floor.state, LI)
    assert (handing.kind, handing.location) == (PromptKind.PASS, BETWEEN)
    scan(floor, BETWEEN)
    assert guiding.prompt(floor.state, ANNA).kind is PromptKind.TAKE
