import math
from itertools import pairwise

import numpy as np
import pytest

from edge.locating.epcs import keys_of
from edge.locating.slots import LEAST_WEIGHT, NO_ANTENNA, Reads
from edge.locating.tags import TagTable

WINDOW_S = 0.5

pytestmark = pytest.mark.usefixtures("either_way")


def table_with(tags: int) -> TagTable:
    table = TagTable(WINDOW_S, expected=4)
    epc = np.zeros((tags, 12), np.uint8)
    epc[:, 8:] = np.arange(tags, dtype=">u4").reshape(tags, 1).view(np.uint8).reshape(tags, 4)
    bits = np.full(tags, 96, np.uint16)
    table.rows_of(epc, keys_of(epc, bits), bits, 10**6)
    return table


def merge(table: TagTable, reads: list[tuple[int, int, float, int]]) -> None:
    rows, antennas, levels, seen = zip(*reads, strict=True)
    news = table.merge(
        Reads(
            np.array(rows, np.int64),
            np.array(antennas, np.uint16),
            np.array(levels, np.float32),
            np.array(seen, np.int32),
        )
    )
    table.put(news.rows, news.slots)


def expected(reads: list[tuple[int, int, float, int]], tag: int) -> dict[int, tuple[float, float]]:
    """Mean and weight of each antenna, from a plain sum over all reads of the tag."""
    own = [read for read in reads if read[0] == tag]
    newest = max(read[3] for read in own)
    sums: dict[int, tuple[float, float]] = {}
    for _, antenna, level, seen in own:
        weight = math.exp((seen - newest) / 1000 / WINDOW_S)
        total, weights = sums.get(antenna, (0.0, 0.0))
        sums[antenna] = (total + weight * level, weights + weight)
    return {antenna: (total / weight, weight) for antenna, (total, weight) in sums.items()}


def held(table: TagTable, tag: int) -> dict[int, tuple[float, float]]:
    slots = table.slots_of(np.array([tag]))
    return {
        int(antenna): (float(level / weight), float(weight))
        for antenna, level, weight in zip(
            slots.antenna[:, 0], slots.level_sum[:, 0], slots.weight[:, 0], strict=True
        )
        if antenna != NO_ANTENNA
    }


@pytest.mark.parametrize("seed", range(8))
def test_evidence_is_that_of_a_plain_sum_in_whatever_order_reads_arrive(seed: int) -> None:
    # given reads of twenty tags on four antennas within two seconds
    chance = np.random.default_rng(seed)
    reads = [
        (
            int(chance.integers(20)),
            int(chance.integers(4)),
            float(chance.integers(-80, -40)),
            1000 + int(chance.integers(2000)),
        )
        for _ in range(600)
    ]
    table = table_with(20)
    # when they arrive shuffled, in batches of any size
    order = chance.permutation(len(reads))
    cuts = [0, *sorted(chance.integers(1, len(reads), size=6).tolist()), len(reads)]
    for begin, end in pairwise(cuts):
        if end > begin:
            merge(table, [reads[i] for i in order[begin:end]])
    # then each tag's evidence is that of the sorted reads
    for tag in range(20):
        for antenna, (mean, weight) in expected(reads, tag).items():
            told_mean, told_weight = held(table, tag)[antenna]
            assert told_mean == pytest.approx(mean, abs=0.02)
            assert told_weight == pytest.approx(weight, rel=1e-3, abs=1e-5)


def test_a_fifth_antenna_takes_the_place_of_the_weakest() -> None:
    table = table_with(1)
    merge(table, [(0, antenna, -60.0, 1000) for antenna in (1, 2, 3, 4) for _ in range(antenna)])

    merge(table, [(0, 9, -50.0, 1100), (0, 9, -50.0, 1100)])

    assert set(held(table, 0)) == {2, 3, 4, 9}


def test_of_antennas_that_hear_a_tag_equally_often_the_loudest_keep_their_slots() -> None:
    table = table_with(1)
    levels = {antenna: -50.0 - 2.0 * antenna for antenna in (5, 2, 0, 7, 3, 1, 6, 4)}

    for turn in range(3):
        for at, (antenna, level) in enumerate(levels.items()):
            merge(table, [(0, antenna, level, 1000 + 100 * turn + at)])

    assert set(held(table, 0)) == {0, 1, 2, 3}


def test_a_weak_stranger_does_not_displace_the_place_that_is_believed_in() -> None:
    table = table_with(1)
    merge(table, [(0, antenna, -60.0, 1000) for antenna in (1, 2, 3, 4) for _ in range(9)])
    slots = table.slots_of(np.array([0]))
    slots.belief[:, 0] = [0.9, 0.03, 0.03, 0.03]
    table.put(np.array([0]), slots)

    merge(table, [(0, 9, -50.0, 3000)])

    assert 1 in held(table, 0)


def test_the_mean_of_an_antenna_long_silent_is_kept() -> None:
    table = table_with(1)
    merge(table, [(0, 1, -51.0, 1000)])
    for second in range(2, 100):
        merge(table, [(0, 2, -60.0, second * 1000)])

    mean, weight = held(table, 0)[1]
    assert mean == pytest.approx(-51.0, abs=0.1)
    assert weight == pytest.approx(float(LEAST_WEIGHT), rel=0.01)


