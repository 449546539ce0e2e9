"""Keepalives of one connection: when the next is due, and whether the client still answers."""

from simulators.llrp.codec import frame
from simulators.llrp.layouts import MESSAGE_BY_NAME

_UNANSWERED_MOST = 3
_KEEPALIVE = MESSAGE_BY_NAME["KEEPALIVE"].number


class Keepalive:
    """Counts what went out and what came back.

    Args:
        now_us: true time at which the connection began.
    """

    def __init__(self, now_us: int) -> None:
        self._last_us = now_us
        self._unanswered = 0
        self.sent = 0

    def due(self, now_us: int, period_us: int, message_id: int) -> bytes | None:
        """A KEEPALIVE frame if it is time for one; `period_us` 0 means never."""
        if not period_us or now_us - self._last_us < period_us:
            return None
        self._last_us = now_us
        self._unanswered += 1
        self.sent += 1
        return frame(_KEEPALIVE, message_id, b"")

    def answered(self) -> None:
        """A KEEPALIVE_ACK came."""
        self._unanswered = 0

    def lost(self) -> bool:
        """Whether acknowledgements have stayed out so long that the connection is to be closed."""
        return self._unanswered > _UNANSWERED_MOST
