"""What is asked of a reader that runs: outputs (GPO: a lamp, a siren, a gate) and other powers.

Its requests have ids of their own, far from those of the set-up, so that neither takes the other's
answers. A power is part of the ROSpec, which goes before the reader's own configuration and cannot
be changed: it is deleted, and added and enabled anew. A refused output costs that output; a
refused power would leave the reader without a ROSpec, so it costs the connection, and the next one
sets the reader up as configured.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

from drivers.llrp.answers import status_of
from drivers.llrp.encoding import message_body, message_number
from drivers.llrp.framing import ERROR_MESSAGE, Frame
from drivers.llrp.reader_config import outputs_config
from drivers.llrp.rospec import ROSPEC_ID

_FIRST_ID = 1 << 31
_UNANSWERED_MOST = 64
_ANSWERS = frozenset({13, 30, 31, 34, ERROR_MESSAGE})
"""Responses to SET_READER_CONFIG and to ADD_, DELETE_ and ENABLE_ROSPEC."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reader refused what was asked.

    Attributes:
        reason: one sentence.
        ends: whether the reader is no longer set up as it has to be.
    """

    reason: str
    ends: bool


class Switching:
    """The requests of one connection beside its set-up."""

    def __init__(self) -> None:
        self._next_id = _FIRST_ID
        self._waiting: deque[tuple[int, str, bool]] = deque(maxlen=_UNANSWERED_MOST)

    def request(self, outputs: dict[int, bool], version: int) -> bytes:
        """The message that sets outputs.

        Args:
            outputs: by port, from 1; True is high.
            version: of the connection.
        """
        what = f"output {', '.join(map(str, outputs))}"
        return self._asked("SET_READER_CONFIG", outputs_config(outputs), version, what, ends=False)

    def replace(self, rospec: dict[str, Any], version: int) -> bytes:
        """The messages that put another ROSpec in the place of the one that runs.

        Args:
            rospec: the parameter, with our own id.
            version: of the connection.
        """
        ours = {"ROSpecID": ROSPEC_ID}
        steps = (
            ("DELETE_ROSPEC", ours),
            ("ADD_ROSPEC", {"ROSpec": rospec}),
            ("ENABLE_ROSPEC", ours),
        )
        return b"".join(
            self._asked(name, values, version, f"power ({name})", ends=True)
            for name, values in steps
        )

    def _asked(
        self, name: str, values: dict[str, Any], version: int, what: str, *, ends: bool
    ) -> bytes:
        body = message_body(name, values)
        self._waiting.append((self._next_id, what, ends))
        request = Frame(message_number(name), version, self._next_id, body, 0)
        self._next_id += 1
        return request.whole

    def is_answer(self, frame: Frame) -> bool:
        """Whether this answers one of them."""
        ours = any(frame.message_id == one[0] for one in self._waiting)
        return ours and frame.type in _ANSWERS

    def refusal(self, frame: Frame) -> Refusal | None:
        """Why the request that `frame` answers was refused; None if it was not.

        It must be one for which `is_answer` holds; after that it is one no more.
        """
        answered = next(one for one in self._waiting if one[0] == frame.message_id)
        self._waiting.remove(answered)
        code, text = status_of(frame.body)
        if not code:
            return None
        return Refusal(f"{answered[1]} refused: status {code} {text}".rstrip(), answered[2])
