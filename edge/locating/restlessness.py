"""Whether the tags of a floor lie still or are carried about, told from how their levels wander.

At rest a mean of several reads keeps to what the antenna usually hears; a tag that is carried
about wanders by 5 dB and more. Tags read seldom do not tell: their noise looks like wandering.
"""

import numpy as np
from numpy.typing import NDArray

from edge.locating.slots import Floats, Slots

_WEIGHT_MIN = 2.0
_READS_MIN = 60
"""Before so many reads what is usual rests on too few."""
_GAP_S_MAX = 0.25
"""Tags read more seldom do not tell."""
_MEMORY_S = 60.0
_CARRIED_DB2, _RESTING_DB2 = 10.0, 6.0
"""Mean square from which tags count as carried, and below which as resting again."""


def often_read(reads: NDArray[np.uint8], gap_s: Floats) -> NDArray[np.bool_]:
    """Tags whose means are of several reads, by their reads so far and mean gap between them."""
    often: NDArray[np.bool_] = (reads >= _READS_MIN) & (gap_s <= _GAP_S_MAX)
    return often


class Restlessness:
    """Follows one floor.

    Attributes:
        carried: whether its tags, by and large, are carried about.
    """

    def __init__(self) -> None:
        self.carried = False
        self._square = 0.0

    def look(
        self, slots: Slots, often: NDArray[np.bool_], reference_dbm: float, span_s: Floats
    ) -> bool:
        """Compare what was heard with what is usual; returns whether `carried` changed.

        Args:
            slots: of m tags.
            often: see `often_read`.
            reference_dbm: what `slots.usual` is relative to.
            span_s: shape (m,), how much time each look stands for.
        """
        if not often.any():  # where many tags are read, each of them seldom
            return False
        tells = (slots.weight >= _WEIGHT_MIN) & often & ~np.isnan(slots.usual)
        if not tells.any():
            return False
        off = slots.level_sum / slots.weight - slots.usual - np.float32(reference_dbm)
        span = np.where(tells, span_s, np.float32(0.0))
        total = float(span.sum())
        mean = float((span * np.where(tells, off, 0.0) ** 2).sum()) / max(total, 1e-9)
        self._square += total / (total + _MEMORY_S) * (mean - self._square)
        before = self.carried
        self.carried = self._square > (_RESTING_DB2 if before else _CARRIED_DB2)
        return self.carried != before
