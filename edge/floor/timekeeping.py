"""What must not take a clock that was set for time that has passed.

The wall clock dates facts, and an administrator or NTP may set it, forward, back, or from 1970.
How long an item was silent, or a parcel stood in a gate, is no date: those who judge it are told
by how much the clock was set, before they see a time of it. A clock that is slewed is followed in
steps of a second.
"""

from typing import Protocol

from edge.clock import Clock

SET_US = 1_000_000
"""The wall clock counts as set where it departs from the monotonic one by more than this: NTP
slews what is less, and between two looks at two clocks a busy host may well pause."""


class _Follower(Protocol):
    def clock_was_set(self, by_us: int) -> None: ...


class WallClock:
    """The time of each turn.

    Args:
        clock: the host's.
        followers: are told when its wall clock was set.
    """

    def __init__(self, clock: Clock, *followers: _Follower) -> None:
        self._clock = clock
        self._followers = followers
        self._ahead_us: int | None = None

    def now_us(self) -> int:
        """Gateway UTC microseconds, once everybody knows of the clock that they are from."""
        now_us = self._clock.now_us()
        ahead_us = now_us - self._clock.monotonic_us()
        if self._ahead_us is None:
            self._ahead_us = ahead_us
        if abs(ahead_us - self._ahead_us) > SET_US:
            for follower in self._followers:
                follower.clock_was_set(ahead_us - self._ahead_us)
            self._ahead_us = ahead_us
        return now_us
