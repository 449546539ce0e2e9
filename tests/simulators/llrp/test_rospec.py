"""The life of a ROSpec: the table, the triggers, who pre-empts whom."""

from collections.abc import Callable
from typing import Any

import pytest

from simulators.llrp.parts import Message, Part, part
from simulators.llrp.rospec import NEXT, Order, RefusedError, RoSpec, State
from simulators.llrp.status import StatusCode

Make = Callable[..., Any]
START_US = 1_700_000_000_000_000


def _started(messages: list[Message], event: int) -> list[int]:
    """Ids of the ROSpecs that have started (0), ended (1) or been pre-empted (2)."""
    told = [
        one.inside[0].first("ROSpecEvent")
        for one in messages
        if one.name == "READER_EVENT_NOTIFICATION"
    ]
    return [one.number("ROSpecID") for one in told if one and one.number("EventType") == event]


ROSPEC_EVENTS = part(
    "ReaderEventNotificationSpec", part("EventNotificationState", EventType=2, NotificationState=1)
)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("order", Order)
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(
    a_rospec: Make, state: State, order: Order
) -> None:
    rospec = RoSpec(a_rospec(), 4)
    rospec.state = state
    if (state, order) in NEXT:
        rospec.obey(order, START_US)
        assert rospec.state is NEXT[state, order]
    else:
        with pytest.raises(RefusedError, match=state.name.lower()):
            rospec.obey(order, START_US)
        assert rospec.state is state


def test_a_rospec_tells_its_state_through_its_life(play: Make, a_rospec: Make) -> None:
    reader = play()
    manual = part("ROSpecStartTrigger", ROSpecStartTriggerType=0)

    def state() -> int:
        return next(reader.ask("GET_ROSPECS")[0].all("ROSpec")).number("CurrentState")

    seen = []
    for name, inside, fields in (
        ("ADD_ROSPEC", (a_rospec(start=manual),), {}),
        ("ENABLE_ROSPEC", (), {"ROSpecID": 1}),
        ("START_ROSPEC", (), {"ROSpecID": 1}),
        ("STOP_ROSPEC", (), {"ROSpecID": 1}),
        ("DISABLE_ROSPEC", (), {"ROSpecID": 1}),
    ):
        assert reader.status(name, *inside, **fields).number("StatusCode") == 0
        reader.run(0.1)
        seen.append(state())
    assert seen == [0, 1, 2, 1, 0]
    assert reader.status("DELETE_ROSPEC", ROSpecID=1).number("StatusCode") == 0
    assert reader.ask("GET_ROSPECS")[0].first("ROSpec") is None


@pytest.mark.parametrize("name", ["START_ROSPEC", "STOP_ROSPEC", "ENABLE_ROSPEC", "DELETE_ROSPEC"])
def test_a_rospec_that_is_not_there_is_refused_by_field(play: Make, name: str) -> None:
    status = play().status(name, ROSpecID=99)
    assert status.number("StatusCode") == StatusCode.MESSAGE_FIELD_ERROR
    assert status.inside == (part("FieldError", FieldNum=1, ErrorCode=StatusCode.INVALID),)


def test_starting_what_is_active_and_stopping_what_is_not_are_refused(play: Make) -> None:
    reader = play()
    reader.inventory()
    reader.run(0.1)
    assert reader.status("START_ROSPEC", ROSpecID=1).number("StatusCode") == 101
    assert reader.status("STOP_ROSPEC", ROSpecID=1).number("StatusCode") == 0
    assert reader.status("STOP_ROSPEC", ROSpecID=1).number("StatusCode") == 101


def test_zero_means_all_and_none_at_all_is_well(play: Make) -> None:
    reader = play()
    for name in ("DELETE_ROSPEC", "ENABLE_ROSPEC", "DISABLE_ROSPEC"):
        assert reader.status(name, ROSpecID=0).number("StatusCode") == 0
    assert reader.status("DELETE_ACCESSSPEC", AccessSpecID=0).number("StatusCode") == 0


def test_a_rospec_with_an_id_that_is_taken_is_refused(play: Make, a_rospec: Make) -> None:
    reader = play()
    assert reader.status("ADD_ROSPEC", a_rospec()).number("StatusCode") == 0
    status = reader.status("ADD_ROSPEC", a_rospec())
    field = next(next(status.all("ParameterError")).all("FieldError"))
    assert field.number("FieldNum") == 1


