"""Compiled code against the numpy code that it stands in for, and against what it must refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.locating import kernel
from edge.locating.compiled_hash import CompiledHash
from edge.locating.compiled_records import CompiledRecords
from edge.locating.epcs import EpcIndex, keys_of
from edge.locating.heads import HEAD, KEY
from edge.locating.others import Others
from edge.locating.slots import News, Reads, Slots
from edge.locating.tags import NO_PLACE, TagTable

WINDOW_S = 0.5
LAST_BITS = 1e-5
LOUDEST = 120.0
"""The largest level of a read here, dB from 0."""

pytestmark = pytest.mark.skipif(kernel.KERNEL is None, reason=kernel.REASON)


def table_of(tags: int, *, compiled: bool) -> TagTable:
    with pytest.MonkeyPatch.context() as patch:
        if not compiled:
            patch.setattr(kernel, "KERNEL", None)
        table = TagTable(WINDOW_S, expected=8)
    epc = np.arange(3 * tags, dtype=np.uint32).reshape(tags, 3).view(np.uint8)
    bits = np.full(tags, 96, np.uint16)
    table.rows_of(epc, keys_of(epc, bits), bits, 10**6)
    return table


def reads_of(
    rows: list[int], antenna: list[int], rssi_dbm: list[float], seen_ms: list[int]
) -> Reads:
    return Reads(
        np.array(rows, np.int64),
        np.array(antenna, np.uint16),
        np.array(rssi_dbm, np.float32),
        np.array(seen_ms, np.int32),
    )


def assert_same(ours: News, theirs: News) -> None:
    for name in ("rows", "fresh", "at_ms", "since_s", "reads"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), name)
    for name in ("seen_ms", "antenna", "belief", "usual"):
        np.testing.assert_array_equal(getattr(ours.slots, name), getattr(theirs.slots, name), name)
    # exponentials differ in their last bits, and so each of the terms that are summed
    weight = theirs.slots.weight
    np.testing.assert_allclose(ours.slots.weight, weight, rtol=LAST_BITS)
    off = np.abs(ours.slots.level_sum - theirs.slots.level_sum)
    assert (off <= LAST_BITS * LOUDEST * weight).all()  # levels of both signs may sum to nothing


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    tags=st.integers(1, 40),
    antennas=st.integers(1, 300),
    batches=st.lists(st.integers(1, 150), min_size=1, max_size=6),
    spread_ms=st.integers(1, 5_000_000),
)
def test_reads_become_the_same_evidence_by_either_way(
    seed: int, tags: int, antennas: int, batches: list[int], spread_ms: int
) -> None:
    # given the same tags in a table that is compiled and one that is not
    chance = np.random.default_rng(seed)
    ours, theirs = table_of(tags, compiled=True), table_of(tags, compiled=False)
    for count in batches:
        # when the same reads come, early, late, twice and of many antennas
        reads = Reads(
            chance.integers(0, tags, count),
            chance.integers(0, antennas, count).astype(np.uint16),
            chance.uniform(-120.0, 20.0, count).astype(np.float32),
            chance.integers(1, 1 + spread_ms, count).astype(np.int32),
        )
        one, other = ours.merge(reads), theirs.merge(reads)
        # then the slots are the same, and so is what is written of them
        assert_same(one, other)
        one.slots.belief[:] = other.slots.belief[:] = chance.random(one.slots.belief.shape)
        usual = chance.normal(0.0, 10.0, one.slots.usual.shape).astype(np.float32)
        one.slots.usual = other.slots.usual = np.where(usual > 12.0, np.float32(np.nan), usual)
        for name in ("level_sum", "weight"):
            getattr(one.slots, name)[:] = getattr(other.slots, name)
        ours.put(one.rows, one.slots)
        theirs.put(other.rows, other.slots)
        every = np.arange(tags)
        for name in Slots.__slots__:
            np.testing.assert_array_equal(
                getattr(ours.slots_of(every), name), getattr(theirs.slots_of(every), name), name
            )


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), batches=st.lists(st.integers(1, 200), max_size=8))
def test_tags_get_the_same_rows_by_either_way(seed: int, batches: list[int]) -> None:
    chance = np.random.default_rng(seed)
    ours = EpcIndex(8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "KERNEL", None)
        theirs = EpcIndex(8)
    pool = chance.integers(0, 4, (300, 20), np.uint8)
    for count in batches:
        # given tags of few or many bits, known, new, and new several times in one batch
        epc = pool[chance.integers(0, len(pool), count)]
        bits = (8 * chance.choice([2, 4, 12, 12, 20], count)).astype(np.uint16)
        epc = epc * (np.arange(20) < bits[:, np.newaxis] // 8).astype(np.uint8)
        keys = keys_of(epc, bits)
        # when both are asked, and forget some
        rows = ours.find_or_add(epc, keys, bits)
        # then they give the same rows to the same tags
        assert rows.tolist() == theirs.find_or_add(epc, keys, bits).tolist()
        gone = np.unique(rows[chance.random(count) < 0.2])
        ours.remove(gone)
        theirs.remove(gone)
        assert ours.find(keys, bits).tolist() == theirs.find(keys, bits).tolist()
        assert len(ours) == len(theirs)
    assert [ours.epc_of(row) for row in range(ours.rows) if ours.bits[row]] == [
        theirs.epc_of(row) for row in range(theirs.rows) if theirs.bits[row]
    ]


def test_halves_are_rounded_as_numpy_rounds_them() -> None:
    # given every half-precision number, what lies between two, and what lies beyond
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)
    halves = halves[np.isfinite(halves)]
    between = (halves[1:] + halves[:-1]) / np.float32(2.0)
    beyond = np.array([65519.9, 65520.0, 1e9, -1e9, np.inf, np.nan, 1e-9], np.float32)
    values = np.concatenate([halves, between, beyond])
    values = np.resize(values, (len(values) // 4 + 1) * 4).reshape(4, -1)
    table, rows = table_of(values.shape[1], compiled=True), np.arange(values.shape[1])
    slots = table.slots_of(rows)
    slots.usual[:] = values

    table.put(rows, slots)

    with np.errstate(over="ignore"):
        rounded = values.astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(table.slots_of(rows).usual, rounded)


@pytest.mark.parametrize(
    ("rows", "antenna"), [([0, 7_000], [1, 1]), ([-1, 0], [1, 1]), ([0, 0], [1, 0xFFFF])]
)
def test_a_row_or_an_antenna_that_cannot_be_is_refused(
    rows: list[int], antenna: list[int]
) -> None:
    table = table_of(4, compiled=True)
    before = table.slots_of(np.arange(4)).weight

    with pytest.raises(IndexError):
        table.merge(reads_of(rows, antenna, [-50.0, -50.0], [1, 2]))

    assert (table.slots_of(np.arange(4)).weight == before).all()


def test_slots_are_not_written_outside_the_table() -> None:
    table = table_of(4, compiled=True)
    slots = table.slots_of(np.arange(2))

    with pytest.raises(IndexError):
        table.put(np.array([1, 7_000]), slots)
    with pytest.raises(IndexError):
        table.put(np.array([-1, 1]), slots)
    with pytest.raises(ValueError, match="belong together"):
        table.put(np.arange(3), slots)


def test_columns_of_another_kind_order_or_length_never_reach_compiled_code() -> None:
    assert kernel.KERNEL is not None
    records = CompiledRecords(kernel.KERNEL, WINDOW_S)
    records.work_on(np.zeros(8, HEAD), Others())
    good = reads_of([1, 2], [0, 0], [-50.0, -50.0], [5, 6])
    for bad in (
        Reads(good.rows.astype(np.int32), good.antenna, good.rssi_dbm, good.seen_ms),  # type: ignore[arg-type]
        Reads(np.arange(4)[::2], good.antenna, good.rssi_dbm, good.seen_ms),
        Reads(good.rows.astype(">i8"), good.antenna, good.rssi_dbm, good.seen_ms),
        Reads(good.rows, good.antenna, good.rssi_dbm.astype(np.float64), good.seen_ms),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match="where C reads"):
            records.merge(bad)
    with pytest.raises(ValueError, match="differ in length"):
        records.merge(Reads(good.rows, good.antenna[:1], good.rssi_dbm, good.seen_ms))
    with pytest.raises(ValueError, match="no rows of tags"):
        records.work_on(np.zeros(8, KEY), Others())


def test_a_hash_whose_rows_begin_with_no_key_is_refused() -> None:
    assert kernel.KERNEL is not None
    compiled = CompiledHash(kernel.KERNEL)
    places = np.full(64, -1, np.int32)
    swapped = np.dtype({"names": ["bits", "key"], "formats": ["<u2", ("<u4", 3)]})
    for heads in (np.zeros(4, swapped), np.zeros(4, [("bits", "<u2")])):
        with pytest.raises(ValueError, match="no key"):
            compiled.work_on(places, heads)
    with pytest.raises(TypeError, match="where C reads"):
        compiled.work_on(places, np.zeros(8, KEY)[::2])
    compiled.work_on(places, np.zeros(4, KEY))
    keys = np.zeros((4, 3), np.uint32)
    with pytest.raises(ValueError, match="belong together"):
        compiled.find(keys[:2], np.zeros(4, np.uint16))
    rows, missing = compiled.find(keys[:1], np.array([96], np.uint16))
    assert (rows.tolist(), missing) == ([-1], 1)
    with pytest.raises(IndexError):
        compiled.add(keys[:1], np.array([96], np.uint16), rows, np.array([4]))


@pytest.mark.parametrize(("rows", "places"), [(-1, 64), (5, 64), (4, 3)])
def test_no_more_rows_are_given_places_than_there_are(rows: int, places: int) -> None:
    assert kernel.KERNEL is not None
    compiled, heads = CompiledHash(kernel.KERNEL), np.zeros(4, KEY)
    heads["key"][:, 0], heads["bits"] = np.arange(4), 96
    compiled.work_on(np.full(places, -1, np.int32), heads)

    with pytest.raises(IndexError):
        compiled.place(rows)


@pytest.mark.parametrize("row", [4, 0xFFFFFF])
def test_a_row_outside_the_table_that_a_hash_names_is_not_looked_at(row: int) -> None:
    assert kernel.KERNEL is not None
    compiled = CompiledHash(kernel.KERNEL)
    every_print = np.arange(128, dtype=np.int32) << 24 | row
    compiled.work_on(every_print, np.zeros(4, KEY))

    rows, missing = compiled.find(np.zeros((1, 3), np.uint32), np.array([96], np.uint16))

    assert (rows.tolist(), missing) == ([-1], 1)


def test_what_the_first_tags_have_heard_stays_while_the_table_grows() -> None:
    table, rows = table_of(5, compiled=True), np.arange(5)
    reads = reads_of([0, 1, 2, 3, 4, 4], [1, 2, 3, 4, 5, 6], [-50.0] * 6, [10, 20, 30, 40, 3, 50])
    news = table.merge(reads)
    table.put(news.rows, news.slots)
    for tags in (6, 3_000, 40_000, 200_000):
        # when so many tags come besides
        epc = np.arange(3 * tags, dtype=np.uint32).reshape(tags, 3).view(np.uint8)
        bits = np.full(tags, 96, np.uint16)
        table.rows_of(epc, keys_of(epc, bits), bits, 10**6)
        others = list(range(5, len(table)))
        heard = [*others, *others], [7] * len(others) + [8] * len(others)
        merged = table.merge(reads_of(*heard, [-40.0] * 2 * len(others), [60] * 2 * len(others)))
        table.put(merged.rows, merged.slots)
        # then the first are as they were
        assert table.seen_ms(rows).tolist() == [10, 20, 30, 40, 50]
        assert table.kept(rows).place.tolist() == [NO_PLACE] * 5


def test_room_that_a_late_turn_needed_is_given_back_some_turns_later() -> None:
    records = table_of(1, compiled=True).compiled
    assert records is not None
    late = records.bench(16_000)
    # when turns are as ever again, and some of them are half as long
    kept = [records.bench(2_000) for _ in range(255)]
    again = [records.bench(2_000 if turn % 9 else 9_000) for turn in range(600)]
    # then there is room as before until it was not needed for long
    assert all(one is late for one in [*kept, *again])
    usual = [records.bench(2_000) for _ in range(600)][-1]
    assert usual.reads == 4_000
    assert records.bench(4_000) is usual


def test_read_only_columns_are_read() -> None:
    table, reads = table_of(2, compiled=True), reads_of([1], [3], [-50.0], [9])
    for column in (reads.rows, reads.antenna, reads.rssi_dbm, reads.seen_ms):
        column.flags.writeable = False

    assert table.merge(reads).slots.antenna[0, 0] == 3


def test_large_columns_that_are_laid_out_to_be_read_all_over_keep_what_they_hold() -> None:
    assert kernel.KERNEL is not None
    column = np.arange(1_200_000, dtype=np.uint32)

    kernel.KERNEL.read_all_over(column, column[:0])

    assert (np.diff(column) == 1).all()


def test_a_library_that_is_missing_or_of_another_version_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing, why = kernel.load("_nothing.so")
    assert missing is None
    assert "_nothing.so" in why

    monkeypatch.setattr(kernel, "LAYOUT", kernel.LAYOUT + 1)
    other, why = kernel.load()
    assert other is None
    assert "another version" in why
