"""Thousands of items at once: what is told of them, and in pieces of what size."""

from collections.abc import Callable

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.locator import Locator
from edge.model.ids import DeviceName
from edge.model.places import Floor
from edge.model.presence import Departed, PresenceChange, Returned, Stale
from tests.locating.test_locator import SHELVES, START_US, Played


@pytest.fixture
def played(make_floor: Callable[..., Floor]) -> Played:
    return Played(make_floor(*SHELVES))


def test_a_reader_that_dies_under_ten_thousand_items_makes_none_depart(
    played: Played, make_reads: Callable[..., ReadBatch]
) -> None:
    # given ten thousand items on two shelves
    tags = np.arange(10_000)
    locator = played.locator

    def hear_all(numbers: np.ndarray, at_us: int) -> list[PresenceChange]:
        n = len(numbers)
        levels, times = np.full(n, -55.0), np.full(n, at_us)
        locator.observe(make_reads("north", numbers, numbers % 2 + 1, levels, times))
        return locator.turn(at_us)

    now_us = START_US
    arrived = []
    for _ in range(10):
        now_us += 1_000_000
        arrived += hear_all(tags, now_us)
    assert len(arrived) == 10_000
    # when their reader dies for an hour
    locator.device_changed(DeviceName("north"), alive=False, at_us=now_us)
    told = locator.turn(now_us + 20_000)
    assert {type(change) for change in told} == {Stale}
    assert len({change.epc for change in told}) == 10_000
    assert all(isinstance(one, Stale) and one.reader == "north" for one in told)
    for _ in range(3600):
        now_us += 1_000_000
        assert locator.turn(now_us) == []
    # and comes back, and hears all but a hundred
    locator.device_changed(DeviceName("north"), alive=True, at_us=now_us)
    back: list[PresenceChange] = []
    for _ in range(60):
        now_us += 1_000_000
        back += hear_all(tags[100:], now_us)
    # then these are confirmed, and only the hundred depart, once they had time to be heard
    returned = [change for change in back if isinstance(change, Returned)]
    departed = [change for change in back if isinstance(change, Departed)]
    assert len(returned) == 9_900
    assert not any(one.departed for one in returned)
    assert len(departed) == 100
    assert len(back) == 10_000
    assert min(one.at_us for one in departed) >= now_us - 40_000_000


def crowded(locator: Locator, make_reads: Callable[..., ReadBatch]) -> int:
    """50,000 tags have arrived on two shelves; gives the time."""
    tags = np.arange(50_000)
    now_us, arrived = START_US, 0
    for _ in range(10):
        now_us += 1_000_000
        levels, times = np.full(len(tags), -55.0), np.full(len(tags), now_us)
        locator.observe(make_reads("north", tags, tags % 2 + 1, levels, times))
        arrived += len(locator.turn(now_us))
    assert arrived == len(tags)
    return now_us


def test_a_turn_that_comes_late_tells_very_many_silent_items_in_pieces_and_all(
    played: Played, make_reads: Callable[..., ReadBatch]
) -> None:
    late_us = crowded(played.locator, make_reads) + 60_000_000

    pieces = [played.locator.turn(late_us + 20_000 * turn) for turn in range(8)]

    told = [change.epc for piece in pieces for change in piece]
    assert len(told) == len(set(told)) == 50_000
    assert max(map(len, pieces)) <= 20_000


def test_what_left_together_is_told_of_a_few_a_turn_each_once_and_nobody_else(
    played: Played, make_reads: Callable[..., ReadBatch]
) -> None:
    # given 3,000 tags on two shelves, of which the first 1,000 are heard no more after a while
    locator, now_us, tags = played.locator, START_US, np.arange(3_000)
    departed: list[list[str]] = []
    for second in range(75):
        heard = tags if second < 30 else tags[1_000:]
        levels, times = np.full(len(heard), -55.0), np.full(len(heard), now_us)
        locator.observe(make_reads("north", heard, heard % 2 + 1, levels, times))
        # when turns come every 20 ms
        for _ in range(50):
            now_us += 20_000
            told = locator.turn(now_us)
            departed.append([one.epc for one in told if isinstance(one, Departed)])

    # then no turn is full of departures, and each is told once
    epcs = [epc for turn in departed for epc in turn]
    assert max(map(len, departed)) == 40
    assert len(epcs) == len(set(epcs)) == 1_000
    assert {int(epc, 16) & 0xFFFF for epc in epcs} == set(range(1_000))


def test_a_lost_reader_with_very_many_items_is_told_in_pieces_and_whole(
    played: Played, make_reads: Callable[..., ReadBatch]
) -> None:
    locator, now_us = played.locator, crowded(played.locator, make_reads)

    locator.device_changed(DeviceName("north"), alive=False, at_us=now_us)
    pieces = [locator.turn(now_us + 20_000 * turn) for turn in range(1, 8)]

    told = [change.epc for piece in pieces for change in piece]
    assert len(told) == len(set(told)) == 50_000
    assert max(map(len, pieces)) <= 20_000
