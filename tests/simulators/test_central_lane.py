"""What comes ahead of its turn is in the books at once, makes no gap, and is no double later."""

import pytest
from paho.mqtt.client import MQTTMessage

from simulators.central_books import Books
from simulators.central_events import Delivered, events_of
from simulators.central_lane import Waiting, base_of, is_ahead
from tests.simulators.test_central_store import address, event, store, taken

__all__ = ["address", "store"]  # fixtures: both kinds of books


def ahead(seq: int, **changes: object) -> Delivered:
    return events_of(event(seq, **changes).body.encode(), is_ahead=True)[0]


def test_a_fact_ahead_of_its_turn_is_stored_and_makes_no_gap(store: Books) -> None:
    # given: a backlog that has come up to 3
    taken(store, 1, 2, 3)

    # when: 1000 happens
    assert store.take([ahead(1000)], 5) == [ahead(1000)]

    # then: it is there, and nothing is missing, asked for or acknowledged for it
    assert store.stored() == 4
    prefix = store.prefix("g1", "e1")
    assert (prefix.upto, prefix.highest) == (3, 3)
    assert store.missing() == 0
    assert store.gaps_due(10**9, 1, [""]) == []


@pytest.mark.parametrize("together", [True, False])
def test_in_its_turn_it_is_neither_a_double_nor_a_redelivery(
    store: Books,
    together: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    taken(store, 1)
    if together:
        store.take([ahead(3), event(2), event(3)], 5)
    else:
        store.take([ahead(3)], 5)
        taken(store, 2)
        assert store.prefix("g1", "e1").upto == 3, "what came ahead closes the row"
        taken(store, 3)

    assert (store.prefix("g1", "e1").upto, store.prefix("g1", "e1").highest) == (3, 3)
    assert (store.doubled(), store.missing()) == (0, 0)
    assert [store.counter(name) for name in ("redelivered", "reordered")] == [0, 0]
    taken(store, 3)
    assert store.counter("redelivered") == 1, "a third time is one"


def test_another_fact_on_the_lane_is_a_double(store: Books) -> None:
    store.take([ahead(2)], 1)
    taken(store, 1)
    store.take([event(2, id="x")], 1)

    assert store.doubled() == 1


def test_a_gap_of_the_stream_is_one_though_the_lane_goes_on(store: Books) -> None:
    taken(store, 1)
    store.take([event(4), ahead(90)], 10)

    assert store.missing() == 2
    assert [gap.upto for gap in store.gaps_due(100, 5, [""])] == [1]


def test_what_came_ahead_is_applied_in_its_turn(store: Books) -> None:
    store.add_order({"order_id": "o1", "lines": []}, 1)
    left = {"type": "ship.departed", "data": {"order_id": "o1", "sscc": "395"}}
    store.take([ahead(3, **left)], 1)
    assert store.order_count("shipped") == 0

    taken(store, 1, 2)

    assert store.order_count("shipped") == 1
    store.take([event(3, **left)], 1)
    assert store.doubled() == 0


def test_a_fact_without_its_data_is_completed_when_it_comes_whole(store: Books) -> None:
    """docs/protocol.md: keep the one that has its data."""
    store.add_order({"order_id": "o1", "lines": []}, 1)
    whole = event(2, type="ship.departed", data={"order_id": "o1", "sscc": "395"})
    store.take([event(1), event(2, type="ship.departed", data={"withheld": "too large"})], 1)
    assert store.prefix("g1", "e1").upto == 2

    store.take([whole], 2)

    assert store.data_of("ship.departed") == [{"order_id": "o1", "sscc": "395"}]
    assert (store.order_count("shipped"), store.doubled()) == (1, 0)
    store.take([event(2, type="ship.departed", data={"withheld": "too large"})], 3)
    assert store.data_of("ship.departed") == [{"order_id": "o1", "sscc": "395"}]


def test_the_class_of_an_article_may_be_known_only_later(store: Books) -> None:
    """Its EPCIS event is written when it is sent, by the master data of that moment."""
    early, late = ({"n": 1, "epcis": {"class": name}} for name in ("urn:sku:A", "urn:gtin:1"))
    store.take([ahead(1, data=early)], 1)
    store.take([event(1, data=late)], 1)
    store.take([event(1, epoch="e2", id="id-1", data=late)], 1)

    assert (store.doubled(), store.counter("restored")) == (0, 1)
    store.take([event(1, data={"n": 2, "epcis": late["epcis"]})], 1)
    assert store.doubled() == 1


def message(topic: str, size: int = 10) -> MQTTMessage:
    made = MQTTMessage(topic=topic.encode())
    made.payload = b"x" * size
    return made


def test_what_came_on_the_lane_goes_first_and_alone() -> None:
    waiting = Waiting(0, 100, 1_000_000)
    for _ in range(3):
        waiting.put(message("we1/s/g/event/pick"))
    waiting.put(message("we1/s/g/live/pick"))

    assert [one.topic for one in waiting.take(0.1)] == ["we1/s/g/live/pick"]
    assert len(waiting.take(0.1)) == 3
    assert waiting.take(0.0) == []


def test_a_transaction_of_the_stream_is_short_while_the_lane_is_heard() -> None:
    waiting = Waiting(0, 100, 1_000_000)
    for _ in range(10):
        waiting.put(message("we1/s/g/event/pick", 65_536))
    waiting.put(message("we1/s/g/live/pick"))
    waiting.take(0.1)

    assert len(waiting.take(0.1)) == 2
    assert len(Waiting(0, 5, 1_000_000).take(0.0)) == 0


def test_topics_tell_the_gateway_and_the_lane() -> None:
    assert base_of("we1/s/g/event/pick") == base_of("we1/s/g/live/pick") == "we1/s/g"
    assert base_of("we1/s/g/state") == ""
    assert is_ahead("we1/s/g/live/pick")
    assert not is_ahead("we1/s/live/event/pick")
