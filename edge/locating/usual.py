"""What is usual at each antenna: reads a second for each hour of the day, and their mean level.

A figure is learnt as a plain mean for the first five minutes and then followed slowly, with one
hour's memory; a surprise counts three times the usual at most, so that one burst teaches little.
While an antenna is found faulty it teaches a tenth: a fault does not become usual overnight, but a
floor that was rearranged is known anew within a day or two. An hour of the day that was never
seen for five minutes is expected to be like all the others.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

WINDOW_MS = 10_000
"""Reads are counted over so long, and then looked at."""
LEARNT_WINDOWS = 30
_MEMORY_WINDOWS = 360.0
_FAULTY_SHARE = 0.1
_SURPRISE = 3.0
_FLOOR_READS_PER_S = 0.05
_HOURS = 24

Figures = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Usual:
    """Follows what is usual at n antennas.

    Attributes:
        items: by antenna, how many items were announced at its place meanwhile.
        rssi_dbm: by antenna, mean level; NaN until known.
    """

    def __init__(self, count: int) -> None:
        self.items = np.zeros(count)
        self.rssi_dbm = np.full(count, np.nan)
        self._reads_per_s = np.zeros((_HOURS + 1, count))  # by hour; the last row is the whole day
        self._windows = np.zeros((_HOURS + 1, count))
        self._level_windows = np.zeros(count)

    def learn(
        self, hour: int, reads_per_s: Figures, items: Figures, *, faulty: Flags, known: Flags
    ) -> None:
        """Take one window of the antennas that are `known` to have listened all the while."""
        for row in (hour, _HOURS):
            usual, windows = self._reads_per_s[row], self._windows[row]
            most = np.where(
                windows < LEARNT_WINDOWS,
                np.inf,
                _SURPRISE * np.maximum(usual, _FLOOR_READS_PER_S),
            )
            share = _share(windows, faulty) * known
            usual += share * (np.minimum(reads_per_s, most) - usual)
            windows += known
        self.items += _share(self._windows[_HOURS], faulty) * known * (items - self.items)

    def learn_level(self, rssi_dbm: Figures, faulty: Flags) -> None:
        """Take the mean level of one window; NaN where nothing was read."""
        heard = ~np.isnan(rssi_dbm)
        first = heard & np.isnan(self.rssi_dbm)
        self.rssi_dbm[first] = rssi_dbm[first]
        share = _share(self._level_windows, faulty)[heard]
        self.rssi_dbm[heard] += share * (rssi_dbm[heard] - self.rssi_dbm[heard])
        self._level_windows += heard

    def reads_per_s(self, hour: int) -> Figures:
        """What is to be expected in this hour of the day (UTC), by antenna."""
        learnt = self._windows[hour] >= LEARNT_WINDOWS
        expected: Figures = np.where(learnt, self._reads_per_s[hour], self._reads_per_s[_HOURS])
        return expected

    @property
    def rate_known(self) -> Flags:
        """By antenna, whether its rate was watched for long enough to expect one."""
        known: Flags = self._windows[_HOURS] >= LEARNT_WINDOWS
        return known

    @property
    def level_known(self) -> Flags:
        """By antenna, whether its level was."""
        known: Flags = self._level_windows >= LEARNT_WINDOWS
        return known

    def to_plain(self, number: int) -> dict[str, object]:
        """What was learnt of one antenna, as plain JSON values."""
        level = float(self.rssi_dbm[number])
        return {
            "reads_per_s": [round(float(one), 4) for one in self._reads_per_s[:, number]],
            "windows": [int(one) for one in self._windows[:, number]],
            "items": round(float(self.items[number]), 2),
            "rssi_dbm": None if np.isnan(level) else round(level, 2),
            "level_windows": int(self._level_windows[number]),
        }

    def take_up(self, number: int, plain: Mapping[str, object]) -> None:
        """Go on from what was learnt of an antenna before.

        Raises:
            ValueError: these are no such values.
        """
        rates = _numbers(plain.get("reads_per_s"), _HOURS + 1)
        windows = _numbers(plain.get("windows"), _HOURS + 1)
        items, level_windows = _numbers([plain.get("items"), plain.get("level_windows")], 2)
        told = plain.get("rssi_dbm")
        level = np.nan if told is None else _numbers([told], 1)[0]
        self._reads_per_s[:, number] = np.maximum(rates, 0.0)
        self._windows[:, number] = np.maximum(windows, 0.0)
        self.items[number] = max(0.0, items)
        self.rssi_dbm[number] = level
        self._level_windows[number] = max(0.0, level_windows)


def _share(windows: Figures, faulty: Flags) -> Figures:
    """How far the next window counts: a plain mean at first, then slowly."""
    share: Figures = np.where(
        windows < LEARNT_WINDOWS, 1.0 / (windows + 1.0), 1.0 / _MEMORY_WINDOWS
    )
    share[faulty & (windows >= LEARNT_WINDOWS)] *= _FAULTY_SHARE
    return share


def _numbers(values: object, count: int) -> Sequence[float]:
    if not isinstance(values, list) or len(values) != count:
        raise ValueError(f"{count} numbers are wanted")
    for value in values:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not np.isfinite(value):
            raise ValueError(f"{value!r} is no finite number")
    return values
