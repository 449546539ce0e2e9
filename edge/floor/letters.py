"""Letters that could not be delivered: what lies aside, and what is to be sent once more.

Outgoing ones are facts that the broker refuses alone: the link sends an envelope without data in
their place and tells it here. Incoming ones are messages that could not be understood; the loop
tells them as it commits the fact `exception.message_refused`. Both stand on the board's topic
`letters` since the last start; the facts themselves stay in the journal as all others do.

Each press sends a fact once: what is refused again lies aside again, with the newer reason.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from edge.clock import Clock
from edge.floor.board import Board, Shown
from edge.model.events import MessageSetAside
from edge.model.ids import RequestId
from edge.model.prompts import Answer

TOPIC = "letters"
SET_ASIDE_MOST = 200
REFUSED_MOST = 50
ANSWERS_KEPT = 1_000


class Standing(StrEnum):
    """Where a letter is: aside, on its way again, or whole with the broker."""

    SET_ASIDE = "set_aside"
    SENDING = "sending"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Letter:
    """A fact that went without its data.

    Attributes:
        seq: its number in the journal.
        type: its kind, such as `order.planned`.
        reason: why the broker does not have it.
        since_us: since when it lies aside, UTC microseconds.
    """

    seq: int
    type: str
    reason: str
    since_us: int
    standing: Standing = Standing.SET_ASIDE


class Letters:
    """Thread-safe: the link and the loop tell, pages ask; every call returns at once.

    Args:
        board: where they are shown.
        clock: dates them.
    """

    def __init__(self, board: Board, clock: Clock) -> None:
        self._board = board
        self._clock = clock
        self._lock = threading.Lock()
        self._letters: OrderedDict[int, Letter] = OrderedDict()
        self._refused: deque[Shown] = deque(maxlen=REFUSED_MOST)
        self._wanted: deque[int] = deque()
        self._answers: OrderedDict[RequestId, tuple[int, Answer]] = OrderedDict()
        self._wake: Callable[[], None] = _nobody_sends

    def attach(self, wake: Callable[[], None]) -> None:
        """Give whoever sends; it is woken when somebody wants a letter sent."""
        self._wake = wake

    def set_aside(self, seq: int, kind: str, reason: str) -> None:
        """A fact went without its data, for the first time or again."""
        with self._lock:
            before = self._letters.get(seq)
            since_us = before.since_us if before else self._clock.now_us()
            kind = kind or (before.type if before else "")
            self._letters[seq] = Letter(seq, kind, reason, since_us)
            if len(self._letters) > SET_ASIDE_MOST:
                self._drop_one()
            self._show()

    def sent(self, seq: int) -> None:
        """The broker took it whole."""
        with self._lock:
            if seq in self._letters:
                self._letters[seq] = replace(self._letters[seq], standing=Standing.SENT)
                self._show()

    def refused(self, message: MessageSetAside, at_us: int) -> None:
        """A message of the central system could not be understood."""
        with self._lock:
            self._refused.appendleft(
                {
                    "topic": message.topic,
                    "reason": message.reason,
                    "excerpt": message.excerpt,
                    "at_us": at_us,
                }
            )
            self._show()

    def resend(self, request_id: RequestId, seq: int) -> Answer | None:
        """Have a letter sent once more; the same id again has no second effect.

        Returns:
            What came of it; None where no such letter lies here.
        """
        with self._lock:
            known = self._answers.get(request_id)
            if known is not None:
                return known[1] if known[0] == seq else _no("key_reused", "make a new key for it")
            answer = self._resend(seq)
            if answer is None:
                return None
            self._answers[request_id] = (seq, answer)
            if len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        self._wake()
        return answer

    def wanted(self) -> list[int]:
        """The numbers that somebody wants sent since the last call; for the link."""
        with self._lock:
            found = list(self._wanted)
            self._wanted.clear()
        return found

    def _resend(self, seq: int) -> Answer | None:
        letter = self._letters.get(seq)
        if letter is None:
            return None
        if letter.standing is not Standing.SENDING:
            self._letters[seq] = replace(letter, standing=Standing.SENDING)
            self._wanted.append(seq)
            self._show()
        return Answer(
            accepted=True, code="letter_sending", text=f"event {seq} is sent again, whole"
        )

    def _drop_one(self) -> None:
        """The oldest one that was sent since, else the oldest; the journal has it still."""
        over = (one.seq for one in self._letters.values() if one.standing is Standing.SENT)
        del self._letters[next(over, next(iter(self._letters)))]

    def _show(self) -> None:
        self._board.show(
            TOPIC,
            {
                "set_aside": [
                    {
                        "seq": one.seq,
                        "type": one.type,
                        "reason": one.reason,
                        "since_us": one.since_us,
                        "standing": one.standing.value,
                    }
                    for one in reversed(self._letters.values())
                ],
                "refused": list(self._refused),
            },
        )


def _no(code: str, text: str) -> Answer:
    return Answer(accepted=False, code=code, text=text)


def _nobody_sends() -> None:
    """Without a link nothing is ever set aside either."""
