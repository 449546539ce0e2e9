"""What the floor loop relies on: one turn is one transaction, and a restart finds all of it."""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from edge.clock import PlayedClock
from edge.model.applying import apply
from edge.model.events import (
    ArticleListed,
    DeviceLost,
    DeviceReturned,
    ItemArrived,
    ItemDeparted,
    ItemMoved,
    OrderReceived,
    StockStated,
)
from edge.model.goods import Article, NearItem, PresentItem
from edge.model.ids import (
    DeviceName,
    Epc,
    Gtin,
    LineId,
    LocationId,
    OrderId,
    RequestId,
    Sku,
)
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.store.errors import (
    StoreCodecError,
    StoreDamagedError,
    StoreFailedError,
    StoreFullError,
)

if TYPE_CHECKING:
    from tests.store.conftest import Gateway

SHIRT = Article(Sku("S-1"), Gtin("04012345000017"), "Shirt")
EPC, BIN, CART = Epc("3034aa"), LocationId("A-01"), LocationId("cart-1")
ORDER = Order(
    OrderId("O-1"), 1, 0, None, "", (OrderLine(LineId("1"), SHIRT.sku, 1),), OrderState.RELEASED, 5
)
PICKED = Answer(accepted=True, code="picked", text="Picked.", data={"left": 1})
DAY_US = 24 * 3_600_000_000
OpenGateway = Callable[[], "Gateway"]


def test_facts_are_numbered_from_one_without_gaps(gateway: "Gateway", clock: PlayedClock) -> None:
    first = gateway.happen(ArticleListed(SHIRT))
    clock.advance_us(1_000)
    later = gateway.happen(StockStated(SHIRT.sku, BIN, 5, 1), OrderReceived(ORDER))

    assert [fact.seq for fact in first + later] == [1, 2, 3]
    assert len({fact.id for fact in first + later}) == 3
    assert {fact.epoch for fact in first + later} == {gateway.store.epoch}
    assert later[0].recorded_us == first[0].recorded_us + 1_000
    assert gateway.store.last_seq == 3


def test_a_fact_keeps_the_time_at_which_it_occurred(gateway: "Gateway") -> None:
    event = ArticleListed(SHIRT)
    (fact,) = gateway.store.commit([(event, 17)], gateway.state, {})
    assert (fact.occurred_us, fact.event) == (17, event)


def test_a_restart_finds_the_state_as_it_was(
    gateway: "Gateway", open_gateway: OpenGateway
) -> None:
    gateway.happen(
        ArticleListed(SHIRT),
        StockStated(SHIRT.sku, BIN, 5, 1),
        OrderReceived(ORDER),
        DeviceLost(DeviceName("gate"), 9, "silent", (BIN,)),
        ItemArrived(EPC, SHIRT.sku, CART, 1),
    )
    before = gateway.state

    again = open_gateway()

    assert again.state.articles == before.articles
    assert again.state.stock == before.stock
    assert again.state.orders == before.orders
    assert again.state.outages == before.outages == {DeviceName("gate"): 9}
    assert again.state.articles.bearing(Gtin("04012345000017")) == SHIRT.sku
    assert again.state.near == {CART: {EPC: NearItem(SHIRT.sku, 1.0)}}
    assert not any(table.touched for table in (again.state.orders, again.state.stock))
    assert again.store.last_seq == 5
    assert again.store.epoch == gateway.store.epoch


def test_items_are_given_back_at_a_start_and_not_kept_in_memory(
    gateway: "Gateway", open_gateway: OpenGateway, clock: PlayedClock
) -> None:
    now_us = clock.now_us()
    other = Epc("3034bb")
    gateway.happen(ItemArrived(EPC, SHIRT.sku, BIN, 0.5), ItemArrived(other, None, BIN, 0.5))
    assert not gateway.state.items
    gateway.happen(ItemMoved(EPC, SHIRT.sku, BIN, CART, 0.75), ItemDeparted(other, None, BIN, 7))

    again = open_gateway()

    assert again.present == [PresentItem(EPC, SHIRT.sku, CART, 0.75, now_us, now_us)]
    assert not again.state.items
    assert again.state.seen == {}


def test_a_row_that_is_over_is_gone_after_a_restart(
    gateway: "Gateway", open_gateway: OpenGateway
) -> None:
    gate = DeviceName("gate")
    gateway.happen(DeviceLost(gate, 9, "silent", ()), DeviceLost(DeviceName("dock"), 8, "", ()))
    gateway.happen(DeviceReturned(gate, ()))
    assert open_gateway().state.outages == {DeviceName("dock"): 8}


def test_what_a_turn_touched_is_written_once_and_then_forgotten(gateway: "Gateway") -> None:
    gateway.happen(ArticleListed(SHIRT))
    assert not gateway.state.articles.touched
    before = gateway.store._connection.total_changes

    gateway.store.commit([], gateway.state, {})

    assert gateway.store._connection.total_changes == before


