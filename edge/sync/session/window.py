"""What is on its way: messages that wait for a PUBACK, and numbers that wait to be confirmed."""

import heapq
from collections import deque
from dataclasses import dataclass

from edge.sync.session.standstill import Doubt, Standstill
from edge.sync.wire.outgoing import Batch

AHEAD_MIN = 8
"""Messages that may always go beyond the central system's acknowledgement."""


@dataclass(frozen=True, slots=True)
class Flight:
    """One message that the broker has not answered yet."""

    first: int
    last: int
    payload_bytes: int
    kind: str


class Window:
    """Messages handed to the broker.

    Args:
        messages_max: how many may wait for their PUBACK.
        ahead_max: how many may be sent beyond the central system's acknowledgement; below the
            thousand messages that a broker usually queues for a subscriber that is away. A broker
            that queues fewer drops the rest and tells nobody: when the central system misses
            something, half as many may go, and one more for each time that all were stored.
    """

    def __init__(self, messages_max: int, ahead_max: int) -> None:
        self._configured = messages_max
        self._messages_max = messages_max
        self._ahead_max = float(ahead_max)
        self._ahead_configured = ahead_max
        self._flights: dict[int, Flight] = {}
        self._ahead: deque[int] = deque()
        self._freed_upto = 0
        self._tokens = 0
        self._standstill = Standstill()

    def __len__(self) -> int:
        return len(self._flights)

    def reset(self, receive_maximum: int) -> None:
        """A new connection: nothing is on its way, and the broker has a limit of its own."""
        self._messages_max = max(1, min(self._configured, receive_maximum))
        self._flights.clear()
        self._ahead.clear()
        self._standstill.begin_again()

    def has_room(self, kept_free: int = 0) -> bool:
        """Whether another message of the stream may go, with so many slots kept for others."""
        slots = max(1, self._messages_max - kept_free)
        return len(self._flights) < slots and len(self._ahead) < self._ahead_max

    @property
    def largest(self) -> Flight | None:
        """The message with the largest payload that waits for its PUBACK."""
        return max(self._flights.values(), key=lambda one: one.payload_bytes, default=None)

    @property
    def is_ahead(self) -> bool:
        """Whether anything was sent beyond the central system's acknowledgement."""
        return bool(self._ahead) or self.is_held

    @property
    def is_held(self) -> bool:
        """Whether nothing new may go: what was sent last may be lost."""
        return self._standstill.holds

    @property
    def has_slot(self) -> bool:
        """Whether a message may go that does not count how far ahead things are."""
        return len(self._flights) < self._messages_max

    def send(self, batch: Batch) -> int:
        """A message goes; gives its token.

        What the central system has stored and asks for once more is acknowledged already, and
        will not be so again: it is not ahead, and nothing is owed for it.
        """
        if batch.last > self._freed_upto:
            self._ahead.append(batch.last)
        return self.send_beside(batch)

    def send_beside(self, batch: Batch) -> int:
        """A message goes that is no part of the stream; gives its token."""
        self._tokens += 1
        flight = Flight(batch.first, batch.last, len(batch.payload), batch.kind)
        self._flights[self._tokens] = flight
        return self._tokens

    def land(self, token: int) -> Flight | None:
        """Its PUBACK came; None for one of an earlier connection or a doubled one."""
        return self._flights.pop(token, None)

    def free(self, upto: int) -> None:
        """The central system has stored everything up to here."""
        self._freed_upto = max(self._freed_upto, upto)
        while self._ahead and self._ahead[0] <= upto:
            self._ahead.popleft()
            self._ahead_max = min(self._ahead_configured, self._ahead_max + 1 / self._ahead_max)
        self._standstill.stored(upto)

    def doubt(self, silent_us: int) -> Doubt:
        """Nothing was stored for so long: what that means for what the broker has taken."""
        if self._flights or not self.is_ahead:
            return Doubt.NONE
        sent_upto = max(self._ahead, default=self._freed_upto)
        return self._standstill.silent(silent_us, len(self._ahead), sent_upto)

    def missed(self, from_seq: int) -> None:
        """The central system lacks what was sent from this number on: there was too little room.

        Where it has said before that it stores it, it has lost it itself since.
        """
        if self.is_ahead and from_seq > self._freed_upto:
            least = min(AHEAD_MIN, self._ahead_configured)
            self._ahead_max = max(least, self._ahead_max / 2)
        self.begin_again()

    def begin_again(self) -> None:
        """All that is not stored is about to be sent again: it need not be waited for."""
        self._standstill.begin_again()

    def rewind(self, after: int) -> None:
        """Everything after this number will be sent again."""
        self._ahead = deque(last for last in self._ahead if last <= after)


class Confirmation:
    """The unbroken row of numbers that the broker has taken."""

    def __init__(self, upto: int) -> None:
        self.upto = upto
        self._islands: list[tuple[int, int]] = []

    def add(self, first: int, last: int) -> bool:
        """A message with these numbers was taken; tells whether the row has grown."""
        before = self.upto
        heapq.heappush(self._islands, (first, last))
        while self._islands and self._islands[0][0] <= self.upto + 1:
            self.upto = max(self.upto, heapq.heappop(self._islands)[1])
        return self.upto > before

    def reset(self, upto: int) -> None:
        """Begin again from here."""
        self.upto = upto
        self._islands.clear()
