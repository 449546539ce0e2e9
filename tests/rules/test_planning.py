"""Planning gives work to those who wait, whatever else cannot be had."""

from edge.model.ids import OrderId
from edge.model.orders import OrderState
from edge.rules import planning
from tests.rules.small_floor import ANNA, LI, MUG, SHIRT, stocked


def test_urgent_orders_that_cannot_be_had_do_not_keep_a_later_one_from_work() -> None:
    floor = stocked()
    for number in range(planning.ORDERS_MAX + 1):
        floor.order(f"mugs-{number}", (MUG, 4), priority=5)  # there are four mugs in all
    floor.order("shirt", (SHIRT, 1))
    floor.ready(LI)
    floor.ready(ANNA)

    floor.plan()

    assert floor.state.orders[OrderId("shirt")].state is OrderState.PICKING
