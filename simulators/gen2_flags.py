"""The inventoried flags of Gen2 tags: each is A or B, and B only for a while (6.3.2.2)."""

import numpy as np
from numpy.typing import NDArray

_FOR_EVER = np.iinfo(np.int64).max


class Flags:
    """The inventoried flags of a field of tags, in all four sessions.

    A flag is B until a time, then A: in S0 as long as the tag is powered, in S1 for 0.5 to 5 s
    whatever happens, in S2 and S3 while powered and 2 to 20 s longer.

    Args:
        persistence: numbers in (0, 1), one for each tag: how long its flags hold.
    """

    def __init__(self, persistence: NDArray[np.float64]) -> None:
        self._b_until_us = np.zeros((4, len(persistence)), np.int64)
        self._s1_us = (0.5e6 * 10.0**persistence).astype(np.int64)
        self._s23_us = (2e6 * 10.0**persistence).astype(np.int64)
        self._powered = np.zeros(len(persistence), np.bool_)
        self._powered_until_us = 0

    def power(self, powered: NDArray[np.bool_], from_us: int, until_us: int) -> None:
        """From now on these tags have power, until then; the others lost it when the last did."""
        stayed = powered & self._powered if from_us <= self._powered_until_us else None
        lost = self._powered if stayed is None else self._powered & ~stayed
        for session, holds_us in ((0, None), (2, self._s23_us), (3, self._s23_us)):
            until = self._b_until_us[session]
            falling = lost & (until == _FOR_EVER)
            after = 0 if holds_us is None else self._powered_until_us + holds_us[falling]
            until[falling] = after
            until[powered & (until > from_us)] = _FOR_EVER
        self._powered, self._powered_until_us = powered, until_us

    def refresh_s1(self, at_us: float) -> None:
        """Powered tags whose S1 flag is B keep it for their time from now on."""
        until = self._b_until_us[1]
        kept = self._powered & (until > at_us)
        until[kept] = np.maximum(until[kept], int(at_us) + self._s1_us[kept])

    def is_b(self, session: int, at_us: float) -> NDArray[np.bool_]:
        """Which tags' flag is B."""
        return np.asarray(self._b_until_us[session] > at_us)

    def read(self, session: int, tags: NDArray[np.int64], at_us: NDArray[np.int64]) -> None:
        """These tags were read then: each one's flag turns."""
        until = self._b_until_us[session]
        holds = at_us + self._s1_us[tags] if session == 1 else np.full(len(tags), _FOR_EVER)
        until[tags] = np.where(until[tags] > at_us, 0, holds)
