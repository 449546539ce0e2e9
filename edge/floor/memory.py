"""Memory that was needed for a moment, given back to the system."""

import ctypes

_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""The allocator's own function; other C libraries than glibc have none and keep less."""


def give_back() -> None:
    """Have the allocator give back whole pages that are free; a millisecond at a few 100 MiB.

    By itself it gives back only what lies at an arena's end, and nearly always something small
    lies there: a turn that came late, and was long, would be paid for until the next start.
    """
    if _TRIM is not None:
        _TRIM(0)