def test_a_rospec_with_a_duration_ends_by_itself_and_stays_ended(
    play: Make, a_rospec: Make, reads: Make
) -> None:
    reader = play()
    reader.status("SET_READER_CONFIG", ROSPEC_EVENTS, ResetToFactoryDefault=0)
    reader.status("ADD_ROSPEC", a_rospec(stop_ms=500))
    reader.status("ENABLE_ROSPEC", ROSpecID=1)
    told = reader.run(2.0)
    assert _started(told, 0) == [1]
    assert _started(told, 1) == [1]
    assert len(reads(told)) == 100


def test_a_periodic_rospec_starts_at_its_offset_and_every_period(
    play: Make, a_rospec: Make
) -> None:
    reader = play()
    reader.status("SET_READER_CONFIG", ROSPEC_EVENTS, ResetToFactoryDefault=0)
    period = part("PeriodicTriggerValue", Offset=100, Period=500)
    start = part("ROSpecStartTrigger", period, ROSpecStartTriggerType=2)
    reader.status("ADD_ROSPEC", a_rospec(start=start, stop_ms=200))
    reader.status("ENABLE_ROSPEC", ROSpecID=1)
    assert _started(reader.run(2.0), 0) == [1, 1, 1, 1]


def test_a_trigger_on_an_input_is_refused_where_there_is_none(play: Make, a_rospec: Make) -> None:
    gpi = part("GPITriggerValue", GPIPortNum=9, GPIEvent=1, Timeout=0)
    start = part("ROSpecStartTrigger", gpi, ROSpecStartTriggerType=3)
    assert play().status("ADD_ROSPEC", a_rospec(start=start)).number("StatusCode") == 100


def test_the_more_important_rospec_preempts_and_the_less_important_waits(
    play: Make, a_rospec: Make
) -> None:
    reader = play()
    reader.status("SET_READER_CONFIG", ROSPEC_EVENTS, ResetToFactoryDefault=0)
    reader.status("ADD_ROSPEC", a_rospec(1, priority=3))
    reader.status("ADD_ROSPEC", a_rospec(2, priority=1, stop_ms=300))
    reader.status("ENABLE_ROSPEC", ROSpecID=1)
    assert _started(reader.run(0.1), 0) == [1]
    reader.status("ENABLE_ROSPEC", ROSpecID=2)
    told = reader.run(0.1)
    assert _started(told, 2) == [1]
    assert _started(told, 0) == [2]
    assert reader.status("START_ROSPEC", ROSpecID=1).number("StatusCode") == 101


def _tags(number: int, timeout_ms: int) -> Part:
    seen = part(
        "TagObservationTrigger",
        TriggerType=0,
        NumberOfTags=number,
        NumberOfAttempts=0,
        T=0,
        Timeout=timeout_ms,
    )
    return part("AISpecStopTrigger", seen, AISpecStopTriggerType=3, DurationTrigger=0)


def test_an_antenna_spec_that_ends_by_tags_reports_them_and_goes_on(
    play: Make, a_rospec: Make, a_report_spec: Make
) -> None:
    reader = play()
    reader.status(
        "ADD_ROSPEC", a_rospec(spec_stop=_tags(10, 0), report=a_report_spec(0, trigger=1))
    )
    reader.status("ENABLE_ROSPEC", ROSpecID=1)
    reports = [one for one in reader.run(2.0) if one.name == "RO_ACCESS_REPORT"]
    assert {len(one.inside) for one in reports} == {10}
    assert 38 <= len(reports) <= 40


def test_an_antenna_spec_that_hears_too_few_tags_reports_at_its_timeout(
    play: Make, a_rospec: Make, a_report_spec: Make
) -> None:
    reader = play()
    reader.status(
        "ADD_ROSPEC", a_rospec(spec_stop=_tags(1000, 250), report=a_report_spec(0, trigger=1))
    )
    reader.status("ENABLE_ROSPEC", ROSpecID=1)
    reports = [one for one in reader.run(1.02) if one.name == "RO_ACCESS_REPORT"]
    assert [len(one.inside) for one in reports] == [50, 50, 50, 50]
