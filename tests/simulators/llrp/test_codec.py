"""The simulated reader's codec: against a real reader's bytes, against itself, against noise."""

from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.llrp import codec
from simulators.llrp.bits import MalformedError
from simulators.llrp.layouts import (
    MESSAGE_BY_NAME,
    MESSAGE_LAYOUTS,
    PARAMETER_BY_NAME,
    PARAMETER_LAYOUTS,
    Field,
    Layout,
)
from simulators.llrp.parts import Bits, Message, Part, Value, message, part

TYPES = {
    "CloseConnectionResponse": "CLOSE_CONNECTION_RESPONSE",
    "GetAccessSpecsResponse": "GET_ACCESSSPECS_RESPONSE",
    "GetROSpecsResponse": "GET_ROSPECS_RESPONSE",
    "GetReaderCapabilitiesResponse": "GET_READER_CAPABILITIES_RESPONSE",
    "GetReaderConfigResponse": "GET_READER_CONFIG_RESPONSE",
    "ReaderEventNotification": "READER_EVENT_NOTIFICATION",
    "ROAccessReport": "RO_ACCESS_REPORT",
}


def test_a_real_readers_messages_come_out_as_they_went_in(llrp_data: Path) -> None:
    found = sorted((llrp_data / "recordings").rglob("*.bytes"))
    assert len(found) == 15
    for path in found:
        name = TYPES[path.name.split("-")[0]]
        frame = codec.frame(MESSAGE_BY_NAME[name].number, 7, path.read_bytes())
        decoded = codec.decode(frame)
        assert decoded.name == name
        assert codec.encode(decoded) == frame, path.name


def test_a_recorded_read_has_the_values_that_its_reader_told(llrp_data: Path) -> None:
    body = (llrp_data / "recordings/roAccessReports/ROAccessReport-009.bytes").read_bytes()
    read = codec.decode(codec.frame(61, 1, body)).inside[0]
    assert [one.name for one in read.inside] == [
        "EPC_96",
        "AntennaID",
        "PeakRSSI",
        "FirstSeenTimestampUTC",
    ]
    assert read.inside[0].fields["EPC"] == bytes.fromhex("3000abcdef00000000000004")
    assert read.inside[2].number("PeakRSSI") == -50
    assert read.inside[3].number("Microseconds") == 1_594_174_805_166_053


def _bit_strings(data: bytes) -> st.SearchStrategy[Value]:
    return st.integers(max(8 * len(data) - 7, 0), 8 * len(data)).map(
        lambda count: Bits(count, data)
    )


def _numbers(field: Field) -> st.SearchStrategy[int]:
    half = 1 << (field.bits - 1)
    return st.integers(-half, half - 1) if field.kind == "s" else st.integers(0, 2 * half - 1)


def _values(field: Field) -> st.SearchStrategy[Value]:
    others: dict[str, st.SearchStrategy[Value]] = {
        "text": st.text(st.characters(codec="utf-8"), max_size=9),
        "rest": st.binary(max_size=9),
        "u1v": st.binary(max_size=9).flatmap(_bit_strings),
    }
    if field.bits > 64:
        return st.binary(min_size=field.bits // 8, max_size=field.bits // 8)
    if field.kind in ("u", "s"):
        return _numbers(field)
    if field.kind in others:
        return others[field.kind]
    return st.lists(_numbers(field), max_size=4).map(tuple)


def _fields(layout: Layout) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries({one.name: _values(one) for one in layout.fields if one.name})


@cache
def _parts(name: str, depth: int) -> st.SearchStrategy[Part]:
    layout = PARAMETER_BY_NAME[name]
    return st.builds(Part, st.just(name), _fields(layout), _inside(layout, depth))


def _inside(layout: Layout, depth: int) -> st.SearchStrategy[tuple[Part, ...]]:
    names = sorted({name for place in layout.places for name in place.names} - {"Custom"})
    if not names or depth == 0:
        return st.just(())
    one = st.sampled_from(names).flatmap(lambda name: _parts(name, depth - 1))
    return st.lists(one, max_size=2).map(tuple)


MESSAGES = st.sampled_from([one for one in MESSAGE_LAYOUTS if one.number != 1023]).flatmap(
    lambda layout: st.builds(
        Message,
        st.just(layout.name),
        _fields(layout),
        _inside(layout, 2),
        id=st.integers(0, 0xFFFFFFFF),
        version=st.integers(1, 2),
    )
)


@given(MESSAGES)
def test_every_message_comes_back_as_it_was(sent: Message) -> None:
    assert codec.decode(codec.encode(sent)) == sent


@given(MESSAGES, st.data())
def test_a_damaged_frame_is_refused_or_read_and_nothing_else(
    sent: Message, data: st.DataObject
) -> None:
    frame = bytearray(codec.encode(sent))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(frame) - 1))
        frame[at] = data.draw(st.integers(0, 255))
    with suppress(MalformedError):
        assert codec.decode(bytes(frame)).id == int.from_bytes(frame[6:10], "big")


