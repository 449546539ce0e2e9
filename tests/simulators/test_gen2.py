"""Gen2 rounds: the rates that physics allows, and flags that fall back as they should."""

import numpy as np
import pytest

from simulators.air import Dwell
from simulators.gen2 import (
    CAPTURE_DB,
    Query,
    Rounds,
    Slots,
    Target,
    best_q,
    play_round,
)
from simulators.gen2_flags import Flags
from simulators.gen2_times import DENSE, Pace, slot_times
from simulators.tag_field import TagField

FM0_640 = Pace(1, 640_000.0, 6.25, 1.5)
FM0_400 = Pace(1, 400_000.0, 6.25, 1.5)
MILLER_2 = Pace(2, 320_000.0, 12.5, 1.5)
MILLER_4 = Pace(4, 256_000.0, 20.0, 1.5)
MILLER_8 = Pace(8, 160_000.0, 20.0, 1.5)
AIR_TIMING = [
    (FM0_640, 1367),
    (FM0_400, 1045),
    (MILLER_2, 497),
    (MILLER_4, 241),
    (MILLER_8, 97),
]
"""Reads a second that the standard's timing leaves at the best Q."""


def _reads_per_s(tags: int, query: Query, seconds: float = 4.0, seed: int = 1) -> float:
    """Of tags that all answer for sure, in turns of 40 ms."""
    rounds = Rounds(Flags(np.full(tags, 0.5)), np.random.default_rng(seed))
    chances = np.ones(tags)
    turns = range(round(seconds * 25))
    spans = [(n * 40_000, (n + 1) * 40_000) for n in turns]
    return sum(len(rounds.dwell(1, query, chances, span)[0]) for span in spans) / seconds


def test_a_read_in_the_fastest_mode_takes_what_the_standard_says() -> None:
    assert 1e6 / slot_times(FM0_640).read == pytest.approx(1818, abs=10)


def _reads_per_s_of_rounds(pace: Pace, tags: int, q: int = 8, rounds: int = 50) -> float:
    """Of whole rounds of 2^Q slots, each with so many equally loud tags."""
    chance, times = np.random.default_rng(1), slot_times(pace)
    played = [play_round(chance, q, np.zeros(tags), times, 1e12) for _ in range(rounds)]
    return sum(len(one.tags) for one in played) / sum(one.took_us for one in played) * 1e6


@pytest.mark.parametrize(("pace", "most"), AIR_TIMING)
def test_the_best_q_reaches_what_the_standards_timing_leaves_in_each_mode(
    pace: Pace, most: float
) -> None:
    of_loads = [_reads_per_s_of_rounds(pace, tags) for tags in range(64, 320, 16)]
    assert max(of_loads) == pytest.approx(most, rel=0.02)


def test_too_many_and_too_few_slots_both_cost_reads() -> None:
    best = _reads_per_s_of_rounds(FM0_640, 230)
    assert _reads_per_s_of_rounds(FM0_640, 16) < 0.4 * best
    assert _reads_per_s_of_rounds(FM0_640, 1500) < 0.15 * best


def test_a_much_louder_tag_captures_the_slot_of_a_faint_one() -> None:
    times = slot_times(DENSE)
    for margin_db, read in ((CAPTURE_DB, [1]), (CAPTURE_DB - 0.1, [])):
        level = np.array([-60.0, -60.0 + margin_db])
        got = play_round(np.random.default_rng(1), 0, level, times, 1e9)
        assert got.tags.tolist() == read
        assert got.slots == Slots(empty=0, collided=1 - len(read), read=len(read))


def test_tags_at_different_distances_are_read_faster_than_equally_loud_ones() -> None:
    times, level = slot_times(FM0_640), np.linspace(-80.0, -30.0, 400)
    rounds = [
        [len(play_round(np.random.default_rng(n), 8, one, times, 1e12).tags) for n in range(20)]
        for one in (level, np.zeros(400))
    ]
    assert sum(rounds[0]) > 1.3 * sum(rounds[1])


def test_every_slot_of_a_round_is_counted_once() -> None:
    got = play_round(np.random.default_rng(3), 6, np.zeros(50), slot_times(DENSE), 1e12)
    assert got.slots.empty + got.slots.collided + got.slots.read == 64
    assert got.slots.read == len(got.tags)


