"""A reader's clock against the gateway's: stamps of the reader become gateway time.

A stamp is made before its bytes arrive, so `arrival - stamp` is the clocks' difference plus a
delay that is never negative; the least difference of the last minute is the best estimate, and it
follows drift. Reads that a reader held back while the link was down arrive with a large
difference, lose against the least one, and so keep their true time. Nothing is ever dated after
its arrival.

| the reader's clock                     | its reads are dated                              |
|----------------------------------------|--------------------------------------------------|
| UTC, set, right or wrong by hours      | by the least difference                          |
| UTC, counting from 1970 or 2000        | the same: it is a difference like any other      |
| UTC, more than a day off and standing  | when they arrived                                |
| Uptime                                 | by the least difference                          |
| set forward                            | by the new difference at once                    |
| set back                               | by the new difference after 5 s that agree on it |
| none                                   | when they arrived                                |
| any, and the gateway's is set          | by the difference that grew by as much, at once  |
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ClockQuality

_WINDOW_US = 30_000_000  # the least difference is kept for one to two of these
_STEP_US = 3_600_000_000  # a difference that grew by an hour: the reader's clock was set back
_HIGH_US = 1_000_000  # above the least difference by so much: held reads, or a clock set back
_AGREED_US = 5_000_000  # for so long without shrinking, as held reads' would: set back
_FAR_OFF_US = 86_400_000_000  # a day: the reader's clock was never set
_NO_TIME_US = 100 * 366 * _FAR_OFF_US  # a century: no clock, even one from 1970, says that
STAMP_MOST_US = 2**63 - 1
"""The greatest stamp that is a time; read without sign, an absent one is above it."""
_STANDS_AFTER_US = 2_000_000


class TimeKind(Enum):
    """What a reader's stamps count from."""

    UTC = auto()
    UPTIME = auto()


@dataclass(frozen=True, slots=True)
class ClockState:
    """A reader's clock as it is known by now.

    Attributes:
        quality: how its reads are dated.
        offset_us: gateway time less the reader's, in microseconds; 0 with `ARRIVAL`.
        drift_ppm: how much faster than the gateway's it runs, in millionths; None until known,
            which takes one to two minutes.
        jumps: how often it was set or leapt by more than a second since the connection began.
    """

    quality: ClockQuality
    offset_us: int
    drift_ppm: float | None
    jumps: int = 0


class Usual(NamedTuple):
    """How stamps become gateway time as long as nothing new is to be learned from them.

    Attributes:
        offset_us: is added to stamps.
        least_us, below_us: the least that `arrival - stamp` may be, and what it must stay below.
        from_us, until_us: gateway UTC microseconds between which this holds.
    """

    offset_us: int
    least_us: int
    below_us: int
    from_us: int
    until_us: int


class _Difference:
    """The least `arrival - stamp` of a sliding window, in microseconds."""

    def __init__(self) -> None:
        self.drift_ppm: float | None = None
        self.jumps = 0
        self._now: int | None = None
        self._now_at_us = 0
        self._before: int | None = None
        self._before_at_us = 0
        self._since_us = 0
        self._high: int | None = None
        self._high_since_us = 0

    def learn(self, difference_us: int, arrived_us: int) -> int:
        """Take one more difference; gives the estimate."""
        least = self.least()
        if least is not None and self._is_usual(difference_us, least, arrived_us):
            return least
        if least is not None and least - difference_us > _HIGH_US:
            self.jumps += 1  # set forward: the new difference wins at once, as the least one
        if least is None or self._set_back(difference_us - least, difference_us, arrived_us):
            self.jumps += least is not None
            self._before, self._high, self.drift_ppm = None, None, None
            self._begin(difference_us, arrived_us)
        elif abs(arrived_us - self._since_us) > _WINDOW_US:
            self._roll()
            self._begin(difference_us, arrived_us)
        elif self._now is None or difference_us < self._now:
            self._now, self._now_at_us = difference_us, arrived_us
        least = self.least()
        return difference_us if least is None else least

    def _is_usual(self, difference_us: int, least: int, arrived_us: int) -> bool:
        """Whether it says nothing new, as nearly every one."""
        return (
            self._now is not None
            and self._high is None
            and self._now <= difference_us < least + _HIGH_US
            and abs(arrived_us - self._since_us) <= _WINDOW_US
        )

    def gateway_was_set(self, by_us: int) -> None:
        """What arrives from now on is dated by so much more."""
        self._since_us += by_us
        if self._now is not None:
            self._now, self._now_at_us = self._now + by_us, self._now_at_us + by_us
        if self._before is not None:
            self._before, self._before_at_us = self._before + by_us, self._before_at_us + by_us
        self._high = None

    def usual(self) -> Usual | None:
        """What `_is_usual` goes by, as long as nothing else comes."""
        least = self.least()
        if self._now is None or self._high is not None or least is None:
            return None
        around = self._since_us - _WINDOW_US, self._since_us + _WINDOW_US
        return Usual(least, self._now, least + _HIGH_US, *around)

    def least(self) -> int | None:
        """The estimate so far."""
        if self._now is None or self._before is None:
            return self._before if self._now is None else self._now
        return min(self._now, self._before)

    def _begin(self, difference_us: int, arrived_us: int) -> None:
        self._now, self._now_at_us, self._since_us = difference_us, arrived_us, arrived_us

    def _roll(self) -> None:
        """The window is over; two windows' least differences tell the drift between them."""
        apart_us = self._now_at_us - self._before_at_us
        if self._now is not None and self._before is not None and apart_us > 0:
            drift_ppm = (self._before - self._now) * 1e6 / apart_us
            jumped = abs(self._before - self._now) > _HIGH_US
            self.drift_ppm = None if jumped else drift_ppm
        self._before, self._before_at_us = self._now, self._now_at_us

    def _set_back(self, above_us: int, difference_us: int, arrived_us: int) -> bool:
        if above_us > _STEP_US:
            return True
        if above_us < _HIGH_US:
            self._high = None
        elif self._high is None or difference_us < self._high - _HIGH_US:
            self._high, self._high_since_us = difference_us, arrived_us
        return self._high is not None and arrived_us - self._high_since_us > _AGREED_US


