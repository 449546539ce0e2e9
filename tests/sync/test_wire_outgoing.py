"""Facts as the central system gets them."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.model.doubts import doubt
from edge.model.events import EVENT_TYPES, Fact, ItemArrived, OrderReceived, ParcelClosed
from edge.model.ids import Epc, LineId, LocationId, OrderId, Sku, Sscc, ToteId
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.work import Parcel, Unit
from edge.store.codec import VERSIONS, decode_event
from edge.sync.wire.outgoing import (
    BATCH_BYTES_MAX,
    ClockQuality,
    Encoded,
    FactEncoder,
    alert_payload,
    batches,
    data_of,
    plain_payload,
    rfc_3339,
    state_payload,
)
from edge.sync.wire.topics import EVENT_KINDS, Topics

AT_US = 1_795_468_800_123_456
ENCODER = FactEncoder(
    "gate-1", lambda: ClockQuality(synced=False, offset_ms=-3), lambda _fact: '{"type":"X"}'
)
EXAMPLES = Path(__file__).parents[1] / "store" / "examples"
ARRIVED = ItemArrived(Epc("30" * 12), None, LocationId("A"), 0.75)


def fact_of(event: object = ARRIVED) -> Fact:
    return Fact(7, "id-7", "e1", AT_US, AT_US + 1000, event)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", sorted(VERSIONS))
def test_a_fact_of_the_journal_goes_as_it_is_written_there_and_says_the_same(kind: str) -> None:
    text = (EXAMPLES / f"{kind}.{VERSIONS[kind]}.json").read_text(encoding="utf-8").strip()
    made = fact_of(decode_event(kind, VERSIONS[kind], text))
    read = dataclasses.replace(made, stored=text)

    first, again = (ENCODER.encode(one, AT_US) for one in (made, read))

    assert json.loads(first.text) == json.loads(again.text)
    assert first.keys() == again.keys()
    assert text[:-1].encode() in again.text


def test_times_are_written_as_the_calendar_has_them() -> None:
    for at_us in (0, 1, 999_999, 1_000_000, 951_782_400_000_000, AT_US, 4_102_444_799_999_999):
        written = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
        assert rfc_3339(at_us) == written.isoformat(timespec="microseconds")


def test_a_fact_goes_in_the_envelope_of_the_interface() -> None:
    encoded = ENCODER.encode(fact_of(), AT_US + 2_000)

    assert json.loads(encoded.text) == {
        "id": "id-7",
        "gateway": "gate-1",
        "epoch": "e1",
        "seq": 7,
        "type": "stock.arrived",
        "version": 1,
        "occurred_at": "2026-11-23T21:20:00.123456+00:00",
        "recorded_at": "2026-11-23T21:20:00.124456+00:00",
        "clock": {"synced": False, "offset_ms": -3},
        "late": False,
        "data": {
            "epc": "30" * 12,
            "sku": None,
            "location": "A",
            "probability": 0.75,
            "epcis": {"type": "X"},
        },
    }
    keys = dict(encoded.keys())
    assert set(keys) == set(json.loads(encoded.text)) - {"data"}
    assert keys["clock"] == '{"synced":false,"offset_ms":-3}'
    assert (keys["late"], keys["seq"]) == ("false", "7")


def test_a_fact_that_leaves_a_minute_after_it_happened_is_late() -> None:
    assert json.loads(ENCODER.encode(fact_of(), AT_US + 60_000_001).text)["late"]


def test_what_is_inside_a_fact_keeps_its_names() -> None:
    line = OrderLine(LineId("1"), Sku("A"), 2)
    lacking = doubt("no_stock", sku="A", quantity=2, free=1)
    order = Order(OrderId("O"), 1, 0, None, "", (line,), OrderState.HELD, AT_US, (lacking,))
    parcel = Parcel(
        Sscc("1"), OrderId("O"), "", ((Sku("A"), Unit(None, scanned=True)),), complete=True
    )

    line_told = {"line_id": "1", "sku": "A", "quantity": 2, "pack": None, "substitution": False}
    assert data_of(OrderReceived(order)) == {
        "order": {
            "order_id": "O",
            "rev": 1,
            "priority": 0,
            "due_us": None,
            "carrier": "",
            "lines": [line_told],
            "state": "held",
            "received_us": AT_US,
            "doubts": [
                {
                    "code": "no_stock",
                    "text": "A: 2 wanted, 1 free",
                    "form": "text",
                    "values": {"free": "1", "quantity": "2", "sku": "A"},
                }
            ],
            "ship_to": [],
            "substituted": [],
            "accepted": [],
        }
    }
    closed = data_of(ParcelClosed(LocationId("P"), parcel, ToteId("T"), None))
    assert isinstance(closed["parcel"], dict)
    assert closed["parcel"]["contents"] == [["A", {"epc": None, "scanned": True}]]


def test_nothing_in_a_fact_can_break_the_stream() -> None:
    odd = ItemArrived(Epc("\ud800"), None, LocationId("A"), float("nan"))

    data = json.loads(ENCODER.encode(fact_of(odd), AT_US).text)["data"]

    assert (data["epc"], data["probability"]) == ("?", None)


def test_a_fact_that_no_broker_takes_leaves_its_number() -> None:
    found = json.loads(ENCODER.withhold(fact_of(), "too large", AT_US).text)

    assert (found["seq"], found["type"]) == (7, "stock.arrived")
    assert found["data"] == {"withheld": "too large"}


def encoded(seq: int, kind: str, size: int) -> Encoded:
    envelope = {"gateway": "g", "epoch": "e", "seq": seq, "version": 1, "type": "t"}
    return Encoded(seq, kind, b"x" * size, json.dumps(envelope))


def test_neighbours_of_one_kind_go_together_and_order_is_kept() -> None:
    row = [encoded(seq, kind, 10) for seq, kind in enumerate("aabbba", start=1)]

    found = batches(row)

    assert [(one.kind, one.first, one.last) for one in found] == [
        ("a", 1, 2),
        ("b", 3, 5),
        ("a", 6, 6),
    ]
    assert found[0].payload == b"[" + b"x" * 10 + b"," + b"x" * 10 + b"]"
    assert dict(found[0].keys) == {**dict(row[0].keys()), "count": "2"}
    assert dict(found[2].keys)["type"] == "t"


@pytest.mark.parametrize("size", [1, 326, 1000, 20_000, 65_533, 70_000])
def test_no_batch_is_larger_than_allowed_and_none_is_lost(size: int) -> None:
    found = batches([encoded(seq, "a", size) for seq in range(1, 451)])

    for one in found:
        assert len(one.payload) <= BATCH_BYTES_MAX or one.first == one.last
        assert one.last - one.first < 200
    assert [seq for one in found for seq in range(one.first, one.last + 1)] == list(range(1, 451))


def test_every_kind_of_fact_has_its_topic() -> None:
    assert {kind.partition(".")[0] for kind in EVENT_TYPES} <= set(EVENT_KINDS)
    topics = Topics("acme/we1", "hangzhou", "gate-1")
    assert topics.event("pick") == "acme/we1/hangzhou/gate-1/event/pick"
    assert topics.alert("Disk is full!") == "acme/we1/hangzhou/gate-1/alert/disk-is-full"
    assert topics.alert("!") == "acme/we1/hangzhou/gate-1/alert/unnamed"
    assert topics.name_of("acme/we1/hangzhou/gate-2/ack") is None


@pytest.mark.parametrize("name", ["", "a/b", "a+b", "#", "a b", "门"])
def test_a_name_that_no_topic_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="topic level"):
        Topics("we1", "site", name)


def test_the_other_payloads_say_when_and_what() -> None:
    assert json.loads(state_payload("ready", "s", AT_US)) == {
        "state": "ready",
        "session": "s",
        "at": rfc_3339(AT_US),
    }
    assert json.loads(alert_payload("disk", "error", AT_US, "full"))["since"] == rfc_3339(AT_US)
    assert plain_payload({"a": (1, None)}) == b'{"a":[1,null]}'
