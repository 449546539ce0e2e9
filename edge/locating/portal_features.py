"""What a stay at a portal looks like, as a row of numbers: order of sides, shape, level, length.

All numbers are made so that exchanging inside and outside changes the sign of some (`ODD`) and
leaves or exchanges the rest, whatever the portal; that halves what must be learnt.
"""

import numpy as np
from numpy.typing import NDArray

from edge.locating.portal_stays import BIN_MS, INSIDE, OUTSIDE, Stays

Floats = NDArray[np.float64]

NAMES = (
    "balance_first",
    "balance_last",
    "balance_before_peak",
    "balance_after_peak",
    "balance_all",
    "order_of_centroids",
    "order_of_peaks",
    "balance_over_time",
    "balance_middle",
    "peak_difference",
    "side_before",
    "peak_louder",
    "peak_fainter",
    "first_below_peak",
    "last_below_peak",
    "duration",
    "reads",
    "scatter",
    "share_heard",
    "rested",
    "is_over",
    "gap_longest",
)
ODD = 11
"""The first so many change their sign with the sides, the rest do not change."""
BALANCE, SIDE_AT_END = NAMES.index("balance_all"), NAMES.index("balance_last")
_REFERENCE_DBM = -60.0
_SILENT_DBM = -80.0
_EDGE_BINS = 1000 // BIN_MS
_SMOOTH = (0.25, 0.5, 0.25)


def features_of(stays: Stays) -> Floats:
    """One row of numbers a stay, shape (n, len(NAMES))."""
    n = len(stays)
    if not n:
        return np.zeros((0, len(NAMES)))
    heard: NDArray[np.bool_] = np.asarray(stays.count > 0)
    amplitude = np.where(heard, 10.0 ** ((stays.level_dbm - _REFERENCE_DBM) / 20.0), 0.0)
    strength = amplitude * np.sqrt(stays.count)
    smooth = _smoothed(strength)
    total = strength.sum(axis=2)
    at = np.arange(strength.shape[1], dtype=np.float64)
    any_heard: NDArray[np.bool_] = np.asarray(heard.any(axis=2))
    first = any_heard.argmax(axis=1)
    last = len(at) - 1 - any_heard[:, ::-1].argmax(axis=1)
    cuts = _Cuts(at, strength)
    middle, width = _centroid(total, at)
    sides = [_centroid(strength[:, :, side], at)[0] for side in (INSIDE, OUTSIDE)]
    both = heard[:, :, INSIDE].any(axis=1) & heard[:, :, OUTSIDE].any(axis=1)
    order = np.where(both, (sides[OUTSIDE] - sides[INSIDE]) / (width + 1.0), 0.0)
    peaks_at = smooth.argmax(axis=1)
    apart = np.where(both, peaks_at[:, OUTSIDE] - peaks_at[:, INSIDE], 0) * BIN_MS / 1000.0
    third = (last - first + 1) / 3.0
    begin, end = cuts.of(first, first + _EDGE_BINS), cuts.of(last - _EDGE_BINS + 1, last + 1)
    half = [cuts.of(first, middle), cuts.of(middle, last + 1)]
    center = cuts.of(first + third, last + 1 - third)
    peak = np.where(heard, stays.level_dbm, _SILENT_DBM).max(axis=1)
    louder, fainter = peak.max(axis=1), peak.min(axis=1)
    edges = [
        np.take_along_axis(
            np.where(heard, stays.level_dbm, _SILENT_DBM).max(axis=2), edge[:, None], 1
        )[:, 0]
        for edge in (first, last)
    ]
    reads = stays.count.sum(axis=(1, 2))
    return np.stack(
        [
            begin,
            end,
            half[0],
            half[1],
            cuts.of(first, last + 1),
            np.clip(order, -3.0, 3.0),
            np.tanh(apart / 2.0),
            _trend(strength, total, at, middle),
            center - (half[0] + half[1]) / 2.0,
            (peak[:, OUTSIDE] - peak[:, INSIDE]) / 10.0,
            stays.side_before,
            (louder + 50.0) / 10.0,
            (fainter + 60.0) / 10.0,
            (edges[0] - louder) / 10.0,
            (edges[1] - louder) / 10.0,
            np.log1p((last - first) * BIN_MS / 1000.0),
            np.log1p(reads),
            _scatter(stays.count, stays.level_dbm) / 5.0,
            any_heard.sum(axis=1) / (last - first + 1.0),
            np.minimum(stays.rested, 3) / 3.0,
            stays.is_over.astype(np.float64),
            _longest_gap(any_heard, first, last) * BIN_MS / 1000.0,
        ],
        axis=1,
    ).astype(np.float64)