class ReaderClock:
    """Maps the stamps of one connection to gateway time; a new connection gets a new one."""

    def __init__(self) -> None:
        self._utc, self._uptime = _Difference(), _Difference()
        self._first: dict[TimeKind, tuple[int, int]] = {}
        self._used: TimeKind | None = None
        self._offset_us = 0
        self._stands = False
        self._ahead_us: int | None = None

    def gateway_clock(self, now_us: int, arrived_us: int) -> None:
        """Know by how much the gateway's own clock was set, before what arrives is dated by it.

        Args:
            now_us: monotonic microseconds.
            arrived_us: gateway UTC microseconds at the same moment.
        """
        ahead_us = arrived_us - now_us
        by_us = 0 if self._ahead_us is None else ahead_us - self._ahead_us
        self._ahead_us = ahead_us
        if abs(by_us) < _HIGH_US:
            return  # slewed: the differences follow by themselves
        self._utc.gateway_was_set(by_us)
        self._uptime.gateway_was_set(by_us)
        self._first = {kind: (at, since + by_us) for kind, (at, since) in self._first.items()}

    def heard(self, stamp_us: int, arrived_us: int, kind: TimeKind) -> None:
        """Learn from a stamp that was made just before it arrived, as in a connection event."""
        self._learn(stamp_us, arrived_us, kind)

    @property
    def quality(self) -> ClockQuality:
        """How its reads are dated by now."""
        if self._used is None or self._stands:
            return ClockQuality.ARRIVAL
        is_set = self._used is TimeKind.UTC and abs(self._offset_us) <= _FAR_OFF_US
        return ClockQuality.UTC if is_set else ClockQuality.UPTIME

    def state(self) -> ClockState:
        """What is known of it by now."""
        quality = self.quality
        if self._used is None or quality is ClockQuality.ARRIVAL:
            return ClockState(ClockQuality.ARRIVAL, 0, None)
        difference = self._difference(self._used)
        return ClockState(quality, self._offset_us, difference.drift_ppm, difference.jumps)

    def seen_us(
        self, stamps_us: NDArray[np.int64], arrived_us: int, kind: TimeKind
    ) -> NDArray[np.int64]:
        """Gateway UTC microseconds of stamps that arrived together.

        Args:
            stamps_us: the reader's stamps in microseconds; -1 where absent.
            arrived_us: gateway UTC microseconds of the bytes.
            kind: what the stamps count from.
        """
        # Read without sign an absent stamp is the greatest: one pass tells newest and absent.
        newest = int(stamps_us.view(np.uint64).max(initial=0))
        all_there = newest <= STAMP_MOST_US
        if not all_there:
            newest = int(stamps_us.max())
        if newest < 0 or not len(stamps_us):
            return np.full(len(stamps_us), arrived_us, np.int64)
        offset = self.offset_us(newest, arrived_us, kind)
        if offset is None:
            return np.full(len(stamps_us), arrived_us, np.int64)
        seen: NDArray[np.int64] = stamps_us + offset
        return seen if all_there else np.where(stamps_us < 0, arrived_us, seen)

    def usual(self, kind: TimeKind) -> Usual | None:
        """How stamps are dated from which there is nothing to learn; None where each counts."""
        usual = self._difference(kind).usual() if self._used is kind else None
        if usual is None or self._stands or usual.offset_us != self._offset_us:
            return None
        is_far_off = kind is TimeKind.UTC and abs(usual.offset_us) > _FAR_OFF_US
        return None if is_far_off else usual

    def offset_us(self, newest_us: int, arrived_us: int, kind: TimeKind) -> int | None:
        """What is to be added to stamps that arrived together; None while the clock stands.

        Args:
            newest_us: the newest of the reader's stamps, in microseconds; none of them is absent.
            arrived_us: gateway UTC microseconds of the bytes.
            kind: what the stamps count from.
        """
        offset = self._learn(newest_us, arrived_us, kind)
        return None if self._stands else offset

    def _difference(self, kind: TimeKind) -> _Difference:
        return self._utc if kind is TimeKind.UTC else self._uptime

    def _learn(self, stamp_us: int, arrived_us: int, kind: TimeKind) -> int:
        self._used = kind
        offset_us = self._difference(kind).learn(arrived_us - stamp_us, arrived_us)
        self._offset_us, self._stands = offset_us, False
        if kind is TimeKind.UTC and abs(offset_us) > _FAR_OFF_US:
            first_us, since_us = self._first.setdefault(kind, (stamp_us, arrived_us))
            passed_us = arrived_us - since_us
            stands = passed_us > _STANDS_AFTER_US and stamp_us - first_us < passed_us // 2
            self._stands = stands or abs(offset_us) > _NO_TIME_US
        return offset_us
