"""Judgements that neither flap nor hurry: wrong begins once it has lasted, and ends likewise."""

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


class Lasting:
    """One judgement of many things at once; times in table milliseconds.

    Attributes:
        on: by number, whether it is wrong.
        since_ms: since when, where it is; counted from the first sign.
        turning: by number, whether the last signs were against what is judged.
    """

    def __init__(self, count: int, begin_ms: int, end_ms: int) -> None:
        """Nothing is wrong yet.

        Args:
            count: things that are judged.
            begin_ms: how long the signs of wrong must last without a break.
            end_ms: how long the signs of right must.
        """
        self.on = np.zeros(count, np.bool_)
        self.since_ms = np.zeros(count, np.int64)
        self.turning = np.zeros(count, np.bool_)
        self._turning_ms = np.zeros(count, np.int64)
        self._limit_ms = (begin_ms, end_ms)

    def judge(self, wrong: Flags, right: Flags, now_ms: int) -> None:
        """Take today's signs; what is neither wrong nor right leaves everything as it is."""
        contrary = np.where(self.on, right, wrong)
        began = contrary & ~self.turning
        self._turning_ms[began] = now_ms
        self.turning = contrary
        begin_ms, end_ms = self._limit_ms
        limit_ms = np.where(self.on, end_ms, begin_ms)
        flips = contrary & (now_ms - self._turning_ms >= limit_ms)
        self.since_ms[flips & ~self.on] = self._turning_ms[flips & ~self.on]
        self.on = self.on ^ flips
        self.turning &= ~flips

    def forget(self, which: Flags) -> None:
        """Nothing is known of these any more, so nothing is wrong with them."""
        self.on = self.on & ~which
        self.turning = self.turning & ~which

    def shift_times(self, by_ms: int) -> None:
        """Move the zero of all times forward."""
        self.since_ms -= by_ms
        self._turning_ms -= by_ms
