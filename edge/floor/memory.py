"""Memory that was needed for a moment is given back; what stays is not searched for garbage."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def made_to_stay() -> Iterator[None]:
    """What is made within stays: it is searched for garbage neither meanwhile nor ever after.

    A seventh of what importing takes, and a second where a million items are read.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


@contextmanager
def missing(module: str) -> Iterator[None]:
    """What is imported within does without this module, as where it is not installed.

    Libraries take up what they find, whoever needs it. None among the modules is Python's own way
    to say that there is none (its reference, "The module cache"). One that was imported before
    stays in.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment] # the types do not say that it may be
    try:
        yield
    finally:
        del sys.modules[module]


def give_back() -> None:
    """Have the allocator give back whole pages that are free; a millisecond at a few 100 MiB.

    By itself it gives back only what lies at an arena's end, and nearly always something small
    lies there: a turn that came late, and was long, would be paid for until the next start.
    """
    if _TRIM is not None:
        _TRIM(0)