def mirrored(features: Floats) -> Floats:
    """The same stays with inside and outside exchanged."""
    changed = features.copy()
    changed[:, :ODD] *= -1.0
    return changed


class _Cuts:
    """Balance of the sides, -1 inside to +1 outside, within stretches of bins."""

    def __init__(self, at: Floats, strength: NDArray[np.float32]) -> None:
        self._at = at
        self._strength = strength

    def of(self, begin: NDArray[np.generic], end: NDArray[np.generic]) -> Floats:
        """The balance of each stay in its bins from `begin` up to but not with `end`."""
        within = (self._at >= np.asarray(begin, np.float64)[:, None]) & (
            self._at < np.asarray(end, np.float64)[:, None]
        )
        sides = (self._strength * within[:, :, None]).sum(axis=1)
        total = sides.sum(axis=1)
        balance = (sides[:, OUTSIDE] - sides[:, INSIDE]) / np.maximum(total, 1e-9)
        return np.asarray(balance, np.float64)


def _smoothed(strength: NDArray[np.float32]) -> NDArray[np.float32]:
    padded = np.pad(strength, ((0, 0), (1, 1), (0, 0)))
    smooth: NDArray[np.float32] = (
        _SMOOTH[0] * padded[:, :-2] + _SMOOTH[1] * padded[:, 1:-1] + _SMOOTH[2] * padded[:, 2:]
    )
    return smooth


def _centroid(weight: NDArray[np.float32], at: Floats) -> tuple[Floats, Floats]:
    """Middle and spread in time, in bins; 0 where there is no weight."""
    total = np.maximum(weight.sum(axis=1), 1e-9)
    middle = (weight * at).sum(axis=1) / total
    spread = np.sqrt((weight * (at - middle[:, None]) ** 2).sum(axis=1) / total)
    return middle, spread


def _trend(
    strength: NDArray[np.float32], total: NDArray[np.float32], at: Floats, middle: Floats
) -> Floats:
    """How the balance goes along with time, -1 to 1: a correlation weighted by strength."""
    balance = (strength[:, :, OUTSIDE] - strength[:, :, INSIDE]) / np.maximum(total, 1e-9)
    weight = total / np.maximum(total.sum(axis=1, keepdims=True), 1e-9)
    time = at - middle[:, None]
    apart = balance - (weight * balance).sum(axis=1, keepdims=True)
    together = (weight * apart * time).sum(axis=1)
    alone = np.sqrt((weight * apart**2).sum(axis=1) * (weight * time**2).sum(axis=1))
    return np.asarray(together / np.maximum(alone, 1e-3), np.float64)


def _scatter(count: NDArray[np.float32], level: NDArray[np.float32]) -> Floats:
    """Standard deviation of the level about its side's mean, dB."""
    sides = np.maximum(count.sum(axis=1, keepdims=True), 1e-9)
    mean = (count * level).sum(axis=1, keepdims=True) / sides
    squares = (count * (level - mean) ** 2).sum(axis=(1, 2))
    return np.asarray(np.sqrt(squares / np.maximum(count.sum(axis=(1, 2)), 1.0)), np.float64)


def _longest_gap(
    heard: NDArray[np.bool_], first: NDArray[np.int64], last: NDArray[np.int64]
) -> Floats:
    """The longest stretch of silent bins within each stay."""
    at = np.arange(heard.shape[1])
    before = np.maximum.accumulate(np.where(heard, at, -1), axis=1)
    gap = at - before
    within = (at >= first[:, None]) & (at <= last[:, None])
    return np.asarray((gap * within).max(axis=1), np.float64)
