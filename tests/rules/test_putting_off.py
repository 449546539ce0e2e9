"""What a picker put off stays at the end, whatever is planned anew meanwhile."""

from edge.model.ids import OrderId
from edge.rules import guiding
from tests.rules.deeds import report
from tests.rules.small_floor import BIN_1, BIN_2, BIN_3, LI, MUG, SHIRT, SmallFloor, stocked


def put_off() -> SmallFloor:
    """Li was to take shirts in A-1 and then mugs in A-2, and put the shirts off."""
    floor = stocked()
    floor.order("O1", (SHIRT, 2), (MUG, 1))
    floor.ready(LI)
    floor.plan()
    assert guiding.prompt(floor.state, LI).location == BIN_1
    assert report(floor, "later").code == "postponed"
    assert guiding.prompt(floor.state, LI).location == BIN_2
    return floor


def test_a_rush_order_that_joins_goes_before_what_was_put_off() -> None:
    floor = put_off()
    floor.order("rush", (SHIRT, 5), priority=9)  # three of A-1 are free, the rest is in B-1

    floor.plan()

    walk = floor.state.walk_of(LI)
    assert walk is not None
    assert "rush" in walk.orders
    to_go = [(one.location, one.order_id) for one in walk.stops if one.open_quantity > 0]
    assert to_go[0] == (BIN_2, OrderId("O1"))
    assert to_go[-1] == (BIN_1, OrderId("O1"))
    assert {place for place, order in to_go if order == "rush"} == {BIN_1, BIN_3}
