"""The central system's books tell what was lost and what was doubled; each fault is planted."""

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.central_events import Delivered, UnreadableEventError, events_of
from simulators.central_store import CentralStore


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


def books_with(*seqs: int) -> CentralStore:
    store = CentralStore(":memory:")
    store.take([event(seq) for seq in seqs], 1)
    return store


def test_the_same_event_twice_is_kept_once_and_harmless() -> None:
    store = books_with(1, 2, 3)

    assert store.take([event(2)], 2) == []

    assert store.stored() == 3
    assert store.counter("redelivered") == 1
    assert (store.missing(), store.doubled()) == (0, 0)


def test_a_late_delivery_of_the_same_fact_is_still_the_same_fact() -> None:
    store = books_with(1)

    store.take([event(1, late=True, clock={"synced": False, "offset_ms": 3})], 2)

    assert (store.counter("redelivered"), store.doubled()) == (1, 0)


def test_only_the_gap_free_prefix_is_acknowledged() -> None:
    store = books_with(1, 2, 5, 4)

    assert (store.prefix("g1", "e1").upto, store.prefix("g1", "e1").highest) == (2, 5)
    assert (store.missing(), store.counter("reordered")) == (1, 1)

    store.take([event(3)], 2)

    assert (store.prefix("g1", "e1").upto, store.missing()) == (5, 0)


def test_another_fact_under_a_used_number_is_a_double() -> None:
    store = books_with(1, 2)

    assert store.take([event(2, data={"n": "other"})], 2) == []

    assert store.doubled() == 1


def test_one_fact_under_two_numbers_is_a_double() -> None:
    store = books_with(1, 2)

    store.take([event(3, id="id-1")], 2)

    assert store.doubled() == 1
    assert store.prefix("g1", "e1").upto == 3


def test_a_parcel_that_left_twice_is_a_double() -> None:
    store = CentralStore(":memory:")
    data = {"sscc": "395", "order_id": "o1"}

    store.take([event(n, type="ship.departed", data=data) for n in (1, 2)], 1)

    assert store.doubled() == 1


def test_a_new_epoch_counts_from_one_again() -> None:
    store = books_with(1, 2, 3)

    store.take([event(1, epoch="e2", id="x")], 2)

    assert [(p.epoch, p.upto) for p in store.prefixes()] == [("e1", 3), ("e2", 1)]
    assert store.doubled() == 0


@settings(deadline=None)  # a loaded machine is no failure
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


def test_books_are_found_again(tmp_path: Path) -> None:
    first = CentralStore(tmp_path / "c.db")
    first.take([event(1), event(2)], 1)
    first.add_order({"order_id": "o1", "lines": []}, 1)
    word = first.token("abc")
    first.close()

    second = CentralStore(tmp_path / "c.db")

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


def test_an_order_is_followed_until_it_has_left() -> None:
    store = CentralStore(":memory:")
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


def test_a_batch_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    """A fault in the middle of a transaction leaves nothing that an ack could cover."""
    store = CentralStore(tmp_path / "c.db")
    broken = Delivered("g1", "e1", 2, "id-2", "t", {}, None)  # type: ignore[arg-type]

    with pytest.raises(sqlite3.IntegrityError):
        store.take([event(1), broken], 1)

    assert (store.stored(), store.prefix("g1", "e1").upto) == (0, 0)
    store.close()


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


def test_two_centres_on_one_store_never_send_the_same_number_twice(tmp_path: Path) -> None:
    here, there = CentralStore(tmp_path / "books"), CentralStore(tmp_path / "books")
    order = {"order_id": "a1-00001", "lines": []}

    assert here.add_order(order, 0)
    assert not there.add_order(order, 0)
    assert there.order_count() == 1
