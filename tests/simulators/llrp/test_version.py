"""LLRP 1.1: agreed on, then spoken in every frame, with what it brought."""

from collections.abc import Callable
from typing import Any

import pytest

from simulators.llrp.codec import encode
from simulators.llrp.parts import Message, Part, Value, part
from simulators.llrp.profile import Vendor
from simulators.llrp.status import StatusCode

Make = Callable[..., Any]


def _ask(reader: Any, name: str, *inside: Part, **fields: Value) -> list[Message]:  # noqa: ANN401 - the played reader of conftest
    """Send a request of version 2; everything that comes back at once."""
    asked = Message(name, fields, inside, id=70, version=2)
    reader.device.receive(encode(asked), reader.now_us)
    return list(reader.taken())


def _code(answer: Message) -> int:
    return next(answer.all("LLRPStatus")).number("StatusCode")


@pytest.fixture
def of_1_1(play: Make) -> Any:  # noqa: ANN401 - the played reader of conftest
    """A reader whose client has agreed on LLRP 1.1."""
    reader = play(vendor=Vendor.ZEBRA)
    told = _ask(reader, "GET_SUPPORTED_VERSION")[0]
    assert (told.number("CurrentVersion"), told.number("SupportedVersion")) == (1, 2)
    answer = _ask(reader, "SET_PROTOCOL_VERSION", ProtocolVersion=2)[0]
    assert (answer.name, _code(answer)) == ("SET_PROTOCOL_VERSION_RESPONSE", 0)
    return reader


def _looping(rospec: Part, loops: int) -> Part:
    return Part("ROSpec", rospec.fields, (*rospec.inside, part("LoopSpec", LoopCount=loops)))


def test_every_frame_is_of_the_version_that_was_agreed_on(of_1_1: Any, a_rospec: Make) -> None:  # noqa: ANN401 - the played reader of conftest
    keepalive = part("KeepaliveSpec", KeepaliveTriggerType=1, PeriodicTriggerValue=100)
    told = _ask(of_1_1, "SET_READER_CONFIG", keepalive, ResetToFactoryDefault=0)
    told += _ask(of_1_1, "ADD_ROSPEC", a_rospec())
    told += _ask(of_1_1, "ENABLE_ROSPEC", ROSpecID=1)
    told += of_1_1.run(0.3)
    assert {one.version for one in told} == {2}
    assert {"RO_ACCESS_REPORT", "KEEPALIVE"} <= {one.name for one in told}
    assert [_code(one) for one in told[:3]] == [0, 0, 0]


def test_capabilities_of_1_1_tell_more(of_1_1: Any, play: Make) -> None:  # noqa: ANN401 - the played reader of conftest
    new = _ask(of_1_1, "GET_READER_CAPABILITIES", RequestedData=0)[0]
    general = next(new.all("GeneralDeviceCapabilities"))
    assert general.first("MaximumReceiveSensitivity") is not None
    band = next(next(new.all("RegulatoryCapabilities")).all("UHFBandCapabilities"))
    survey = next(band.all("RFSurveyFrequencyCapabilities"))
    assert survey.fields == {"MinimumFrequency": 902_750, "MaximumFrequency": 927_250}
    old = play(vendor=Vendor.ZEBRA).ask("GET_READER_CAPABILITIES", RequestedData=0)[0]
    general = next(old.all("GeneralDeviceCapabilities"))
    assert general.first("MaximumReceiveSensitivity") is None


def test_a_rospec_loops_and_tells_each_round(of_1_1: Any, a_rospec: Make) -> None:  # noqa: ANN401 - the played reader of conftest
    state = part("EventNotificationState", EventType=9, NotificationState=1)
    events = part("ReaderEventNotificationSpec", state)
    assert _code(_ask(of_1_1, "SET_READER_CONFIG", events, ResetToFactoryDefault=0)[0]) == 0
    ends = part("AISpecStopTrigger", AISpecStopTriggerType=1, DurationTrigger=100)
    never = part("ROSpecStartTrigger", ROSpecStartTriggerType=0)
    looping = _looping(a_rospec(start=never, spec_stop=ends), 3)
    assert _code(_ask(of_1_1, "ADD_ROSPEC", looping)[0]) == 0
    _ask(of_1_1, "ENABLE_ROSPEC", ROSpecID=1)
    _ask(of_1_1, "START_ROSPEC", ROSpecID=1)
    told = of_1_1.run(1.0)
    loops = [one.inside[0].inside[1] for one in told if one.name == "READER_EVENT_NOTIFICATION"]
    assert loops == [part("SpecLoopEvent", ROSpecID=1, LoopCount=n) for n in (1, 2)]
    assert sum(len(list(one.all("TagReportData"))) for one in told) == pytest.approx(60, abs=4)


def test_what_1_1_brought_is_unknown_before(play: Make, a_rospec: Make) -> None:
    reader = play(vendor=Vendor.ZEBRA)
    status = reader.status("ADD_ROSPEC", _looping(a_rospec(), 3))
    inner = next(next(status.all("ParameterError")).all("ParameterError"))
    assert inner.number("ParameterType") == 355
    assert inner.number("ErrorCode") == StatusCode.UNKNOWN_PARAMETER


def test_a_frame_of_1_0_1_is_refused_afterwards_and_the_next_client_starts_anew(
    of_1_1: Any,  # noqa: ANN401 - the played reader of conftest
) -> None:
    of_1_1.device.receive(encode(Message("GET_ROSPECS", id=3)), of_1_1.now_us)
    answer = of_1_1.taken()[0]
    assert (answer.name, _code(answer)) == ("ERROR_MESSAGE", StatusCode.UNSUPPORTED_VERSION)
    of_1_1.device.disconnect()
    assert of_1_1.connect()[0].version == 1
    assert of_1_1.status("GET_ROSPECS").number("StatusCode") == 0


@pytest.mark.parametrize("version", [0, 3, 255])
def test_no_other_version_is_to_be_had(play: Make, version: int) -> None:
    answer = _ask(play(vendor=Vendor.ZEBRA), "SET_PROTOCOL_VERSION", ProtocolVersion=version)[0]
    assert _code(answer) == StatusCode.UNSUPPORTED_VERSION
