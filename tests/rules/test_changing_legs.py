"""An order that several zones pick at once follows a newer revision in all of their walks."""

from edge.model.events import OrderChanged
from edge.model.ids import OrderId, RequestId
from edge.model.orders import OrderState
from edge.model.posted import StationScanned
from edge.model.prompts import PromptKind
from edge.rules import guiding
from tests.rules.deeds import scan
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_2,
    BIN_3,
    LI,
    MUG,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
)
from tests.rules.test_legs import AT_ONCE, O1, pick_all, two_zones
from tests.rules.test_zones import TWO_ZONES


def begun() -> SmallFloor:
    """Eight shirts, five in Li's zone and three in Anna's, who have each picked two."""
    floor = two_zones(SmallFloor(TWO_ZONES, AT_ONCE))
    for badge in (LI, ANNA):
        scan(floor, SHIRT_GTIN, badge)
        scan(floor, SHIRT_GTIN, badge)
    return floor


def promised(floor: SmallFloor) -> dict[str, int]:
    return {
        str(place): stock.reserved
        for (_, place), stock in floor.state.stock.items()
        if stock.reserved
    }


def test_what_is_wanted_less_is_taken_off_what_nobody_has_picked_yet() -> None:
    floor = begun()

    answer = floor.order("O1", (SHIRT, 5), rev=2)

    assert answer.code == "changed"
    open_ = {badge: guiding.prompt(floor.state, badge) for badge in (LI, ANNA)}
    assert (open_[LI].kind, open_[LI].quantity) == (PromptKind.PICK, 1)
    assert open_[ANNA].kind is PromptKind.DROP, "her next prompt is told in the same turn"
    assert promised(floor) == {BIN_1: 1}
    assert not floor.state.errands


def test_what_both_have_too_much_is_brought_back_by_both_and_nothing_is_lost() -> None:
    floor = begun()
    before = sum(one.quantity for one in floor.state.stock.values())

    assert floor.order("O1", (SHIRT, 1), rev=2).code == "changed"

    errands = floor.state.errands.values()
    assert sorted(len(one.pieces) for one in errands) == [1, 2]
    assert {one.picker for one in errands} == {LI, ANNA}
    assert {guiding.prompt(floor.state, one).kind for one in (LI, ANNA)} == {PromptKind.PUT_BACK}
    assert len({one.errand_id for one in errands}) == 2
    assert promised(floor) == {}
    carried = sum(len(one.pieces) for one in errands)
    packed = sum(len(one.picked) for one in floor.state.totes.values())
    assert (carried, packed, before) == (3, 1, 8)


def test_what_is_wanted_more_is_picked_by_whoever_works_in_its_zone() -> None:
    floor = begun()

    answer = floor.order("O1", (SHIRT, 8), (MUG, 1), rev=2)

    assert answer.code == "changed"
    with_mug = [
        walk.picker
        for walk in floor.state.open_walks()
        if any(stop.location == BIN_2 for stop in walk.stops)
    ]
    assert with_mug == [LI]
    assert promised(floor) == {BIN_1: 3, BIN_2: 1, BIN_3: 1}


def test_a_share_that_is_no_longer_wanted_ends_its_walk_and_the_dropped_one_is_packed() -> None:
    """Li has dropped five; Anna's three are wanted no more: the order is picked."""
    floor = two_zones(SmallFloor(TWO_ZONES, AT_ONCE))
    pick_all(floor, LI)
    scan(floor, STATION, LI)
    scan(floor, SHIRT_GTIN, ANNA)

    assert floor.order("O1", (SHIRT, 5), rev=2).code == "changed"

    assert floor.state.orders[O1].state is OrderState.PICKED
    (errand,) = floor.state.errands.values()
    assert (errand.picker, len(errand.pieces)) == (ANNA, 1)
    opened = floor.take(StationScanned(RequestId("o"), STATION, LI, "T0001", NOW_US))
    assert opened.code == "opened"


def test_what_stands_at_the_station_is_taken_out_while_another_zone_still_picks() -> None:
    """Li has dropped five, Anna has picked none of her three: four are wanted."""
    floor = two_zones(SmallFloor(TWO_ZONES, AT_ONCE))
    pick_all(floor, LI)
    scan(floor, STATION, LI)

    answer = floor.order("O1", (SHIRT, 4), rev=2)

    assert answer.code == "changed"
    assert guiding.prompt(floor.state, ANNA).kind is PromptKind.WAIT, "nothing of hers is wanted"
    assert promised(floor) == {}
    (errand,) = floor.state.errands.values()
    assert (errand.place, len(errand.to_take_out), errand.picker) == (STATION, 1, None)
    assert floor.state.orders[O1].state is OrderState.PICKED


def test_a_change_of_the_carrier_alone_is_told_once() -> None:
    floor = begun()

    floor.order("O1", (SHIRT, 8), rev=2)

    changes = [one for one in floor.facts if isinstance(one, OrderChanged)]
    assert len(changes) == 1
    assert floor.state.orders[OrderId("O1")].rev == 2
