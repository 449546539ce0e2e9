"""Positions of a resting tag on recorded grids, leaving one point out."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.learning import calibrate
from edge.locating.recordings import Truth, read_reads_csv
from edge.locating.stream import locate_stream
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor
from edge.settings.floor_file import load_floor

GOALS_M = {"test6": 0.25, "test7": 0.18}
_NEIGHBOURS = 4
Recorded = list[tuple[list[ReadBatch], Truth]]


def load(folder: Path) -> tuple[Floor, Recorded]:
    """The floor and all points in order of time."""
    found: Recorded = []
    with (folder / "points.csv").open() as lines:
        for row in csv.DictReader(lines):
            with (folder / f"{row['recording']}.csv").open() as reads:
                own = list(read_reads_csv(reads, row["recording"]))
            epc = Epc(own[0].epc[0].tobytes().hex())
            at = (float(row["x_m"]), float(row["y_m"]))
            found.append((own, Truth(int(own[0].seen_us[0]), epc, LocationId("square"), at)))
    return load_floor(folder / "floor.toml"), sorted(found, key=lambda one: one[1].time_us)


def errors(floor: Floor, points: Recorded, left_out: int) -> list[float]:
    """Errors in m at a point: product, middle of the others, strongest antenna, LANDMARC."""
    others = [one for number, one in enumerate(points) if number != left_out]
    own, truth = points[left_out]
    made = calibrate(
        floor,
        [b for reads, _ in others for b in reads],
        [t for _, t in others],
        np.random.default_rng(1),
    )
    *_, last = locate_stream(floor, own, made, every_s=1.0)
    xy_m = np.array([truth.xy_m for _, truth in others])
    level = np.array([_levels(reads) for reads, _ in others])
    heard = _levels(own)
    middle = xy_m.mean(axis=0)
    loudest = floor.antennas[int(np.nanargmax(heard))]
    far = np.sqrt(np.nansum((level - heard) ** 2, axis=1)) + 1e-9
    near = np.argsort(far)[:_NEIGHBOURS]
    share = far[near] ** -2.0
    landmarc = share @ xy_m[near] / share.sum()
    position = last.position
    ours = middle if position is None else np.array([position.x_m, position.y_m])
    told = (ours, middle, np.array([loudest.x_m, loudest.y_m]), landmarc)
    return [float(np.hypot(*(one - np.array(truth.xy_m)))) for one in told]


def _levels(batches: list[ReadBatch]) -> NDArray[np.float64]:
    antenna = np.concatenate([one.antenna for one in batches])
    rssi_dbm = np.concatenate([one.rssi_dbm for one in batches])
    return np.array([rssi_dbm[antenna == port].mean() for port in range(1, 5)])


def rows(folder: Path) -> Iterator[tuple[str, float, list[float]]]:
    """Lines of the table: grid, goal in m, mean errors."""
    for grid, goal_m in GOALS_M.items():
        floor, points = load(folder / grid)
        found = [errors(floor, points, number) for number in range(len(points))]
        yield f"{grid}, {len(points)} points", goal_m, np.mean(found, axis=0).tolist()
