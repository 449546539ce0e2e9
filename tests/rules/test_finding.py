"""A found reader is run only after a person said so, under a name that nobody else has."""

from dataclasses import replace

from edge.model.applying import apply
from edge.model.devices import FoundDecision
from edge.model.events import ReaderApproved, ReaderIgnored
from edge.model.ids import Badge, DeviceName, RequestId
from edge.model.posted import FoundReaderDecided
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.rules.decide import decide
from edge.rules.terms import Terms
from tests.rules.small_floor import FLOOR

TERMS = Terms(devices=frozenset({"shelf-1"}))
FOUND = FoundReaderDecided(
    request_id=RequestId("1"),
    badge=Badge("s1"),
    found_id="192-0-2-9-5084",
    name=DeviceName("reader-1"),
    host="192.0.2.9",
    port=5084,
    tls=False,
    certificate_sha256="",
    antennas=(1, 2),
    at_us=7,
)


def say(state: FloorState, input_: FoundReaderDecided) -> Answer:
    decision = decide(state, TERMS, input_)
    for event in decision.events:
        apply(state, event, input_.at_us)
    return decision.answer


def test_an_approved_reader_is_a_fact_with_name_place_and_antennas() -> None:
    state = FloorState(FLOOR)

    decision = decide(state, TERMS, FOUND)

    assert decision.events == (
        ReaderApproved(
            FoundDecision(
                "192-0-2-9-5084",
                DeviceName("reader-1"),
                "192.0.2.9",
                5084,
                False,
                "",
                (1, 2),
                Badge("s1"),
            )
        ),
    )
    assert decision.answer.code == "approved"
    assert "zone-a" in decision.answer.text


def test_whoever_approves_a_name_without_antennas_on_the_floor_is_told_so() -> None:
    answer = say(FloorState(FLOOR), replace(FOUND, name=DeviceName("attic")))

    assert answer.accepted
    assert "until the floor file names its antennas" in answer.text


def test_two_devices_never_have_one_name() -> None:
    state = FloorState(FLOOR)
    assert say(state, replace(FOUND, name=DeviceName("shelf-1"))).code == "name_taken"

    say(state, FOUND)

    other = replace(FOUND, found_id="192-0-2-10-5084", host="192.0.2.10")
    assert say(state, other).code == "name_taken"


def test_what_is_approved_stays_so_and_what_was_ignored_may_be_approved() -> None:
    state = FloorState(FLOOR)
    ignored = replace(FOUND, name=None)
    decision = decide(state, TERMS, ignored)
    assert isinstance(decision.events[0], ReaderIgnored)
    assert say(state, ignored).code == "ignored"
    assert say(state, FOUND).code == "approved"

    assert say(state, ignored).code == "approved_already"
    assert say(state, FOUND).code == "approved_already"
