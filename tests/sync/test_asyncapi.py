"""The published protocol says what the program does, no less and no more."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from edge.model.events import EVENT_TYPES, Fact
from edge.store.codec import decode_event
from edge.sync.wire.asyncapi import INCOMING, document, event_schema, schemas
from edge.sync.wire.outgoing import ClockQuality, FactEncoder
from edge.sync.wire.topics import Topics

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs/protocol"
EXAMPLES = ROOT / "tests/store/examples"
CURE = "run: warehouse-edge protocol --out docs/protocol"


def example(kind: str) -> Fact:
    text = (EXAMPLES / f"{kind}.1.json").read_text("utf-8")
    return Fact(7, "01890000-0000-7000-8000-000000000000", "e1", 1, 2, decode_event(kind, 1, text))


def test_the_published_document_is_the_programs_own() -> None:
    published = json.loads((PUBLISHED / "asyncapi.json").read_text("utf-8"))

    assert published == document(published["info"]["version"]), CURE


def test_the_published_schemas_are_the_programs_own() -> None:
    published = {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in (PUBLISHED / "schemas").glob("*.json")
    }

    assert published == schemas(), CURE


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_schema_is_sound(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
def test_every_event_that_is_sent_fits_its_schema(kind: str) -> None:
    quality = ClockQuality(synced=True, offset_ms=0)
    encoder = FactEncoder("gate-1", lambda: quality, lambda _fact: '{"type":"ObjectEvent"}')
    judge = Draft202012Validator(event_schema(kind))
    whole = json.loads(encoder.encode(example(kind), 3).text)
    withheld = json.loads(encoder.withhold(example(kind), "too large", 3).text)

    assert [error.message for error in judge.iter_errors(whole)] == []
    assert [error.message for error in judge.iter_errors(withheld)] == []
    for name in whole["data"].keys() - {"epcis"}:
        less = whole | {"data": {key: one for key, one in whole["data"].items() if key != name}}
        assert not judge.is_valid(less), f"{name} may not be missing"


def test_every_reference_of_the_document_leads_somewhere() -> None:
    told = document("1")
    for name, message in told["components"]["messages"].items():
        address = message["payload"]["schema"]["$ref"]
        assert (PUBLISHED / address).exists(), f"{name}: {address}"
    for channel in told["channels"].values():
        for message in channel["messages"].values():
            assert message["$ref"].rpartition("/")[2] in told["components"]["messages"]
    for operation in told["operations"].values():
        assert operation["channel"]["$ref"].rpartition("/")[2] in told["channels"]


def test_everything_the_gateway_listens_to_is_described() -> None:
    topics = Topics("we1", "hangzhou", "gate-1")
    heard = {topics.name_of(topic) for topic in topics.subscriptions}
    described = {
        leaf if leaf.partition("/")[0] not in {"master", "request"} else f"{leaf.split('/')[0]}/+"
        for leaf in INCOMING
    }

    assert described == heard


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("order", {"order_id": "O-1", "rev": 1, "state": "cancelled"}, {"order_id": "O-1"}),
        ("ack", {"epoch": "e1", "upto": 3}, {"epoch": "e1", "upto": -1}),
        ("request.where", {"sku": "A"}, {"sku": "A", "limit": 0}),
        ("request.resend", {"from": 1}, {"from_seq": 1}),
    ],
)
def test_a_central_system_can_check_its_messages_by_the_schemas(
    name: str, good: object, bad: object
) -> None:
    judge = Draft202012Validator(schemas()[name])

    assert judge.is_valid(good)
    assert not judge.is_valid(bad)
