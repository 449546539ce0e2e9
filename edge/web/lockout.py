"""How often one may guess: failures are counted for each badge and for each client address.

An attempt is counted when it begins and taken back when it succeeds, so that many attempts at the
same moment are no way around. After its bound the badge or address is locked; each further lock of
it lasts twice as long, up to `LOCK_S_MAX`. A quiet hour forgives.
"""

from collections import OrderedDict
from dataclasses import dataclass

from edge.clock import Clock

FAILURES_MAX = 5
"""Of one badge."""
ADDRESS_FAILURES_MAX = 30
"""Of one client address: a whole shift may sign in at the same moment behind one access point."""
LOCK_S = 60
LOCK_S_MAX = 900
FORGIVEN_AFTER_S = 3600
SUBJECTS_MAX = 4096
"""Badges and addresses that are remembered; the one that has been quiet longest is forgotten."""

_SECOND_US = 1_000_000


@dataclass(slots=True)
class _Record:
    bound: int
    failures: int = 0
    locks: int = 0
    locked_until_us: int = 0
    last_us: int = 0


class Lockout:
    """Counts failed sign-ins.

    Args:
        clock: its monotonic time counts, so that setting the host's clock unlocks nobody.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def begin(self, badge: str, address: str) -> int:
        """Count one attempt; the answer is 0, or for how many seconds more nobody may try."""
        subjects = _subjects(badge, address)
        wait_s = max(self._wait_s(subject) for subject in subjects)
        if wait_s == 0:
            for subject, bound in zip(subjects, (FAILURES_MAX, ADDRESS_FAILURES_MAX), strict=True):
                self._count(subject, bound)
        return wait_s

    def succeeded(self, badge: str, address: str) -> None:
        """Take the attempt back.

        The badge starts afresh; the address only loses this attempt, for whoever knows one PIN
        must not be able to guess at others for ever.
        """
        own, shared = _subjects(badge, address)
        self._records.pop(own, None)
        record = self._records.get(shared)
        if record is None:
            return
        if record.failures >= record.bound:
            record.locked_until_us = 0
            record.locks -= 1
        record.failures = max(0, record.failures - 1)

    def locked(self, badge: str, address: str) -> tuple[str, ...]:
        """Which of the two has failed so often that this attempt has locked it."""
        return tuple(
            subject
            for subject in _subjects(badge, address)
            if (record := self._records.get(subject)) and record.failures >= record.bound
        )

    def _wait_s(self, subject: str) -> int:
        record = self._records.get(subject)
        if record is None:
            return 0
        now_us = self._clock.monotonic_us()
        if now_us - record.last_us > FORGIVEN_AFTER_S * _SECOND_US:
            del self._records[subject]
            return 0
        if record.failures >= record.bound and now_us >= record.locked_until_us:
            record.failures = 0
        return max(0, -(-(record.locked_until_us - now_us) // _SECOND_US))

    def _count(self, subject: str, bound: int) -> None:
        record = self._records.setdefault(subject, _Record(bound))
        self._records.move_to_end(subject)
        record.last_us = self._clock.monotonic_us()
        record.failures += 1
        if record.failures >= bound:
            span_s = min(LOCK_S << record.locks, LOCK_S_MAX)
            record.locked_until_us = record.last_us + span_s * _SECOND_US
            record.locks = min(record.locks + 1, 8)
        while len(self._records) > SUBJECTS_MAX:
            self._records.popitem(last=False)


def _subjects(badge: str, address: str) -> tuple[str, str]:
    return f"badge {badge}", f"address {address}"
