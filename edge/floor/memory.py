"""Memory that was needed for a moment, given back to the system."""

import ctypes

_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""The allocator's own functions; other C libraries than glibc have none and keep less."""
_SET = getattr(ctypes.CDLL(None), "mallopt", None)
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of glibc's malloc.h."""
LARGE_BYTES = 1 << 20
KEPT_BYTES = 8 << 20


def keep_little() -> None:
    """Have blocks of `LARGE_BYTES` go back as soon as they are free; before any is needed.

    By itself glibc takes the first large block that is freed for a hint to keep all of that size:
    50 MiB with a million items. `KEPT_BYTES` stay at the heap's end, for the next turn needs again
    what one gives back.
    """
    if _SET is not None:
        _SET(_MMAP_THRESHOLD, LARGE_BYTES)
        _SET(_TRIM_THRESHOLD, KEPT_BYTES)


def give_back() -> None:
    """Have the allocator give back whole pages that are free; a millisecond at a few 100 MiB.

    By itself it gives back only what lies at an arena's end, and nearly always something small
    lies there: a turn that came late, and was long, would be paid for until the next start.
    """
    if _TRIM is not None:
        _TRIM(0)
