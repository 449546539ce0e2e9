"""Compiled decoding against numpy's, on what readers send and on what nobody should."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.llrp import columns, compiled, framing
from drivers.llrp.columns import read_messages
from drivers.llrp.compiled import CompiledLayout, Form, Place
from drivers.llrp.framing import FrameSplitter, ReportRun
from drivers.llrp.layout import BadRecordError, learn
from tests.drivers.llrp.llrp_bytes import IMPINJ, Tag, custom, report

pytestmark = pytest.mark.skipif(compiled.READING is None, reason=compiled.REASON)


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, bool | int]:
    """What the records of a reader hold."""
    named = ("rssi", "phase", "channel", "count", "first_utc", "last_utc", "antenna", "doppler")
    return {name: draw(st.booleans()) for name in named} | {
        "epc_bits": draw(st.sampled_from([96, 96, 96, 0, 7, 61, 128, 496]))
    }


def tag(shape: dict[str, bool | int], chance: random.Random) -> bytes:
    """A record of this shape with any values."""
    bits = int(shape["epc_bits"])
    values = {
        "antenna": chance.randrange(1 << 16),
        "rssi": chance.randrange(-128, 128),
        "channel": chance.randrange(1 << 16),
        "count": chance.randrange(1 << 16),
        "phase": chance.randrange(1 << 16),
        "first_utc": chance.randrange(1 << 63),
        "last_utc": chance.randrange(1 << 63),
    }
    told = {name: value if shape[name] else None for name, value in values.items()}
    doppler = custom(IMPINJ, 68, chance.randbytes(2)) if shape["doppler"] else b""
    return Tag(
        epc=chance.randbytes((bits + 7) // 8), epc_bits=bits, extra=doppler, **told
    ).encode()


def runs_of(data: bytes) -> list[ReportRun]:
    return [one for one in FrameSplitter().feed(data) if isinstance(one, ReportRun)]


def count_of(first: bytes, runs: list[ReportRun]) -> int:
    return sum(run.body_bytes for run in runs) // len(first)


def by_numpy(first: bytes, runs: list[ReportRun]) -> dict[str, np.ndarray] | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "READING", None)
        return read_messages(learn(first), runs, count_of(first, runs))


def assert_same(ours: dict[str, np.ndarray] | None, theirs: dict[str, np.ndarray] | None) -> None:
    assert (ours is None) == (theirs is None)
    if ours is None or theirs is None:
        return
    assert ours.keys() == theirs.keys()
    for name, column in theirs.items():
        assert ours[name].dtype == column.dtype, name
        np.testing.assert_array_equal(ours[name], column, name)


@settings(max_examples=200)
@given(
    shape=shapes(),
    sizes=st.lists(st.integers(0, 5), min_size=1, max_size=12),
    seed=st.integers(0, 1 << 32),
)
def test_records_of_one_layout_become_the_same_columns_by_either_way(
    shape: dict[str, bool | int], sizes: list[int], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - stories, no secrets
    records = [[tag(shape, chance) for _ in range(size)] for size in sizes]
    first = tag(shape, chance)
    runs = runs_of(b"".join(report(*some) for some in records))

    assert_same(read_messages(learn(first), runs, count_of(first, runs)), by_numpy(first, runs))


@settings(max_examples=300)
@given(
    shape=shapes(),
    size=st.integers(1, 12),
    hits=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(1, 255)), max_size=3),
    seed=st.integers(0, 1 << 32),
)
def test_changed_bytes_are_refused_by_both_ways_or_by_none(
    shape: dict[str, bool | int], size: int, hits: list[tuple[int, int]], seed: int
) -> None:
    # given whole messages of one layout, in which some bytes behind the headers were changed
    chance = random.Random(seed)  # noqa: S311 - stories, no secrets
    first = tag(shape, chance)
    data = bytearray(report(*(tag(shape, chance) for _ in range(size))))
    for at, change in hits:
        data[10 + at % (len(data) - 10)] ^= change
    runs = runs_of(bytes(data))

    assert_same(read_messages(learn(first), runs, count_of(first, runs)), by_numpy(first, runs))


@settings(max_examples=300)
@given(data=st.binary(max_size=200), most=st.integers(0, 9), seed=st.integers(0, 1 << 32))
def test_bytes_of_no_sense_are_refused_and_nothing_is_written_past_the_columns(
    data: bytes, most: int, seed: int
) -> None:
    # given a layout, and bytes that nobody has split into messages
    chance = random.Random(seed)  # noqa: S311 - stories, no secrets
    every = dict.fromkeys(("rssi", "phase", "channel", "count", "antenna", "doppler"), True)
    shape = every | {"first_utc": True, "last_utc": True, "epc_bits": 96}
    layout = learn(tag(shape, chance))
    reading = columns.compiled_layout(layout)
    good = report(tag(shape, chance))
    assert compiled.READING is not None

    # then such as are cut off, too many, or of another length are no reads
    assert reading.read(compiled.READING, data, most) is None or (most == 0 and not data)
    assert reading.read(compiled.READING, good[:-1], 1) is None
    assert reading.read(compiled.READING, good + data[:9], 1) is None or not data
    assert reading.read(compiled.READING, good * 2, 1) is None
    assert reading.read(compiled.READING, good, 2) is None
    assert reading.read(compiled.READING, good, 1) is not None


def test_a_layout_with_a_place_outside_its_record_is_refused() -> None:
    mask = np.zeros(20, np.uint8)
    for epc, field in (((9, 12, 255), 0), ((4, 12, 255), 19), ((4, 12, 255), -1)):
        with pytest.raises(ValueError, match="outside"):
            CompiledLayout(mask, mask, epc, [Place("antenna", field, Form.UNSIGNED_16)])
    with pytest.raises(BadRecordError):
        learn(b"\x00\xf0\x00\x08\x00\x00\x00\x00")


def test_a_library_that_is_missing_or_of_another_version_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, reason = compiled.load("_absent.so")
    assert reading is None
    assert "no compiled code" in reason

    monkeypatch.setattr(compiled, "VERSION", 999)
    reading, reason = compiled.load()
    assert reading is None
    assert "another version" in reason


@settings(max_examples=200)
@given(
    shape=shapes(),
    sizes=st.lists(st.integers(0, 3), min_size=1, max_size=20),
    repeated=st.integers(1, 30),
    cut=st.integers(0, 60),
    seed=st.integers(0, 1 << 32),
)
def test_messages_are_split_the_same_by_either_way(
    shape: dict[str, bool | int], sizes: list[int], repeated: int, cut: int, seed: int
) -> None:
    # given messages of many lengths, equal ones in a row among them, the last of them cut off
    chance = random.Random(seed)  # noqa: S311 - stories, no secrets
    messages = [report(*(tag(shape, chance) for _ in range(size))) for size in sizes]
    data = b"".join([messages[0] * repeated, *messages])
    data = data[: len(data) - cut]

    ours = FrameSplitter().feed(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "READING", None)
        patch.setattr(framing, "_LEAP_EVERY", 4)
        theirs = FrameSplitter().feed(data)

    assert [(bytes(one.data), one.stretches, one.offset) for one in ours] == [
        (bytes(one.data), one.stretches, one.offset) for one in theirs
    ]
