"""Reads taken in and met by compiled code, against the same by numpy."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.reads import ClockQuality, Gathered
from edge.locating import kernel
from edge.locating.columns import FloorColumns
from edge.locating.compiled_intake import CompiledIntake
from edge.locating.coverage import Coverage
from edge.locating.intake import Intake
from edge.locating.locator import Locator
from edge.locating.meeting import Meeting, Met
from edge.locating.presence import State
from edge.locating.settings import DEFAULTS
from edge.locating.slots import Kept, Reads, Turned
from edge.locating.sweep import Sweep
from edge.locating.tags import NO_PLACE, TagTable
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.model.presence import Departed, PresenceChange, Stale

pytestmark = pytest.mark.skipif(kernel.KERNEL is None, reason=kernel.REASON)
READERS = ("north", "south", "not-on-the-floor")
WINDOW_S = 0.5
NOW_MS, ZERO_US = 1 << 30, 1_700_000_000_000_000
TAGS_MAX = 10_000
LAST_BITS = 1e-5


def floor() -> Floor:
    places = [LocationId(f"place-{number}") for number in range(6)]
    antennas = [
        Antenna(DeviceName(READERS[number // 4]), 1 + number % 4, places[number % 6])
        for number in range(8)
    ]
    kinds = [LocationKind.PORTAL if number == 0 else LocationKind.SHELF for number in range(6)]
    named = {
        one: Location(one, kind, x_m=3.0 * at + 1.0, y_m=float(at % 3))
        for at, (one, kind) in enumerate(zip(places, kinds, strict=True))
    }
    return Floor(named, tuple(antennas), (0.0, 12.0), (0.0, 5.0))


def gathered(chance: np.random.Generator, counts: Sequence[int], *, odd: bool) -> Gathered:
    """Reads of these readers; with some that must be left out where `odd`."""
    count = sum(counts)
    epc = np.zeros((count, 12), np.uint8)
    epc[:, 11] = chance.integers(0, 60, count)
    bits = np.full(count, 96, np.uint16)
    port = chance.integers(1, 5, count).astype(np.uint16)
    if odd:
        bits[chance.random(count) < 0.2] = 0
        port[chance.random(count) < 0.2] = 900
    rssi_dbm = chance.choice([np.nan, -500.0, 90.0, -55.5, -61.0], count).astype(np.float32)
    seen_us = ZERO_US + chance.integers(-(10**9), 2**41, count)
    whole = {
        "epc": epc,
        "epc_bits": bits,
        "antenna": port,
        "rssi_dbm": rssi_dbm,
        "seen_us": seen_us,
        "phase_rad": chance.choice([np.nan, 1.0, 2.5], count).astype(np.float32),
        "channel": chance.integers(0, 3, count).astype(np.uint16),
    }
    clocks = (ClockQuality.UTC,) * len(counts)
    return Gathered(READERS[: len(counts)], clocks, np.array(counts, np.int64), 5, whole)


@contextmanager
def without_compiled_code() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "KERNEL", None)
        yield


@settings(max_examples=80)
@given(
    seed=st.integers(0, 2**32 - 1),
    batches=st.lists(
        st.tuples(st.lists(st.integers(0, 30), min_size=1, max_size=3), st.booleans()),
        min_size=1,
        max_size=4,
    ),
)
def test_reads_are_taken_in_alike_by_either_way(
    seed: int, batches: list[tuple[list[int], bool]]
) -> None:
    # given gathered reads, early and late ones, some of which are of nobody's antenna
    chance, columns = np.random.default_rng(seed), FloorColumns(floor())
    come = [gathered(chance, counts, odd=odd) for counts, odd in batches]
    ours, our_table = Intake(columns), TagTable(WINDOW_S)
    with without_compiled_code():
        theirs, their_table = Intake(columns), TagTable(WINDOW_S)
    for _ in range(2):
        # when they come to both, new and known again
        ours.add(*come)
        theirs.add(*come)
        one = ours.take(our_table, ZERO_US, NOW_MS, TAGS_MAX)
        other = theirs.take(their_table, ZERO_US, NOW_MS, TAGS_MAX)
        # then both have the same reads, and count the same as left out
        assert ours.ignored == theirs.ignored
        assert (one is None) is (other is None)
        if one is not None and other is not None:
            for name in Reads.__slots__:
                np.testing.assert_array_equal(
                    getattr(one.reads, name), getattr(other.reads, name), name
                )
            for name in Turned.__slots__:
                np.testing.assert_array_equal(
                    getattr(one.turned, name), getattr(other.turned, name), name
                )


@pytest.mark.parametrize("counts", [[3, -1], [2, 5], [0, 1]])
def test_readers_whose_counts_cannot_be_are_not_taken(counts: list[int]) -> None:
    assert kernel.KERNEL is not None
    columns, table = FloorColumns(floor()), TagTable(WINDOW_S)
    good = gathered(np.random.default_rng(1), [2, 2], odd=False)
    assert table.compiled is not None
    bench = table.compiled.bench(8)
    take = CompiledIntake(kernel.KERNEL, columns).take
    numbers = np.array([0, 1])

    taken = take(
        replace(good, counts=np.array(counts)), numbers, table, (ZERO_US, NOW_MS), (bench, 0)
    )

    assert not taken
    assert len(table) == 0
    assert not take(good, np.array([0, 7]), table, (ZERO_US, NOW_MS), (bench, 0))
    with pytest.raises(ValueError, match="differ in length"):
        take(good, np.array([0]), table, (ZERO_US, NOW_MS), (bench, 0))


def placed(chance: np.random.Generator, table: TagTable, tags: int) -> None:
    """Give a table so many tags, some announced somewhere, with all that may be known of them."""
    epc = np.arange(3 * tags, dtype=np.uint32).reshape(tags, 3).view(np.uint8)
    bits = np.full(tags, 96, np.uint16)
    rows = table.rows_of(epc, epc.view(np.uint32), bits, TAGS_MAX)
    table.place[rows] = np.where(chance.random(tags) < 0.7, chance.integers(0, 6, tags), NO_PLACE)
    table.reads[rows] = chance.choice([0, 5, 59, 60, 255], tags)
    table.gap_s[rows] = chance.choice([0.05, 0.25, 0.3, 3.0, 60.0], tags)
    table.level_db[rows] = chance.normal(0.0, 5.0, tags)


@settings(max_examples=100)
@given(
    seed=st.integers(0, 2**32 - 1),
    tags=st.integers(1, 40),
    turns=st.lists(st.integers(1, 200), min_size=1, max_size=5),
)
def test_tags_that_were_read_are_known_alike_by_either_way(
    seed: int, tags: int, turns: list[int]
) -> None:
    # given tags of which all may be known, and places that are covered or not
    columns = FloorColumns(floor())
    coverage = Coverage(columns, DEFAULTS, 1)
    chance = np.random.default_rng(seed)
    coverage.covered[:] = chance.random(6) < 0.8
    coverage.covered_since_ms[:] = chance.integers(1, 500_000, 6)
    coverage.heard_ms[:] = chance.integers(1, 3_000_000, 8)
    coverage.items[:] = chance.integers(0, 4, 6)
    our_table = TagTable(WINDOW_S)
    with without_compiled_code():
        their_table = TagTable(WINDOW_S)
    placed(np.random.default_rng(seed), our_table, tags)
    placed(np.random.default_rng(seed), their_table, tags)
    assert our_table.compiled is not None
    assert coverage.compiled is not None
    begin_ms = 1
    for count in turns:
        # when they are read, soon again or after long
        begin_ms += int(chance.choice([20, 2_000, 400_000]))
        reads = Reads(
            chance.integers(0, tags, count),
            chance.integers(0, 8, count).astype(np.uint16),
            chance.uniform(-80.0, -30.0, count).astype(np.float32),
            chance.integers(begin_ms, begin_ms + 20, count).astype(np.int32),
        )
        ours = our_table.compiled.meet(reads, coverage.compiled.at)
        theirs = Meeting(their_table, columns, coverage).meet(reads, lambda _: None)
        # then the same is known of them
        assert_alike(ours, theirs)
        np.testing.assert_array_equal(our_table.gap_s[:tags], their_table.gap_s[:tags])
        slots = theirs.news.slots
        slots.usual = chance.normal(0.0, 9.0, slots.usual.shape).astype(np.float32)
        for table in (our_table, their_table):
            table.put(theirs.news.rows, slots)


def assert_alike(ours: Met, theirs: Met) -> None:
    for name in Kept.__slots__:
        np.testing.assert_array_equal(getattr(ours.kept, name), getattr(theirs.kept, name), name)
    np.testing.assert_array_equal(ours.gap_s, theirs.gap_s)
    np.testing.assert_array_equal(ours.places, theirs.places)
    for name in ("antenna", "seen_ms"):
        one, other = (getattr(met.news.slots, name) for met in (ours, theirs))
        np.testing.assert_array_equal(one, other, name)
    none = np.zeros(ours.places.shape, np.bool_)
    one, other = (none if met.silent is None else met.silent for met in (ours, theirs))
    np.testing.assert_array_equal(one, other)
    assert (ours.silent is None) is (theirs.silent is None)
    np.testing.assert_allclose(ours.unrest, theirs.unrest, rtol=1e-4, atol=1e-4)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), turns=st.integers(1, 12))
def test_antennas_and_places_are_followed_alike_by_either_way(seed: int, turns: int) -> None:
    # given readers that come and go, or are never told of
    chance = np.random.default_rng(seed)
    ours = Locator(floor())
    with without_compiled_code():
        theirs = Locator(floor())
    pair = (ours._coverage, ours.health), (theirs._coverage, theirs.health)
    now_ms = 1 << 30
    for _ in range(turns):
        # when some are heard, or nobody is for long, and goods come and go
        now_ms += int(chance.choice([20, 1_000, 200_000]))
        change = READERS[chance.integers(2)], bool(chance.random() < 0.7), chance.random() < 0.3
        items = chance.integers(0, 4, 6)
        antenna = chance.integers(0, 8, chance.integers(0, 20)).astype(np.uint16)
        rssi_dbm = chance.uniform(-80.0, -30.0, len(antenna)).astype(np.float32)
        for coverage, health in pair:
            if change[2]:
                coverage.reader_changed(DeviceName(change[0]), up=change[1], at_ms=now_ms)
            coverage.items[:] = items
            if len(antenna):
                coverage.heard(health.heard(antenna, rssi_dbm), now_ms)
            coverage.look(now_ms)
        # then the same is known of each antenna and place
        for name in ("heard_ms", "_gap_s", "hearing", "covered", "covered_since_ms", "_reader_up"):
            one, other = (getattr(coverage, name) for coverage, _ in pair)
            np.testing.assert_array_equal(one, other, name)
        for name in ("_counts", "_levels"):
            one, other = (getattr(health, name) for _, health in pair)
            np.testing.assert_array_equal(one, other, name)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), tags=st.sampled_from([1, 20, 300, 1500]))
def test_silent_tags_are_found_alike_by_either_way(seed: int, tags: int) -> None:
    # given tags that were heard lately, or long ago, at places that are covered, dark, or neither
    chance, columns, now_ms = np.random.default_rng(seed), FloorColumns(floor()), 1 << 30
    sweeps: list[tuple[Sweep, TagTable]] = []
    for way in (nullcontext, without_compiled_code):
        with way():
            chance = np.random.default_rng(seed)
            coverage, table = Coverage(columns, DEFAULTS, now_ms), TagTable(WINDOW_S)
            placed(chance, table, tags)
            sweeps.append((Sweep(columns, table, coverage, DEFAULTS), table))
        kind = chance.integers(0, 3, 6)
        coverage.covered[:], coverage.dark[:] = kind == 1, (kind == 2) & (chance.random(6) < 0.5)
        coverage.covered_since_ms[:] = now_ms - chance.integers(0, 30_000, 6)
        present = chance.choice([State.PRESENT, State.STALE], tags)
        away = chance.choice([State.UNPLACED, State.DEPARTED], tags)
        rows = np.arange(tags)
        table.state[rows] = np.where(table.place[rows] == NO_PLACE, away, present)
        slots = table.slots_of(rows)
        ago_ms = np.exp(chance.uniform(0.0, 20.0, tags)).astype(np.int64)
        ago_ms = ago_ms + chance.integers(0, 9, slots.seen_ms.shape)
        slots.seen_ms[:] = np.maximum(now_ms - ago_ms, 0)
        table.put(rows, slots)
    (ours, our_table), (theirs, their_table) = sweeps
    for turn in range(6):
        # when stretch after stretch is looked at
        ours.look_for_dark_places()
        theirs.look_for_dark_places()
        found, other = (one.next_stretch(now_ms + 20 * turn) for one in (ours, theirs))
        # then both find the same tags silent, for the same reason, and forget the same
        np.testing.assert_array_equal(found[0], other[0])
        np.testing.assert_array_equal(found[1], other[1])
        for one in (ours, theirs):
            one.forget_old(now_ms + 20 * turn)
        assert len(our_table) == len(their_table)


def test_nobody_sweeps_beyond_the_table() -> None:
    columns, table = FloorColumns(floor()), TagTable(WINDOW_S)
    sweep = Sweep(columns, table, Coverage(columns, DEFAULTS, 1), DEFAULTS)
    assert sweep._compiled is not None

    for stretch in (slice(-1, 5), slice(0, len(table.place) + 1), slice(5, 5)):
        with pytest.raises(IndexError):
            sweep._compiled.look(stretch, 5, 1, 40)
        with pytest.raises(IndexError):
            sweep._compiled.idle(stretch, 5, 1, 40)


def test_an_antenna_or_a_place_that_cannot_be_is_refused() -> None:
    locator = Locator(floor())
    one, level = np.array([8], np.uint16), np.array([-50.0], np.float32)

    with pytest.raises(IndexError):
        locator.health.heard(one, level)
    with pytest.raises(ValueError, match="differ in length"):
        locator.health.heard(one, level[:0])
    with pytest.raises(ValueError, match="differ in length"):
        locator._coverage.heard(np.zeros(7, np.int64), 5)
    assert locator._coverage.compiled is not None
    locator._coverage.compiled.at.places = 2
    with pytest.raises(IndexError):
        locator._coverage.look(5)


def test_a_floor_is_located_on_alike_by_either_way() -> None:
    # given tags that come, rest, move and go, of readers that are gathered
    chance = np.random.default_rng(7)
    ours = Locator(floor())
    with without_compiled_code():
        theirs = Locator(floor())
    told: dict[Locator, list[str]] = {ours: [], theirs: []}
    home = chance.integers(0, 4, 60)
    for turn in range(250):
        # when they are read where they lie, most of the time
        now_us = ZERO_US + turn * 200_000
        if turn == 120:
            home = chance.integers(0, 4, 60)
        heard = gathered(chance, [8, 8], odd=turn % 10 == 0)
        tag = np.where(heard.whole["epc"][:, 11] < 50, heard.whole["epc"][:, 11], 0)
        tag[tag % 7 == 6] *= turn < 200
        heard.whole["epc"][:, 11] = tag
        heard.whole["antenna"][:] = 1 + home[tag]
        heard.whole["rssi_dbm"][:] = chance.normal(-55.0, 2.0, 16)
        heard.whole["seen_us"][:] = now_us - chance.integers(0, 200_000, 16)
        for locator, changes in told.items():
            locator.observe(heard)
            changes += [_plain(one) for one in locator.turn(now_us)]
    # then both tell the same
    assert told[ours] == told[theirs]
    assert len(told[ours]) > 60
    for number in range(50):
        one, other = (locator.where(Epc(f"{number:024x}")) for locator in (ours, theirs))
        assert (one and one.announced) == (other and other.announced)


def _plain(change: PresenceChange) -> str:
    """A change without how sure it is, which differs in its last digits."""
    if isinstance(change, Departed | Stale):
        return repr(change)
    return repr(replace(change, probability=round(change.probability, 3)))