def test_a_repeated_request_gets_the_first_answer_also_after_a_restart(
    gateway: "Gateway", open_gateway: OpenGateway
) -> None:
    request = RequestId("r-1")
    gateway.happen(answers={request: PICKED})
    gateway.happen(answers={request: Answer(accepted=False, code="late", text="No.")})

    again = open_gateway()

    assert again.store.answer_to(request) == PICKED
    assert again.store.answer_to(RequestId("r-2")) is None


def test_answers_are_forgotten_after_a_week_but_the_newest_thousand_never(
    gateway: "Gateway", open_gateway: OpenGateway, clock: PlayedClock
) -> None:
    """A clock that was set ahead by years must not make a repeated scan count twice."""
    for turn in range(3):
        gateway.happen(answers={RequestId(f"{turn}-{n}"): PICKED for n in range(500)})
    clock.advance_us(8 * DAY_US)
    gateway.happen(*gateway.deliveries(0, 210))
    gateway.store.checkpoint()

    again = open_gateway()

    assert again.store.answer_to(RequestId("0-499")) is None
    assert again.store.answer_to(RequestId("1-0")) == PICKED
    assert again.store.answer_to(RequestId("2-499")) == PICKED


def test_answers_of_this_week_stay_however_many(
    gateway: "Gateway", open_gateway: OpenGateway, clock: PlayedClock
) -> None:
    gateway.happen(answers={RequestId(f"r-{n}"): PICKED for n in range(6_000)})
    clock.advance_us(6 * DAY_US)
    gateway.happen(*gateway.deliveries(0, 210))
    gateway.store.checkpoint()
    assert gateway.store.answer_to(RequestId("r-0")) == PICKED
    assert open_gateway().store.answer_to(RequestId("r-0")) == PICKED


def test_an_acknowledgement_moves_the_cursor_and_never_back(
    gateway: "Gateway", open_gateway: OpenGateway
) -> None:
    gateway.happen(*gateway.arrivals(0, 10))
    store = gateway.store

    assert store.acknowledge(store.epoch, 7)
    assert store.acknowledge(store.epoch, 3)

    assert store.acknowledged == 7
    assert open_gateway().store.acknowledged == 7


def test_an_acknowledgement_of_what_is_not_here_changes_nothing(gateway: "Gateway") -> None:
    gateway.happen(*gateway.arrivals(0, 10))
    store = gateway.store
    assert not store.acknowledge(store.epoch, 11)
    assert not store.acknowledge("another epoch", 5)
    assert store.acknowledged == 0


def test_the_cursor_is_written_with_the_next_commit_or_in_an_idle_moment(
    gateway: "Gateway", clock: PlayedClock
) -> None:
    gateway.happen(*gateway.arrivals(0, 10))
    store = gateway.store
    store.checkpoint()

    store.acknowledge(store.epoch, 4)
    gateway.happen()
    assert _cursor(gateway) == 4

    store.acknowledge(store.epoch, 6)
    store.checkpoint()
    assert _cursor(gateway) == 4, "a cursor alone is not worth a write at once"
    clock.advance_us(5_000_000)
    store.checkpoint()
    assert _cursor(gateway) == 6


def test_a_new_epoch_numbers_what_was_not_acknowledged_from_one(gateway: "Gateway") -> None:
    gateway.happen(*gateway.arrivals(0, 10))
    store = gateway.store
    old = store.epoch
    store.acknowledge(old, 7)

    new = store.start_epoch()
    (fact,) = gateway.happen(*gateway.arrivals(10, 1))

    assert new == store.epoch != old
    assert (fact.epoch, fact.seq) == (new, 4)
    assert store.acknowledged == 0
    assert not store.acknowledge(old, 9)
    assert store.verify().good


def test_a_fact_that_cannot_be_written_changes_nothing(gateway: "Gateway") -> None:
    gateway.happen(ArticleListed(SHIRT))
    apply(gateway.state, bad := ItemArrived(EPC, SHIRT.sku, BIN, float("nan")), 1)

    with pytest.raises(StoreCodecError):
        gateway.store.commit([(bad, 1)], gateway.state, {RequestId("r"): PICKED})

    assert gateway.store.last_seq == 1
    assert gateway.store.answer_to(RequestId("r")) is None
    assert EPC in gateway.state.items.touched
    assert gateway.store.verify().facts == 1