@pytest.mark.parametrize(("suppresses", "least", "most"), [(False, 60, 120), (True, 20, 20)])
def test_tag_focus_reads_a_tag_once_as_long_as_it_has_power(
    suppresses: bool,  # noqa: FBT001 - a case of the test
    least: int,
    most: int,
) -> None:
    query = Query(FM0_640, 1, Target.A, suppresses=suppresses)
    rounds, powered = Rounds(Flags(np.full(20, 0.5)), np.random.default_rng(1)), np.ones(20)
    spans = [(n * 40_000, (n + 1) * 40_000) for n in range(150)]
    assert least <= sum(len(rounds.dwell(1, query, powered, one)[0]) for one in spans) <= most


@pytest.mark.parametrize(("pace", "most"), AIR_TIMING)
def test_reads_a_second_end_where_collisions_and_empty_slots_let_them(
    pace: Pace, most: float
) -> None:
    reached = _reads_per_s(300, Query(pace, session=0))
    assert 0.7 * most < reached < 1.1 * most


def test_the_more_tags_the_seldomer_each_is_read() -> None:
    each = [_reads_per_s(tags, Query(DENSE, session=0)) / tags for tags in (10, 100, 1000)]
    assert each[0] > 8 * each[1] > 64 * each[2]
    assert 0.1 < each[2] < 1.0


@pytest.mark.parametrize(
    ("session", "least", "most"), [(0, 1000, 9000), (1, 60, 90), (2, 20, 20), (3, 20, 20)]
)
def test_a_single_target_reads_a_tag_again_when_its_flag_fell(
    session: int, least: int, most: int
) -> None:
    query = Query(FM0_640, session, Target.A)
    rounds = Rounds(Flags(np.full(20, 0.5)), np.random.default_rng(1))
    powered, away = np.ones(20), np.zeros(20)
    found = 0
    for turn in range(150):  # S0 loses its flag whenever the antenna turns away for a turn
        chances = away if turn % 5 == 4 else powered
        found += len(rounds.dwell(1, query, chances, (turn * 40_000, (turn + 1) * 40_000))[0])
    assert (least if session else 20 * 30) <= found <= most


@pytest.mark.parametrize("session", [2, 3])
def test_s2_and_s3_flags_fall_seconds_after_the_power_did(session: int) -> None:
    flags = Flags(np.full(1, 0.5))
    on, off = np.ones(1, np.bool_), np.zeros(1, np.bool_)
    flags.power(on, 0, 1_000_000)
    flags.read(session, np.zeros(1, np.int64), np.full(1, 500_000))
    flags.power(off, 1_000_000, 2_000_000)
    assert flags.is_b(session, 5_000_000)
    assert not flags.is_b(session, 8_000_000)


def test_a_target_b_reads_what_was_read_before_only() -> None:
    rounds = Rounds(Flags(np.full(20, 0.5)), np.random.default_rng(1))
    chances = np.ones(20)
    of_b = Query(FM0_640, 2, Target.B)
    assert len(rounds.dwell(1, of_b, chances, (0, 40_000))[0]) == 0
    read = rounds.dwell(1, Query(FM0_640, 2, Target.A), chances, (40_000, 140_000))[0]
    assert sorted(read) == list(range(20))
    assert len(rounds.dwell(1, of_b, chances, (140_000, 240_000))[0]) == 20


@pytest.mark.parametrize(("tags", "q"), [(0, 0), (1, 0), (8, 3), (1000, 10), (1e9, 15)])
def test_slots_are_about_as_many_as_tags(tags: float, q: int) -> None:
    assert best_q(tags) == q


def test_a_field_without_a_rate_reads_as_a_dense_reader_does_and_by_its_seed_alone() -> None:
    def heard(seed: int) -> list[bytes]:
        field = TagField(100, 1, None, seed)
        found = [field.inventory(Dwell(1, n * 20_000, 20_000)) for n in range(100)]
        return [row.tobytes() for one in found for row in one.epc]

    once = heard(3)
    assert 200 <= len(once) <= 520
    assert once == heard(3) != heard(4)


def test_nobody_there_is_soon_known() -> None:
    assert _reads_per_s(0, Query(FM0_640)) == 0.0
