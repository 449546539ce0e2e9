"""A reader's clock against the gateway's: stamps of the reader become gateway time.

A stamp is made before its bytes arrive, so `arrival - stamp` is the clocks' difference plus a
delay that is never negative; the least difference of the last minute is the best estimate, and it
follows drift. Reads that a reader held back while the link was down arrive with a large
difference, lose against the least one, and so keep their true time. Nothing is ever dated after
its arrival.

Readers count from 1970 or from 1 January 2000 until somebody sets them, and some stop there: a UTC
clock that is off by more than a day is not believed, its reads count as seen when they arrived.
Stamps of a reader without UTC clock count from its start (Uptime) and are only ever a difference.
"""

from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from drivers.reads import TIME_ABSENT

_WINDOW_US = 30_000_000  # the least difference is kept for one to two of these
_STEP_US = 3_600_000_000  # a difference that grew by an hour: the reader's clock was set back
_FAR_OFF_US = 86_400_000_000  # a day: the reader's clock was never set


class TimeKind(Enum):
    """What a reader's stamps count from."""

    UTC = auto()
    UPTIME = auto()


class _Difference:
    """The least `arrival - stamp` of a sliding window, in microseconds."""

    def __init__(self) -> None:
        self._now: int | None = None
        self._before: int | None = None
        self._since_us = 0

    def learn(self, difference_us: int, arrived_us: int) -> int:
        """Take one more difference; gives the estimate."""
        least = self._least()
        if least is None or difference_us > least + _STEP_US:
            self._now, self._before, self._since_us = difference_us, None, arrived_us
        elif abs(arrived_us - self._since_us) > _WINDOW_US:
            self._now, self._before, self._since_us = difference_us, self._now, arrived_us
        elif self._now is None or difference_us < self._now:
            self._now = difference_us
        least = self._least()
        return difference_us if least is None else least

    def _least(self) -> int | None:
        known = [one for one in (self._now, self._before) if one is not None]
        return min(known, default=None)


class ReaderClock:
    """Maps the stamps of one connection to gateway time; a new connection gets a new one."""

    def __init__(self) -> None:
        self._differences = {kind: _Difference() for kind in TimeKind}

    def heard(self, stamp_us: int, arrived_us: int, kind: TimeKind) -> None:
        """Learn from a stamp that was made just before it arrived, as in a connection event."""
        self._differences[kind].learn(arrived_us - stamp_us, arrived_us)

    def seen_us(
        self, stamps_us: NDArray[np.int64], arrived_us: int, kind: TimeKind
    ) -> NDArray[np.int64]:
        """Gateway UTC microseconds of stamps that arrived together.

        Args:
            stamps_us: the reader's stamps in microseconds; -1 where absent.
            arrived_us: gateway UTC microseconds of the bytes.
            kind: what the stamps count from.
        """
        newest = int(stamps_us.max(initial=TIME_ABSENT))
        if newest < 0:  # also where there is none
            return np.full(len(stamps_us), arrived_us, np.int64)
        offset = self._differences[kind].learn(arrived_us - newest, arrived_us)
        if kind is TimeKind.UTC and abs(offset) > _FAR_OFF_US:
            return np.full(len(stamps_us), arrived_us, np.int64)
        seen: NDArray[np.int64] = stamps_us + offset
        return seen if stamps_us.min() >= 0 else np.where(stamps_us < 0, arrived_us, seen)
