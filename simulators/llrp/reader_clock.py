"""The clock inside a reader: right, years or an hour off, or one that knows no date at all."""

from simulators.faults import FaultName, FaultPlan
from simulators.llrp.parts import Part, part

_IN_2000_US = 946_684_800_000_000
_JUMP_US = 3_600_000_000


class ReaderClock:
    """Turns true time into what the reader believes.

    Args:
        boot_us: true UTC microseconds at which the reader was switched on.
        faults: which of the clock's faults are on.
    """

    def __init__(self, boot_us: int, faults: FaultPlan) -> None:
        self._boot_us = boot_us
        self._faults = faults

    def knows_utc(self) -> bool:
        """Whether stamps are UTC; otherwise they are microseconds since the start."""
        return not self._faults.on(FaultName.UPTIME_ONLY)

    def offset_us(self) -> int:
        """What to add to a true time."""
        if not self.knows_utc() or self._faults.on(FaultName.CLOCK_1970):
            return -self._boot_us
        if self._faults.on(FaultName.CLOCK_2000):
            return _IN_2000_US - self._boot_us
        return _JUMP_US if self._faults.on(FaultName.CLOCK_JUMP) else 0

    def stamp(self, now_us: int) -> Part:
        """A time as an event tells it."""
        name = "UTCTimestamp" if self.knows_utc() else "Uptime"
        return part(name, Microseconds=max(now_us + self.offset_us(), 0))
