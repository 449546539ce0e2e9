"""What stands between antenna and tag: beams, metal, people, second ways, all by the seed."""

import numpy as np
import pytest

from simulators.air import Dwell
from simulators.radio import FCC
from simulators.surroundings import Ways, body_db, metal_db, pattern_db, scattered, slow_db
from simulators.tag_field import TagField

START_US = 1_700_000_000_000_000


def test_a_beam_of_65_degrees_loses_half_of_its_power_at_its_rim_and_has_a_back() -> None:
    ahead, rim, side, behind = pattern_db(np.cos(np.radians([0.0, 32.5, 80.0, 180.0])))
    assert ahead == 0.0
    assert rim == pytest.approx(-3.0, abs=0.05)
    assert side == behind == -18.0


def test_one_tag_in_twelve_lies_on_metal_and_stays_there() -> None:
    lost = metal_db(7, np.arange(10_000))
    assert set(lost.tolist()) == {0.0, -9.0}
    assert np.mean(lost < 0) == pytest.approx(0.08, abs=0.01)
    assert np.array_equal(lost, metal_db(7, np.arange(10_000)))


def test_slow_fading_drifts_and_does_not_jump() -> None:
    tags = np.arange(5_000)
    now, soon, later = (slow_db(7, tags, 1, START_US + s * 1_000_000) for s in (0, 1, 120))
    assert now.std() == pytest.approx(1.5, abs=0.1)
    assert np.abs(soon - now).max() < 1.0
    assert abs(np.corrcoef(now, later)[0, 1]) < 0.05


def test_people_stand_in_a_beam_now_and_then_for_seconds() -> None:
    seconds = [body_db(7, 1, START_US + n * 1_000_000) for n in range(4_000)]
    assert set(seconds) == {0.0, -12.0}
    assert np.mean(np.array(seconds) < 0) == pytest.approx(0.06, abs=0.03)
    changes = np.count_nonzero(np.diff(seconds))
    assert changes <= 2 * seconds.count(-12.0) / 4 + 2


def test_two_ways_fade_from_channel_to_channel_but_not_their_mean() -> None:
    ways = Ways.of(7, 1, np.full(2_000, 3.0), np.ones(2_000))
    channels = FCC.wavelength_m(np.arange(50) + 1)
    heard_db = 20 * np.log10(np.abs(ways.heard(np.arange(2_000)[:, None], channels)))
    assert 1.0 < np.median(heard_db.std(axis=1)) < 4.0
    assert heard_db.mean() == pytest.approx(ways.mean_db().mean(), abs=0.7)


def test_a_tag_beside_the_beam_is_heard_over_its_second_way() -> None:
    ways = Ways.of(7, 1, np.full(2_000, 3.0), np.full(2_000, -1.0))
    strays = ways.second > ways.direct
    assert 0.1 < np.mean(strays) < 0.9
    assert np.all(ways.mean_db() > 2 * -18.0 - 1e-9)


def test_the_phase_turns_once_in_half_a_wavelength() -> None:
    wavelength_m = float(FCC.wavelength_m([1])[0])
    ways = Ways(*(np.array([[1.0, 1.0 + wavelength_m / 8], [1.0, 1.0], [2.0, 2.0], [0.0, 0.0]])))
    near, far = np.angle(ways.heard([0, 1], wavelength_m))
    assert (near - far) % (2 * np.pi) == pytest.approx(np.pi / 2)


def test_fast_fading_is_a_decibel_or_less_between_reads() -> None:
    noise = np.random.default_rng(7).normal(size=(2, 10_000))
    assert (40 / 2 * np.log10(np.abs(scattered(noise)))).std() == pytest.approx(0.35, abs=0.05)


def test_the_phase_of_a_tag_that_lies_still_is_its_own_on_each_channel() -> None:
    """Comparable within a channel and an antenna only, as the readers' manuals warn."""
    field = TagField(1, 1, 500.0, 3)
    heard = [field.inventory(Dwell(1, START_US + n * 40_000, 40_000)) for n in range(500)]
    channel = np.concatenate([one.channel for one in heard])
    phasor = np.exp(1j * np.concatenate([one.phase_rad for one in heard]))
    within = [abs(phasor[channel == one].mean()) for one in range(1, 51)]
    assert min(within) > 0.95
    means = np.array([phasor[channel == one].mean() for one in range(1, 51)])
    assert abs(means.mean()) < 0.5


def test_an_antenna_hears_strays_of_two_aisles_further_but_seldom() -> None:
    field = TagField(400, 4, 2_000.0, 9)
    heard = [field.inventory(Dwell(1, START_US + n * 40_000, 40_000)) for n in range(250)]
    epcs = np.concatenate([one.epc for one in heard])
    place = {field.epcs[n].tobytes(): n for n in range(400)}
    rows = np.array([place[one.tobytes()] for one in epcs])
    nearest = field._distance_m[:, rows].argmin(axis=0)
    assert np.mean(nearest == 0) > 0.6
    assert 0.0005 < np.mean(nearest >= 2) < 0.1
