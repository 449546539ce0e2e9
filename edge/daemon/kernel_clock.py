"""How far the host's clock can be trusted, by the word of whoever keeps it (adjtimex(2)).

Where the call is not allowed, as in a unit with ProtectClock=yes, the mark of systemd-timesyncd is
looked for instead; without either the clock counts as not kept.
"""

import ctypes
from dataclasses import dataclass
from pathlib import Path

from edge.clock import Clock

TIMESYNCD_MARK = Path("/run/systemd/timesync/synchronized")
ASKED_US = 10_000_000
_UNSYNCHRONISED = 0x0040  # STA_UNSYNC of linux/timex.h
_NANOSECONDS = 0x2000  # STA_NANO: `offset` counts nanoseconds


class _Timex(ctypes.Structure):
    """struct timex of linux/timex.h, up to what is read; the rest is room for the kernel."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


@dataclass(frozen=True, slots=True)
class KernelClock:
    """What is known of the host's clock.

    Attributes:
        synchronised: something keeps it right.
        offset_us: from true time, where known, else 0.
        error_us_max: it is off by this much at most; None where nobody tells.
    """

    synchronised: bool
    offset_us: int = 0
    error_us_max: int | None = None


def kernel_clock() -> KernelClock:
    """Ask now; takes microseconds."""
    timex = _Timex()  # modes 0: only asks
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex)) < 0:
        return KernelClock(TIMESYNCD_MARK.exists())
    if timex.status & _UNSYNCHRONISED:
        return KernelClock(synchronised=False)
    offset_us = timex.offset // 1000 if timex.status & _NANOSECONDS else timex.offset
    return KernelClock(synchronised=True, offset_us=offset_us, error_us_max=timex.maxerror)


class ClockWatch:
    """Asks again every ten seconds at most, so that every fact may ask.

    Args:
        clock: monotonic time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known = kernel_clock()
        self._ask_us = clock.monotonic_us() + ASKED_US

    def look(self) -> KernelClock:
        """What is known."""
        if self._clock.monotonic_us() >= self._ask_us:
            self._known = kernel_clock()
            self._ask_us = self._clock.monotonic_us() + ASKED_US
        return self._known
