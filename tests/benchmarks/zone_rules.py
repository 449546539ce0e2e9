"""What others do, reimplemented: the rules that locating is measured against.

Each takes a stream and the recordings that may be learnt from, and answers once a second.
"""

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.zone_streams import ZONES, Recording, Stream

Answers = tuple[NDArray[np.int64], NDArray[np.float64] | None]
"""Zone at the end of each second (-1 unknown) and, where the method tells one, its confidence."""
Rule = Callable[[Stream, Sequence[Recording]], Answers]
_SILENT_DBM = -80.0
_NEIGHBOURS = 5
_STAY = 0.97


def levels(one: Stream | Recording, window_s: int) -> NDArray[np.float64]:
    """Mean level of each antenna over the last seconds, at the end of each; NaN for none."""
    seconds = int(one.length_s)
    cell = one.time_s.astype(int) * ZONES + one.antenna
    inside = cell < seconds * ZONES
    size = seconds * ZONES
    total = np.bincount(cell[inside], one.rssi_dbm[inside], minlength=size)
    count = np.bincount(cell[inside], minlength=size).astype(float)
    sums, counts = total.reshape(-1, ZONES), count.reshape(-1, ZONES)
    for column in (sums, counts):
        running = np.cumsum(column, axis=0)
        running[window_s:] -= running[:-window_s].copy()
        column[:] = running
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0.5)


def strongest(window_s: int) -> Rule:
    """The zone of the antenna with the highest mean level."""

    def rule(stream: Stream, _: Sequence[Recording]) -> Answers:
        told, last = [], -1
        for row in levels(stream, window_s):
            last = last if np.isnan(row).all() else int(np.nanargmax(row))
            told.append(last)
        return np.array(told), None

    return rule


def strongest_calibrated(stream: Stream, train: Sequence[Recording]) -> Answers:
    """The zone of the antenna that is loudest above its learnt mean, over 3 s."""
    told, last = [], -1
    for row in levels(stream, 3) - _offsets(train):
        last = last if np.isnan(row).all() else int(np.nanargmax(row))
        told.append(last)
    return np.array(told), None


class EdgeX:
    """The rule of EdgeX app-rfid-llrp-inventory with its default settings, for one tag.

    Twenty levels by antenna; a move needs two reads and a mean above the old one plus a bonus
    that starts at 6 dB and shrinks by 0.008 dB for each millisecond that the old antenna is silent
    beyond 500 ms.
    """

    def __init__(self, antennas: int) -> None:
        self._rings = [deque[float](maxlen=20) for _ in range(antennas)]
        self._seen_s = [-np.inf] * antennas
        self.at = -1

    def read(self, antenna: int, rssi_dbm: float, now_s: float) -> None:
        """One read."""
        rings = self._rings
        rings[antenna].append(rssi_dbm)
        self._seen_s[antenna] = now_s
        if self.at < 0:
            self.at = antenna
        elif antenna != self.at and len(rings[antenna]) >= 2:
            bonus = min(6.0, 6.0 - 0.008 * ((now_s - self._seen_s[self.at]) * 1e3 - 500.0))
            new, old = rings[antenna], rings[self.at]
            if sum(new) / len(new) > sum(old) / len(old) + bonus:
                self.at = antenna


def edgex(stream: Stream, _: Sequence[Recording]) -> Answers:
    """EdgeX's rule, asked once a second."""
    tag, told, read = EdgeX(ZONES), [], 0
    for second in range(1, stream.seconds + 1):
        while read < len(stream.time_s) and stream.time_s[read] < second:
            tag.read(int(stream.antenna[read]), float(stream.rssi_dbm[read]), stream.time_s[read])
            read += 1
        told.append(tag.at)
    return np.array(told), None


def nearest_neighbours(stream: Stream, train: Sequence[Recording]) -> Answers:
    """Five nearest fingerprints, means over 3 s."""
    known, zone = _fingerprints(train, 3)
    asked = _filled(levels(stream, 3))
    told, sure = [], []
    for row in asked:
        near = np.argpartition(((known - row) ** 2).sum(axis=1), _NEIGHBOURS)[:_NEIGHBOURS]
        votes = np.bincount(zone[near], minlength=ZONES)
        told.append(int(votes.argmax()))
        sure.append(float(votes.max()) / _NEIGHBOURS)
    return np.array(told), np.array(sure)


def naive_bayes(stream: Stream, train: Sequence[Recording]) -> Answers:
    """Gaussian naive Bayes on means over 3 s."""
    return _told(_posterior(_gaussian(stream, train, 3)))


def naive_bayes_and_hmm(stream: Stream, train: Sequence[Recording]) -> Answers:
    """The same on 1 s, through a filter."""
    return _filtered(np.clip(_gaussian(stream, train, 1), -8.0, 0.0))


def offsets_and_hmm(stream: Stream, train: Sequence[Recording]) -> Answers:
    """Mean level above each antenna's learnt mean, through a filter of 1 s steps."""
    mean = levels(stream, 1)
    claim = np.where(np.isnan(mean), -4.0, (mean - _offsets(train)) / 3.0)
    return _filtered(np.clip(claim - claim.max(axis=1, keepdims=True), -5.0, 0.0))


def _gaussian(stream: Stream, train: Sequence[Recording], window_s: int) -> NDArray[np.float64]:
    """Log-likelihood of each zone below the best, by second."""
    known, zone = _fingerprints(train, window_s)
    asked = _filled(levels(stream, window_s))
    found = np.empty((len(asked), ZONES))
    for number in range(ZONES):
        own = known[zone == number]
        mean, variance = own.mean(axis=0), own.var(axis=0) + 1.0
        found[:, number] = -0.5 * ((asked - mean) ** 2 / variance + np.log(variance)).sum(axis=1)
    below: NDArray[np.float64] = found - found.max(axis=1, keepdims=True)
    return below


def _filtered(log_likelihood: NDArray[np.float64]) -> Answers:
    belief, beliefs = np.full(ZONES, 1 / ZONES), []
    for row in log_likelihood:
        belief = belief * _STAY + (1 - belief) * (1 - _STAY) / (ZONES - 1)
        belief = belief * np.exp(row)
        belief /= belief.sum()
        beliefs.append(belief)
    return _told(np.array(beliefs))


def _posterior(log_likelihood: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(log_likelihood)
    posterior: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return posterior


def _told(posterior: NDArray[np.float64]) -> Answers:
    return posterior.argmax(axis=1), posterior.max(axis=1)


def _offsets(train: Sequence[Recording]) -> NDArray[np.float64]:
    means = [[one.rssi_dbm[one.antenna == n].mean() for n in range(ZONES)] for one in train]
    return np.array(means).mean(axis=0)


def _fingerprints(
    train: Sequence[Recording], window_s: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rows = [_filled(levels(one, window_s)) for one in train]
    zones = np.repeat([one.zone for one in train], [len(one) for one in rows])
    return np.concatenate(rows), zones


def _filled(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(mean), _SILENT_DBM, mean)


RULES: dict[str, Rule] = {
    "strongest antenna, 1 s": strongest(1),
    "strongest antenna, 3 s": strongest(3),
    "strongest, gain-calibrated, 3 s": strongest_calibrated,
    "EdgeX inventory, defaults": edgex,
    "5 nearest neighbours, 3 s": nearest_neighbours,
    "naive Bayes, 3 s": naive_bayes,
    "naive Bayes + HMM, 1 s": naive_bayes_and_hmm,
    "learnt offsets + HMM, 1 s": offsets_and_hmm,
}
