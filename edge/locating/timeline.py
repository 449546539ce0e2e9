"""The time of the tag table: gateway microseconds as milliseconds in 32 bits."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_ZERO_MS = 1 << 30
"""Table milliseconds of the first moment told: 12.4 days of past and as many of future fit."""
_SHIFT_AT_MS = (1 << 31) - (1 << 26)
_SHIFT_MS_MAX = (1 << 31) - 1


class _Follower(Protocol):
    def shift_times(self, by_ms: int) -> None: ...


class Timeline:
    """Gateway microseconds as table milliseconds (32 bits), moving forward only.

    Attributes:
        now_ms: the latest time told. zero_us: gateway microseconds of table millisecond 0.
        set_us: by how much the gateway's clock was set so far, all in all.
    """

    def __init__(self) -> None:
        self._followers: list[_Follower] = []
        self._started = False
        self.zero_us = self.set_us = 0
        self.now_ms = _ZERO_MS

    def follow(self, *followers: _Follower) -> None:
        """Tell these when the zero moves."""
        self._followers.extend(followers)

    def move(self, now_us: int) -> int:
        """Go to `now_us`; a time before the latest counts as the latest. Returns table ms."""
        if not self._started:
            self._started = True
            self.zero_us = now_us - now_us % 1000 - _ZERO_MS * 1000
        now_ms = (now_us - self.zero_us) // 1000
        if now_ms > _SHIFT_AT_MS:
            by_ms = now_ms - _ZERO_MS
            for follower in self._followers:  # of a leap of years they need not know how far
                follower.shift_times(min(by_ms, _SHIFT_MS_MAX))
            self.zero_us += by_ms * 1000
            self.now_ms -= by_ms
            now_ms -= by_ms
        self.now_ms = max(self.now_ms, now_ms)
        return self.now_ms

    def clock_was_set(self, by_us: int) -> None:
        """The gateway's clock was set: other numbers for the same moments, and no time passed."""
        self.zero_us += by_us
        self.set_us += by_us

    def ms_of(self, at_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Table milliseconds of past times, once any was told; never 0, which is none."""
        return np.clip((at_us - self.zero_us) // 1000, 1, self.now_ms)

    def us_of(self, at_ms: int) -> int:
        """Gateway microseconds, in whole milliseconds."""
        return self.zero_us + at_ms * 1000
