"""Inputs start and stop ROSpecs, outputs are set, channels are surveyed."""

from collections.abc import Callable
from typing import Any

import pytest

from simulators.llrp.parts import Message, Part, part

Make = Callable[..., Any]
LISTEN = part("GPIPortCurrentState", GPIPortNum=2, Config=1, State=2)


def _events_on(*kinds: int) -> Part:
    states = (part("EventNotificationState", EventType=n, NotificationState=1) for n in kinds)
    return part("ReaderEventNotificationSpec", *states)


def _events(messages: list[Message]) -> list[Part]:
    told = [one for one in messages if one.name == "READER_EVENT_NOTIFICATION"]
    return [one.inside[0].inside[1] for one in told]


def _edge(high: int, timeout_ms: int = 0) -> Part:
    return part("GPITriggerValue", GPIPortNum=2, GPIEvent=high, Timeout=timeout_ms)


def _triggered(timeout_ms: int = 0) -> Part:
    """ROSpec 1: starts when input 2 goes high, stops when it goes low."""
    start = part("ROSpecStartTrigger", _edge(1), ROSpecStartTriggerType=3)
    edge = _edge(0, timeout_ms)
    stop = part("ROSpecStopTrigger", edge, ROSpecStopTriggerType=2, DurationTriggerValue=0)
    never = part("AISpecStopTrigger", AISpecStopTriggerType=0, DurationTrigger=0)
    inventory = part("InventoryParameterSpec", InventoryParameterSpecID=5, ProtocolID=1)
    return part(
        "ROSpec",
        part("ROBoundarySpec", start, stop),
        part("AISpec", never, inventory, AntennaIDs=(0,)),
        ROSpecID=1,
        Priority=0,
        CurrentState=0,
    )


def _put(reader: Any, *, high: bool) -> list[Message]:  # noqa: ANN401 - the played reader of conftest
    reader.device.put_input(2, reader.now_us, high=high)
    return list(reader.taken())


def _set_up(reader: Any, spec: Part) -> None:  # noqa: ANN401 - the played reader of conftest
    for status in (
        reader.status("SET_READER_CONFIG", _events_on(1), LISTEN, ResetToFactoryDefault=0),
        reader.status("ADD_ROSPEC", spec),
        reader.status("ENABLE_ROSPEC", ROSpecID=1),
    ):
        assert status.number("StatusCode") == 0, status


def test_an_input_starts_and_stops_a_rospec_and_is_told(play: Make, reads: Make) -> None:
    reader = play()
    _set_up(reader, _triggered())
    assert reads(reader.run(0.3)) == []
    assert _events(_put(reader, high=True)) == [part("GPIEvent", GPIPortNumber=2, GPIEvent=1)]
    assert reads(reader.run(0.3))
    assert _events(_put(reader, high=True)) == []
    assert _events(_put(reader, high=False)) == [part("GPIEvent", GPIPortNumber=2, GPIEvent=0)]
    assert reads(reader.run(0.3)) == []
    _put(reader, high=True)
    assert reads(reader.run(0.3))


def test_a_stop_by_input_may_time_out(play: Make, reads: Make) -> None:
    reader = play()
    _set_up(reader, _triggered(timeout_ms=200))
    _put(reader, high=True)
    assert 35 <= len(reads(reader.run(1.0))) <= 45


def test_an_input_that_is_not_listened_to_starts_nothing(play: Make, reads: Make) -> None:
    reader = play()
    reader.status("ADD_ROSPEC", _triggered())
    reader.status("ENABLE_ROSPEC", ROSpecID=1)
    assert _put(reader, high=True) == []
    assert reads(reader.run(0.3)) == []


def test_an_input_ends_an_aispec_and_the_rospec_with_it(
    play: Make, reads: Make, a_rospec: Make
) -> None:
    reader = play()
    ends = part("AISpecStopTrigger", _edge(1), AISpecStopTriggerType=2, DurationTrigger=0)
    never = part("ROSpecStartTrigger", ROSpecStartTriggerType=0)
    _set_up(reader, a_rospec(start=never, spec_stop=ends))
    reader.status("START_ROSPEC", ROSpecID=1)
    assert reads(reader.run(0.3))
    _put(reader, high=True)
    reader.run(0.02)
    assert reads(reader.run(0.3)) == []


