"""Outputs (GPO) of a reader that runs: a lamp, a siren, a gate.

Its requests have ids of their own, far from those of the set-up, so that neither takes the other's
answers.
"""

from collections import deque

from drivers.llrp.answers import status_of
from drivers.llrp.encoding import message_body, message_number
from drivers.llrp.framing import ERROR_MESSAGE, Frame
from drivers.llrp.reader_config import outputs_config

_FIRST_ID = 1 << 31
_UNANSWERED_MOST = 64
_RESPONSE = 13
_NAME = "SET_READER_CONFIG"


class Switching:
    """The requests of one connection that set outputs."""

    def __init__(self) -> None:
        self._next_id = _FIRST_ID
        self._waiting: deque[tuple[int, dict[int, bool]]] = deque(maxlen=_UNANSWERED_MOST)

    def request(self, outputs: dict[int, bool], version: int) -> bytes:
        """The message that sets them.

        Args:
            outputs: by port, from 1; True is high.
            version: of the connection.
        """
        body = message_body(_NAME, outputs_config(outputs))
        self._waiting.append((self._next_id, outputs))
        request = Frame(message_number(_NAME), version, self._next_id, body, 0)
        self._next_id += 1
        return request.whole

    def is_answer(self, frame: Frame) -> bool:
        """Whether this answers one of them."""
        ours = any(frame.message_id == number for number, _ in self._waiting)
        return ours and frame.type in {_RESPONSE, ERROR_MESSAGE}

    def refusal(self, frame: Frame) -> str:
        """Why the request that `frame` answers was refused, in one sentence; empty if it was not.

        It must be one for which `is_answer` holds; after that it is one no more.
        """
        answered = next(one for one in self._waiting if one[0] == frame.message_id)
        self._waiting.remove(answered)
        code, text = status_of(frame.body)
        ports = ", ".join(map(str, answered[1]))
        return f"output {ports} refused: status {code} {text}".rstrip() if code else ""
