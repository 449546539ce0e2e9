"""Tables remember what was touched, and keep their indices whatever way a row comes in."""

from edge.model.goods import Article, Stock
from edge.model.ids import Gtin, LocationId, OrderId, Sku
from edge.model.orders import Order, OrderState
from edge.model.state import ArticleTable, OrderTable, StockTable, Table

ONE, OTHER = Gtin("09521234000013"), Gtin("09521234000020")
SHIRT, COAT = Sku("SHIRT"), Sku("COAT")


def order(order_id: str, state: OrderState) -> Order:
    return Order(OrderId(order_id), 1, 0, None, "", (), state, 0)


def test_a_row_that_is_set_or_deleted_is_touched_and_one_that_is_loaded_is_not() -> None:
    table: Table[str, int] = Table()

    table.load("loaded", 1)
    table["set"] = 2
    table["gone"] = 3
    del table["gone"]

    assert dict(table) == {"loaded": 1, "set": 2}
    assert list(table.touched) == ["set", "gone"]


def test_orders_are_found_by_the_state_that_they_came_into_last() -> None:
    table = OrderTable()
    table.load(OrderId("A"), order("A", OrderState.RELEASED))
    table[OrderId("B")] = order("B", OrderState.RELEASED)
    table[OrderId("A")] = order("A", OrderState.PLANNED)

    assert [one.order_id for one in table.in_state(OrderState.RELEASED)] == ["B"]
    assert table.count(OrderState.PLANNED) == 1


def test_an_article_whose_gtin_changed_is_no_longer_found_by_the_old_one() -> None:
    table = ArticleTable()
    table[SHIRT] = Article(SHIRT, ONE, "Shirt")
    table[SHIRT] = Article(SHIRT, OTHER, "Shirt", 2)

    assert (table.bearing(ONE), table.bearing(OTHER)) == (None, SHIRT)


def test_of_two_articles_with_one_gtin_the_same_is_found_after_a_restart() -> None:
    there, back = ArticleTable(), ArticleTable()
    rows = [(SHIRT, Article(SHIRT, ONE, "Shirt")), (COAT, Article(COAT, ONE, "Coat"))]
    for sku, article in rows:
        there[sku] = article
    for sku, article in reversed(rows):
        back.load(sku, article)

    assert there.bearing(ONE) == back.bearing(ONE) == COAT


def test_stock_is_found_by_article_in_the_order_of_places_and_empty_places_are_left_out() -> None:
    table = StockTable()
    for place, quantity in (("B", 2), ("A", 1), ("C", 0)):
        table[SHIRT, LocationId(place)] = Stock(SHIRT, LocationId(place), quantity)
    table[COAT, LocationId("A")] = Stock(COAT, LocationId("A"), 9)

    assert [(one.location, one.quantity) for one in table.of(SHIRT)] == [("A", 1), ("B", 2)]
    assert table.of(Sku("nothing")) == []
