"""Recordings cut into pieces and shuffled into streams full of changes, and how answers score.

A stream without changes flatters every method that never moves; so a tag that walked about in one
zone for two minutes is cut into pieces of 10 to 30 s, and pieces of different zones follow each
other. A tag that jumps so is harder to follow than one that walks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ZONES = 4
DAYS = ("quad", "quadz")
_PIECE_S = (10.0, 30.0)
_STEADY_S = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Reads of one tag that stayed in one zone; seconds from the start."""

    zone: int
    length_s: float
    time_s: NDArray[np.float64]
    antenna: NDArray[np.int64]
    rssi_dbm: NDArray[np.float64]
    phase_rad: NDArray[np.float64]
    channel: NDArray[np.int64]

    def part(self, begin_s: float, end_s: float) -> "Recording":
        """A stretch of it, as a recording of its own."""
        some = (self.time_s >= begin_s) & (self.time_s < end_s)
        return Recording(
            self.zone,
            end_s - begin_s,
            self.time_s[some] - begin_s,
            self.antenna[some],
            self.rssi_dbm[some],
            self.phase_rad[some],
            self.channel[some],
        )

    def stretch(self, number: int, of: int) -> tuple[float, float]:
        """Begin and end of one of several stretches of equal length."""
        return self.length_s * number / of, self.length_s * (number + 1) / of

    def half(self, number: int) -> "Recording":
        """Its first (0) or second (1) half."""
        return self.part(*self.stretch(number, 2))


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Pieces one after the other; `begins_s` and `zones` say when which zone began."""

    length_s: float
    time_s: NDArray[np.float64]
    antenna: NDArray[np.int64]
    rssi_dbm: NDArray[np.float64]
    phase_rad: NDArray[np.float64]
    channel: NDArray[np.int64]
    begins_s: NDArray[np.float64]
    zones: NDArray[np.int64]

    @property
    def seconds(self) -> int:
        """Whole seconds, at the end of each of which an answer is due."""
        return int(self.length_s)

    def truth(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The zone at the end of each second, and for how long the tag has been there."""
        at_s = np.arange(1, self.seconds + 1)
        piece = np.searchsorted(self.begins_s, at_s, side="right") - 1
        return self.zones[piece], at_s - self.begins_s[piece]


def load(folder: Path, day: str) -> list[Recording]:
    """The four recordings of a day."""
    found = []
    for zone in range(ZONES):
        path = folder / f"{day}{zone + 1}_train.csv"
        table = np.genfromtxt(path, delimiter=",", skip_header=1, usecols=(0, 2, 4, 5, 6))
        time_s = (table[:, 0] - table[0, 0]) / 1e6
        antenna = table[:, 1].astype(np.int64) - 1
        channel = table[:, 4].astype(np.int64)
        columns = time_s, antenna, table[:, 2], table[:, 3], channel
        found.append(Recording(zone, float(time_s[-1]), *columns))
    return found


def shuffled(recordings: Sequence[Recording], seed: int) -> Stream:
    """A stream of all pieces in which neighbours differ."""
    chance = np.random.default_rng(seed)
    pieces = [piece for one in recordings for piece in _cut(one, chance)]
    order = _order([piece.zone for piece in pieces], chance)
    lengths = [pieces[i].length_s for i in order]
    begins = np.concatenate([[0.0], np.cumsum(lengths)])
    return Stream(
        length_s=float(begins[-1]),
        time_s=np.concatenate(
            [pieces[i].time_s + at for i, at in zip(order, begins, strict=False)]
        ),
        antenna=np.concatenate([pieces[i].antenna for i in order]),
        rssi_dbm=np.concatenate([pieces[i].rssi_dbm for i in order]),
        phase_rad=np.concatenate([pieces[i].phase_rad for i in order]),
        channel=np.concatenate([pieces[i].channel for i in order]),
        begins_s=begins[:-1],
        zones=np.array([pieces[i].zone for i in order]),
    )


def _cut(one: Recording, chance: np.random.Generator) -> list[Recording]:
    pieces, at_s = [], 0.0
    while one.length_s - at_s >= _PIECE_S[0]:
        end_s = at_s + chance.uniform(*_PIECE_S)
        if one.length_s - end_s < _PIECE_S[0]:
            end_s = one.length_s
        pieces.append(one.part(at_s, end_s))
        at_s = end_s
    return pieces


def _order(zones: list[int], chance: np.random.Generator) -> list[int]:
    """A random order without equal neighbours; zones with much left are preferred."""
    while True:
        left, order = list(range(len(zones))), list[int]()
        while left:
            last = zones[order[-1]] if order else -1
            free = [i for i in left if zones[i] != last]
            if not free:
                break
            many = np.array([sum(zones[k] == zones[i] for k in left) ** 2 for i in free], float)
            order.append(int(chance.choice(free, p=many / many.sum())))
            left.remove(order[-1])
        if not left:
            return order


@dataclass(frozen=True, slots=True)
class Score:
    """How a method did; shares from 0 to 1, times in seconds."""

    right: float
    steady: float
    delay_s_median: float
    delay_s_p90: float
    excess_moves_per_min: float
    calibration_error: float


def score(
    stream: Stream, answers: NDArray[np.int64], confidence: NDArray[np.float64] | None
) -> Score:
    """Score answers, one at the end of each second; -1 is "unknown" and counts as wrong."""
    zone, age_s = stream.truth()
    hit = answers == zone
    moves = int((answers[1:] != answers[:-1]).sum()) - (len(stream.zones) - 1)
    delays = _delays(stream, answers)
    return Score(
        right=float(hit.mean()),
        steady=float(hit[age_s > _STEADY_S].mean()),
        delay_s_median=float(np.median(delays)),
        delay_s_p90=float(np.percentile(delays, 90)),
        excess_moves_per_min=moves / (stream.length_s / 60),
        calibration_error=np.nan if confidence is None else calibration_error(confidence, hit),
    )


def _delays(stream: Stream, answers: NDArray[np.int64]) -> list[float]:
    """From each change to the first right answer; the whole piece where there is none."""
    ends = [*stream.begins_s[1:].tolist(), stream.length_s]
    delays = []
    for begin, end, zone in zip(stream.begins_s.tolist(), ends, stream.zones, strict=True):
        seconds = np.arange(int(begin) + 1, min(int(end), stream.seconds) + 1)
        right = seconds[answers[seconds - 1] == zone]
        delays.append(float(right[0] if len(right) else end) - begin)
    return delays


def calibration_error(confidence: NDArray[np.float64], hit: NDArray[np.bool_]) -> float:
    """Mean distance of confidence from hit rate, ten bins; NaN where there is no confidence."""
    if np.isnan(confidence).any():
        return float("nan")
    bins = np.minimum((confidence * 10).astype(int), 9)
    return float(np.abs(np.bincount(bins, confidence - hit, minlength=10)).sum() / len(hit))
