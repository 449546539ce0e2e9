"""Where on the floor plan a resting tag lies, from levels heard at points that somebody surveyed.

What an antenna hears falls with the logarithm of the distance, and differs from that smoothly from
place to place: metal, walls, the pattern of the antenna. So each antenna's level is a trend plus a
Gaussian process through the surveyed points, and the answer is the mean of the posterior over a
grid that covers them, not its peak: a mean is never far out where the levels tell little.

Leave one point out, as in docs/locating.md; where guessing the middle of the others is as good,
the floor is "zone only" and no position is told.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from edge.locating.ranges import Ranges
from edge.model.places import Antenna, Floor

POINTS_MIN = 6
_GRID = 30
_NEAREST_M = 0.1
"""Closer than this nothing gets louder."""
_SLOPE_PRIOR, _SLOPE_CERTAINTY = 1.5, 0.5
"""Path loss exponent (2 in free space, less with reflections), and how much it weighs."""
_VARIES_DB, _NOISE_DB = 2.5, 2.0
_REACH = 2.0
"""How far a difference from the trend reaches, in distances between neighbouring points."""
_JUDGED_MAX = 60
_STRANGE = 3.0
"""Levels that fit nowhere to this many times their variance tell so much less of a tag."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a tag lies.

    Attributes:
        x_m, y_m: on the floor plan.
        spread_m: root of the mean squared distance of the posterior from there.
    """

    x_m: float
    y_m: float
    spread_m: float


@dataclass(frozen=True, slots=True)
class Points:
    """Surveyed points.

    Attributes:
        antennas: "reader/port" of the columns.
        xy_m: the points.
        level_dbm: by point, by antenna: mean level of a tag at rest; None where it was not heard.
        error_m: mean error, leaving one point out.
        middle_error_m: the same of guessing the middle of the other points.
        ranges: how far tags are by their phases; None where no table of channels is known.
    """

    antennas: tuple[str, ...]
    xy_m: tuple[tuple[float, float], ...]
    level_dbm: tuple[tuple[float | None, ...], ...]
    error_m: float
    middle_error_m: float
    ranges: Ranges | None = None

    @property
    def tell(self) -> bool:
        """Whether positions are better than a guess; else the floor is "zone only"."""
        return self.error_m < self.middle_error_m

    def __post_init__(self) -> None:
        """Refuses a table with holes.

        Raises:
            ValueError: a size does not fit, or a number is not finite.
        """
        fits = len(self.xy_m) == len(self.level_dbm) >= POINTS_MIN
        fits &= all(len(row) == len(self.antennas) for row in self.level_dbm)
        levels = [one for row in self.level_dbm for one in row if one is not None]
        if not fits or not all(map(math.isfinite, (*levels, *np.ravel(self.xy_m).tolist()))):
            raise ValueError("the table of surveyed points has holes")

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """From a plain value as JSON gives it."""
        return cls(
            antennas=tuple(map(str, value["antennas"])),
            xy_m=tuple((float(x), float(y)) for x, y in value["xy_m"]),
            level_dbm=tuple(
                tuple(None if one is None else float(one) for one in row)
                for row in value["level_dbm"]
            ),
            error_m=float(value["error_m"]),
            middle_error_m=float(value["middle_error_m"]),
            ranges=Ranges.from_dict(ranges) if (ranges := value.get("ranges")) else None,
        )

    def to_dict(self) -> dict[str, object]:
        """The reverse of `from_dict`."""
        return {
            "antennas": list(self.antennas),
            "xy_m": [list(one) for one in self.xy_m],
            "level_dbm": [list(row) for row in self.level_dbm],
            "error_m": self.error_m,
            "middle_error_m": self.middle_error_m,
            "ranges": None if self.ranges is None else self.ranges.to_dict(),
        }


class Fields:
    """What each antenna hears at each node of a grid over the surveyed points.

    Args:
        floor: with the antennas' places, as far as they were measured.
        antennas: "reader/port" of the columns.
        xy_m: shape (points, 2).
        level_dbm: shape (points, antennas), NaN where not heard.

    Attributes:
        nodes: shape (nodes, 2), of the grid.
    """

    def __init__(
        self, floor: Floor, antennas: Sequence[str], xy_m: Doubles, level_dbm: Doubles
    ) -> None:
        by_name = {f"{one.reader}/{one.port}": one for one in floor.antennas}
        step_m = _step_m(xy_m)
        low, high = xy_m.min(axis=0) - step_m / 2, xy_m.max(axis=0) + step_m / 2
        axes = np.linspace(low, high, _GRID).T
        self.nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
        through: dict[bytes, _Smooth] = {}
        fields = []
        for name, level in zip(antennas, level_dbm.T, strict=True):
            heard = np.isfinite(level)
            if heard.tobytes() not in through:
                through[heard.tobytes()] = _Smooth(xy_m[heard], self.nodes, _REACH * step_m)
            fields.append(_field(by_name.get(name), level[heard], through[heard.tobytes()]))
        self._mean = np.array([mean for mean, _ in fields])
        self._variance = np.array([variance for _, variance in fields])

    def locate(self, level_dbm: Doubles, nats: Doubles | None = None) -> Position | None:
        """Where a tag lies; None where no antenna heard it.

        Args:
            level_dbm: by antenna, NaN where not heard.
            nats: by node, what else speaks for it.
        """
        some = np.isfinite(level_dbm) & np.isfinite(self._mean[:, 0])
        if not some.any():
            return None
        variance = self._variance[some]
        off = level_dbm[some, np.newaxis] - self._mean[some]
        misfit = (off**2 / variance).sum(axis=0)
        strange = max(1.0, float(misfit.min()) / (_STRANGE * len(off)))
        odds = -0.5 * (misfit / strange + np.log(variance).sum(axis=0))
        odds = odds if nats is None else odds + nats
        weight = np.exp(odds - odds.max())
        weight /= weight.sum()
        x_m, y_m = (weight @ self.nodes).tolist()
        far = ((self.nodes - (x_m, y_m)) ** 2).sum(axis=1)
        return Position(x_m, y_m, math.sqrt(float(weight @ far)))


_FALLS_MIN = 0.3


def surveyed_points(
    floor: Floor, antennas: tuple[str, ...], xy_m: Doubles, level_dbm: Doubles
) -> Points | None:
    """Points with their quality; None where there are too few, or all on one spot.

    Args:
        floor: with the antennas' places.
        antennas: "reader/port" of the columns.
        xy_m: shape (points, 2).
        level_dbm: shape (points, antennas), NaN where not heard.
    """
    if len(xy_m) < POINTS_MIN or not (np.ptp(xy_m, axis=0) > 0).all():
        return None
    errors, middle_errors = [], []
    judged = np.linspace(0, len(xy_m) - 1, min(len(xy_m), _JUDGED_MAX)).astype(int)
    for point in judged.tolist():
        others = np.arange(len(xy_m)) != point
        fields = Fields(floor, antennas, xy_m[others], level_dbm[others])
        found = fields.locate(level_dbm[point])
        middle = xy_m[others].mean(axis=0)
        at = middle if found is None else np.array([found.x_m, found.y_m])
        errors.append(float(np.hypot(*(at - xy_m[point]))))
        middle_errors.append(float(np.hypot(*(middle - xy_m[point]))))
    return Points(
        antennas=antennas,
        xy_m=tuple((x, y) for x, y in xy_m.tolist()),
        level_dbm=tuple(
            tuple(one if math.isfinite(one) else None for one in row) for row in level_dbm.tolist()
        ),
        error_m=float(np.mean(errors)),
        middle_error_m=float(np.mean(middle_errors)),
    )


def misplaced(floor: Floor, points: Points) -> tuple[str, ...]:
    """Antennas, as "reader/port", whose level does not fall with the distance from where they are.

    A correlation of level with log distance is about -0.9 where the plan is right, and near 0 or
    above where two antennas are mixed up; weaker than -0.3 is doubted.
    """
    antenna_of = {f"{one.reader}/{one.port}": one for one in floor.antennas}
    xy_m = np.array(points.xy_m)
    found = []
    for name, levels in zip(points.antennas, zip(*points.level_dbm, strict=True), strict=True):
        level = np.array([np.nan if one is None else one for one in levels])
        heard = np.isfinite(level)
        if heard.sum() < POINTS_MIN - 2:
            continue
        fall = _trend(antenna_of.get(name), xy_m[heard])[:, 1]
        if np.ptp(fall) > 0.0 and np.ptp(level[heard]) > 0.0:
            agrees = float(np.corrcoef(fall, level[heard])[0, 1])
            if agrees < _FALLS_MIN:
                found.append(name)
    return tuple(found)


def fields_of(floor: Floor, points: Points) -> Fields:
    """The fields of surveyed points."""
    level = np.array([[np.nan if one is None else one for one in row] for row in points.level_dbm])
    return Fields(floor, points.antennas, np.array(points.xy_m), level)


def _step_m(xy_m: Doubles) -> float:
    """The usual distance between neighbours."""
    far_m = np.hypot(*(xy_m[:, np.newaxis] - xy_m).transpose(2, 0, 1))
    far_m[far_m == 0.0] = np.inf
    return float(np.median(far_m.min(axis=1)))


class _Smooth:
    """The Gaussian process through some points: one for all antennas that heard the same ones.

    Attributes:
        at: the points; nodes: where it is wanted.
        inverse: of the points' covariance; near: covariance of nodes with points.
        variance: at the nodes, dB².
    """

    def __init__(self, at: Doubles, nodes: Doubles, reach_m: float) -> None:
        self.at, self.nodes = at, nodes
        covariance = _covariance(at, at, reach_m) + _NOISE_DB**2 * np.eye(len(at))
        self.inverse = np.linalg.inv(covariance)
        self.near = _covariance(nodes, at, reach_m)
        sure = ((self.near @ self.inverse) * self.near).sum(axis=1)
        self.variance: Doubles = np.maximum(_VARIES_DB**2 - sure, 0.0) + _NOISE_DB**2


def _field(
    antenna: Antenna | None, level_dbm: Doubles, smooth: _Smooth
) -> tuple[Doubles, Doubles]:
    """Mean and variance of one antenna's level at the nodes; NaN where it was hardly heard."""
    if len(level_dbm) < POINTS_MIN - 2:
        return np.full(len(smooth.nodes), np.nan), np.ones(len(smooth.nodes))
    trend, wanted = _trend(antenna, smooth.at), _trend(antenna, smooth.nodes)
    certainty = np.diag([1e-6, _SLOPE_CERTAINTY])
    expected = trend.T @ smooth.inverse @ level_dbm + certainty @ [0.0, _SLOPE_PRIOR]
    slope = np.linalg.solve(trend.T @ smooth.inverse @ trend + certainty, expected)
    mean = wanted @ slope + smooth.near @ (smooth.inverse @ (level_dbm - trend @ slope))
    return mean, smooth.variance


def _trend(antenna: Antenna | None, at: Doubles) -> Doubles:
    """Constant and log distance; no distance for an antenna whose place nobody measured."""
    fall = np.zeros(len(at))
    if antenna is not None and antenna.x_m is not None and antenna.y_m is not None:
        far_m = np.hypot(at[:, 0] - antenna.x_m, at[:, 1] - antenna.y_m)
        fall = -10.0 * np.log10(np.maximum(far_m, _NEAREST_M))
    return np.stack([np.ones(len(at)), fall], axis=1)


def _covariance(one: Doubles, other: Doubles, reach_m: float) -> Doubles:
    far2 = ((one[:, np.newaxis] - other) ** 2).sum(axis=2)
    covariance: Doubles = _VARIES_DB**2 * np.exp(-0.5 * far2 / reach_m**2)
    return covariance
