"""The tag finder leads a hand to the tag: the scale rises, fades, and the power goes down near."""

import numpy as np
import pytest

from edge.locating.finder import FinderSettings, Found, TagFinder
from simulators import radio

START_US = 1_700_000_000_000_000


class Search:
    """A hand with the reader at changing distances; ten looks a second."""

    def __init__(self, seed: int = 1) -> None:
        self.finder = TagFinder()
        self.chance = np.random.default_rng(seed)
        self.now_us = START_US

    def at(self, distance_m: float | None, seconds: float = 1.0) -> Found:
        found = self.finder.look(self.now_us)
        for _ in range(int(seconds * 10)):
            if distance_m is not None:
                self.read(distance_m)
            self.now_us += 100_000
            found = self.finder.look(self.now_us)
        return found

    def read(self, distance_m: float) -> None:
        mean = float(radio.rssi_dbm(distance_m, power_dbm=self.finder.power_dbm))
        tries = self.chance.random(3) < radio.success(mean)
        levels = mean + self.chance.normal(0.0, 2.0, int(tries.sum()))
        self.finder.heard([self.now_us + 50_000] * len(levels), levels.tolist())


@pytest.mark.parametrize("seed", range(5))
def test_the_scale_rises_all_the_way_from_the_aisle_to_the_hand(seed: int) -> None:
    search = Search(seed)

    scales = [search.at(distance, 1.5).scale for distance in (4.0, 2.0, 1.0, 0.5, 0.2)]

    assert scales == sorted(scales), f"seed {seed}: {scales}"
    assert scales[0] < 40
    assert scales[-1] > 85


def test_near_the_tag_the_power_is_stepped_down_and_far_from_it_up_again() -> None:
    search = Search()

    near = search.at(0.2, 5.0)
    far = search.at(4.0, 8.0)

    assert near.power_dbm == 15.0
    assert far.power_dbm == 30.0


def test_the_scale_does_not_jump_when_the_power_changes() -> None:
    search = Search()
    search.at(0.4, 0.5)
    scales, powers = [], set()

    for _ in range(40):
        found = search.at(0.4, 0.1)
        scales.append(found.scale)
        powers.add(found.power_dbm)

    assert len(powers) > 1
    assert max(scales) - min(scales) <= 20


def test_a_tag_that_is_lost_fades_out_and_is_sought_with_full_power() -> None:
    search = Search()
    search.at(0.3, 4.0)

    fading = [search.at(None, 0.5).scale for _ in range(8)]

    assert fading == sorted(fading, reverse=True)
    assert fading[-1] == 0
    assert search.at(None, 3.0) == Found(0, 0.0, None, 30.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_tag_that_is_read_seldom_does_not_come_and_go_between_its_reads(seed: int) -> None:
    """One antenna of seven gets to a tag not twice a second."""
    # given
    finder, chance = TagFinder(), np.random.default_rng(seed)
    at_us, next_us, shown = START_US, START_US, list[Found]()

    # when: it lies there for a minute
    while at_us < START_US + 60_000_000:
        if at_us >= next_us:
            finder.heard([at_us], [-58.0 + chance.normal(0.0, 2.0)])
            next_us = at_us + int(chance.uniform(0.3, 0.9) * 1e6)
        at_us += 200_000
        shown.append(finder.look(at_us))

    # then: after a moment it is heard all the while, and the hand is not misled by the pauses
    scales = [one.scale for one in shown[10:]]
    assert all(one.reads_per_s > 0 for one in shown[10:]), f"seed {seed}"
    assert max(scales) - min(scales) <= 20, f"seed {seed}: {min(scales)} to {max(scales)}"


def test_what_is_shown_stays_while_the_hand_rests() -> None:
    search = Search(3)
    search.at(1.0, 2.0)

    shown = [search.at(1.0, 0.1).scale for _ in range(50)]

    changes = int((np.diff(shown) != 0).sum())
    assert changes <= 20
    assert all(step == 0 or abs(step) >= 4 for step in np.diff(shown))


def test_a_reader_that_tells_no_level_leads_by_how_often_it_hears_the_tag() -> None:
    finder = TagFinder()
    finder.look(START_US)
    finder.heard([START_US + 50_000] * 2, [np.nan] * 2)
    seldom = finder.look(START_US + 100_000)
    finder.heard([START_US + 150_000] * 8, [np.nan] * 8)
    often = finder.look(START_US + 200_000)

    assert 0 < seldom.scale < often.scale == 100
    assert often.rssi_dbm is None
    assert often.power_dbm == 30.0


def test_a_level_that_is_no_number_does_not_spoil_those_that_are() -> None:
    finder = TagFinder()
    finder.look(START_US)
    finder.heard([START_US + 50_000] * 3, [-50.0, np.inf, np.nan])

    assert finder.look(START_US + 100_000).rssi_dbm == -50.0


def test_powers_that_do_not_descend_are_refused() -> None:
    with pytest.raises(ValueError, match="descending"):
        FinderSettings(powers_dbm=(15.0, 30.0))
    with pytest.raises(ValueError, match="loud"):
        FinderSettings(loud_dbm=-80.0)
