"""Facts that went without their data and that a person wants sent once more, whole and alone.

They go beside the stream, one at a time: they neither move its cursor nor count as ahead of the
central system, which knows doubles by their numbers. Each is tried once; whatever becomes of it
other than the broker's taking it, a broken connection included, puts it aside again, so that a
fact which breaks a broker breaks it once for each press and never in a circle.
"""

from collections import deque


class Again:
    """What waits, and the one that is under way: asked of the journal, or sent."""

    def __init__(self) -> None:
        self._waiting: deque[int] = deque()
        self._asked: int | None = None
        self._flying: tuple[int, int, str] | None = None

    def want(self, seq: int) -> None:
        """A person wants this fact sent; again has no effect while it waits."""
        if seq not in self._waiting:
            self._waiting.append(seq)

    def ask(self) -> int | None:
        """The next one, to be asked of the journal; None while another is under way."""
        if not self._waiting or self._asked is not None or self._flying is not None:
            return None
        self._asked = self._waiting.popleft()
        return self._asked

    def answered(self, seq: int) -> bool:
        """The journal answered; tells whether it was asked."""
        if seq != self._asked:
            return False
        self._asked = None
        return True

    def send(self, token: int, seq: int, kind: str) -> None:
        """It goes with this token."""
        self._flying = (token, seq, kind)

    def land(self, token: int) -> tuple[int, str] | None:
        """Its PUBACK came: number and kind; None for a message of the stream."""
        if self._flying is None or self._flying[0] != token:
            return None
        _, seq, kind = self._flying
        self._flying = None
        return seq, kind

    def lost(self) -> tuple[int, str] | None:
        """The connection is gone: what was asked for waits; gives what was on its way."""
        if self._asked is not None:
            self._waiting.appendleft(self._asked)
            self._asked = None
        return self.land(self._flying[0]) if self._flying else None