@pytest.mark.parametrize("layout", PARAMETER_LAYOUTS, ids=lambda layout: layout.name)
def test_whatever_may_stand_inside_has_a_layout(layout: Layout) -> None:
    for place in layout.places:
        for name in place.names:
            assert name in PARAMETER_BY_NAME


def test_a_field_cut_short_names_the_way_to_itself() -> None:
    frame = codec.encode(
        message(
            "GET_ROSPECS_RESPONSE",
            4,
            part("KeepaliveSpec", KeepaliveTriggerType=1, PeriodicTriggerValue=5),
        )
    )
    short = bytearray(frame[:-2])
    short[2:6] = len(short).to_bytes(4, "big")
    short[12:14] = (7).to_bytes(2, "big")
    with pytest.raises(MalformedError, match="a field is cut short at byte 15") as caught:
        codec.decode(bytes(short))
    assert caught.value.path == (220,)
    assert caught.value.field_number == 2
    assert caught.value.message_id == 4


def test_parameters_nested_without_end_are_refused() -> None:
    body = b""
    for _ in range(50):
        body = codec.encode_part(part("Unknown", Type=289, Data=bytes(4) + body))
    with pytest.raises(MalformedError, match="wrong length"):
        codec.decode(
            codec.frame(100, 1, codec.encode_part(part("Unknown", Type=287, Data=bytes(4) + body)))
        )


def test_an_unknown_parameter_and_an_unknown_message_keep_their_bytes() -> None:
    strange = part("Unknown", Type=900, Data=b"\x01\x02")
    report = message("RO_ACCESS_REPORT", 1, strange)
    assert codec.decode(codec.encode(report)).inside == (strange,)
    whole = codec.frame(900, 8, b"abc")
    decoded = codec.decode(whole)
    assert decoded.fields == {"Type": 900, "Data": b"abc"}
    assert codec.encode(decoded) == whole


def test_a_strange_vendors_parameter_stays_custom_and_impinjs_gets_its_name() -> None:
    strange = part("Custom", VendorIdentifier=24213, ParameterSubtype=56, Data=b"\0\1")
    known = part("ImpinjRFPhaseAngle", PhaseAngle=2048)
    decoded = codec.decode(codec.encode(message("RO_ACCESS_REPORT", 1, strange, known)))
    assert decoded.inside == (strange, known)


def test_a_value_that_does_not_fit_is_the_callers_error() -> None:
    with pytest.raises(ValueError, match="300 does not fit 8 bits"):
        codec.encode_part(part("KeepaliveSpec", KeepaliveTriggerType=300, PeriodicTriggerValue=1))
    with pytest.raises(KeyError, match="PeriodicTriggerValue"):
        codec.encode_part(part("KeepaliveSpec", KeepaliveTriggerType=1))
