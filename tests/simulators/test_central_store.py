"""The central system's books tell what was lost and what was doubled; each fault is planted."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.central_address import open_books
from simulators.central_books import Books
from simulators.central_events import Delivered, UnreadableEventError, events_of
from simulators.central_store import CentralStore
from tests.simulators.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where empty books are to be: both kinds keep the same promises."""
    if request.param == "sqlite":
        return str(tmp_path / "books.db")
    server: Cluster = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def store(address: str) -> Iterator[Books]:
    books = open_books(address)
    yield books
    books.close()


def event(seq: int, **changes: object) -> Delivered:
    values: dict[str, object] = {
        "gateway": "g1",
        "epoch": "e1",
        "seq": seq,
        "id": f"id-{seq}",
        "type": "pick.picked",
        "data": {"n": seq},
    } | changes
    return events_of(json.dumps(values).encode())[0]


def taken(store: Books, *seqs: int) -> Books:
    store.take([event(seq) for seq in seqs], 1)
    return store


def test_the_same_event_twice_is_kept_once_and_harmless(store: Books) -> None:
    taken(store, 1, 2, 3)

    assert store.take([event(2)], 2) == []
    assert store.take([event(2), event(4), event(4)], 2) == [event(4)]

    assert store.stored() == 4
    assert store.counter("redelivered") == 3
    assert (store.missing(), store.doubled()) == (0, 0)


def test_a_late_delivery_of_the_same_fact_is_still_the_same_fact(store: Books) -> None:
    taken(store, 1)

    store.take([event(1, late=True, clock={"synced": False, "offset_ms": 3})], 2)

    assert (store.counter("redelivered"), store.doubled()) == (1, 0)


def test_only_the_gap_free_prefix_is_acknowledged(store: Books) -> None:
    taken(store, 1, 2, 5, 4)

    assert (store.prefix("g1", "e1").upto, store.prefix("g1", "e1").highest) == (2, 5)
    assert (store.missing(), store.counter("reordered")) == (1, 1)

    store.take([event(3)], 2)

    assert (store.prefix("g1", "e1").upto, store.missing()) == (5, 0)


def test_a_prefix_longer_than_a_page_is_followed_to_its_end(store: Books) -> None:
    taken(store, *range(2, 1_201))
    assert store.prefix("g1", "e1").upto == 0

    store.take([event(1)], 2)

    assert store.prefix("g1", "e1").upto == 1_200


def test_another_fact_under_a_used_number_is_a_double(store: Books) -> None:
    taken(store, 1, 2)

    assert store.take([event(2, data={"n": "other"})], 2) == []
    store.take([event(3), event(3, data={"n": "other"})], 2)

    assert store.doubled() == 2


def test_one_fact_under_two_numbers_is_a_double(store: Books) -> None:
    taken(store, 1, 2)

    store.take([event(3, id="id-1")], 2)
    store.take([event(4, id="x"), event(5, id="x")], 2)

    assert store.doubled() == 2
    assert store.prefix("g1", "e1").upto == 5


def test_a_restored_gateway_may_send_its_facts_again_with_new_numbers(store: Books) -> None:
    """docs/protocol.md: after a restore, facts come with new numbers and their old ids."""
    store.add_order({"order_id": "o1", "lines": []}, 1)
    left = {"type": "ship.departed", "data": {"order_id": "o1", "sscc": "395"}}
    store.take([event(1), event(2, **left)], 1)
    store.take([event(4)], 1)  # 3 was never acknowledged and went with the old disk

    again = [event(1, epoch="e2", id="id-2", **left), event(2, epoch="e2", id="id-3")]
    store.take(again, 2)

    assert (store.counter("restored"), store.doubled()) == (1, 0)
    assert (store.missing(), store.abandoned()) == (0, 1)
    assert store.prefix("g1", "e2").upto == 2


