"""Requests of one connection: what goes out, and the one that waits for its answer.

An answer counts only if its type *and* its id are those of the request that waits; a keepalive, an
event or the late answer to an earlier request answers nothing.
"""

import struct
from dataclasses import dataclass

from drivers.llrp.answers import RESPONSES, SOON
from drivers.llrp.framing import CUSTOM_MESSAGE, Frame
from drivers.llrp.vendors import IMPINJ_NUMBER

_HEADER = struct.Struct("!HII")
_ENABLE_EXTENSIONS_ANSWER = struct.pack("!IB", IMPINJ_NUMBER, 22)
_SOON_US = 1_500_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """The request that waits for its answer.

    Attributes:
        answer: type of the message that answers it.
        message_id: its id, which the answer has too.
        until_us: monotonic microseconds; after that it is given up.
    """

    answer: int
    message_id: int
    until_us: int


class Asking:
    """One request at a time.

    Args:
        limit_us: how long a reader may take for an answer; a question that reading does not
            depend on is given up sooner.

    Attributes:
        waiting: the request that waits; None where none does.
        ending: nothing is waited for any more.
    """

    def __init__(self, limit_us: int) -> None:
        self.waiting: Waiting | None = None
        self.ending = False
        self._limit_us = limit_us
        self._out = bytearray()

    def ask(self, request: bytes, now_us: int) -> None:
        """Send a request; it waits from now on if an answer is due to it."""
        head, _, message_id = _HEADER.unpack_from(request)
        kind = head & 0x3FF
        self._out += request
        if kind in RESPONSES and not self.ending:
            limit_us = min(self._limit_us, _SOON_US) if kind in SOON else self._limit_us
            self.waiting = Waiting(RESPONSES[kind], message_id, now_us + limit_us)

    def to_send(self) -> bytes:
        """Requests since the last call."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def is_answer(self, frame: Frame) -> bool:
        """Whether the request that waits is answered by this message."""
        waiting = self.waiting
        if waiting is None or (frame.type, frame.message_id) != (
            waiting.answer,
            waiting.message_id,
        ):
            return False
        custom = frame.type == CUSTOM_MESSAGE
        return not custom or frame.body.startswith(_ENABLE_EXTENSIONS_ANSWER)
