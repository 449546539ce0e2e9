"""The live lane: what happens now is told at once, beside a stream that catches up.

While much is unacknowledged, a new fact would wait for all before it. So it goes at once on topics
of its own, `live/{kind}`, and comes again in its turn: the central system knows it then by its
number. The lane promises nothing. It neither moves the stream's cursor nor waits for a message
that was refused, it skips what it cannot carry, and where nobody listens to it, it rests. It opens
when the stream is behind by so many facts and closes when that is worked off.

While it is open and something happens, the stream gives way: it goes in small messages and leaves
the lane its slots, and after each burst that the central system has stored it pauses for a share
of the time that this took, up to a bound. So the gateway, the broker and the central system are
free for what happens a good part of the time, however large the backlog is.
"""

from collections import deque
from collections.abc import Sequence

from edge.model.events import Fact
from edge.sync.session.pace import Pace
from edge.sync.session.phases import FetchLive, Output, Publish, Verdict, verdict_of
from edge.sync.session.sizes import Sizes
from edge.sync.session.window import Window
from edge.sync.wire.outgoing import BATCH_EVENTS_MAX, Batch, FactEncoder, batches

MESSAGES_MAX = 2
"""Of the lane, that may wait for their PUBACK; the stream leaves them their slots."""
CATCH_UP_EVENTS_MAX = 50
"""In one message of the stream while it gives way: what a live fact may have to wait for."""
BURST_MESSAGES = 8
"""Of the stream, until the central system has stored them and a pause is due."""
PAUSE_SHARE = 0.5
"""Of the time that the burst took: the stream then rests for so long."""
PAUSE_US_MAX = 200_000
QUIET_US = 5_000_000
"""Where nothing has happened for so long, the stream need not give way."""
FACTS_MAX = 200
"""How far the lane may be behind itself; what is older comes in its turn only."""
REST_US = 30_000_000
"""Where nobody listens, or the broker refuses it, the lane is tried again after so long."""


class Burst:
    """So many messages of the stream, and the pause after them.

    Attributes:
        pauses_until_us: monotonic.
    """

    def __init__(self) -> None:
        self.pauses_until_us = 0
        self._left = BURST_MESSAGES
        self._began_us = 0
        self._last = 0

    def lets(self, now_us: int) -> bool:
        """Whether another message may go."""
        return self._left > 0 and now_us >= self.pauses_until_us

    def sent(self, last: int, now_us: int) -> None:
        """A message goes, up to this number."""
        if self._left == BURST_MESSAGES:
            self._began_us = now_us
        self._left = max(0, self._left - 1)
        self._last = last

    def stored(self, upto: int, now_us: int) -> None:
        """The central system has stored everything up to here."""
        if self._left == 0 and upto >= self._last:
            self._left = BURST_MESSAGES
            took_us = now_us - self._began_us
            self.pauses_until_us = now_us + min(PAUSE_US_MAX, int(took_us * PAUSE_SHARE))


class Lane:
    """Beside the stream of one delivery.

    Args:
        opens_facts: when so many are unacknowledged; it closes at a tenth of that.
        encoder, window, pace, sizes: the stream's own.
    """

    def __init__(
        self, opens_facts: int, encoder: FactEncoder, window: Window, pace: Pace, sizes: Sizes
    ) -> None:
        self._opens_facts = opens_facts
        self._encoder = encoder
        self._window = window
        self._pace = pace
        self._sizes = sizes
        self._told_upto: int | None = None
        self._asked: int | None = None
        self._waiting: deque[Batch] = deque()
        self._flying: set[int] = set()
        self._rests_until_us = 0
        self._happened_us = -QUIET_US
        self._burst = Burst()

    @property
    def is_open(self) -> bool:
        """Whether new facts go ahead of their turn."""
        return self._told_upto is not None

    def events_max(self, now_us: int) -> int:
        """How many facts of the stream may go in one message."""
        return CATCH_UP_EVENTS_MAX if self._gives_way(now_us) else BATCH_EVENTS_MAX

    @property
    def slots(self) -> int:
        """Messages of the window that the stream leaves to the lane."""
        return MESSAGES_MAX if self.is_open else 0

    def pause_us(self, now_us: int) -> int:
        """How long the stream still pauses; 0 where it may go on."""
        return max(0, self._burst.pauses_until_us - now_us) if self._gives_way(now_us) else 0

    def lets_stream(self, now_us: int) -> bool:
        """Whether a message of the stream may go now."""
        return not self._gives_way(now_us) or self._burst.lets(now_us)

    def streamed(self, last: int, now_us: int) -> None:
        """A message of the stream goes, up to this number."""
        self._burst.sent(last, now_us)

    def stored(self, upto: int, now_us: int) -> None:
        """The central system has stored everything up to here."""
        self._burst.stored(upto, now_us)

    def rewound(self) -> None:
        """The stream begins again somewhere: what it was to wait for may never be stored."""
        self._burst = Burst()

    def _gives_way(self, now_us: int) -> bool:
        return self.is_open and now_us - self._happened_us < QUIET_US

    def reset(self) -> None:
        """The connection begins or ends: what was on its way comes in its turn."""
        self._close()
        self._flying.clear()
        self._rests_until_us = 0

    def follow(self, last_seq: int, unsent: int, now_us: int) -> None:
        """Open or close, as far behind as the stream is now."""
        if not self.is_open and unsent > self._opens_facts and now_us >= self._rests_until_us:
            self._told_upto = last_seq
            self._burst = Burst()
        elif self.is_open and unsent <= self._opens_facts // 10:
            self._close()

    def wanted(self, last_seq: int, now_us: int) -> list[Output]:
        """Send what waits; ask the journal for what has happened since."""
        found: list[Output] = []
        while self._waiting and self._may_send:
            batch = self._waiting.popleft()
            token = self._window.send_beside(batch)
            self._flying.add(token)
            self._pace.spend(batch.last - batch.first + 1, len(batch.payload))
            found.append(Publish(token, batch.kind, batch.payload, batch.keys, is_live=True))
        told_upto = self._told_upto
        if told_upto is None or self._waiting or self._asked is not None or not self._may_send:
            return found
        if told_upto < last_seq:
            self._happened_us = now_us
            self._asked = self._told_upto = max(told_upto, last_seq - FACTS_MAX)
            found.append(FetchLive(self._asked, CATCH_UP_EVENTS_MAX))
        return found

    def fetched(self, after: int, facts: Sequence[Fact], utc_us: int) -> None:
        """The answer to `FetchLive(after, …)`; without facts the lane begins anew."""
        if after != self._asked:
            return
        self._asked = None
        if not facts:
            self._close()
            return
        self._told_upto = facts[-1].seq
        encoded = (self._encoder.encode(fact, utc_us) for fact in facts)
        whole = [one for one in encoded if self._sizes.fits(one)]
        self._waiting += batches(whole, self._sizes.batch_max)

    def landed(self, token: int, reason_code: int, now_us: int) -> bool:
        """A PUBACK came; tells whether it was for a message of the lane."""
        if token not in self._flying:
            return False
        self._flying.remove(token)
        if verdict_of(reason_code) is not Verdict.TAKEN:
            self._close()
            self._rests_until_us = now_us + REST_US
        return True

    @property
    def _may_send(self) -> bool:
        return len(self._flying) < MESSAGES_MAX and self._window.has_slot

    def _close(self) -> None:
        self._told_upto = self._asked = None
        self._waiting.clear()