def test_on_a_full_disk_nothing_of_a_turn_has_happened_and_then_all_goes_on(
    gateway: "Gateway",
) -> None:
    # given a file that may not grow any further
    gateway.happen(ArticleListed(SHIRT))
    connection: sqlite3.Connection = gateway.store._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages}")

    # when a turn is larger than what is left
    events = gateway.arrivals(0, 500)
    for event in events:
        apply(gateway.state, event, 1)
    with pytest.raises(StoreFullError, match="the disk is full; make room"):
        gateway.store.commit([(one, 1) for one in events], gateway.state, {RequestId("r"): PICKED})

    # then nothing is changed in memory, and nothing more is taken
    assert gateway.store.last_seq == 1
    assert len(gateway.state.items.touched) == 500
    with pytest.raises(StoreFailedError, match="load a fresh state"):
        gateway.store.commit([], gateway.state, {})
    with pytest.raises(StoreFailedError, match="load a fresh state"):
        gateway.store.answer_to(RequestId("r"))

    # and after reading the state back it goes on where it was
    gateway.reload()
    assert gateway.present == []
    assert gateway.store.answer_to(RequestId("r")) is None
    assert [fact.seq for fact in gateway.happen(*gateway.arrivals(0, 2))] == [2, 3]
    assert gateway.store.verify().good


def test_a_start_refuses_a_row_that_was_changed(
    gateway: "Gateway", open_gateway: OpenGateway
) -> None:
    gateway.happen(StockStated(SHIRT.sku, BIN, 5, 1))
    gateway.store._connection.execute("UPDATE stock SET quantity = 500")
    with pytest.raises(StoreDamagedError, match="table stock, row 'S-1' is not as it was written"):
        open_gateway()


def test_a_start_refuses_a_journal_whose_end_was_changed(
    gateway: "Gateway", open_gateway: OpenGateway
) -> None:
    gateway.happen(*gateway.arrivals(0, 3))
    gateway.store._connection.execute("UPDATE facts SET occurred_us = 1 WHERE position = 2")
    with pytest.raises(StoreDamagedError, match="fact at position 2 is not as it was written"):
        open_gateway()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("cursor", "acknowledged_position = x'00'"),
        ("epochs", "epoch = x'00'"),
        ("facts", "checksum = 'text'"),
    ],
)
def test_a_start_refuses_a_number_that_a_flipped_bit_made_something_else(
    gateway: "Gateway", open_gateway: OpenGateway, table: str, change: str
) -> None:
    # given a journal, and a table that does not keep others from what it should not hold
    gateway.happen(*gateway.arrivals(0, 1))
    connection = gateway.store._connection
    connection.execute("PRAGMA writable_schema=ON")
    connection.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = ?", (table,)
    )
    connection.execute("PRAGMA writable_schema=RESET")

    # when one value is of another kind than was written
    connection.execute(f"UPDATE {table} SET {change}")  # noqa: S608 - of the list above

    # then that is told as damage
    with pytest.raises(StoreDamagedError, match="restore a backup"):
        open_gateway()


def test_a_store_opened_twice_in_a_row_keeps_its_epoch(
    gateway: "Gateway", open_gateway: OpenGateway
) -> None:
    epoch = gateway.store.epoch
    assert open_gateway().store.epoch == epoch
    assert open_gateway().store.last_seq == 0


def test_the_log_is_taken_into_the_file_in_idle_moments_and_before_it_grows_for_ever(
    gateway: "Gateway",
) -> None:
    log = gateway.path.with_name("edge.db-wal")
    gateway.store.checkpoint()
    written = gateway.path.stat().st_size
    gateway.happen(*gateway.deliveries(0, 210))
    assert gateway.path.stat().st_size == written

    gateway.store.checkpoint()

    assert gateway.path.stat().st_size > written
    grown = log.stat().st_size
    for first in range(210, 1_610, 100):
        gateway.happen(*gateway.deliveries(first, 100))
    assert log.stat().st_size < 5 * grown


def test_a_log_that_grows_fast_is_taken_in_small_pieces_and_a_slow_one_in_large_ones(
    gateway: "Gateway", clock: PlayedClock
) -> None:
    # given a file that has just taken in its log
    gateway.store.checkpoint()

    def grows(count: int, span_us: int) -> bool:
        """Whether the file takes in so many deliveries of a hundred rows that come in a time."""
        before = gateway.path.stat().st_size
        gateway.happen(*gateway.deliveries(gateway.store.last_seq, count))
        clock.advance_us(span_us)
        gateway.store.checkpoint()
        return gateway.path.stat().st_size > before

    # then what comes within seconds is taken in soon, what comes within minutes later
    assert grows(50, 2_000_000)
    assert not grows(50, 60_000_000)
    assert not grows(50, 60_000_000)
    assert grows(120, 60_000_000)


def test_a_fresh_state_is_needed_for_each_load(gateway: "Gateway") -> None:
    gateway.happen(ArticleListed(SHIRT))
    other = FloorState(gateway.floor)
    gateway.store.load(other)
    assert other.articles == gateway.state.articles


def _cursor(gateway: "Gateway") -> int:
    with sqlite3.connect(gateway.path) as connection:
        (position,) = connection.execute("SELECT acknowledged_position FROM cursor").fetchone()
    connection.close()
    return int(position)
