"""A module's bytes become frames and reads; whatever else stands on the line costs only itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.serial.uhf_frames import (
    DATA_MOST,
    OTHER_MARKS,
    Command,
    Frame,
    FrameCutter,
    Kind,
    Marks,
    frame_bytes,
    power_data,
    start_inventory,
    tag_of,
)

TAG_FRAME = "BB 02 22 00 11 C9 34 00 30 75 1F EB 70 5C 59 04 E3 D5 0D 70 3A 76 EF 7E"
"""The example of the modules' manual."""
TAGS_HEARD = [
    (TAG_FRAME, "30751feb705c5904e3d50d70", -55),
    (
        "BB 02 22 00 11 D6 34 00 E2 80 11 70 40 00 02 1D 35 AE 40 08 D4 44 C4 7E",
        "e28011704000021d35ae4008",
        -42,
    ),
    (
        "BB 02 22 00 11 C4 30 00 E2 00 00 1D 73 15 01 65 21 40 8F C6 B8 3E C2 7E",
        "e200001d7315016521408fc6",
        -60,
    ),
    (
        "BB 02 22 00 11 CB 34 00 E2 00 47 1B B0 00 60 13 04 45 09 D0 95 82 D4 7E",
        "e200471bb00060130 44509d0".replace(" ", ""),
        -53,
    ),
]
"""Frames that modules of four owners sent."""
COMMANDS_KNOWN = [
    ("BB 00 27 00 03 22 27 10 83 7E", start_inventory(rounds=10_000)),
    ("BB 00 27 00 03 22 FF FF 4A 7E", start_inventory()),
    ("BB 00 28 00 00 28 7E", frame_bytes(Kind.COMMAND, Command.STOP)),
    ("BB 00 03 00 01 00 04 7E", frame_bytes(Kind.COMMAND, Command.INFORMATION, b"\0")),
    ("BB 00 07 00 01 01 09 7E", frame_bytes(Kind.COMMAND, Command.SET_REGION, b"\1")),
    ("BB 00 08 00 00 08 7E", frame_bytes(Kind.COMMAND, Command.GET_REGION)),
    ("BB 00 B6 00 02 07 D0 8F 7E", frame_bytes(Kind.COMMAND, Command.SET_POWER, power_data(20))),
    ("BB 00 B7 00 00 B7 7E", frame_bytes(Kind.COMMAND, Command.GET_POWER)),
]
ANSWERS_KNOWN = [
    ("BB 01 B7 00 02 0A 28 EC 7E", Command.GET_POWER, power_data(26)),
    ("BB 01 08 00 01 01 0B 7E", Command.GET_REGION, b"\1"),
    ("BB 01 28 00 01 00 2A 7E", Command.STOP, b"\0"),
    ("BB 01 FF 00 01 15 16 7E", Command.FAILED, b"\x15"),
    (
        "BB 01 03 00 10 00 4D 31 30 30 20 32 36 64 42 6D 20 56 31 2E 30 92 7E",
        Command.INFORMATION,
        b"\0M100 26dBm V1.0",
    ),
]

frames = st.builds(
    frame_bytes,
    st.sampled_from(list(Kind)),
    st.integers(0, 255),
    st.binary(max_size=40),
)
noise = st.binary(max_size=30).map(lambda raw: raw.replace(b"\xbb", b"\xba"))


def alike(found: list[Frame]) -> list[tuple[int, int, bytes]]:
    return [(one.kind, one.command, one.data) for one in found]


def meant(raw: bytes) -> tuple[int, int, bytes]:
    return raw[1], raw[2], raw[5:-2]


@pytest.mark.parametrize(("text", "made"), COMMANDS_KNOWN)
def test_a_command_has_the_bytes_of_the_manual(text: str, made: bytes) -> None:
    assert made == bytes.fromhex(text)


@pytest.mark.parametrize(("text", "command", "data"), ANSWERS_KNOWN)
def test_an_answer_of_the_manual_is_understood(text: str, command: int, data: bytes) -> None:
    assert alike(FrameCutter().feed(bytes.fromhex(text))) == [(Kind.RESPONSE, command, data)]


@pytest.mark.parametrize(("text", "epc", "rssi_dbm"), TAGS_HEARD)
def test_a_tag_has_its_epc_and_a_signed_rssi(text: str, epc: str, rssi_dbm: int) -> None:
    (frame,) = FrameCutter().feed(bytes.fromhex(text))

    tag = tag_of(frame)

    assert tag is not None
    assert (tag.epc.hex(), tag.rssi_dbm) == (epc, rssi_dbm)


def test_a_tag_whose_own_check_is_wrong_is_no_tag() -> None:
    """The module's sum was made after the radio had garbled the tag."""
    data = bytearray.fromhex(TAG_FRAME)[5:-2]
    data[7] ^= 0x10

    (frame,) = FrameCutter().feed(frame_bytes(Kind.NOTIFICATION, 0x22, bytes(data)))

    assert tag_of(frame) is None


