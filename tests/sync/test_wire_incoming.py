"""What the central system sends: taken where it makes sense, refused with a reason where not."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.model.goods import Article, Forward, PackLevel
from edge.model.ids import Gtin, LineId, LocationId, Sku
from edge.model.inputs import (
    ArticlesListed,
    CentralAcknowledged,
    ForwardsListed,
    MessageRefused,
    OrderSubmitted,
    PacksListed,
    PeopleListed,
    ReturnAnnounced,
    StockListed,
    StockStatement,
)
from edge.model.orders import OrderLine
from edge.model.work import ListedPerson
from edge.sync.wire import incoming
from edge.sync.wire.topics import Topics

TOPICS = Topics("we1", "hangzhou", "gate-1")
AT_US = 1_795_468_800_000_000
LINE = {"line_id": "1", "sku": "A", "quantity": 2}
ORDER: dict[str, Any] = {"order_id": "O-1", "rev": 1, "state": "released", "lines": [LINE]}


def heard(name: str, message: object) -> tuple[object, ...]:
    payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    return incoming.understand(TOPICS, TOPICS.base + name, payload, AT_US)


def refusal(name: str, message: object) -> MessageRefused:
    (found,) = heard(name, message)
    assert isinstance(found, MessageRefused)
    return found


def test_an_order_comes_with_its_cut_off_in_utc() -> None:
    message = ORDER | {
        "priority": 5,
        "due_at": "2026-11-23T18:00:00.5+08:00",
        "carrier": "SF",
        "version": 1,
        "a_field_of_tomorrow": {"x": 1},
    }

    assert heard("order", message) == (
        OrderSubmitted(
            "O-1", 1, 5, 1_795_428_000_500_000, "SF", (OrderLine("1", "A", 2),), "released", AT_US
        ),
    )


def test_a_cancellation_needs_no_lines() -> None:
    (found,) = heard("order", {"order_id": "O-1", "rev": 2, "state": "cancelled"})

    assert isinstance(found, OrderSubmitted)
    assert (found.wanted, found.lines) == ("cancelled", ())


def test_many_orders_in_one_message_are_taken_one_by_one_and_the_bad_one_is_told() -> None:
    found = heard("order", [ORDER, ORDER | {"rev": "x"}, ORDER | {"order_id": "O-3"}])

    assert [type(one) for one in found] == [OrderSubmitted, OrderSubmitted, MessageRefused]
    refused = found[2]
    assert isinstance(refused, MessageRefused)
    assert refused.reason.startswith("object 1: rev: ")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"order_id": ""}, "order_id"),
        ({"order_id": " O"}, "order_id"),
        ({"order_id": "O\u0000"}, "order_id"),
        ({"order_id": "x" * 65}, "order_id"),
        ({"order_id": 7}, "order_id"),
        ({"order_id": "\ud800"}, "order_id"),
        ({"rev": 0}, "rev"),
        ({"rev": 1.5}, "rev"),
        ({"rev": True}, "rev"),
        ({"rev": 2**53}, "rev"),
        ({"version": 2}, "version"),
        ({"state": "sold"}, "state"),
        ({"priority": 10**9}, "priority"),
        ({"due_at": "tomorrow"}, "due_at"),
        ({"due_at": "2026-11-23T18:00:00"}, "due_at"),
        ({"due_at": "2026-13-23T18:00:00Z"}, "due_at"),
        ({"due_at": "0001-01-01T00:00:00+14:00"}, "due_at"),
        ({"due_at": 1_795_428_000}, "due_at"),
        ({"lines": []}, "lines"),
        ({"lines": "many"}, "lines"),
        ({"lines": [LINE] * 1001}, "lines"),
        ({"lines": [LINE, LINE]}, "line_id '1'"),
        ({"lines": [LINE | {"quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [LINE | {"quantity": 10**12}]}, "lines.0.quantity"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_by_its_field(
    change: dict[str, object], field: str
) -> None:
    refused = refusal("order", ORDER | change)

    assert field in refused.reason
    assert len(refused.excerpt) <= 500
    refused.reason.encode()
    refused.excerpt.encode()


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "not JSON"),
        (b"[]", "0 objects"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"rev":NaN}', "NaN"),
        (b'{"rev":' + b"9" * 5000 + b"}", "5000 digits"),
        (b'{"rev":1,"rev":2}', "twice"),
        (b'{"rev":' + b"9" * 5000 + b"}", "digits"),
        (b"7", "valid dictionary"),
        (b"null", "valid dictionary"),
        (b" " * 1_048_577, "bytes: send at most"),
        (b"[" + b"1," * 6000 + b"1]", "6001 objects"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_message_is_refused_with_what_to_do(payload: bytes, why: str) -> None:
    refused = refusal("order", payload)

    assert why in refused.reason
    assert len(refused.reason) <= 300
    assert len(refused.excerpt) <= 500


def test_an_excerpt_is_told_in_the_letters_that_were_sent() -> None:
    message = '[{"order_id": "订单-7"}, {"order_id": "\\ud800"}]'.encode()

    excerpts = [one.excerpt for one in heard("order", message) if isinstance(one, MessageRefused)]

    assert excerpts == ['{"order_id": "订单-7"}', '{"order_id": "?"}']


def test_a_thousand_bad_objects_are_not_a_thousand_letters() -> None:
    found = heard("master/items", [{"sku": ""}] * 1000)

    assert len(found) == incoming.REFUSALS_MAX + 1
    last = found[-1]
    assert isinstance(last, MessageRefused)
    assert last.reason.startswith("980 more")


def test_articles_come_with_their_gtin_in_fourteen_digits() -> None:
    items = [
        {"sku": "A", "gtin": "9501101530003", "name": "茶", "version": 3},
        {"sku": "B"},
        {"sku": "C", "gtin": "9501101530004"},
    ]

    found = heard("master/items", items)

    assert found[0] == ArticlesListed(
        (Article("A", "09501101530003", "茶", 3), Article("B", None, "", 1)), AT_US
    )
    assert isinstance(found[1], MessageRefused)
    assert "check digit" in found[1].reason


def test_stock_returns_and_acknowledgements_come_as_inputs() -> None:
    stock = {"sku": "A", "location": "A-1", "quantity": 0, "version": 9}
    back = {"return_id": "R", "order_id": "O-1", "lines": [LINE], "reason": "too small"}

    assert heard("master/stock", stock) == (
        StockListed((StockStatement("A", "A-1", 0, 9),), AT_US),
    )
    assert heard("return", back) == (
        ReturnAnnounced("R", "O-1", (OrderLine("1", "A", 2),), "too small", AT_US),
    )
    assert heard("ack", {"epoch": "e1", "upto": 17}) == (CentralAcknowledged("e1", 17, AT_US),)
    assert heard("ack", b"") == ()


def test_packs_and_people_come_as_inputs() -> None:
    assert heard("master/packs", {"gtin": "9501101530003", "sku": "A", "quantity": 12}) == (
        PacksListed((PackLevel("09501101530003", "A", 12),), AT_US),
    )
    assert heard("master/pickers", {"badge": "P-1", "role": "packer", "active": False}) == (
        PeopleListed((ListedPerson("P-1", "", "packer", active=False),), AT_US),
    )
    assert "quantity" in refusal("master/packs", {"gtin": "9501101530003", "sku": "A"}).reason
    assert "role" in refusal("master/pickers", {"badge": "P-1", "role": "king"}).reason


def test_how_full_a_place_is_to_be() -> None:
    told = {"location": "A-1", "sku": "A", "minimum": 2, "maximum": 8, "version": 4}

    assert heard("master/places", told) == (
        ForwardsListed((Forward(LocationId("A-1"), Sku("A"), 2, 8, 4),), AT_US),
    )
    assert "maximum" in refusal("master/places", {**told, "maximum": 1}).reason


def test_an_order_bears_its_address_and_lines_of_packs() -> None:
    line = {"line_id": "1", "sku": "A", "quantity": 2, "pack_gtin": "9501101530003"}
    told = {"order_id": "O", "rev": 1, "state": "released", "lines": [line], "ship_to": ["Ada"]}

    (order,) = heard("order", told)

    assert isinstance(order, OrderSubmitted)
    assert order.ship_to == ("Ada",)
    assert order.lines == (OrderLine(LineId("1"), Sku("A"), 2, Gtin("09501101530003")),)
    assert "ship_to" in refusal("order", {**told, "ship_to": ["x"] * 6}).reason
    assert "pack_gtin" in refusal("order", {**told, "lines": [{**line, "pack_gtin": "7"}]}).reason


def test_a_foreign_topic_is_refused() -> None:
    assert "nothing is expected here" in refusal("master/dreams", {}).reason


def test_a_request_to_send_again_says_from_where() -> None:
    assert incoming.resend_from(b'{"from": 12}', "e1") == 12
    assert incoming.resend_from(b'{"epoch": "e1", "from": 12}', "e1") == 12
    with pytest.raises(ValueError, match="e0 is over, e1 is in force"):
        incoming.resend_from(b'{"epoch": "e0", "from": 12}', "e1")
    for bad in (b"{}", b'{"from": 0}', b'{"from": "1"}', b"", b"[]"):
        with pytest.raises(ValueError, match=r"\w"):
            incoming.resend_from(bad, "e1")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
near_orders = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("order_id", "rev", "state", "lines", "due_at", "priority", "version"),
        json_values | st.sampled_from(["released", 1, [LINE], "2026-11-23T18:00:00Z"]),
    ),
)
NAMES = [
    *("order", "return", "ack", "nothing"),
    *("master/items", "master/stock", "master/packs", "master/places"),
]


@settings(max_examples=300)
@given(
    st.sampled_from(NAMES),
    st.binary() | (json_values | near_orders).map(lambda value: json.dumps(value).encode()),
)
def test_no_bytes_whatever_raise(name: str, payload: bytes) -> None:
    for found in heard(name, payload):
        if isinstance(found, MessageRefused):
            assert found.reason
            assert len(found.excerpt) <= 500
            (found.reason + found.excerpt).encode()
