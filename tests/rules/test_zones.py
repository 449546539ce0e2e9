"""Pick and pass: a walk goes zone by zone, and its totes change hands between them by a scan."""

from dataclasses import replace

import pytest

from edge.model.events import TotesPassed, TotesTaken
from edge.model.ids import Badge, LocationId, OrderId
from edge.model.orders import OrderState
from edge.model.places import Location, LocationKind
from edge.model.posted import WorkWanted
from edge.model.prompts import PromptKind
from edge.rules import guiding, zones
from edge.rules.terms import Strategy
from tests.rules.deeds import scan
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_3,
    FLOOR,
    LI,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    TERMS,
    SmallFloor,
    stock_up,
)

ZONE_A, ZONE_B, BETWEEN = LocationId("zone-a"), LocationId("zone-b"), LocationId("between")
TWO_ZONES = replace(
    FLOOR,
    locations={
        **FLOOR.locations,
        ZONE_B: Location(ZONE_B, LocationKind.ZONE),
        BIN_3: replace(FLOOR.locations[BIN_3], parent=ZONE_B),
        BETWEEN: Location(BETWEEN, LocationKind.STAGING, None, 3.0, 2.0),
    },
)
PASSING = replace(TERMS, strategy=Strategy.PICK_AND_PASS, zones={LI: ZONE_A, ANNA: ZONE_B})


def two_zones(*pickers: Badge) -> SmallFloor:
    """An order of eight shirts: five in zone A, three in zone B; Li is in A, Anna in B."""
    floor = stock_up(SmallFloor(TWO_ZONES, PASSING))
    floor.order("O1", (SHIRT, 8))
    for badge in pickers:
        floor.ready(badge)
    floor.plan()
    return floor


def pick_all(floor: SmallFloor, badge: Badge) -> None:
    while guiding.prompt(floor.state, badge).kind is PromptKind.PICK:
        scan(floor, SHIRT_GTIN, badge)


def test_the_totes_pass_at_the_hand_over_place_and_the_next_zone_s_picker_goes_on() -> None:
    floor = two_zones(LI, ANNA)
    assert guiding.prompt(floor.state, ANNA).kind is PromptKind.WAIT
    assert guiding.prompt(floor.state, LI).location == BIN_1
    pick_all(floor, LI)
    handing = guiding.prompt(floor.state, LI)

    passed = [scan(floor, STATION), scan(floor, BETWEEN)]
    taking = guiding.prompt(floor.state, ANNA)
    taken = [scan(floor, BIN_3, ANNA), scan(floor, BETWEEN, ANNA)]

    assert (handing.kind, handing.location) == (PromptKind.PASS, BETWEEN)
    assert [one.code for one in passed] == ["place_wrong", "passed"]
    assert guiding.prompt(floor.state, LI).kind is PromptKind.WAIT
    assert (taking.kind, taking.location) == (PromptKind.TAKE, BETWEEN)
    assert [one.code for one in taken] == ["place_wrong", "taken"]
    assert [type(one) for one in floor.facts if isinstance(one, TotesPassed | TotesTaken)] == [
        TotesPassed,
        TotesTaken,
    ]
    prompt = guiding.prompt(floor.state, ANNA)
    assert (prompt.location, prompt.tote_id) == (BIN_3, handing.totes[0])
    pick_all(floor, ANNA)
    scan(floor, STATION, ANNA)
    assert floor.state.orders[OrderId("O1")].state is OrderState.PICKED
    (tote,) = floor.state.totes.values()
    assert len(tote.picked) == 8


def test_what_the_first_picker_scans_late_changes_nothing() -> None:
    floor = two_zones(LI, ANNA)
    old = guiding.prompt(floor.state, LI).prompt_id
    pick_all(floor, LI)
    scan(floor, BETWEEN)
    before = len(floor.facts)

    assert scan(floor, SHIRT_GTIN, LI, old).code == "handed_over"
    assert len(floor.facts) == before


def test_the_totes_are_taken_up_by_the_label_of_one_of_them_as_well() -> None:
    floor = two_zones(LI, ANNA)
    pick_all(floor, LI)
    totes = guiding.prompt(floor.state, LI).totes
    scan(floor, BETWEEN)

    assert scan(floor, totes[0], ANNA).code == "taken"


def test_where_nobody_is_at_work_in_the_next_zone_the_picker_goes_on_alone() -> None:
    floor = two_zones(LI)

    pick_all(floor, LI)

    assert guiding.prompt(floor.state, LI).kind is PromptKind.DROP


def test_a_colleague_who_goes_home_leaves_the_walk_to_whoever_has_it() -> None:
    floor = two_zones(LI, ANNA)
    while guiding.prompt(floor.state, LI).kind is PromptKind.PICK:
        scan(floor, SHIRT_GTIN)
    assert guiding.prompt(floor.state, LI).kind is PromptKind.PASS

    floor.take(WorkWanted(floor.number(), ANNA, False, None, NOW_US))

    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.kind, prompt.location) == (PromptKind.PICK, BIN_3)


@pytest.mark.parametrize(
    ("place", "zone"), [(BIN_1, ZONE_A), (BIN_3, ZONE_B), (STATION, None), (ZONE_A, ZONE_A)]
)
def test_a_place_lies_in_the_zone_around_it(place: LocationId, zone: LocationId | None) -> None:
    assert zones.zone_of(TWO_ZONES, place) == zone
