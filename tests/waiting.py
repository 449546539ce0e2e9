"""Waits with patience for what must happen, and tells what it waited for in vain."""

import subprocess
import threading
import time
from collections.abc import Callable
from typing import AnyStr, TypeVar

PATIENCE_S = 180.0
"""Nobody waits so long but on a machine that is busy with something else."""

Good = TypeVar("Good")


def wait_until(what: str, good: Callable[[], Good]) -> Good:
    """The first answer of `good` that is true; an AssertionError with `what` if none comes."""
    pause, ends_s = threading.Event(), time.monotonic() + PATIENCE_S
    while not (found := good()):
        if time.monotonic() > ends_s:
            raise AssertionError(f"waited {PATIENCE_S:.0f} s in vain until {what}")
        pause.wait(0.02)
    return found


def ended(
    process: subprocess.Popen[AnyStr], last_words: AnyStr | None = None
) -> tuple[AnyStr, AnyStr]:
    """What a process says on its two pipes until it ends; `last_words` are its last input."""
    return process.communicate(last_words, timeout=PATIENCE_S)
