"""Tables remember what was touched, and keep their indices whatever way a row comes in."""

from hypothesis import given
from hypothesis import strategies as st

from edge.model.goods import Article, Stock
from edge.model.ids import Epc, Gtin, LocationId, OrderId, Sku, ToteId
from edge.model.orders import Order, OrderState
from edge.model.places import Floor
from edge.model.state import ArticleTable, FloorState, OrderTable, StockTable
from edge.model.tables import Table
from edge.model.work import Tote, Unit

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


TOTES = st.sampled_from(["T1", "T2", "T3"])
TAGS = st.lists(st.sampled_from(["30aa", "30bb", "30cc", None]), max_size=4)


@given(st.lists(st.tuples(TOTES, st.none() | TAGS), max_size=12))
def test_a_tagged_piece_is_found_in_its_tote_however_totes_came_and_went(
    steps: list[tuple[str, list[str | None] | None]],
) -> None:
    """A step without pieces empties the tote and takes it away."""
    state = FloorState(Floor({}, ()))
    for name, tags in steps:
        tote_id = ToteId(name)
        if tags is None:
            if tote_id in state.totes:
                del state.totes[tote_id]
            continue
        picked = tuple((SHIRT, Unit(Epc(tag) if tag else None, scanned=True)) for tag in tags)
        state.totes[tote_id] = Tote(tote_id, OrderId(f"O-{name}"), picked)

    for tag in (Epc("30aa"), Epc("30bb"), Epc("30cc")):
        there = [
            tote
            for _, tote in sorted(state.totes.items())
            if any(unit.epc == tag for _, unit in tote.picked)
        ]
        assert state.totes.holding(tag) == (there[0] if there else None)
        assert state.order_holding(tag) == (there[0].order_id if there else None)
        assert state.known_as((Epc("30ff"), tag)) == (tag if there else None)
