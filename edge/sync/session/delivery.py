"""The delivery of the journal to the central system.

The journal is the queue; this machine only holds a cursor into it and a window of messages under
way. A PUBACK proves that a broker has a message, not that the central system has stored it: a
broker loses what it holds in memory when it dies, and drops what is too much for its queues. So
the cursor of what is done moves by the central system's own acknowledgement alone, and after every
reconnection everything above it is sent again. The central system knows doubles by their numbers.

If nothing moves for a while although much went out, nothing new is sent (`standstill`). If
that lasts, or the broker says that nobody listens, the central system is absent: that is told, but
one fact now and then nothing is sent, and as soon as that is acknowledged all of the rest follows,
again from the first number that is missing.

A message that the broker refuses is tried again after a rest that grows; a batch is then tried in
single facts. Where the broker can never take a fact, an envelope without data goes in its place,
so that the numbers have no gap, and a person is told, who may have it sent whole once more.
"""

from collections import deque
from collections.abc import Sequence

from edge.model.events import Fact
from edge.sync.session.again import Again
from edge.sync.session.alarms import (
    ACK_FOREIGN,
    BROKER_REFUSES,
    CENTRAL_ABSENT,
    EVENT_SET_ASIDE,
    Alarms,
)
from edge.sync.session.lane import Lane
from edge.sync.session.pace import Pace
from edge.sync.session.phases import (
    PACKET_TOO_LARGE,
    PHASES,
    Confirmed,
    Fetch,
    FetchAgain,
    Output,
    Phase,
    Publish,
    SentAgain,
    SetAside,
    Trigger,
    Verdict,
    refusal_of,
    verdict_of,
)
from edge.sync.session.refusals import Refusals
from edge.sync.session.settings import DeliverySettings
from edge.sync.session.sizes import SMALL_BYTES, Sizes
from edge.sync.session.standstill import Doubt
from edge.sync.session.window import Confirmation, Flight, Window
from edge.sync.wire.outgoing import Batch, Encoded, FactEncoder, batches

TRIES_MAX = 5


