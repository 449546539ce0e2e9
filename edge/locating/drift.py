"""Whether a calibration still fits: gains followed over all tags, and how sure the looks are.

What an antenna hears on average is its gain and the goods before it. Of the antennas' departures
from their calibrated offsets the median is taken away, for what all share is not the antennas'.
The first half hour with a calibration is kept as its baseline, for goods are not where the
calibrating tag was. From then on

- an antenna has drifted when its departure lies `DRIFT_DB` from its baseline, and
- evidence has got worse when the mean belief in the best place falls by `SURENESS_FALL`.

Both are followed with a memory of half an hour, so that one pallet before one antenna is not a
drift. After a restart the baseline is taken anew: what drifted while the gateway was off is told
only by an antenna that departs by `DRIFT_FAR_DB` from the calibration itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.slots import Floats, Ports

MEMORY_S = 1800.0
READS_MIN = 500.0
"""Reads behind an antenna's mean before it says anything."""
LOOKS_MIN = 500.0
DRIFT_DB = 6.0
DRIFT_FAR_DB = 12.0
SURENESS_FALL = 0.15
_ANTENNAS_MIN = 3
"""Fewer have no median that one of them could depart from."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How the present differs from what was calibrated.

    Attributes:
        antennas: numbers of those whose gain has drifted; departure_db: of these.
        sureness: mean belief of late; 0 before enough looks.
        sureness_before: the same in the baseline.
    """

    antennas: tuple[int, ...]
    departure_db: tuple[float, ...]
    sureness: float
    sureness_before: float

    @property
    def is_drifted(self) -> bool:
        """Whether somebody should calibrate again."""
        return bool(self.antennas) or self.sureness < self.sureness_before - SURENESS_FALL


class DriftFollower:
    """Follows the antennas of one calibration; times in seconds of any zero.

    Args:
        offset_dbm: the calibrated offset of each antenna.
    """

    def __init__(self, offset_dbm: Sequence[float] | NDArray[np.float64]) -> None:
        self._offset = np.asarray(offset_dbm, np.float64)
        self._level = np.zeros(len(self._offset))
        self._reads = np.zeros(len(self._offset))
        self._belief = 0.0
        self._looks = 0.0
        self._at_s: float | None = None
        self._begun_s: float | None = None
        self._baseline_db: NDArray[np.float64] | None = None
        self._sureness_before = 0.0

    def hear(self, antenna: Ports, rssi_dbm: Floats, belief: Floats, at_s: float) -> None:
        """Reads of one turn by antenna number, and the best belief of each tag looked at."""
        if self._at_s is None:
            self._at_s = self._begun_s = at_s
        fade = float(np.exp(-max(0.0, at_s - self._at_s) / MEMORY_S))
        self._at_s = max(at_s, self._at_s)
        count = len(self._offset)
        self._level *= fade
        self._reads *= fade
        self._level += np.bincount(antenna, rssi_dbm, minlength=count)[:count]
        self._reads += np.bincount(antenna, minlength=count)[:count]
        self._belief = self._belief * fade + float(belief.sum())
        self._looks = self._looks * fade + len(belief)

    def look(self) -> Drift:
        """How it stands; the first look after `MEMORY_S` takes the baseline."""
        departure = self._departure_db()
        sureness = self._belief / self._looks if self._looks >= LOOKS_MIN else 0.0
        if self._baseline_db is None and self._is_ripe():
            self._baseline_db = departure
            self._sureness_before = sureness
        elif self._baseline_db is not None:  # an antenna that had heard too little joins later
            new = np.isnan(self._baseline_db)
            self._baseline_db[new] = departure[new]
        drifted = np.abs(departure) >= DRIFT_FAR_DB
        if self._baseline_db is not None:
            drifted |= np.abs(departure - self._baseline_db) >= DRIFT_DB
        which = np.flatnonzero(drifted).tolist()
        before = self._sureness_before if self._looks >= LOOKS_MIN else 0.0
        return Drift(tuple(which), tuple(departure[which].tolist()), sureness, before)

    def _is_ripe(self) -> bool:
        if self._at_s is None or self._begun_s is None:
            return False
        return self._at_s - self._begun_s >= MEMORY_S and self._looks >= LOOKS_MIN

    def _departure_db(self) -> NDArray[np.float64]:
        """Of each antenna, less what all share; NaN where it cannot be told."""
        departure = np.full(len(self._offset), np.nan)
        heard = self._reads >= READS_MIN
        if heard.sum() < _ANTENNAS_MIN:
            return departure
        departure[heard] = self._level[heard] / self._reads[heard] - self._offset[heard]
        departure -= np.nanmedian(departure)
        return departure
