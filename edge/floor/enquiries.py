"""Enquiries: what others ask of the floor loop's own locator, answered between two turns.

An enquiry makes no fact and waits for no commit. A few are answered each turn, so that however
many people ask, reads and scans go on; past the bound the asker is told to ask again.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from edge.locating.calibration import Calibration, CalibrationError
from edge.locating.locator import Locator
from edge.locating.reasons import Reason
from edge.model.ids import Epc

WAITING_MAX = 64
ANSWERED_A_TURN = 2
"""0.6 ms each on a floor of 4 antennas, 1.2 ms of 128."""
ANSWER_S_MAX = 3.0

_Answer = TypeVar("_Answer")


class EnquiriesFullError(Exception):
    """Too many ask at once; nothing was taken."""


class Enquiries:
    """Thread-safe; any number ask, the floor loop answers."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[Locator, int], None]] = deque()
        self._lock = threading.Lock()

    def why(self, epc: Epc) -> "Future[Reason | None]":
        """Why an item is thought to be where it is; None for a tag that is not followed.

        Raises:
            EnquiriesFullError: ask again later.
        """
        return self._ask(lambda locator, now_us: locator.reason(epc, now_us))

    def adopt(self, calibration: Calibration) -> "Future[None]":
        """Let the locator go on with another calibration.

        The future fails with `CalibrationError` where it is of another floor.

        Raises:
            EnquiriesFullError: ask again later.
        """
        return self._ask(lambda locator, _: locator.adopt(calibration))

    def answer(self, locator: Locator, now_us: int) -> None:
        """Answer some of those that wait; called by the floor loop once a turn."""
        for _ in range(min(ANSWERED_A_TURN, len(self._waiting))):
            self._waiting.popleft()(locator, now_us)

    def _ask(self, question: Callable[[Locator, int], _Answer]) -> "Future[_Answer]":
        future: Future[_Answer] = Future()

        def answer(locator: Locator, now_us: int) -> None:
            if not future.set_running_or_notify_cancel():
                return  # the asker has gone away
            try:
                future.set_result(question(locator, now_us))
            except CalibrationError as error:
                future.set_exception(error)

        with self._lock:
            if len(self._waiting) >= WAITING_MAX:
                raise EnquiriesFullError(f"{WAITING_MAX} questions wait already; ask again")
            self._waiting.append(answer)
        return future