@pytest.mark.parametrize("size", range(8))
def test_a_notification_too_short_for_a_tag_is_no_tag(size: int) -> None:
    assert tag_of(Frame(Kind.NOTIFICATION, 0x22, bytes(size))) is None


def test_an_end_byte_inside_the_data_ends_nothing() -> None:
    raw = frame_bytes(Kind.NOTIFICATION, 0x22, b"\x7e\xbb\x7e\x7e\xbb")

    assert alike(FrameCutter().feed(raw)) == [(2, 0x22, b"\x7e\xbb\x7e\x7e\xbb")]


def test_modules_with_the_other_marks_are_understood() -> None:
    raw = frame_bytes(Kind.RESPONSE, 0x08, b"\1", OTHER_MARKS)

    assert raw.hex() == "aa01080001010bdd"
    assert alike(FrameCutter(OTHER_MARKS).feed(raw)) == [(1, 0x08, b"\1")]
    assert FrameCutter().feed(raw) == []


@pytest.mark.parametrize("place", [-1, -2])
def test_a_wrong_sum_or_end_costs_that_frame_alone(place: int) -> None:
    bad, good = bytearray.fromhex(TAG_FRAME), bytes.fromhex(TAG_FRAME)
    bad[place] ^= 1
    cutter = FrameCutter()

    assert alike(cutter.feed(bytes(bad) + good)) == [meant(good)]
    assert cutter.counters.wrong_sum == 1


def test_a_false_start_that_swallows_good_frames_gives_them_back() -> None:
    """Its length reaches over the frames behind it; once it is proved wrong they are found."""
    good = bytes.fromhex(TAG_FRAME)
    cutter = FrameCutter()

    waiting = cutter.feed(b"\xbb\x02\x22\x00\xff" + good * 2)
    later = cutter.feed(good * 10)

    assert waiting == []
    assert len(later) == 12
    assert cutter.counters.skipped == 5


def test_a_frame_that_never_ends_gives_way_after_a_silence() -> None:
    good = bytes.fromhex(TAG_FRAME)
    cutter = FrameCutter()

    assert cutter.feed(good[:10] + b"\xbb\x00\x00\x01\x00" + good) == []
    assert alike(cutter.idle()) == [meant(good)]
    assert cutter.idle() == []


def test_half_a_frame_never_joins_the_next() -> None:
    good = bytes.fromhex(TAG_FRAME)
    cutter = FrameCutter()
    cutter.feed(good[:12])
    cutter.reset()

    assert cutter.feed(good[12:]) == []
    assert alike(cutter.feed(good)) == [meant(good)]


def test_a_frame_tells_how_much_came_behind_it() -> None:
    good = bytes.fromhex(TAG_FRAME)

    found = FrameCutter().feed(good * 3)

    assert [one.bytes_since for one in found] == [72, 48, 24]


def test_a_frame_holds_no_more_than_its_most() -> None:
    with pytest.raises(ValueError, match="more than the 512"):
        frame_bytes(Kind.COMMAND, 0x22, bytes(DATA_MOST + 1))


@given(st.lists(st.binary(max_size=60), max_size=20), st.sampled_from([0xBB, 0xAA]))
def test_any_bytes_never_raise_and_never_pile_up(pieces: list[bytes], start: int) -> None:
    cutter = FrameCutter(Marks(start, 0x7E))

    for piece in pieces:
        for frame in cutter.feed(piece):
            tag_of(frame)
    cutter.idle()

    assert cutter.idle() == []
    assert cutter._waiting == b""


@given(st.lists(st.tuples(noise, frames), max_size=12), st.data())
def test_garbage_between_frames_loses_none_however_the_bytes_are_cut(
    pieces: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(garbage + raw for garbage, raw in pieces)
    cutter, at, found = FrameCutter(), 0, []
    while at < len(stream):
        size = data.draw(st.integers(1, 50))
        found += cutter.feed(stream[at : at + size])
        at += size

    assert alike(found) == [meant(raw) for _, raw in pieces]
    assert cutter.counters.skipped == sum(len(garbage) for garbage, _ in pieces)


def test_false_starts_between_frames_lose_none() -> None:
    """A million bytes; a false start whose sum happens to fit would be one in 65,000."""
    seed = 11
    rng = np.random.default_rng(seed)
    good = bytes.fromhex(TAG_FRAME)
    stream = b"".join(
        b"\xbb\x02\x22\x00" + rng.bytes(int(rng.integers(0, 6))) + good for _ in range(2000)
    )

    cutter = FrameCutter()
    found = [one for one in cutter.feed(stream) + cutter.idle() if one.data == good[5:-2]]

    assert len(found) == 2000, f"seed {seed}"