class Delivery:
    """The machine; every method gives what is to be done now, in this order.

    Args:
        settings: see there.
        encoder: makes envelopes.
        epoch: of the journal.
        acknowledged: what the central system has stored already.
        last_seq: the newest fact of the journal.
    """

    def __init__(
        self,
        settings: DeliverySettings,
        encoder: FactEncoder,
        epoch: str,
        acknowledged: int,
        last_seq: int,
    ) -> None:
        self.phase = Phase.DOWN
        self._settings = settings
        self._encoder = encoder
        self.epoch = epoch
        self.acknowledged_seq = acknowledged
        self.last_seq = last_seq
        self._fetched = acknowledged
        self._waiting: deque[Batch] = deque()
        self._window = Window(settings.window_messages, settings.ahead_messages)
        self._window.free(acknowledged)
        self._confirmation = Confirmation(acknowledged)
        self._sizes = Sizes()
        self._refusals = Refusals()
        self._pace = Pace(settings.events_per_s_max, settings.bytes_per_s_max)
        self._again = Again(encoder, self._window, self._pace, self._sizes)
        self._lane = Lane(
            settings.lane_opens_facts, encoder, self._window, self._pace, self._sizes
        )
        self._now_us = 0
        self._progress_us = 0
        self._probe_at_us = 0
        self._probing = False
        self._alarm = Alarms().tell

    @property
    def unsent(self) -> int:
        """Facts that the central system has not acknowledged."""
        return self.last_seq - self.acknowledged_seq

    @property
    def is_catching_up(self) -> bool:
        """Whether what happens now is told ahead of its turn."""
        return self._lane.is_open

    def wait_us(self, now_us: int, most_us: int) -> int:
        """How long nothing need be done unless something comes; then `tick`."""
        return min(self._lane.pause_us(now_us) or most_us, most_us)

    @property
    def in_flight(self) -> int:
        """Messages that wait for their PUBACK."""
        return len(self._window)

    def connected(self, now_us: int, receive_maximum: int, packet_max: int) -> list[Output]:
        """A connection stands, with the broker's limits; what is not acknowledged goes again."""
        self._turn(now_us)
        self._step(Trigger.CONNECTED)
        self._sizes.told(packet_max)
        self._confirmation.reset(self.acknowledged_seq)
        self._window.reset(receive_maximum)
        self._lane.reset()
        self._rewind(self.acknowledged_seq)
        self._refusals.forget()
        self._progress_us = now_us
        return self._drained()

    def disconnected(self, reason_code: int = 0) -> list[Output]:
        """The connection is gone, and with it what was on its way; 0 where nobody said why."""
        if reason_code == PACKET_TOO_LARGE:
            self._sizes.broke(self._window.largest)
        self._step(Trigger.LOST)
        self._window.reset(self._settings.window_messages)
        self._lane.reset()
        self._rewind(self.acknowledged_seq)
        found = self._alarm(BROKER_REFUSES, None)
        lost = self._again.lost()
        if lost is not None:
            found.append(SetAside(lost[0], "the connection broke while it was sent", lost[1]))
        return found

    def grown(self, last_seq: int, now_us: int) -> list[Output]:
        """The journal has facts up to here."""
        self._turn(now_us)
        self.last_seq = max(self.last_seq, last_seq)
        return self._drained()

    def fetched(self, after: int, facts: Sequence[Fact], utc_us: int) -> list[Output]:
        """The answer to `Fetch(after, …)`, in order; passed over where things moved on since.

        The time is that of the envelopes, UTC; everywhere else here it is monotonic.
        """
        if after != self._fetched:
            return self._drained()
        found: list[Output] = []
        bytes_max = self._sizes.batch_max
        together: list[Encoded] = []
        for fact in facts:
            encoded, told = self._encoded(fact, utc_us)
            found += told
            if self._refusals.is_single(fact.seq):
                self._waiting += batches([encoded], bytes_max)
            else:
                together.append(encoded)
        self._waiting += batches(together, bytes_max)
        # where the journal has none of them any more, they were acknowledged long ago
        self._fetched = facts[-1].seq if facts else self.last_seq
        return found + self._drained()

    def fetched_live(self, after: int, facts: Sequence[Fact], utc_us: int) -> list[Output]:
        """The answer to `FetchLive(after, …)`, in order."""
        self._lane.fetched(after, facts, utc_us)
        return self._drained()

    def puback(self, token: int, reason_code: int, now_us: int) -> list[Output]:
        """The broker's answer to a message."""
        self._turn(now_us)
        flight = self._window.land(token)
        if flight is None:
            return []
        if self._lane.landed(token, reason_code, now_us):
            return self._drained()
        again = self._again.land(token)
        if again is not None:
            return self._landed_again(*again, reason_code) + self._drained()
        found: list[Output] = []
        match verdict_of(reason_code):
            case Verdict.TAKEN:
                found += self._taken(flight)
            case Verdict.NOBODY_LISTENS:
                found += self._absent("the broker says that nobody listens", now_us)
            case Verdict.POISON:
                found += self._poisoned(flight, reason_code, now_us)
            case Verdict.LATER | Verdict.FORBIDDEN as verdict:
                found += self._refused(flight, reason_code, verdict, now_us)
        return found + self._drained()

    def heard(self, epoch: str, upto: int, now_us: int) -> None:
        """What the central system says before the journal knows it only ends a burst's waiting."""
        if epoch == self.epoch:
            self._lane.stored(upto, now_us)

    def acknowledged(self, epoch: str, upto: int, now_us: int) -> list[Output]:
        """The central system has stored everything up to here, and the journal knows it."""
        self._turn(now_us)
        if epoch != self.epoch:
            return []  # of the store that was here before a restore
        if upto > self.last_seq:
            return self._alarm(
                ACK_FOREIGN,
                f"the central system acknowledged {upto}, the journal ends at {self.last_seq}: "
                "was an older disk put back without a new epoch?",
            )
        if upto <= self.acknowledged_seq:
            return []
        self.acknowledged_seq = upto
        self._progress_us = now_us
        self._window.free(upto)
        self._lane.stored(upto, now_us)
        self._confirmation.add(self._confirmation.upto + 1, upto)
        self._skip(upto)
        found = self._alarm(CENTRAL_ABSENT, None) + self._alarm(ACK_FOREIGN, None)
        if self._refusals.stored(upto):
            found += self._alarm(EVENT_SET_ASIDE, None)
        if self.phase is Phase.ABSENT:
            self._step(Trigger.HEARD)
            self._window.begin_again()
            self._rewind(upto)
        return found + self._drained()

    def resend(self, from_seq: int, now_us: int) -> list[Output]:
        """The central system asks for everything from this number on once more: it is there."""
        self._turn(now_us)
        found: list[Output] = []
        if self.phase is Phase.ABSENT:
            self._step(Trigger.HEARD)
            self._progress_us = now_us
            found += self._alarm(CENTRAL_ABSENT, None)
        self._window.missed(from_seq)
        self._rewind(min(self._fetched, max(0, from_seq - 1)))
        return found + self._drained()

    def send_again(self, seq: int, now_us: int) -> list[Output]:
        """A person wants a fact that was set aside sent whole; once a broker is there."""
        self._turn(now_us)
        self._again.want(seq)
        return self._drained()

    def fetched_again(self, seq: int, fact: Fact | None, utc_us: int) -> list[Output]:
        """The answer to `FetchAgain`; None where the journal did not give the fact."""
        return self._again.fetched(seq, fact, utc_us) + self._drained()

    def tick(self, now_us: int) -> list[Output]:
        """Time has passed; several times a second."""
        self._turn(now_us)
        found: list[Output] = []
        silent_us = now_us - self._progress_us
        if self.phase is Phase.RESTING and now_us >= self._refusals.rest_until_us:
            self._step(Trigger.RESTED)
        is_owed = self.phase is Phase.DRAINING and self._window.is_ahead
        if is_owed and silent_us > self._settings.absent_after_us:
            found += self._absent("it acknowledges nothing", now_us)
        doubt = self._window.doubt(silent_us) if self.phase is Phase.DRAINING else Doubt.NONE
        if doubt is Doubt.DROPPED:
            self._window.missed(self.acknowledged_seq + 1)
            self._rewind(self.acknowledged_seq)
        is_due = self.phase is Phase.ABSENT and now_us >= self._probe_at_us
        if is_due or doubt is Doubt.ASK:
            self._probe_at_us = now_us + self._settings.probe_us
            self._rewind(self.acknowledged_seq)
            self._probing = True
        return found + self._drained()

    def _drained(self) -> list[Output]:
        """Send what may be sent; ask for more where there is room and more to have."""
        found = self._live()
        while self._waiting and self._may_send():
            batch = self._waiting.popleft()
            self._probing = False
            if not self._window.is_ahead:
                self._progress_us = self._now_us  # nothing was owed until now
            self._pace.spend(batch.last - batch.first + 1, len(batch.payload))
            self._lane.streamed(batch.last, self._now_us)
            found.append(Publish(self._window.send(batch), batch.kind, batch.payload, batch.keys))
        if not self._waiting and self._fetched < self.last_seq and self._may_send():
            limit = 1 if self._only_probes else self._lane.events_max(self._now_us)
            found.append(Fetch(self._fetched, limit))
        return found + self._asked_again()

    def _live(self) -> list[Output]:
        if self.phase is not Phase.DRAINING or self._refusals.is_careful:
            return []
        self._lane.follow(self.last_seq, self.unsent, self._now_us)
        return self._lane.wanted(self.last_seq, self._now_us)

    def _asked_again(self) -> list[Output]:
        seq = self._again.ask() if self.phase is Phase.DRAINING and self._may_send() else None
        return [] if seq is None else [FetchAgain(seq)]

    def _may_send(self) -> bool:
        if self._only_probes:
            return self._probing and self._window.has_slot
        if self._refusals.is_careful and len(self._window) > 0:
            return False
        if self.phase is not Phase.DRAINING or not self._lane.lets_stream(self._now_us):
            return False
        return self._window.has_room(self._lane.slots) and self._pace.allows

    @property
    def _only_probes(self) -> bool:
        is_held = self.phase is Phase.DRAINING and self._window.is_held
        return is_held or self.phase is Phase.ABSENT

    def _turn(self, now_us: int) -> None:
        self._now_us = now_us
        self._pace.turn(now_us)

    def _encoded(self, fact: Fact, utc_us: int) -> tuple[Encoded, list[Output]]:
        reason = self._refusals.withheld.get(fact.seq)
        if reason is not None:
            return self._encoder.withhold(fact, reason, utc_us), []
        whole = self._encoder.encode(fact, utc_us)
        if self._sizes.fits(whole):
            return whole, []
        reason = self._sizes.too_large(whole)
        found = self._set_aside(fact.seq, reason, fact.event.type)
        return self._encoder.withhold(fact, reason, utc_us), found

    def _landed_again(self, seq: int, kind: str, reason_code: int) -> list[Output]:
        if why_not := refusal_of(reason_code):
            return [SetAside(seq, why_not, kind)]
        is_last = self._refusals.whole(seq)
        return [SentAgain(seq), *(self._alarm(EVENT_SET_ASIDE, None) if is_last else [])]

    def _taken(self, flight: Flight) -> list[Output]:
        is_over = self._refusals.taken(flight.first, flight.last)
        found = self._alarm(BROKER_REFUSES, None) if is_over else []
        if self._settings.by_broker and self._confirmation.add(flight.first, flight.last):
            found.append(Confirmed(self._confirmation.upto))
        return found

    def _poisoned(self, flight: Flight, reason_code: int, now_us: int) -> list[Output]:
        self._rewind(flight.first - 1)
        if flight.last > flight.first:  # one of several: sent singly, the guilty one shows
            self._refusals.split(flight.last)
            return []
        if flight.first in self._refusals.withheld:  # even without data: not the fact is to blame
            return self._rest(flight, f"reason 0x{reason_code:02x}", now_us)
        return self._set_aside(flight.first, refusal_of(reason_code), flight.kind)

    def _refused(
        self, flight: Flight, reason_code: int, verdict: Verdict, now_us: int
    ) -> list[Output]:
        is_size = verdict is Verdict.LATER and flight.payload_bytes > SMALL_BYTES
        if is_size and (flight.last > flight.first or self._refusals.count >= TRIES_MAX):
            return self._poisoned(flight, reason_code, now_us)
        self._rewind(flight.first - 1)
        return self._rest(flight, f"reason 0x{reason_code:02x}, {verdict.value}", now_us)

    def _rest(self, flight: Flight, why: str, now_us: int) -> list[Output]:
        """Pause the stream; the other messages of the same window may be refused as well."""
        if self.phase is not Phase.RESTING:
            self._refusals.rest(flight.first, now_us)
            self._step(Trigger.REFUSED)
        return self._alarm(BROKER_REFUSES, f"the broker refuses events ({why}); they are kept")

    def _absent(self, why: str, now_us: int) -> list[Output]:
        if self.unsent == 0:
            return []  # it has everything: nobody is missed
        if self.phase is not Phase.ABSENT:
            self._step(Trigger.SILENT)
            self._probe_at_us = now_us + self._settings.probe_us
            self._probing = False
        return self._alarm(CENTRAL_ABSENT, f"the central system is absent: {why}; events are kept")

    def _set_aside(self, seq: int, reason: str, kind: str) -> list[Output]:
        self._refusals.withheld[seq] = reason
        text = f"event {seq} goes without its data: {reason}"
        return [SetAside(seq, reason, kind), *self._alarm(EVENT_SET_ASIDE, text)]

    def _rewind(self, after: int) -> None:
        self._waiting.clear()
        self._fetched = min(self._fetched, after)
        self._window.rewind(after)
        self._lane.rewound()

    def _skip(self, upto: int) -> None:
        """What is stored already need not be sent."""
        while self._waiting and self._waiting[0].last <= upto:
            self._waiting.popleft()
        self._fetched = max(self._fetched, upto)

    def _step(self, trigger: Trigger) -> None:
        self.phase = PHASES.get((self.phase, trigger), self.phase)
