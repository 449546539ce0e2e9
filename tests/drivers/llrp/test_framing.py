"""Bytes of a connection become messages, however they were cut on the way."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.llrp.framing import BadFrame, Frame, FrameSplitter, ReportRun
from tests.drivers.llrp.llrp_bytes import Tag, message, report


def singly(items: list[Frame | ReportRun | BadFrame]) -> list[Frame | BadFrame]:
    found: list[Frame | BadFrame] = []
    for item in items:
        found += item.frames() if isinstance(item, ReportRun) else [item]
    return found


def test_a_message_is_given_when_its_last_byte_is_there() -> None:
    whole = message(63, b"\x00\xf6\x00\x04", message_id=9, version=2)
    splitter = FrameSplitter()

    assert splitter.feed(whole[:-1]) == []
    assert splitter.feed(whole[-1:]) == [Frame(63, 2, 9, b"\x00\xf6\x00\x04", 0)]
    assert splitter.waiting_bytes == 0


def test_a_frame_gives_back_its_bytes() -> None:
    whole = message(63, b"\x01\x02", message_id=77, version=2)

    (frame,) = FrameSplitter().feed(whole)

    assert isinstance(frame, Frame)
    assert frame.whole == whole


@given(
    kinds=st.lists(st.tuples(st.sampled_from([61, 62, 63]), st.integers(0, 40)), max_size=30),
    cuts=st.lists(st.integers(1, 60), min_size=1, max_size=20),
)
def test_messages_are_the_same_however_the_stream_is_cut(
    kinds: list[tuple[int, int]], cuts: list[int]
) -> None:
    stream = b"".join(
        message(kind, bytes(size), number) for number, (kind, size) in enumerate(kinds)
    )

    at_once = singly(FrameSplitter().feed(stream))
    splitter, at, pieces = FrameSplitter(), 0, []
    while at < len(stream):
        size = cuts[len(pieces) % len(cuts)]
        pieces.append(singly(splitter.feed(stream[at : at + size])))
        at += size

    assert [frame for piece in pieces for frame in piece] == at_once
    assert [frame.message_id for frame in at_once if isinstance(frame, Frame)] == list(
        range(len(kinds))
    )


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 40, 1023, 1024, 1025, 3000])
def test_reports_of_equal_length_stay_in_one_piece_without_losing_one(count: int) -> None:
    stream = b"".join(report(Tag(), message_id=number) for number in range(count))
    stream += report(Tag(as_epc_data=True), message_id=count)

    items = FrameSplitter().feed(stream)

    assert all(isinstance(item, ReportRun) for item in items)
    assert [frame.message_id for frame in singly(items) if isinstance(frame, Frame)] == list(
        range(count + 1)
    )
    assert len(items) == 1


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("043d 00000000 00000001", "shorter"),
        ("043d 00000009 00000001", "shorter"),
        ("043d 00100001 00000001", "limit"),
        ("043d ffffffff 00000001", "limit"),
        ("1c3d 0000000a 00000001", "version 7"),
        ("003d 0000000a 00000001", "version 0"),
    ],
)
def test_a_header_that_cannot_be_true_ends_the_connection(header: str, word: str) -> None:
    """Nothing behind it can be trusted; what came before it is served."""
    splitter = FrameSplitter()

    items = splitter.feed(message(62) + bytes.fromhex(header) + message(62))

    assert items[0] == Frame(62, 1, 1, b"", 0)
    assert isinstance(items[1], BadFrame)
    assert items[1].offset == 10
    assert word in items[1].reason
    assert len(items) == 2
    assert splitter.feed(message(62)) == []


def test_an_oversized_length_is_noticed_before_its_bytes_are_gathered() -> None:
    (bad,) = FrameSplitter(cap_bytes=100).feed(bytes.fromhex("043d 00000065 00000001"))

    assert isinstance(bad, BadFrame)


def test_offsets_count_from_the_start_of_the_stream() -> None:
    splitter = FrameSplitter()
    first = splitter.feed(message(62) + message(63, b"abc")[:4])
    second = splitter.feed(message(63, b"abc")[4:] + message(62))

    offsets = [item.offset for item in [*first, *second]]

    assert offsets == [0, 10, 23]


def test_a_megabyte_byte_by_byte_takes_linear_time() -> None:
    """Gathering that copies what it has at each arrival would need minutes here."""
    big = message(12, bytes(1_000_000))
    splitter = FrameSplitter()
    began = time.process_time()

    given_out = [splitter.feed(big[at : at + 1]) for at in range(len(big))]

    assert sum(map(len, given_out)) == 1
    assert time.process_time() - began < 5


def test_ten_thousand_runs_of_sixteen_take_linear_time() -> None:
    """The leap over equal headers must not look at the whole rest each time."""
    a, b = report(Tag(antenna=None)), report(Tag())
    stream = (a * 16 + b * 16) * 600
    began = time.process_time()

    items = FrameSplitter().feed(stream)

    (run,) = items
    assert isinstance(run, ReportRun)
    assert len(run.stretches) == 1200
    assert time.process_time() - began < 2


@given(st.binary(max_size=300))
def test_any_bytes_give_messages_or_one_bad_header(stream: bytes) -> None:
    items = FrameSplitter().feed(stream)

    bad = [item for item in items if isinstance(item, BadFrame)]
    assert bad == [] or bad == items[-1:]


def test_random_garbage_is_refused_within_its_first_bytes() -> None:
    seed = 20261123
    rng = np.random.default_rng(seed)
    refused = sum(
        any(isinstance(item, BadFrame) for item in FrameSplitter().feed(rng.bytes(64)))
        for _ in range(1000)
    )

    assert refused > 990, f"seed {seed}"


def test_reports_of_a_thousand_lengths_take_linear_time() -> None:
    """Each length that comes often gets a pattern of its own; making it must stay cheap."""
    stream = b"".join(message(61, bytes(size)) * 5 for size in range(1, 1001))
    began = time.process_time()

    items = FrameSplitter().feed(stream)

    (run,) = items
    assert isinstance(run, ReportRun)
    assert len(run.stretches) == 1000
    assert time.process_time() - began < 2


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), max_size=20))
def test_runs_of_any_lengths_are_cut_where_they_were_joined(runs: list[tuple[int, int]]) -> None:
    messages = [message(61, bytes(size), n) for size, count in runs for n in range(count)]

    items = FrameSplitter().feed(b"".join(messages))

    assert all(isinstance(item, ReportRun) for item in items)
    assert b"".join(item.data for item in items if isinstance(item, ReportRun)) == b"".join(
        messages
    )
    for item in items:
        assert isinstance(item, ReportRun)
        assert len(item.data) == sum(length * count for length, count in item.stretches)
