"""Whether ranges from phases make positions better: judged at points that are left out."""

from dataclasses import replace

import numpy as np

from edge.locating.points import Fields, Points, fields_of
from edge.locating.ranges import (
    Doubles,
    Phasors,
    Ranges,
    Ruler,
    distances_m,
    frequencies_of,
    learnt_offsets,
)
from edge.model.places import Floor

_WEIGHTS = np.array([0.0, 2.0, 5.0, 10.0, 20.0, 40.0])
"""Nats that are tried."""
_CLEARLY_BETTER = 2.0
"""Standard errors by which the mean error has to fall: six weights have six chances."""
_COHERENT = 0.1
"""So much better have channels to agree on true distances than on others: of a wrong table they
still agree a little on distances near the middle, and a pull to the middle is no range."""
_JUDGED_MAX = 60


def with_ranges(floor: Floor, points: Points, phasors: Phasors) -> Points:
    """The points with ranges, as good as these prove; as they are without a table of channels.

    Args:
        floor: its antennas are the points' columns.
        points: judged by levels alone.
        phasors: shape (points, antennas, channels), see `labelling.Labelled`.
    """
    frequency_khz = frequencies_of(floor)
    if frequency_khz is None or not phasors.any():
        return points
    heard = _as_wide(phasors, frequency_khz.shape[1])
    far_m = distances_m(floor.antennas, np.array(points.xy_m))
    errors, coherence, by_chance = _left_out(floor, points, heard, (frequency_khz, far_m))
    better = errors[:, :1] - errors
    sure = better.mean(axis=0) - _CLEARLY_BETTER * better.std(axis=0) / np.sqrt(len(errors))
    proved = (sure > 0.0) & (coherence > by_chance + _COHERENT)
    best = int(np.argmax(np.where(proved, better.mean(axis=0), 0.0)))
    offset = learnt_offsets(heard, frequency_khz, far_m)
    ranges = Ranges(
        points.antennas,
        tuple(
            tuple(float(np.angle(one)) if one else None for one in row) for row in offset.tolist()
        ),
        float(_WEIGHTS[best]),
        coherence,
        by_chance,
    )
    return replace(points, ranges=ranges, error_m=float(errors[:, best].mean()))


def _left_out(
    floor: Floor, points: Points, heard: Phasors, known: tuple[Doubles, Doubles]
) -> tuple[Doubles, float, float]:
    """Errors by point and weight, and how the channels agree on true and on others' distances."""
    frequency_khz, far_m = known
    xy_m = np.array(points.xy_m)
    judged = np.linspace(0, len(xy_m) - 1, min(len(xy_m), _JUDGED_MAX)).astype(int)
    errors = np.zeros((len(judged), len(_WEIGHTS)))
    true, other = [], []
    for row, point in zip(errors, judged.tolist(), strict=True):
        others = np.arange(len(xy_m)) != point
        left = replace(
            points,
            xy_m=tuple(one for at, one in enumerate(points.xy_m) if at != point),
            level_dbm=tuple(one for at, one in enumerate(points.level_dbm) if at != point),
        )
        offset = learnt_offsets(heard[others], frequency_khz, far_m[:, others])
        ruler = Ruler(frequency_khz, offset)
        agreed = ruler.agreement(heard[point], far_m)
        told = agreed.any(axis=1)
        true += agreed[told, point].tolist()
        other += agreed[told][:, others].mean(axis=1).tolist()
        row[:] = _errors(fields_of(floor, left), ruler, floor, heard[point], points, point)
    return errors, float(np.mean(true or [0.0])), float(np.mean(other or [0.0]))


def _errors(
    fields: Fields, ruler: Ruler, floor: Floor, heard: Phasors, points: Points, point: int
) -> list[float]:
    """Of the position of a point with each weight."""
    level = [np.nan if one is None else one for one in points.level_dbm[point]]
    agreed = ruler.agreement(heard, distances_m(floor.antennas, fields.nodes)).sum(axis=0)
    at, found = np.array(points.xy_m[point]), []
    for weight in _WEIGHTS.tolist():
        position = fields.locate(np.array(level), weight * agreed)
        middle = fields.nodes.mean(axis=0)
        told = middle if position is None else np.array([position.x_m, position.y_m])
        found.append(float(np.hypot(*(told - at))))
    return found


def _as_wide(phasors: Phasors, channels: int) -> Phasors:
    """With so many channels as the readers' tables have."""
    wide = np.zeros((*phasors.shape[:2], channels), np.complex128)
    some = min(channels, phasors.shape[2])
    wide[..., :some] = phasors[..., :some]
    return wide
