"""Whether a broker may have dropped what it took: the central system stands still for a while.

A broker that has no more room for a subscriber drops what comes and tells nobody. Where much is on
its way and the central system stands still, the newest messages may so be lost, and whatever is
sent then would reach it before those that must be sent again. So nothing new goes until all that
was sent is stored; only the first fact that is missing goes once more, now and then, for a central
system that is there and has lost its queue says nothing else. Where it moves on and stops before
it has all, the rest was dropped. Little has room anywhere: there nothing is held back, for the
sake of whoever acknowledges seldom or only listens.
"""

from enum import Enum

ROOM_MESSAGES = 50
"""So many a broker keeps for a subscriber that is away; by default they keep a thousand."""
PATIENCE_US = 2_000_000
"""Without any progress for so long it stands; as its own patience with a gap."""
PATIENCE_US_MAX = 16_000_000
"""It is doubled each time that something is sent again: the central system may just be slow."""


class Doubt(Enum):
    """What silence gives reason to do."""

    NONE = "wait"
    ASK = "send the first fact that is missing"
    DROPPED = "send all of it again"


class _State(Enum):
    FLOWS = "everything may go"
    STANDS = "nothing was stored for a while"
    MOVES = "something was stored since, and the rest is awaited"


class Standstill:
    """Judges by how long the central system has stored nothing of what the broker took."""

    def __init__(self) -> None:
        self._state = _State.FLOWS
        self._owed_upto = 0
        self._patience_us = PATIENCE_US
        self._asks_after_us = PATIENCE_US

    @property
    def holds(self) -> bool:
        """Whether nothing new may go."""
        return self._state is not _State.FLOWS

    def silent(self, silent_us: int, messages: int, sent_upto: int) -> Doubt:
        """Nothing of the messages that were sent, up to a number, was stored for so long."""
        if silent_us <= self._patience_us or not (self.holds or messages > ROOM_MESSAGES):
            return Doubt.NONE
        match self._state:
            case _State.FLOWS:
                self._state = _State.STANDS
                self._owed_upto = sent_upto
                self._asks_after_us = self._patience_us
            case _State.MOVES:
                self._patience_us = min(PATIENCE_US_MAX, 2 * self._patience_us)
                return Doubt.DROPPED
            case _State.STANDS:
                pass
        if silent_us <= self._asks_after_us:
            return Doubt.NONE
        self._asks_after_us = 2 * silent_us
        return Doubt.ASK

    def stored(self, upto: int) -> None:
        """The central system has stored something, up to this number."""
        if upto >= self._owed_upto:
            self._state = _State.FLOWS
            self._patience_us = PATIENCE_US
        elif self._state is _State.STANDS:
            self._state = _State.MOVES

    def begin_again(self) -> None:
        """Everything that is not stored is sent again."""
        self._state = _State.FLOWS
