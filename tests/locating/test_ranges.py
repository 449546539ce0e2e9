"""How far resting tags are, told from their phases over the reader's frequencies."""

import json
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from edge.locating.calibration import Calibration
from edge.locating.locator import Locator
from edge.locating.points import Points
from edge.locating.ranges import Ranges, Ruler, distances_m, frequencies_of, learnt_offsets
from edge.model.places import Floor
from tests.benchmarks.ranged_room import EPC, START_US, Room

ROOM = Room(1, along=6)
ELSEWHERE_M = np.array([1.31, 2.87])
MIB = 1 << 20


def wrong_table() -> tuple[int, ...]:
    return tuple(np.random.default_rng(9).permutation(ROOM.hop_table_khz).tolist())


@dataclass(frozen=True)
class Learnt:
    floor: Floor
    calibration: Calibration

    @property
    def points(self) -> Points:
        assert self.calibration.points is not None
        return self.calibration.points

    @property
    def ranges(self) -> Ranges:
        assert self.points.ranges is not None
        return self.points.ranges


@cache
def learnt(table: tuple[int, ...] | None) -> Learnt:
    floor = ROOM.floor(table)
    return Learnt(floor, ROOM.calibration(floor))


def test_with_the_reader_s_own_table_positions_are_clearly_better() -> None:
    levels, both = learnt(None).points, learnt(ROOM.hop_table_khz)

    assert both.ranges.tell
    assert both.ranges.coherence > both.ranges.by_chance + 0.2
    assert both.points.error_m < 0.75 * levels.error_m


def test_with_a_wrong_table_no_range_is_used_and_that_is_said() -> None:
    levels, both = learnt(None).points, learnt(wrong_table())

    assert not both.ranges.tell
    assert both.points.error_m == levels.error_m
    assert any("range from phase is not used" in one for one in both.calibration.warnings)


def test_without_a_table_nothing_is_said_of_ranges() -> None:
    made = learnt(None)

    assert made.points.ranges is None
    assert not any("phase" in one for one in made.calibration.warnings)


def test_ranges_survive_their_file() -> None:
    points = learnt(ROOM.hop_table_khz).points

    assert Points.from_dict(json.loads(json.dumps(points.to_dict()))) == points


def test_a_file_that_is_older_than_ranges_is_read() -> None:
    points = learnt(None).points
    older = {name: value for name, value in points.to_dict().items() if name != "ranges"}

    assert Points.from_dict(older) == points


def test_a_table_of_ranges_with_holes_is_refused() -> None:
    told = learnt(ROOM.hop_table_khz).ranges.to_dict()

    with pytest.raises(ValueError, match="holes"):
        Ranges.from_dict({**told, "weight": float("nan")})
    with pytest.raises(ValueError, match="holes"):
        Ranges.from_dict({**told, "antennas": []})


def test_channels_agree_on_the_distance_where_nothing_reflects() -> None:
    # given points heard on every channel, phases off by each antenna, channel and tag
    floor, chance = ROOM.floor(ROOM.hop_table_khz), np.random.default_rng(3)
    khz = frequencies_of(floor)
    assert khz is not None
    far_m = distances_m(floor.antennas, ROOM.grid_m())
    own = np.exp(2j * np.pi * chance.random(khz.shape))
    tag = np.exp(2j * np.pi * chance.random(far_m.T.shape))[..., np.newaxis]
    turned = np.exp(1j * 8e3 * np.pi / 299_792_458.0 * khz * far_m.T[..., np.newaxis])
    noise = np.exp(0.2j * chance.normal(size=turned.shape))
    heard = own * tag * turned * noise

    # when the first point's distances are looked for, and nothing was learnt from it
    ruler = Ruler(khz, learnt_offsets(heard[1:], khz, far_m[:, 1:]))
    candidates_m = np.arange(0.0, 8.0, 0.02)
    agreed = ruler.agreement(heard[0], np.tile(candidates_m, (4, 1)))

    # then each antenna's best is the true one to some decimetres
    assert np.abs(candidates_m[agreed.argmax(axis=1)] - far_m[:, 0]).max() < 0.4
    assert agreed.max() > 0.9


def test_too_few_channels_tell_no_distance() -> None:
    khz = np.array(ROOM.hop_table_khz, float)[np.newaxis]
    heard = np.zeros(khz.shape, np.complex128)
    heard[0, :7] = 1.0

    agreed = Ruler(khz, np.ones(khz.shape, np.complex128)).agreement(heard, np.array([[1.0, 2.0]]))

    assert not agreed.any()


def play(locator: Locator, number: int, xy_m: np.ndarray, at_us: int) -> float:
    """The tag lies there for half a minute; how far off the position is that is told then."""
    for batch in ROOM.heard(xy_m, number, at_us):
        locator.observe(batch)
        locator.turn(int(batch.seen_us[-1]))
    found = locator.where(EPC)
    assert found is not None
    assert found.position is not None
    return float(np.hypot(found.position.x_m - xy_m[0], found.position.y_m - xy_m[1]))


def test_a_running_gateway_tells_positions_by_levels_and_ranges() -> None:
    spots_m = np.random.default_rng(4).uniform(0.5, 4.0, (12, 2))

    def errors_m(made: Learnt) -> list[float]:
        return [
            play(Locator(made.floor, calibration=made.calibration), 900 + at, spot_m, START_US)
            for at, spot_m in enumerate(spots_m)
        ]

    both, levels = errors_m(learnt(ROOM.hop_table_khz)), errors_m(learnt(None))
    assert np.mean(both) < 0.85 * np.mean(levels)


def test_a_tag_that_was_carried_elsewhere_is_ranged_anew() -> None:
    made = learnt(ROOM.hop_table_khz)
    locator = Locator(made.floor, calibration=made.calibration)
    play(locator, 901, np.array([3.6, 0.9]), START_US)

    elsewhere_m = play(locator, 902, ELSEWHERE_M, START_US + 35_000_000)

    fresh = Locator(made.floor, calibration=made.calibration)
    assert elsewhere_m < play(fresh, 902, ELSEWHERE_M, START_US) + 0.25


def test_what_is_gathered_for_ranges_is_bounded() -> None:
    made = learnt(ROOM.hop_table_khz)
    plain = Locator(made.floor, calibration=replace(made.calibration, points=None))
    locator = Locator(made.floor, calibration=made.calibration)

    assert locator.nbytes - plain.nbytes < 1 * MIB


def test_a_gateway_whose_floor_file_lost_the_table_goes_on_by_levels() -> None:
    made = learnt(ROOM.hop_table_khz)
    bare = ROOM.floor(None)

    error_m = play(Locator(bare, calibration=made.calibration), 900, ELSEWHERE_M, START_US)

    by_levels = Locator(bare, calibration=learnt(None).calibration)
    assert error_m == pytest.approx(play(by_levels, 900, ELSEWHERE_M, START_US))
