"""Orders come in once per revision and are reviewed before anybody walks."""

from edge.model.ids import OrderId, RequestId, Sku
from edge.model.orders import OrderState
from edge.model.posted import HoldDecided, StockPutAway
from tests.rules.small_floor import BIN_1, LI, MUG, NOW_US, SHIRT, stocked


def test_an_order_that_nothing_speaks_against_is_released() -> None:
    floor = stocked()

    answer = floor.order("O1", (SHIRT, 2), (MUG, 1))

    assert answer.accepted
    assert floor.state.orders[OrderId("O1")].state is OrderState.RELEASED


def test_the_same_revision_again_has_no_second_effect() -> None:
    floor = stocked()
    floor.order("O1", (SHIRT, 2))
    facts = len(floor.facts)

    answer = floor.order("O1", (MUG, 4))

    assert answer.code == "done_already"
    assert len(floor.facts) == facts
    assert floor.state.orders[OrderId("O1")].lines[0].sku == SHIRT


def test_an_unknown_article_holds_the_order_with_its_reason() -> None:
    floor = stocked()

    floor.order("O1", (Sku("NOBODY"), 1))

    order = floor.state.orders[OrderId("O1")]
    assert order.state is OrderState.HELD
    assert [doubt.code for doubt in order.doubts] == ["unknown_sku"]
    assert "NOBODY" in order.doubts[0].text


def test_an_order_without_stock_waits_until_goods_are_put_away() -> None:
    floor = stocked()
    floor.order("O1", (SHIRT, 9))
    assert floor.state.orders[OrderId("O1")].doubts[0].code == "no_stock"

    floor.take(StockPutAway(RequestId("p1"), LI, BIN_1, SHIRT, 1, (), NOW_US))

    assert floor.state.orders[OrderId("O1")].state is OrderState.RELEASED


def test_a_person_releases_what_the_central_system_holds_and_refuses_what_is_wrong() -> None:
    floor = stocked()
    floor.order("O1", (SHIRT, 1), wanted="held")
    floor.order("O2", (SHIRT, 5000))

    released = floor.take(HoldDecided(RequestId("1"), OrderId("O1"), LI, True, NOW_US))
    refused = floor.take(HoldDecided(RequestId("2"), OrderId("O2"), LI, False, NOW_US))

    assert (released.code, refused.code) == ("released", "refused")
    assert floor.state.orders[OrderId("O1")].state is OrderState.RELEASED
    assert floor.state.orders[OrderId("O2")].state is OrderState.CANCELLED


def test_an_order_of_an_unknown_article_cannot_be_released_by_hand() -> None:
    floor = stocked()
    floor.order("O1", (Sku("NOBODY"), 1))

    answer = floor.take(HoldDecided(RequestId("1"), OrderId("O1"), LI, True, NOW_US))

    assert (answer.accepted, answer.code) == (False, "invalid")
    assert floor.state.orders[OrderId("O1")].state is OrderState.HELD


def test_a_newer_revision_replaces_an_order_that_nobody_has_begun() -> None:
    floor = stocked()
    floor.order("O1", (SHIRT, 2))

    floor.order("O1", (MUG, 3), rev=2)

    order = floor.state.orders[OrderId("O1")]
    assert (order.rev, order.lines[0].sku, order.state) == (2, MUG, OrderState.RELEASED)
