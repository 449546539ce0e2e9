"""Tags along a shelf are put in order by the phase of an antenna that was moved past them."""

from dataclasses import replace

import numpy as np
import pytest

from edge.locating.shelf_order import SweptReads, order_of, place_of
from edge.model.ids import Epc
from simulators import radio
from tests.benchmarks.shelf_sweeps import judged, swept, without_phase


def swept_past(place_m: float, away_m: float, *, doubled: bool = False) -> SweptReads:
    """A clean sweep over one tag: no reflections, every channel with its own phase."""
    along = np.linspace(0.0, 3.0, 240)
    channel = radio.FCC.channel_at((along / 0.3 * 1e6).astype(np.int64)).astype(np.int64)
    distance = np.hypot(along - place_m, away_m)
    wavelength = radio.FCC.wavelength_m(channel)
    flips = np.pi * (np.arange(len(along)) % 3 == 0) if doubled else 0.0
    phase = radio.phase_rad(distance, wavelength, radio.channel_offset_rad(4, 1, channel) + flips)
    return SweptReads(along, radio.rssi_dbm(distance), phase, channel, wavelength, doubled)


@pytest.mark.parametrize("place_m", [0.4, 1.5, 2.77])
@pytest.mark.parametrize("doubled", [False, True])
def test_the_valley_of_the_phase_is_where_the_tag_is(place_m: float, doubled: bool) -> None:  # noqa: FBT001
    place = place_of(swept_past(place_m, 0.45, doubled=doubled))

    assert place is not None
    assert place.along_m == pytest.approx(place_m, abs=0.015)
    assert place.away_m == pytest.approx(0.45, rel=0.35)
    assert place.by_phase


def test_tags_come_out_in_the_order_in_which_the_antenna_passed_them() -> None:
    tags = {Epc(f"{n:024x}"): swept_past(place, 0.5) for n, place in enumerate([2.2, 0.5, 1.3])}

    order = order_of(tags)

    assert [int(epc, 16) for epc, _ in order] == [1, 2, 0]


def test_without_phase_the_levels_place_the_tag_and_the_spread_says_how_poorly() -> None:
    clean = swept_past(1.5, 0.5)

    by_phase, by_level = place_of(clean), place_of(without_phase(clean))

    assert by_phase is not None
    assert by_level is not None
    assert not by_level.by_phase
    assert by_level.along_m == pytest.approx(1.5, abs=0.1)
    assert by_level.spread_m > 3 * by_phase.spread_m


def test_a_tag_that_was_never_read_has_no_place() -> None:
    none = np.zeros(0)

    assert place_of(SweptReads(none, none, none, none.astype(np.int64), none)) is None


def test_one_read_says_where_it_was_made_and_that_this_is_not_much() -> None:
    one = SweptReads(
        np.array([1.2]), np.array([-50.0]), np.array([1.0]), np.array([3]), np.array([0.33])
    )

    place = place_of(one)

    assert place is not None
    assert place.along_m == pytest.approx(1.2, abs=0.02)
    assert place.spread_m > 0.4


def test_reads_without_a_level_or_a_place_do_not_count() -> None:
    good = swept_past(1.1, 0.45)
    bad = replace(
        good,
        rssi_dbm=np.where(np.arange(len(good.along_m)) % 3 == 0, np.nan, good.rssi_dbm),
        along_m=np.where(np.arange(len(good.along_m)) % 7 == 1, np.inf, good.along_m),
    )

    place = place_of(bad)

    assert place is not None
    assert place.along_m == pytest.approx(1.1, abs=0.02)
    assert np.isfinite(place.spread_m)
    assert place_of(replace(good, rssi_dbm=np.full(len(good.along_m), np.nan))) is None


def test_phase_halves_the_error_of_the_levels_peak_on_sweeps_with_reflections() -> None:
    """Seeds 31 and 32; twenty sweeps are judged by `python -m tests.benchmarks.shelf_sweeps`."""
    found = judged([swept(seed) for seed in (31, 32)])

    peak, phase = found["peak of the level"], found["phase and levels fitted"]
    assert phase[0] <= peak[0] / 2.0, found
    assert phase[2] > peak[2], found


def test_a_few_reads_on_one_frequency_find_the_narrow_valley_or_say_that_they_did_not() -> None:
    """Eight reads of each of six tags; coarse candidates would pass the valley by."""
    placed = [
        place
        for place_m in np.linspace(0.9, 2.1, 6).tolist()
        if (place := place_of(one_frequency(place_m))) is not None
    ]

    off_m = np.abs(np.array([one.along_m for one in placed]) - np.linspace(0.9, 2.1, 6))
    spread_m = np.array([one.spread_m for one in placed])
    assert len(placed) == 6
    assert (off_m < np.maximum(3.0 * spread_m, 0.02)).all()


def one_frequency(place_m: float) -> SweptReads:
    along = place_m + np.array([-0.52, -0.33, -0.21, -0.02, 0.09, 0.27, 0.36, 0.55])
    distance = np.hypot(along - place_m, 0.45)
    wavelength = np.full(8, 0.346)
    phase = radio.phase_rad(distance, wavelength, 2.0)
    return SweptReads(along, radio.rssi_dbm(distance), phase, np.ones(8, np.int64), wavelength)
