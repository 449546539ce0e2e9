"""The radio: louder nearer, phase by distance and channel, chance settled by keys."""

import numpy as np
import pytest

from simulators import radio


def test_twice_the_distance_costs_twelve_decibels_there_and_back() -> None:
    near, far = radio.rssi_dbm([1.0, 2.0])
    assert near == radio.USUAL_LINK.rssi_dbm_at_1_m
    assert near - far == pytest.approx(12.04, abs=0.01)


def test_power_and_gain_add_as_they_are() -> None:
    louder = radio.rssi_dbm(3.0, power_dbm=27.0, gain_db=5.0)
    assert louder - radio.rssi_dbm(3.0) == pytest.approx(2.0)


def test_a_louder_tag_is_read_more_surely() -> None:
    chance = radio.success([-90.0, -72.0, -50.0])
    assert chance[0] < 0.001
    assert chance[1] == 0.5
    assert chance[2] > 0.999


def test_half_a_wavelength_turns_the_phase_once_round() -> None:
    wavelength = radio.FCC.wavelength_m([1])
    assert radio.phase_rad(1.0, wavelength) == pytest.approx(
        radio.phase_rad(1.0 + wavelength / 2, wavelength)
    )
    quarter = radio.phase_rad(wavelength / 8, wavelength)
    assert quarter == pytest.approx(np.pi / 2)


def test_a_walk_of_one_metre_a_second_shifts_915_mhz_by_six_hertz() -> None:
    assert radio.doppler_hz(1.0, radio.LIGHT_M_PER_S / 915e6) == pytest.approx(6.1, abs=0.01)


@pytest.mark.parametrize("band", [radio.FCC, radio.ETSI])
def test_a_reader_visits_every_channel_of_its_band_in_turn(band: radio.Band) -> None:
    times = 1_700_000_000_000_000 + band.hop_us * np.arange(len(band.channels_khz))
    assert sorted(band.channel_at(times)) == list(range(1, len(band.channels_khz) + 1))
    assert len(set(band.channels_khz)) == len(band.channels_khz)


def test_what_keys_settle_never_changes_and_spreads_as_it_should() -> None:
    tags = np.arange(20_000)
    fading = radio.settled_normal(7, tags, 2, 13)
    assert np.array_equal(fading, radio.settled_normal(7, tags, 2, 13))
    assert not np.array_equal(fading, radio.settled_normal(8, tags, 2, 13))
    assert abs(fading.mean()) < 0.03
    assert fading.std() == pytest.approx(1.0, abs=0.03)
    assert abs(np.corrcoef(fading, radio.settled_normal(7, tags, 3, 13))[0, 1]) < 0.03
    uniform = radio.settled_uniform(1, tags)
    assert 0.0 < uniform.min() < uniform.max() < 1.0


def test_no_read_is_lost_between_short_spans() -> None:
    metronome = radio.Metronome(333.0)
    assert sum(metronome.reads_in(1_000) for _ in range(10_000)) in (3_329, 3_330)
