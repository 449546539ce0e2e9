"""Letters that could not be delivered: what lies aside, and what is to be sent once more.

Outgoing ones are facts that the broker refuses alone: the link sends an envelope without data in
their place and tells it here. Incoming ones are messages that could not be understood; the loop
tells them as it commits the fact `exception.message_refused`. Both stand on the board's topic
`letters` until a person discards them, restarts included (`letter_box`); the facts themselves stay
in the journal as all others do.

Each press sends a fact once: what is refused again lies aside again, with the newer reason. What
was still to be sent when the gateway ended is sent after the next start.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import asdict, replace

from edge.clock import Clock
from edge.floor.board import Board
from edge.floor.letter_box import Box, Kept, Letter, NoBox, Refused, Standing
from edge.model.events import MessageSetAside
from edge.model.ids import RequestId
from edge.model.prompts import Answer

TOPIC = "letters"
SET_ASIDE_MOST = 200
REFUSED_MOST = 50
ANSWERS_KEPT = 1_000
_ALL_REFUSED = 0
"""In the place of a fact's number, which begin at 1."""


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
        self._refused: deque[Refused] = deque(maxlen=REFUSED_MOST)
        self._wanted: deque[int] = deque()
        self._answers: OrderedDict[RequestId, tuple[int, Answer]] = OrderedDict()
        self._wake: Callable[[], None] = _nobody_sends
        self._box: Box = NoBox()

    def open(self, box: Box) -> None:
        """Take up what an earlier process has left; from now on all is kept there."""
        with self._lock:
            self._box, kept = box, box.load()
            self._letters.update((one.seq, one) for one in kept.set_aside)
            self._refused.extend(kept.refused)
            self._wanted.extend(
                one.seq for one in kept.set_aside if one.standing is Standing.SENDING
            )
            if kept != Kept():
                self._show()

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
                Refused(message.topic, message.reason, message.excerpt, at_us)
            )
            self._show()

    def resend(self, request_id: RequestId, seq: int) -> Answer | None:
        """Have a letter sent once more; the same id again has no second effect.

        Returns:
            What came of it; None where no such letter lies here.
        """
        answer = self._once(request_id, seq, self._resend)
        if answer is not None:
            self._wake()
        return answer

    def discard(self, request_id: RequestId, seq: int) -> Answer | None:
        """Nobody wants this one sent any more: it is not shown again; as `resend`."""
        return self._once(request_id, seq, self._discard)

    def discard_refused(self, request_id: RequestId) -> Answer | None:
        """Somebody has seen to all messages that were not understood; its data say how many.

        The same id again has no second effect: what came meanwhile nobody has seen.
        """
        return self._once(request_id, _ALL_REFUSED, self._discard_refused)

    def _once(
        self, request_id: RequestId, seq: int, act: Callable[[int], Answer | None]
    ) -> Answer | None:
        with self._lock:
            known = self._answers.get(request_id)
            if known is not None:
                return known[1] if known[0] == seq else _no("key_reused", "make a new key for it")
            answer = act(seq)
            if answer is None:
                return None
            self._answers[request_id] = (seq, answer)
            if len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
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

    def _discard(self, seq: int) -> Answer | None:
        letter = self._letters.get(seq)
        if letter is None:
            return None
        if letter.standing is Standing.SENDING:
            return _no("letter_sending", f"event {seq} is on its way again; wait for the broker")
        del self._letters[seq]
        self._show()
        return Answer(
            accepted=True, code="letter_discarded", text=f"event {seq} is not shown any more"
        )

    def _discard_refused(self, _seq: int) -> Answer:
        count = len(self._refused)
        self._refused.clear()
        self._show()
        return Answer(
            accepted=True,
            code="letters_discarded",
            text=f"{count} messages are not shown any more",
            data={"count": count},
        )

    def _drop_one(self) -> None:
        """The oldest one that was sent since, else the oldest; the journal has it still."""
        over = (one.seq for one in self._letters.values() if one.standing is Standing.SENT)
        del self._letters[next(over, next(iter(self._letters)))]

    def _show(self) -> None:
        """Kept first, so that whoever sees a change finds it after a restart as well."""
        self._box.keep(Kept(tuple(self._letters.values()), tuple(self._refused)))
        aside = [
            asdict(one) | {"standing": one.standing.value}
            for one in reversed(self._letters.values())
        ]
        refused = [asdict(one) for one in self._refused]
        self._board.show(TOPIC, {"set_aside": aside, "refused": refused})


def _no(code: str, text: str) -> Answer:
    return Answer(accepted=False, code=code, text=text)


def _nobody_sends() -> None:
    """Without a link nothing is ever set aside either."""
