"""Facts that went without their data and that a person wants sent once more, whole and alone.

They go beside the stream, one at a time: they neither move its cursor nor count as ahead of the
central system, which knows doubles by their numbers. Each is tried once; whatever becomes of it
other than the broker's taking it, a broken connection included, puts it aside again, so that a
fact which breaks a broker breaks it once for each press and never in a circle.
"""

from collections import deque

from edge.model.events import Fact
from edge.sync.session.pace import Pace
from edge.sync.session.phases import Output, Publish, SetAside
from edge.sync.session.sizes import Sizes
from edge.sync.session.window import Window
from edge.sync.wire.outgoing import FactEncoder, batches


class Again:
    """What waits, and the one that is under way: asked of the journal, or sent.

    Args:
        encoder, window, pace, sizes: the stream's own.
    """

    def __init__(self, encoder: FactEncoder, window: Window, pace: Pace, sizes: Sizes) -> None:
        self._encoder = encoder
        self._window = window
        self._pace = pace
        self._sizes = sizes
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

    def fetched(self, seq: int, fact: Fact | None, utc_us: int) -> list[Output]:
        """The journal answered; nothing is done where it was not asked."""
        if seq != self._asked:
            return []
        self._asked = None
        if fact is None:
            why = "the journal did not give it: pruned long ago, or unreadable just now"
            return [SetAside(seq, why, "")]
        kind, whole = fact.event.type, self._encoder.encode(fact, utc_us)
        if not self._sizes.fits(whole):
            return [SetAside(seq, self._sizes.too_large(whole), kind)]
        (batch,) = batches([whole], max(len(whole.text), self._sizes.batch_max))
        token = self._window.send_beside(batch)
        self._flying = (token, seq, kind)
        self._pace.spend(1, len(batch.payload))
        return [Publish(token, batch.kind, batch.payload, batch.keys)]

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