def test_an_old_id_with_another_content_is_a_double_in_any_epoch(store: Books) -> None:
    taken(store, 1)

    store.take([event(1, epoch="e2", id="id-1", data={"n": "other"})], 2)

    assert store.doubled() == 1


def test_a_fact_that_lay_behind_a_gap_is_applied_when_it_comes_again(store: Books) -> None:
    store.add_order({"order_id": "o1", "lines": []}, 1)
    left = {"type": "ship.departed", "data": {"order_id": "o1", "sscc": "395"}, "id": "left"}
    store.take([event(2, **left)], 1)
    assert store.order_count("shipped") == 0

    store.take([event(1, epoch="e2", **left)], 2)

    assert (store.order_count("shipped"), store.doubled()) == (1, 0)


def test_events_are_applied_in_the_order_of_their_numbers(store: Books) -> None:
    """Workers take messages that overtake each other; an order that has left stays so."""
    store.add_order({"order_id": "o1", "lines": []}, 1)
    cancelled = event(1, type="order.cancelled", data={"order_id": "o1"})
    left = event(2, type="ship.departed", data={"order_id": "o1", "sscc": "395"})

    store.take([left], 1)
    store.take([cancelled], 2)

    assert [store.order_count(state) for state in ("shipped", "cancelled")] == [1, 0]


def test_a_gap_that_stays_is_given_to_one_of_the_workers(address: str, store: Books) -> None:
    other = open_books(address)
    store.take([event(1), event(3)], 10)
    base = store.prefix("g1", "e1").base

    assert store.gaps_due(11, 5, [base]) == [], "it may fill yet"
    assert store.gaps_due(20, 5, ["elsewhere"]) == []
    assert [gap.upto for gap in store.gaps_due(20, 5, [base])] == [1]
    assert other.gaps_due(21, 5, [base]) == []
    assert [gap.upto for gap in other.gaps_due(26, 5, [base])] == [1], "asked, and not answered"
    assert store.counter("gaps") == 1

    other.take([event(2)], 30)
    assert store.gaps_due(99, 5, [base]) == []
    other.close()


def test_a_gap_after_a_quiet_hour_is_given_time_too(store: Books) -> None:
    """Messages that overtake each other between two workers are no loss, however quiet it was."""
    hour_us = 3_600_000_000
    store.take([event(1)], 0)
    store.take([event(3)], hour_us)
    base = store.prefix("g1", "e1").base

    assert store.gaps_due(hour_us + 1, 5, [base]) == []
    store.take([event(4)], hour_us + 4)
    assert [gap.upto for gap in store.gaps_due(hour_us + 5, 5, [base])] == [1]


def test_a_parcel_that_left_twice_is_a_double(store: Books) -> None:
    data = {"sscc": "395", "order_id": "o1"}

    store.take([event(n, type="ship.departed", data=data) for n in (1, 2)], 1)

    assert store.doubled() == 1


def test_a_new_epoch_counts_from_one_again(store: Books) -> None:
    taken(store, 1, 2, 3)

    store.take([event(1, epoch="e2", id="x")], 2)

    assert [(p.epoch, p.upto) for p in store.prefixes()] == [("e1", 3), ("e2", 1)]
    assert store.doubled() == 0


@given(order=st.permutations(range(1, 8)), again=st.lists(st.integers(1, 7), max_size=5))
def test_any_order_of_arrival_ends_in_the_same_books(order: list[int], again: list[int]) -> None:
    store = CentralStore(":memory:")
    arrived: set[int] = set()
    for seq in [*order, *again]:
        store.take([event(seq)], 1)
        arrived.add(seq)
        whole = next(n for n in range(9) if n + 1 not in arrived)
        assert store.prefix("g1", "e1").upto == whole

    assert (store.stored(), store.missing(), store.doubled()) == (7, 0, 0)
    assert store.counter("redelivered") == len(again)


