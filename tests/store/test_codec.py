"""Every fact has one form in words, written down here; whoever changes it, changes its version.

The examples lie in `examples/`, one file for each type of fact, named by type and version. They
are made anew with `WAREHOUSE_EDGE_RECORD=1` in the environment; a diff then shows what changed.
"""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.model import events as e
from edge.model.goods import Article, Stock
from edge.model.prompts import Answer
from edge.model.work import Stop, Tote, Walk
from edge.store import codec
from edge.store.errors import StoreCodecError
from tests.store.one_of_each import (
    BIN,
    BOTH,
    EPC,
    EVENTS,
    LINE,
    ORDER,
    SCANNED,
    SKU,
    TAGGED,
    TOTE,
    WALK,
)

EXAMPLES = Path(__file__).parent / "examples"
RECORDING = "WAREHOUSE_EDGE_RECORD" in os.environ


def named(event: e.Event) -> str:
    return event.type


@pytest.mark.parametrize("event", EVENTS, ids=named)
def test_a_fact_is_written_as_its_example_says_and_read_back_equal(event: e.Event) -> None:
    kind, version, text = codec.encode_event(event)
    example = EXAMPLES / f"{kind}.{version}.json"
    if RECORDING:
        EXAMPLES.mkdir(exist_ok=True)
        example.write_text(text + "\n")

    assert text + "\n" == example.read_text()
    assert codec.decode_event(kind, version, example.read_text()) == event
    assert repr(codec.decode_event(kind, version, text)) == repr(event)


@given(
    st.sampled_from(sorted(e.EVENT_TYPES)).flatmap(lambda kind: st.from_type(e.EVENT_TYPES[kind]))
)
@settings(max_examples=150)
def test_any_fact_is_read_back_equal_or_refused_before_it_is_written(event: e.Event) -> None:
    try:
        kind, version, text = codec.encode_event(event)
    except StoreCodecError as refused:
        assert "not JSON compliant" in str(refused)  # noqa: PT017 - a fact with a NaN is the only one
        return
    assert text == codec.encode_data(codec.event_data(event)), "made at once it is the same text"
    again = codec.decode_event(kind, version, text)
    assert again == event
    assert codec.encode_event(again) == (kind, version, text)


def test_every_type_of_fact_has_an_example_and_a_version() -> None:
    assert {event.type for event in EVENTS} == set(e.EVENT_TYPES)
    assert set(codec.VERSIONS) == set(e.EVENT_TYPES)
    assert {file.name for file in EXAMPLES.iterdir()} >= {
        f"{kind}.{version}.json" for kind, version in codec.VERSIONS.items()
    }


def test_every_example_of_an_older_version_can_still_be_read() -> None:
    for file in EXAMPLES.iterdir():
        kind, version = file.name.removesuffix(".json").rsplit(".", 1)
        assert codec.decode_event(kind, int(version), file.read_text()).type == kind


def test_the_text_is_compact_sorted_and_keeps_people_s_letters() -> None:
    _, _, text = codec.encode_event(EVENTS[0])
    assert text == json.dumps(
        json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert "\u4ed3\u5e93" in text


def test_an_unknown_type_of_fact_is_refused_by_name() -> None:
    with pytest.raises(StoreCodecError, match=r"'pick\.guessed' is not known here; install"):
        codec.decode_event("pick.guessed", 1, "{}")


@pytest.mark.parametrize("version", [0, 2, -1])
def test_an_unknown_version_is_refused_with_what_is_known(version: int) -> None:
    with pytest.raises(StoreCodecError, match=r"stock\.placed version"):
        codec.decode_event("stock.placed", version, "{}")


def test_data_of_an_older_version_is_brought_up_to_date_step_by_step() -> None:
    """Version 1 called the quantity `count`, version 2 had no version yet."""
    versions = {**codec.VERSIONS, "stock.stated": 3}
    upgrades: dict[tuple[str, int], codec.Upgrade] = {
        ("stock.stated", 1): lambda data: {**_without(data, "count"), "quantity": data["count"]},
        ("stock.stated", 2): lambda data: {**data, "version": 0},
    }
    old = '{"count":4,"location":"A-01","sku":"SHIRT-M"}'

    event = codec.decode_event("stock.stated", 1, old, versions, upgrades)

    assert event == e.StockStated(SKU, BIN, 4, 0)


def test_an_older_version_without_a_way_up_is_refused() -> None:
    with pytest.raises(StoreCodecError, match="version 1 cannot be brought up to date"):
        codec.decode_event("stock.stated", 1, "{}", {"stock.stated": 2}, {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"location":"A-01","quantity":"4","sku":"S","version":1}',
        '{"location":"A-01","quantity":4.0,"sku":"S","version":1}',
        '{"location":"A-01","quantity":true,"sku":"S","version":1}',
        '{"location":null,"quantity":4,"sku":"S","version":1}',
        '{"location":"A-01","quantity":4,"sku":"S","version":1,"more":0}',
        '{"location":"A-01","quantity":4,"sku":"S"}',
    ],
)
def test_text_that_does_not_fit_its_fact_is_refused(text: str) -> None:
    with pytest.raises(StoreCodecError):
        codec.decode_event("stock.stated", 1, text)


@pytest.mark.parametrize("probability", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_is_refused(probability: float) -> None:
    with pytest.raises(StoreCodecError, match="cannot be written as JSON"):
        codec.encode_event(e.ItemArrived(EPC, SKU, BIN, probability))


def test_half_a_character_is_refused_before_it_reaches_the_file() -> None:
    with pytest.raises(StoreCodecError, match="cannot be written as JSON"):
        codec.encode_event(e.MessageSetAside("order", "bad", "\ud83d"))


@pytest.mark.parametrize(
    "value",
    [
        Article(SKU, None, "Shirt"),
        Stock(SKU, BIN, 3, 1, 2),
        Tote(TOTE, ORDER, ((SKU, BOTH), (SKU, SCANNED))),
        Walk(WALK, (Stop(BIN, SKU, 1, ORDER, LINE, TOTE, (TAGGED,), 0),), 0.1 + 0.2, "alone"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_of_the_state_is_read_back_equal(value: object) -> None:
    assert codec.decode_value(type(value), codec.encode_value(value)) == value


def test_an_answer_is_read_back_equal() -> None:
    answer = Answer(accepted=True, code="picked", text="Picked.", data={"left": [1, None, "x"]})
    assert codec.decode_answer(codec.encode_answer(answer)) == answer


def test_a_state_that_an_order_cannot_have_is_refused() -> None:
    text = codec.encode_event(EVENTS[0])[2].replace('"held"', '"dreaming"')
    with pytest.raises(StoreCodecError, match="dreaming"):
        codec.decode_event("order.received", 1, text)


@pytest.mark.parametrize("text", ["{}", '{"accepted":1,"code":"a","text":"b","data":{}}', "[1]"])
def test_text_that_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(StoreCodecError):
        codec.decode_answer(text)


def test_an_answer_with_something_that_is_not_plain_is_refused() -> None:
    with pytest.raises(StoreCodecError, match="cannot be written"):
        codec.encode_answer(Answer(accepted=True, code="a", text="b", data={"clock": object()}))


def _without(data: codec.Data, name: str) -> codec.Data:
    return {one: value for one, value in data.items() if one != name}
