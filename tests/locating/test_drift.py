"""A calibration that no longer fits is noticed; goods that come and go are no drift."""

import numpy as np
import pytest

from edge.locating.drift import MEMORY_S, Drift, DriftFollower

OFFSETS = np.array([-60.0, -62.0, -58.0, -61.0])


class Radio:
    """Four antennas that hear forty reads a minute each, minute by minute."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.follower = DriftFollower(OFFSETS)
        self.minute = 0

    def run(
        self, minutes: int, gain_db: tuple[float, ...] = (0, 0, 0, 0), sure: float = 0.95
    ) -> Drift:
        """The radio goes on with these gains above the calibrated ones."""
        for _ in range(minutes):
            antenna = np.repeat(np.arange(4, dtype=np.uint16), 40)
            level = (OFFSETS + np.array(gain_db))[antenna] + self.chance.normal(0, 4, len(antenna))
            belief = np.clip(self.chance.normal(sure, 0.03, 40), 0, 1).astype(np.float32)
            self.follower.hear(antenna, level.astype(np.float32), belief, self.minute * 60.0)
            self.minute += 1
        return self.follower.look()


def test_nothing_drifts_while_the_radio_stays_as_it_was() -> None:
    radio = Radio(1)
    radio.run(40)

    for _ in range(24):
        assert not radio.run(60).is_drifted


def test_an_antenna_that_loses_gain_is_named() -> None:
    radio = Radio(2)
    radio.run(40)

    told = radio.run(120, (0, -8, 0, 0))

    assert told.antennas == (1,)
    assert told.departure_db == pytest.approx((-8.0,), abs=1.0)
    assert told.is_drifted


def test_what_all_antennas_share_is_no_drift() -> None:
    radio = Radio(3)
    radio.run(40)

    assert not radio.run(120, (-9, -9, -9, -9)).is_drifted


def test_goods_that_lie_closer_than_the_calibrating_tag_are_no_drift() -> None:
    radio = Radio(4)
    radio.run(40, (5, 0, 0, -3))  # as it is from the first half hour on

    assert not radio.run(120, (5, 0, 0, -3)).is_drifted


def test_an_antenna_far_from_its_calibration_is_told_before_any_baseline() -> None:
    assert Radio(5).run(20, (0, 0, -15, 0)).antennas == (2,)


def test_evidence_that_gets_worse_is_told() -> None:
    radio = Radio(6)
    radio.run(40)

    told = radio.run(120, sure=0.7)

    assert told.antennas == ()
    assert told.is_drifted
    assert told.sureness < told.sureness_before - 0.15


def test_a_short_pallet_before_one_antenna_is_no_drift() -> None:
    radio = Radio(7)
    radio.run(int(MEMORY_S / 60) + 60)

    assert not radio.run(5, (0, 0, 0, 10)).is_drifted


def test_too_few_antennas_have_no_median_to_depart_from() -> None:
    follower = DriftFollower(OFFSETS[:2])
    antenna = np.repeat(np.arange(2, dtype=np.uint16), 2000)
    level = np.where(antenna == 0, -40.0, -62.0).astype(np.float32)
    follower.hear(antenna, level, np.full(100, 0.9, np.float32), 0.0)

    assert not follower.look().is_drifted
