"""Whoever uses a serial port in tests: notes what it is told."""

import threading

from tests.waiting import PATIENCE_S


class Noting:
    """Remembers; `wait` returns when something was told so often."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.reasons: list[str] = []
        self._told: dict[str, int] = {}
        self._changed = threading.Condition()

    def opened(self) -> None:
        """The port is open."""
        self._note("opened")

    def received(self, data: bytes) -> None:
        """Bytes came."""
        if data:
            self.data.append(data)
            self._note("received")

    def lost(self, reason: str) -> None:
        """The port is lost."""
        self.reasons.append(reason)
        self._note("lost")

    def farewell(self) -> bytes:
        """Nothing to say."""
        return b""

    def wait(self, what: str, times: int) -> None:
        """Until it was told so often.

        Raises:
            AssertionError: it was not.
        """
        with self._changed:
            came = self._changed.wait_for(lambda: self._told.get(what, 0) >= times, PATIENCE_S)
        assert came, f"waited {PATIENCE_S} s for {what} to be told {times} times: {self._told}"

    def _note(self, what: str) -> None:
        with self._changed:
            self._told[what] = self._told.get(what, 0) + 1
            self._changed.notify_all()
