"""Whether the tags of a floor lie still or are carried about, told from how their levels wander.

At rest a mean of several reads keeps to what the antenna usually hears; a tag that is carried
about wanders by 5 dB and more. Tags read seldom do not tell: their noise looks like wandering.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.locating.slots import Floats, News

_WEIGHT_MIN = 2.0
_READS_MIN = 60
"""Before so many reads what is usual rests on too few."""
_GAP_S_MAX = 0.25
"""Tags read more seldom do not tell."""
_MEMORY_S = 60.0
_CARRIED_DB2, _RESTING_DB2 = 10.0, 6.0
"""Mean square from which tags count as carried, and below which as resting again."""


_LOOK_S_MAX = np.float32(1.0)
"""The most time that one look stands for."""
_REFERENCE_DBM = np.float32(-60.0)
"""What a slot's usual level is relative to where nobody has calibrated."""


class Unrest(NamedTuple):
    """How levels wander, summed over the slots that tell it.

    Attributes:
        span_s: how much time these looks stand for.
        square_s: squares of how far means are off the usual levels, dB, times that.
    """

    span_s: float = 0.0
    square_s: float = 0.0


def unrest_of(news: News, reads: NDArray[np.uint8], gap_s: Floats) -> Unrest:
    """How the levels of m tags wander, by their reads so far and mean gaps between them."""
    often = (reads >= _READS_MIN) & (gap_s <= _GAP_S_MAX)
    if not often.any():  # where many tags are read, each of them seldom
        return Unrest()
    slots = news.slots
    tells = (slots.weight >= _WEIGHT_MIN) & often & ~np.isnan(slots.usual)
    if not tells.any():
        return Unrest()
    off_db = slots.level_sum / slots.weight - slots.usual - _REFERENCE_DBM
    span_s = np.where(tells, np.minimum(news.since_s, _LOOK_S_MAX), np.float32(0.0))
    square_s = span_s * np.where(tells, off_db, np.float32(0.0)) ** 2
    return Unrest(float(span_s.sum()), float(square_s.sum()))


class Restlessness:
    """Follows one floor.

    Attributes:
        carried: whether its tags, by and large, are carried about.
    """

    def __init__(self) -> None:
        self.carried = False
        self._square = 0.0

    def look(self, unrest: Unrest) -> bool:
        """Take in how the tags of a turn wander; returns whether `carried` changed."""
        total, square = unrest
        self._square += total / (total + _MEMORY_S) * (square / max(total, 1e-9) - self._square)
        before = self.carried
        self.carried = self._square > (_RESTING_DB2 if before else _CARRIED_DB2)
        return self.carried != before
