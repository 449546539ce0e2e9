"""Memory that was needed for a moment is given back; what stays is not searched for garbage."""

import ctypes
import gc
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""The allocator's own functions; other C libraries than glibc have none and keep less."""
_SET = getattr(ctypes.CDLL(None), "mallopt", None)
_ADVISE = getattr(ctypes.CDLL(None), "madvise", None)
_NOT_NEEDED = 4
"""Of sys/mman.h."""
_LIBRARY = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \d+ +/.*\.so[.\d]*")
"""Where one lies that is not written to, as `/proc/self/smaps` tells it."""
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


def give_back_libraries() -> None:
    """Let go of the pages of libraries that nobody has written to; while nobody else loads one.

    A third of them is needed by the start alone. The others come back when they are asked for, out
    of the system's own memory of files. What is being loaded by another thread may be taken for
    what it will not be when that is done.
    """
    maps = Path("/proc/self/smaps")
    if _ADVISE is None or not maps.exists():
        return
    library: re.Match[str] | None = None
    for line in maps.read_text(encoding="utf-8", errors="replace").splitlines():
        if "-" in line.partition(" ")[0]:
            library = _LIBRARY.fullmatch(line)
        elif library is not None and line.split() == ["Anonymous:", "0", "kB"]:
            begin, end = int(library[1], 16), int(library[2], 16)
            _ADVISE(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), _NOT_NEEDED)