def test_books_are_found_again(address: str) -> None:
    first = open_books(address)
    first.take([event(1), event(2)], 1)
    first.add_order({"order_id": "o1", "lines": []}, 1)
    word = first.token("abc")
    first.close()

    second = open_books(address)

    assert second.prefix("g1", "e1").upto == 2
    assert second.token("xyz") == word == "abc"
    assert second.orders("open") == [{"order_id": "o1", "lines": []}]
    second.close()


def test_books_can_be_read_while_they_are_written(tmp_path: Path) -> None:
    writer = CentralStore(tmp_path / "c.db")
    reader = CentralStore(tmp_path / "c.db", readonly=True)
    writer.take([event(1)], 1)

    assert reader.stored() == 1
    with pytest.raises(sqlite3.OperationalError):
        reader.take([event(2)], 1)
    writer.close()
    reader.close()


def test_an_order_is_followed_until_it_has_left(store: Books) -> None:
    for name in ("o1", "o2", "o3"):
        store.add_order({"order_id": name, "lines": []}, 5)
    assert len(store.unconfirmed(6)) == 3

    received = event(1, type="order.received", data={"order": {"order_id": "o1"}})
    left = event(2, type="ship.departed", data={"order_id": "o1", "sscc": "3"})
    off = event(3, type="order.cancelled", data={"order_id": "o2"})
    store.take([received, left, off], 1)

    assert [store.order_count(s) for s in ("open", "shipped", "cancelled")] == [1, 1, 1]
    assert [order["order_id"] for order in store.unconfirmed(6)] == ["o3"]
    store.sent_again(["o3"], 7)
    assert store.unconfirmed(6) == []


def test_the_newest_revision_of_an_order_is_owed_until_an_event_tells_of_it(store: Books) -> None:
    """A change of an order that has left is answered, too: that it comes too late."""
    first = {"order_id": "o1", "rev": 1, "lines": []}
    store.add_order(first, 5)
    store.take([event(1, type="order.received", data={"order": {"order_id": "o1", "rev": 1}})], 5)
    assert store.unconfirmed(9) == []

    newer = first | {"rev": 3, "state": "cancelled"}
    assert store.revise_order(newer, 6)
    assert not store.revise_order(first | {"rev": 2}, 7)
    assert (store.unconfirmed(6), store.unconfirmed(9)) == ([], [newer])
    left = {"order_id": "o1", "sscc": "3"}
    told_before = event(2, type="order.changed", data={"order": {"order_id": "o1", "rev": 2}})
    store.take([told_before, event(3, type="ship.departed", data=left)], 8)
    assert store.unconfirmed(9) == [newer]

    refused = {"order_id": "o1", "rev": 3, "reason": "shipped already"}
    store.take([event(4, type="order.change_refused", data=refused)], 8)
    assert (store.unconfirmed(9), store.orders("shipped")) == ([], [newer])


def test_a_batch_is_taken_whole_or_not_at_all(store: Books) -> None:
    """A fault in the middle of a transaction leaves nothing that an ack could cover."""
    broken = Delivered("g1", "e1", 2, "id-2", "t", {}, None)  # type: ignore[arg-type]

    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.NotNullViolation)):
        store.take([event(1), broken], 1)

    assert (store.stored(), store.prefix("g1", "e1").upto) == (0, 0)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"1",
        b"[1]",
        b"{}",
        b'{"gateway":"g","epoch":"e","id":"i","type":"t","seq":0}',
    ],
)
def test_what_is_no_event_is_refused(payload: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        events_of(payload)


def test_an_array_is_so_many_events() -> None:
    one = json.loads(event(1).body)
    assert [e.seq for e in events_of(json.dumps([one, one | {"seq": 2}]).encode())] == [1, 2]


def test_two_centres_on_one_store_never_send_the_same_number_twice(address: str) -> None:
    here, there = open_books(address), open_books(address)
    order = {"order_id": "a1-00001", "lines": []}

    assert here.add_order(order, 0)
    assert not there.add_order(order, 0)
    assert there.order_count() == 1
    here.close()
    there.close()
