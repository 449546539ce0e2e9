"""The order of tags along a shelf, from a reader antenna that was moved past them.

While the antenna moves along the path, its distance to a resting tag is
`r(s) = sqrt((s - place)^2 + away^2)`, least where the antenna passes the tag. The level falls with
`r`; the phase turns by `4 pi r / wavelength`, a valley over the path whose floor is at the tag
(Shangguan, Yang, Liu and Zhou, "Relative localization of RFID tags using spatial-temporal phase
profiling", NSDI 2015, order tags by these valleys). The level's peak wanders with every
reflection; the phase's valley hardly does.

The valley is not unwrapped, for reads are missing and each channel begins at another phase:
instead every candidate `(place, away)` is scored by how well all reads of a channel agree on one
offset, `concentration * |sum exp(i (phase - 4 pi r / wavelength))|`, which is the likelihood of
the phases (von Mises) with the best offset of each channel, plus the likelihood of the levels with
the best reference level. Without phase the levels decide alone, and the spread says how poorly.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge.model.ids import Epc

Floats = NDArray[np.float64]

_CONCENTRATION = 12.0
"""Of phases about their model: 0.3 rad, for reflections bend the valley as well as noise."""
_LEVEL_DB = 8.0
"""Standard deviation of levels about their model: reflections, channels, what lies beside it."""
_READS_PER_CELL_M = 0.08
"""Levels nearer together than this on the path share their reflections and count as one."""
_AWAY_M = np.array([0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.3, 1.7, 2.2])
_AWAY_FINER_M = np.sort(np.append(_AWAY_M, (_AWAY_M[1:] + _AWAY_M[:-1]) / 2.0))
_COARSE_M, _FINER_M, _FINE_M, _AROUND_M = 0.03, 0.01, 0.005, 0.09
_SELDOM = 30
"""With so few reads, wide of each other, the phases' peak is so narrow that coarse candidates pass
it by and a false one wins."""
_SPREAD_M_MIN = 0.005
"""Reads near together on the path share their reflections: they are never all news."""
_BEYOND_M, _BEYOND_ONE_M = 0.3, 1.0
"""A tag may lie before the first or behind the last place it was read from: a little where it was
read often, as far as it is heard where it was read once."""
_HEARD_M = 0.5
"""Standard deviation of the place of a read about the tag: what one read alone tells."""
_FINE_AWAY = 9
_PEAK_HALF_M = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class SweptReads:
    """Reads of one tag while the antenna was moved; columns of equal length, in any order.

    Attributes:
        along_m: the antenna's place on the path at each read.
        rssi_dbm: level.
        phase_rad: in [0, 2 pi); NaN where the reader tells none.
        channel: place in the hop table; reads of one channel share an unknown offset.
        wavelength_m: of each read's channel, from the reader's own frequency table.
        is_doubled: whether the reader's phase may be off by pi (Miller modes): angles count twice.
    """

    along_m: Floats
    rssi_dbm: Floats
    phase_rad: Floats
    channel: NDArray[np.int64]
    wavelength_m: Floats
    is_doubled: bool = False


@dataclass(frozen=True, slots=True)
class ShelfPlace:
    """Where along the path a tag lies.

    Attributes:
        along_m: the most likely place on the path.
        away_m: how far from the path.
        spread_m: standard deviation of what the reads leave possible.
        reads: how many there were.
        by_phase: whether phase took part.
    """

    along_m: float
    away_m: float
    spread_m: float
    reads: int
    by_phase: bool


def place_of(reads: SweptReads) -> ShelfPlace | None:
    """Where along the path one tag lies; None without a read that has a place and a level."""
    reads = _finite(reads)
    if not len(reads.along_m):
        return None
    has_phase = bool(np.isfinite(reads.phase_rad).sum() >= 3)  # noqa: PLR2004 - two fit any valley
    beyond_m = max(_BEYOND_M, _BEYOND_ONE_M / np.sqrt(len(reads.along_m)))
    low, high = reads.along_m.min() - beyond_m, reads.along_m.max() + beyond_m
    is_seldom = len(reads.along_m) <= _SELDOM
    step_m, aways = (_FINER_M, _AWAY_FINER_M) if is_seldom else (_COARSE_M, _AWAY_M)
    coarse = np.arange(low, high + step_m, step_m)
    scores = _scores(reads, coarse, aways, has_phase=has_phase)
    along, away, _ = _best(scores, coarse, aways)
    spread = _spread(scores, coarse)
    if has_phase:
        fine = np.arange(along - _AROUND_M, along + _AROUND_M, _FINE_M)
        near = np.linspace(0.75 * away, 1.3 * away, _FINE_AWAY)
        scores = _scores(reads, fine, near, has_phase=True)
        along, away, _ = _best(scores, fine, near)
        spread = max(spread - step_m / 2.0, _spread(scores, fine), _SPREAD_M_MIN)
    return ShelfPlace(float(along), float(away), float(spread), len(reads.along_m), has_phase)


def _finite(reads: SweptReads) -> SweptReads:
    """Without reads that have no place or no level, as some readers report them."""
    good = np.isfinite(reads.along_m) & np.isfinite(reads.rssi_dbm)
    if good.all():
        return reads
    return replace(
        reads,
        along_m=reads.along_m[good],
        rssi_dbm=reads.rssi_dbm[good],
        phase_rad=reads.phase_rad[good],
        channel=reads.channel[good],
        wavelength_m=reads.wavelength_m[good],
    )


def order_of(tags: dict[Epc, SweptReads]) -> list[tuple[Epc, ShelfPlace]]:
    """All tags that were read, in the order in which the antenna passed them."""
    found = [(epc, place) for epc, reads in tags.items() if (place := place_of(reads))]
    return sorted(found, key=lambda one: (one[1].along_m, one[0]))


def peak_of(reads: SweptReads) -> float:
    """The place on the path where the level, smoothed over 20 cm, is highest: the usual rule."""
    apart = np.abs(reads.along_m[:, None] - reads.along_m[None, :])
    weight = np.maximum(0.0, 1.0 - apart / _PEAK_HALF_M)
    smooth = (weight * reads.rssi_dbm).sum(axis=1) / weight.sum(axis=1)
    return float(reads.along_m[smooth.argmax()])


def _scores(reads: SweptReads, along: Floats, away: Floats, *, has_phase: bool) -> Floats:
    """Log-likelihood of each candidate, shape (along, away)."""
    apart = along[:, None, None] - reads.along_m
    distance = np.sqrt(apart**2 + away[None, :, None] ** 2)
    scores = _level_scores(reads, distance)
    scores -= ((along - reads.along_m.mean()) ** 2 / (2.0 * _HEARD_M**2))[:, None]
    return scores + _phase_scores(reads, distance) if has_phase else scores


def _level_scores(reads: SweptReads, distance: Floats) -> Floats:
    """Levels against the falling by distance there and back, each with its best reference."""
    residual = reads.rssi_dbm + 40.0 * np.log10(distance)
    residual -= residual.mean(axis=2, keepdims=True)
    cells = len(np.unique(np.floor(reads.along_m / _READS_PER_CELL_M)))
    squares = (residual**2).mean(axis=2) * cells
    return np.asarray(-squares / (2.0 * _LEVEL_DB**2))


def _phase_scores(reads: SweptReads, distance: Floats) -> Floats:
    """Agreement of the phases of each channel on one offset."""
    good = np.isfinite(reads.phase_rad)
    factor = 2.0 if reads.is_doubled else 1.0
    turn = reads.phase_rad[good] - 4.0 * np.pi * distance[:, :, good] / reads.wavelength_m[good]
    vectors = np.exp(1j * factor * turn)
    order = np.argsort(reads.channel[good], kind="stable")
    starts = np.flatnonzero(np.diff(reads.channel[good][order], prepend=-1))
    agreed = np.abs(np.add.reduceat(vectors[:, :, order], starts, axis=2)).sum(axis=2)
    return np.asarray(_CONCENTRATION * agreed)


def _best(scores: Floats, along: Floats, away: Floats) -> tuple[float, float, float]:
    at, off = np.unravel_index(int(scores.argmax()), scores.shape)
    return float(along[at]), float(away[off]), float(scores[at, off])


def _spread(scores: Floats, along: Floats) -> float:
    """Standard deviation over the candidates' places."""
    weight = np.exp(scores - scores.max()).sum(axis=1)
    weight /= weight.sum()
    middle = (weight * along).sum()
    return float(np.sqrt((weight * (along - middle) ** 2).sum()))
