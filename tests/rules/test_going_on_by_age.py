"""While a walk is under way more of an article is taken oldest first, as when it was planned."""

from edge.model.ids import LocationId, OrderId
from edge.model.inputs import StockListed, StockStatement
from edge.rules import guiding
from tests.rules.deeds import report
from tests.rules.small_floor import BIN_1, BIN_2, BIN_3, LI, NOW_US, SHIRT, SmallFloor, stocked

DAY_US = 24 * 3600 * 1_000_000


def walking(*others: StockStatement) -> SmallFloor:
    """Li is to take 5 shirts, all of what lies in A-1 and expires tomorrow."""
    floor = stocked()
    first = StockStatement(SHIRT, BIN_1, 5, 2, NOW_US + DAY_US)
    floor.take(StockListed((first, *others), NOW_US))
    floor.order("O1", (SHIRT, 5))
    floor.ready(LI)
    floor.plan()
    assert guiding.prompt(floor.state, LI).location == BIN_1
    return floor


def places_to_go(floor: SmallFloor) -> list[LocationId]:
    walk = floor.state.walk_of(LI)
    assert walk is not None
    return [one.location for one in walk.stops if one.open_quantity > 0]


EXPIRES_SOON = StockStatement(SHIRT, BIN_3, 6, 2, NOW_US + 2 * DAY_US)
FULLEST = StockStatement(SHIRT, BIN_2, 90, 2, NOW_US + 9 * DAY_US)
EXPIRED = StockStatement(SHIRT, BIN_2, 90, 2, NOW_US - 1)
NEW_HERE = StockStatement(SHIRT, BIN_2, 90, 2, None, NOW_US - DAY_US)
LONG_HERE = StockStatement(SHIRT, BIN_3, 6, 2, None, NOW_US - 9 * DAY_US)


def test_missing_pieces_are_fetched_where_they_expire_first_though_a_bin_is_fuller() -> None:
    floor = walking(EXPIRES_SOON, FULLEST)

    assert report(floor, "empty").code == "rerouted"

    assert places_to_go(floor) == [BIN_3]


def test_missing_pieces_are_fetched_where_they_lie_longest() -> None:
    floor = walking(LONG_HERE, NEW_HERE)

    report(floor, "empty")

    assert places_to_go(floor) == [BIN_3]


def test_nobody_is_sent_to_what_has_expired() -> None:
    floor = walking(EXPIRED, StockStatement(SHIRT, BIN_3, 0, 2))

    assert report(floor, "empty").code == "short"


def test_more_of_a_changed_order_is_taken_where_it_expires_first() -> None:
    floor = walking(EXPIRES_SOON, FULLEST)

    assert floor.order("O1", (SHIRT, 7), rev=2).code == "changed"

    assert places_to_go(floor) == [BIN_1, BIN_3]


def test_a_change_that_only_expired_pieces_would_fill_is_refused() -> None:
    floor = walking(EXPIRED, StockStatement(SHIRT, BIN_3, 0, 2))

    assert floor.order("O1", (SHIRT, 7), rev=2).code == "too_late"
    assert floor.state.orders[OrderId("O1")].lines[0].quantity == 5