def test_a_read_from_an_hour_ago_has_its_level_and_hardly_any_weight() -> None:
    # given a tag that was heard, and a reader whose clock was set back meanwhile
    table = table_with(1)
    merge(table, [(0, 1, -50.0, 4_000_000)])
    # when another antenna reads the tag
    merge(table, [(0, 2, -60.0, 400_000)])
    # then its mean is a level and no division by nothing
    assert held(table, 0)[2] == (pytest.approx(-60.0), float(LEAST_WEIGHT))


@pytest.mark.parametrize(("antennas", "bytes_most"), [(1, 57.0), (2, 106.0), (4, 106.0)])
def test_a_million_tags_take_few_bytes_each(antennas: int, bytes_most: float) -> None:
    table = TagTable(WINDOW_S)
    step = 50_000
    for begin in range(0, 1_000_000, step):
        epc = np.zeros((step, 12), np.uint8)
        numbers = np.arange(begin, begin + step, dtype=">u4")
        epc[:, 8:] = numbers.reshape(step, 1).view(np.uint8).reshape(step, 4)
        bits = np.full(step, 96, np.uint16)
        rows = table.rows_of(epc, keys_of(epc, bits), bits, 2_000_000)
        for antenna in range(antennas):
            level, seen = np.full(step, -50.0, np.float32), np.full(step, 1_000, np.int32)
            news = table.merge(Reads(rows, np.full(step, antenna, np.uint16), level, seen))
            table.put(news.rows, news.slots)

    assert len(table) == 1_000_000
    assert table.nbytes / len(table) <= bytes_most


def test_a_tag_that_a_second_antenna_hears_keeps_what_the_first_has_heard() -> None:
    table = table_with(2)
    merge(table, [(1, 7, -50.0, 1000)])
    assert table._others.nbytes == 0

    merge(table, [(1, 3, -60.0, 1000), (0, 3, -60.0, 2000)])

    assert held(table, 1) == {7: (pytest.approx(-50.0), 1.0), 3: (pytest.approx(-60.0), 1.0)}
    assert table.seen_ms(slice(0, 2)).tolist() == [2000, 1000]
    assert table._others.at.left == table._others.nbytes // 48 - 1


def test_what_a_forgotten_tag_needed_the_next_tags_are_given() -> None:
    # given tags that several antennas have heard
    table, antennas = table_with(40), (1, 2, 3, 4)
    merge(table, [(tag, one, -50.0 - one, 1000) for tag in range(40) for one in antennas])
    full = table._others.nbytes
    for turn in range(20):
        # when some are forgotten, and others come and are heard
        gone = np.arange(turn, turn + 20)
        table.forget(gone)
        epc = np.full((20, 12), 1 + turn, np.uint8)
        epc[:, 0] = np.arange(20)
        bits = np.full(20, 96, np.uint16)
        rows = table.rows_of(epc, keys_of(epc, bits), bits, 10**6).tolist()
        assert sorted(rows) == gone.tolist()
        assert held(table, rows[0]) == {}
        merge(table, [(tag, one, -40.0 - one, 2000) for tag in rows for one in antennas])
    # then no more is needed, and each has its own
    assert table._others.nbytes == full
    for tag in range(40):
        base = -40.0 if tag < 39 else -50.0
        assert {one: level for one, (level, _) in held(table, tag).items()} == {
            one: pytest.approx(base - one, abs=0.02) for one in antennas
        }


def test_a_tag_that_is_gone_is_believed_nowhere_whoever_heard_it() -> None:
    table = table_with(2)
    merge(table, [(0, 1, -50.0, 1000), (1, 1, -50.0, 1000), (1, 2, -50.0, 1000)])

    table.disbelieve(np.array([0, 1]))

    assert (table.slots_of(np.array([0, 1])).belief == 0.0).all()


def test_levels_are_forgotten_and_times_moved_in_all_slots_of_a_tag() -> None:
    table = table_with(1)
    merge(table, [(0, antenna, -50.0, 1000 * antenna) for antenna in (1, 2, 3)])
    slots = table.slots_of(np.array([0]))
    slots.usual[:3] = 5.0
    table.put(np.array([0]), slots)

    table.forget_levels()
    table.shift_times(1_500)

    slots = table.slots_of(np.array([0]))
    assert np.isnan(slots.usual).all()
    assert slots.seen_ms[:, 0].tolist() == [0, 500, 1500, 0]


def test_no_more_tags_are_followed_than_allowed_but_known_ones_are() -> None:
    table = table_with(10)
    epc = np.zeros((20, 12), np.uint8)
    epc[:, 8:] = np.arange(20, dtype=">u4").reshape(20, 1).view(np.uint8).reshape(20, 4)
    bits = np.full(20, 96, np.uint16)

    rows = table.rows_of(epc, keys_of(epc, bits), bits, 12)

    assert rows[:12].tolist() == list(range(12))
    assert rows[12:].tolist() == [-1] * 8
