"""Positions of resting tags from surveyed points."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.learning import calibrate
from edge.locating.points import Fields, Points, misplaced, surveyed_points
from edge.locating.recordings import Truth, read_reads_csv
from edge.locating.stream import locate_stream
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind

CORNERS = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
NAMES = tuple(f"r/{port}" for port in range(1, 5))
PLACES = [LocationId(f"q{port}") for port in range(1, 5)]


@pytest.fixture
def square() -> Floor:
    return Floor(
        {place: Location(place, LocationKind.ZONE) for place in PLACES},
        tuple(
            Antenna(DeviceName("r"), port, place, x_m=x, y_m=y)
            for port, (place, (x, y)) in enumerate(zip(PLACES, CORNERS, strict=True), 1)
        ),
    )


def heard_at(xy_m: np.ndarray, seed: int, noise_db: float) -> np.ndarray:
    """Levels of an inverse-square world."""
    far_m = np.hypot(*(xy_m[:, np.newaxis] - np.array(CORNERS)).transpose(2, 0, 1))
    chance = np.random.default_rng(seed)
    return -50.0 - 20.0 * np.log10(far_m) + chance.normal(0, noise_db, far_m.shape)


def grid_points() -> np.ndarray:
    axis = np.linspace(0.5, 3.5, 5)
    return np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)


def test_a_tag_between_the_points_is_found_where_it_lies(square: Floor) -> None:
    xy_m = grid_points()
    fields = Fields(square, NAMES, xy_m, heard_at(xy_m, 1, 1.0))

    found = fields.locate(heard_at(np.array([[1.6, 2.7]]), 2, 0.5)[0])

    assert found is not None
    assert np.hypot(found.x_m - 1.6, found.y_m - 2.7) < 0.5
    assert found.spread_m < 1.0


@pytest.mark.parametrize("level_dbm", [-150.0, 60.0])
def test_levels_that_were_heard_nowhere_place_a_tag_nowhere_with_certainty(
    square: Floor, level_dbm: float
) -> None:
    xy_m = grid_points()
    fields = Fields(square, NAMES, xy_m, heard_at(xy_m, 1, 1.0))

    found = fields.locate(np.full(4, level_dbm))

    assert found is not None
    assert found.spread_m > 1.5


def test_an_antenna_that_was_never_heard_is_left_out(square: Floor) -> None:
    xy_m = grid_points()
    level = heard_at(xy_m, 1, 1.0)
    level[:, 2] = np.nan
    fields = Fields(square, NAMES, xy_m, level)

    found = fields.locate(heard_at(np.array([[1.6, 2.7]]), 2, 0.5)[0])

    assert found is not None
    assert np.hypot(found.x_m - 1.6, found.y_m - 2.7) < 0.8
    assert fields.locate(np.full(4, np.nan)) is None


def test_levels_that_tell_nothing_make_the_floor_zone_only(square: Floor) -> None:
    xy_m = grid_points()
    chance = np.random.default_rng(3)

    points = surveyed_points(square, NAMES, xy_m, chance.normal(-60, 8, (len(xy_m), 4)))

    assert points is not None
    assert points.error_m > 0.9 * points.middle_error_m


def test_antennas_that_are_not_where_the_floor_file_says_are_named(square: Floor) -> None:
    """The cables of two opposite corners are swapped; the plan that is right doubts nobody."""
    xy_m = grid_points()
    level = heard_at(xy_m, 4, 2.0)
    right = surveyed_points(square, NAMES, xy_m, level)
    swapped = surveyed_points(square, NAMES, xy_m, level[:, [2, 1, 0, 3]])

    assert right is not None
    assert swapped is not None
    assert misplaced(square, right) == ()
    assert misplaced(square, swapped) == ("r/1", "r/3")


def test_an_antenna_that_nobody_measured_is_not_doubted(square: Floor) -> None:
    xy_m = grid_points()
    points = surveyed_points(square, NAMES, xy_m, heard_at(xy_m, 5, 2.0)[:, ::-1])
    assert points is not None
    unmeasured = tuple(replace(one, x_m=None, y_m=None) for one in square.antennas)

    assert misplaced(replace(square, antennas=unmeasured), points) == ()


def test_too_few_points_are_none(square: Floor) -> None:
    xy_m = grid_points()[:5]

    assert surveyed_points(square, NAMES, xy_m, heard_at(xy_m, 1, 1.0)) is None


def test_surveyed_points_survive_their_file(square: Floor) -> None:
    xy_m = grid_points()
    level = heard_at(xy_m, 1, 1.0)
    level[3, 1] = np.nan
    points = surveyed_points(square, NAMES, xy_m, level)

    assert points is not None
    assert Points.from_dict(json.loads(json.dumps(points.to_dict()))) == points
    assert points.tell


def recorded(folder: Path) -> list[tuple[list[ReadBatch], Truth]]:
    found = []
    with (folder / "points.csv").open() as lines:
        for row in csv.DictReader(lines):
            with (folder / f"{row['recording']}.csv").open() as reads:
                own = list(read_reads_csv(reads, row["recording"]))
            epc = Epc(own[0].epc[0].tobytes().hex())
            at = (float(row["x_m"]), float(row["y_m"]))
            found.append((own, Truth(int(own[0].seen_us[0]), epc, LocationId("square"), at)))
    return sorted(found, key=lambda one: one[1].time_us)


@pytest.mark.parametrize(("grid", "goal_m"), [("test6", 0.25), ("test7", 0.18)])
def test_real_points_are_found_by_calibrating_on_the_others(
    recordings: Path, grid: str, goal_m: float
) -> None:
    """Through `calibrate` and `locate`, each point left out in turn."""
    corners = ((0.0, 2.134), (2.134, 2.134), (2.134, 0.0), (0.0, 0.0))
    floor = Floor(
        {place: Location(place, LocationKind.ZONE) for place in PLACES},
        tuple(
            Antenna(DeviceName("r420"), port, place, x_m=x, y_m=y)
            for port, (place, (x, y)) in enumerate(zip(PLACES, corners, strict=True), 1)
        ),
    )
    points = recorded(recordings / grid)
    errors = []
    for left_out in range(len(points)):
        others = [one for number, one in enumerate(points) if number != left_out]
        made = calibrate(
            floor,
            [b for own, _ in others for b in own],
            [t for _, t in others],
            np.random.default_rng(1),
        )
        own, truth = points[left_out]
        *_, last = locate_stream(floor, own, made, every_s=1.0)
        assert last.position is not None
        assert truth.xy_m is not None
        x_m, y_m = truth.xy_m
        errors.append(np.hypot(last.position.x_m - x_m, last.position.y_m - y_m))
        assert made.points is not None
        assert made.points.error_m < made.points.middle_error_m
        assert not made.warnings[1:]  # the first says that only points were measured

    assert np.mean(errors) <= goal_m