def test_outputs_are_set_and_told(play: Make) -> None:
    reader = play()
    high = part("GPOWriteData", GPOPortNumber=3, GPOData=1)
    assert (
        reader.status("SET_READER_CONFIG", high, ResetToFactoryDefault=0).number("StatusCode") == 0
    )
    asked = {"AntennaID": 0, "GPIPortNum": 0}
    told = reader.ask("GET_READER_CONFIG", RequestedData=10, GPOPortNum=0, **asked)[0]
    assert [one.number("GPOData") for one in told.all("GPOWriteData")] == [0, 0, 1, 0]
    told = reader.ask("GET_READER_CONFIG", RequestedData=10, GPOPortNum=3, **asked)[0]
    assert list(told.all("GPOWriteData")) == [high]


@pytest.mark.parametrize(
    ("inside", "path"),
    [
        (part("GPOWriteData", GPOPortNumber=5, GPOData=1), 219),
        (part("GPIPortCurrentState", GPIPortNum=0, Config=1, State=2), 225),
    ],
)
def test_a_port_that_is_not_there_is_named(play: Make, inside: Part, path: int) -> None:
    status = play().status("SET_READER_CONFIG", inside, ResetToFactoryDefault=0)
    error = next(status.all("ParameterError"))
    assert error.number("ParameterType") == path
    assert next(error.all("FieldError")).number("FieldNum") == 1


def test_a_trigger_on_an_input_must_say_which(play: Make, a_rospec: Make) -> None:
    start = part("ROSpecStartTrigger", ROSpecStartTriggerType=3)
    error = next(play().status("ADD_ROSPEC", a_rospec(start=start)).all("ParameterError"))
    path = []
    while error is not None:
        path.append(error.number("ParameterType"))
        error = error.first("ParameterError")
    assert path == [177, 178, 179, 181]


def _survey(sweeps: int, from_khz: int = 902_000, to_khz: int = 907_500) -> Part:
    boundary = part(
        "ROBoundarySpec",
        part("ROSpecStartTrigger", ROSpecStartTriggerType=0),
        part("ROSpecStopTrigger", ROSpecStopTriggerType=0, DurationTriggerValue=0),
    )
    stop = part("RFSurveySpecStopTrigger", StopTriggerType=2, DurationPeriod=0, N=sweeps)
    return part(
        "ROSpec",
        boundary,
        part("RFSurveySpec", stop, AntennaID=1, StartFrequency=from_khz, EndFrequency=to_khz),
        ROSpecID=7,
        Priority=0,
        CurrentState=0,
    )


def test_a_survey_tells_every_channel_in_its_span_and_ends(play: Make) -> None:
    reader = play()
    reader.status("SET_READER_CONFIG", _events_on(2, 5), ResetToFactoryDefault=0)
    reader.status("ADD_ROSPEC", _survey(3))
    reader.status("ENABLE_ROSPEC", ROSpecID=7)
    begun = _events(reader.ask("START_ROSPEC", ROSpecID=7))
    told = reader.run(1.0)
    swept = [found for one in told for found in one.all("RFSurveyReportData")]
    channels = [one.number("Frequency") for one in swept[0].all("FrequencyRSSILevelEntry")]
    assert len(swept) == 3
    assert channels == list(range(902_750, 907_500, 500))
    kinds = [(one.name, one.number("EventType")) for one in begun + _events(told)]
    assert kinds == [
        ("ROSpecEvent", 0),
        ("RFSurveyEvent", 0),
        ("RFSurveyEvent", 1),
        ("ROSpecEvent", 1),
    ]


def test_a_survey_of_no_channel_is_refused(play: Make) -> None:
    status = play().status("ADD_ROSPEC", _survey(1, 1_000, 2_000))
    inner = next(next(status.all("ParameterError")).all("ParameterError"))
    assert inner.number("ParameterType") == 187
