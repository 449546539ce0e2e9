"""What pages ask of the store."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from edge.floor.board import Board
from edge.floor.lookups import Lookups
from edge.model.events import ItemArrived, ItemDeparted, ItemMoved, OrderReceived, ParcelShipped
from edge.model.goods import PresentItem
from edge.model.ids import Epc, LineId, LocationId, OrderId, Sku, Sscc
from edge.model.orders import Order, OrderLine, OrderState
from edge.store.errors import StoreDamagedError
from edge.store.queries import Queries

if TYPE_CHECKING:
    from tests.store.conftest import Gateway

A, B = LocationId("A-01"), LocationId("B-01")
SHIRT, SHOE = Sku("SHIRT"), Sku("SH_E")
TAGS = [Epc(f"30{number:02x}") for number in range(6)]


@pytest.fixture
def queries(gateway: "Gateway") -> Iterator[Queries]:
    opened = Queries(gateway.path)
    yield opened
    opened.close()


def test_items_are_found_by_the_beginning_of_their_tag_or_article(
    gateway: "Gateway", queries: Queries
) -> None:
    gateway.happen(
        ItemArrived(TAGS[2], SHIRT, A, 0.5),
        ItemArrived(TAGS[0], SHIRT, A, 0.5),
        ItemArrived(TAGS[1], SHOE, B, 0.5),
        ItemArrived(TAGS[3], None, B, 0.5),
    )
    assert [item.epc for item in queries.items("SHI", 9)] == [TAGS[0], TAGS[2]]
    assert [item.epc for item in queries.items("3003", 9)] == [TAGS[3]]
    assert [item.epc for item in queries.items("30", 2)] == TAGS[:2]
    assert [item.epc for item in queries.items("SH_", 9)] == [TAGS[1]]
    assert queries.items("%", 9) == []


def test_items_are_found_by_their_place(gateway: "Gateway", queries: Queries) -> None:
    gateway.happen(ItemArrived(TAGS[0], SHIRT, A, 0.5), ItemArrived(TAGS[1], SHIRT, B, 0.5))
    gateway.happen(ItemMoved(TAGS[0], SHIRT, A, B, 0.5))
    assert queries.items_at(A, 9) == []
    assert [item.epc for item in queries.items_at(B, 9)] == TAGS[:2]
    assert [item.epc for item in queries.items_at(B, 1)] == TAGS[:1]


def test_items_that_have_gone_come_after_those_that_are_somewhere(
    gateway: "Gateway", queries: Queries
) -> None:
    gateway.happen(*(ItemArrived(one, SHIRT, A, 0.5) for one in TAGS[:3]))
    gateway.happen(ItemDeparted(TAGS[0], SHIRT, A, 77))
    assert [item.epc for item in queries.items("SHI", 2)] == TAGS[1:3]
    assert [item.epc for item in queries.items_of([SHIRT], 9)] == [*TAGS[1:3], TAGS[0]]


def test_a_word_that_many_articles_bear_finds_the_items_of_all_of_them(
    gateway: "Gateway",
) -> None:
    jerseys = [Sku(f"J-{number:02}") for number in range(25)]
    board = Board()
    board.show("articles", {sku: {"name": f"Jersey size {sku}"} for sku in jerseys})
    last = Epc("30ff")
    gateway.happen(
        ItemArrived(TAGS[0], jerseys[0], A, 0.5), ItemArrived(last, jerseys[-1], B, 0.5)
    )
    gateway.happen(ItemArrived(TAGS[1], SHIRT, A, 0.5))

    lookups = Lookups(gateway.path, board)

    assert [one["epc"] for one in lookups.items("jersey", 9)] == [TAGS[0], last]
    assert lookups.items("no such word", 9) == []


def test_an_item_that_has_gone_is_still_known(gateway: "Gateway", queries: Queries) -> None:
    gateway.happen(ItemArrived(TAGS[0], SHIRT, A, 0.5), ItemDeparted(TAGS[0], SHIRT, A, 77))
    item = queries.item(TAGS[0])
    assert isinstance(item, PresentItem)
    assert (item.location, item.seen_us) == (None, 77)
    assert queries.item(TAGS[5]) is None


def test_the_history_of_a_tag_and_an_order_is_what_names_them_the_newest_first(
    gateway: "Gateway", queries: Queries
) -> None:
    order = Order(
        OrderId("O-1"),
        1,
        0,
        None,
        "DHL",
        (OrderLine(LineId("1"), SHIRT, 1),),
        OrderState.RELEASED,
        5,
    )
    shipped = ParcelShipped(Sscc("34"), order.order_id, "DHL", A, (TAGS[0], TAGS[1]), None)
    arrived, moved = ItemArrived(TAGS[0], SHIRT, A, 0.5), ItemMoved(TAGS[0], SHIRT, A, B, 0.5)
    gateway.happen(arrived, ItemArrived(TAGS[2], SHIRT, A, 0.5), OrderReceived(order), moved)
    gateway.store.commit([(shipped, 9)], gateway.state, {})

    def events(subject: str, limit: int = 9) -> list[object]:
        return [fact.event for fact in queries.history(subject, limit)]

    assert events(TAGS[0]) == [shipped, moved, arrived]
    assert events(TAGS[0], 2) == [shipped, moved]
    assert events(TAGS[1]) == [shipped]
    assert events("O-1") == [shipped, OrderReceived(order)]
    assert events("34") == [shipped]
    assert events("SHIRT") == []


def test_the_store_tells_how_much_it_holds(gateway: "Gateway", queries: Queries) -> None:
    gateway.happen(*gateway.arrivals(0, 5), ItemArrived(TAGS[0], SHIRT, A, 0.5))
    gateway.happen(ItemDeparted(TAGS[0], SHIRT, A, 77))
    gateway.store.acknowledge(gateway.store.epoch, 2)
    gateway.happen()
    counts = queries.counts()
    assert (counts.facts, counts.unacknowledged, counts.present_items) == (7, 5, 5)
    assert counts.rows["items"] == 6
    assert counts.rows["orders"] == 0


def test_a_changed_item_row_is_not_shown(gateway: "Gateway", queries: Queries) -> None:
    gateway.happen(ItemArrived(TAGS[0], SHIRT, A, 0.5))
    gateway.store._connection.execute("UPDATE items SET location = 'B-01'")
    with pytest.raises(StoreDamagedError, match="table items, row '3000'"):
        queries.item(TAGS[0])
