"""The only place where time is read: monotonic to wait by, UTC microseconds for facts."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time; handed to everything that needs it, so that tests can play it."""

    def now_us(self) -> int:
        """UTC microseconds since 1970; may jump when the host's clock is set."""
        ...

    def monotonic_us(self) -> int:
        """Microseconds since an arbitrary start; never jumps, never goes back."""
        ...


class SystemClock:
    """The host's clocks."""

    def now_us(self) -> int:
        """UTC microseconds since 1970."""
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        """Microseconds of CLOCK_MONOTONIC."""
        return time.monotonic_ns() // 1000


class PlayedClock:
    """A clock that stands still until it is moved: for tests and replays.

    Args:
        now_us: UTC microseconds since 1970 at the start.
    """

    def __init__(self, now_us: int = 1_700_000_000_000_000) -> None:
        self._now_us = now_us
        self._monotonic_us = 0

    def now_us(self) -> int:
        """The played UTC time in microseconds."""
        return self._now_us

    def monotonic_us(self) -> int:
        """The played monotonic time in microseconds."""
        return self._monotonic_us

    def advance_us(self, span_us: int) -> None:
        """Move both clocks forward by `span_us` microseconds (0 or more)."""
        if span_us < 0:
            raise ValueError(f"a played clock moves forward only, not by {span_us} us")
        self._now_us += span_us
        self._monotonic_us += span_us

    def jump_us(self, span_us: int) -> None:
        """Set the wall clock forward or back, as an administrator or NTP does."""
        self._now_us += span_us
