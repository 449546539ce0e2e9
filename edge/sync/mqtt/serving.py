"""What is done while one connection to the broker stands."""

import json
from collections import deque

import structlog

from edge.model.events import Fact
from edge.model.inputs import CentralAcknowledged, Input
from edge.sync.mqtt.connection import Connection
from edge.sync.mqtt.mailbox import Mailbox
from edge.sync.mqtt.notices import Notices
from edge.sync.mqtt.partner_link import PartnerLink
from edge.sync.mqtt.seen import Answered, Arrived, Closed, NotSubscribed, Opened, Outgoing
from edge.sync.mqtt.settings import LinkParts, LinkSettings
from edge.sync.session.delivery import Delivery
from edge.sync.session.phases import (
    Alarm,
    Confirmed,
    Fetch,
    FetchAgain,
    FetchLive,
    Output,
    Publish,
    SentAgain,
    SetAside,
)
from edge.sync.wire.incoming import resend_from, understand
from edge.sync.wire.outgoing import BATCH_BYTES_MAX, alert_payload
from edge.sync.wire.topics import Topics

TURN_MS = 200
"""Longest wait in one turn: the resolution of all time-outs."""
ANSWER_US_MAX = 5_000_000
"""A broker that takes a connection but says nothing for so long is none."""
SILENCE_US = 1_400_000
"""Of silence for each second of keepalive: with the length of a turn at most one and a half."""
NOTICE_SLOTS = 4
"""Messages of the broker's limit that are left to state, alerts and answers."""
LIVE_EXPIRY_S = 60
"""What was told ahead of its turn is of no use later; in its turn it comes and never expires."""
_JOURNAL_PAUSE_US = 1_000_000

_log = structlog.get_logger(__name__)


class Serving:
    """One connection from its handshake to its end.

    Args:
        connection: just opened.
        settings, parts, topics: of the link.
        delivery, mailbox, notices, partner_link: of the link; they outlive the connection.
    """

    def __init__(  # noqa: PLR0913 - the link's own parts, shared for one connection
        self,
        connection: Connection,
        *,
        settings: LinkSettings,
        parts: LinkParts,
        topics: Topics,
        delivery: Delivery,
        mailbox: Mailbox,
        notices: Notices,
        partner_link: PartnerLink | None = None,
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._parts = parts
        self._topics = topics
        self._delivery = delivery
        self._mailbox = mailbox
        self._notices = notices
        self._partner_link = partner_link
        self._tokens: dict[int, int] = {}
        self._heard_us = parts.clock.monotonic_us()
        self._keepalive_s = settings.keepalive_s
        self._journal_at_us = 0
        self._acks_taken = self._acks_done = 0
        self._resends: deque[tuple[int, int]] = deque()
        self.is_open = False
        self.ended: Closed | None = None
        self.trouble = ""

    def turn(self, wake: int) -> None:
        """Wait for something to do, for at most `TURN_MS`, and do it."""
        began_us = self._parts.clock.monotonic_us()
        wait_ms = -(-self._delivery.wait_us(began_us, TURN_MS * 1000) // 1000)
        if self._connection.turn(wake, wait_ms):
            self._heard_us = self._parts.clock.monotonic_us()
        self._look()
        now_us = self._parts.clock.monotonic_us()
        if self.is_open and self.ended is None:
            self._finish(self._mailbox.work(now_us))
            self._grow()
            self._send_again(now_us)
            for seq in self._parts.letters.wanted():
                self._do(self._delivery.send_again(seq, now_us))
            self._do(self._delivery.tick(now_us))
            for notice in self._notices.to_send():
                self._send(notice)
        self._watch(now_us)

    def say_goodbye(self, wake: int, wait_us: int) -> None:
        """Send the last notices and wait for the broker to have them, so that no will is told."""
        until_us = self._parts.clock.monotonic_us() + wait_us
        last = [self._send(notice) for notice in self._notices.to_send()]
        self._tokens.update((ticket, 0) for ticket in last if ticket is not None)
        while (
            self.ended is None
            and any(one in self._tokens for one in last)
            and self._parts.clock.monotonic_us() < until_us
        ):
            self._connection.turn(wake, TURN_MS // 10)
            self._look()
        self._connection.close()

    def end(self) -> None:
        """Let go; what was on its way is sent again with the next connection."""
        self._connection.drop()
        self._mailbox.forget()
        self._do(self._delivery.disconnected(self.ended.reason_code if self.ended else 0))

    def _look(self) -> None:
        """Take in what the connection has seen."""
        while (seen := self._connection.seen()) is not None:
            match seen:
                case Opened():
                    self._open(seen)
                case Closed():
                    self.ended = self.ended or seen
                case Arrived():
                    self._arrive(seen)
                case Answered():
                    self._answered(seen)
                case NotSubscribed():
                    self.trouble = f"the broker does not let us listen: {seen.reason}"
                    _log.warning("subscription refused", reason=seen.reason)
        if not self._connection.is_open and self.ended is None:
            self.ended = Closed(0, "the connection broke")

    def _open(self, opened: Opened) -> None:
        self.is_open = True
        self._keepalive_s = opened.keepalive_s or self._keepalive_s
        self._connection.limit(
            min(opened.receive_maximum, self._settings.window_messages + NOTICE_SLOTS)
        )
        self._connection.subscribe(self._topics.subscriptions, self._topics.base + "alert/+")
        self._notices.renew()
        window = max(1, opened.receive_maximum - NOTICE_SLOTS)
        now_us = self._parts.clock.monotonic_us()
        self._do(self._delivery.connected(now_us, window, opened.packet_max))

    def _arrive(self, arrived: Arrived) -> None:
        if self._partner_link is not None and self._of_the_partner(self._partner_link, arrived):
            return
        name = self._topics.name_of(arrived.topic) or ""
        if name.startswith("alert/"):
            stale = self._notices.stale(arrived.topic, arrived.payload)
            if stale is not None:
                self._send(stale)
            return
        if name.startswith("request/"):
            if not arrived.retained:  # a request is for now; a kept one would come at every start
                self._request(name.removeprefix("request/"), arrived)
            self._connection.acknowledge(arrived)
            return
        inputs = understand(
            self._topics, arrived.topic, arrived.payload, self._parts.clock.now_us()
        )
        for one in inputs:
            if isinstance(one, CentralAcknowledged):
                self._acks_taken += 1
                self._delivery.heard(one.epoch, one.upto, self._parts.clock.monotonic_us())
        self._mailbox.take(inputs, lambda: self._connection.acknowledge(arrived))

    def _of_the_partner(self, partner_link: PartnerLink, arrived: Arrived) -> bool:
        """Whether a message is the partner's, or about it; then it is taken."""
        if arrived.topic == self._topics.partner_events:
            partner_link.told(arrived, lambda: self._connection.acknowledge(arrived))
            return True
        if arrived.topic != self._topics.partner_ack:
            return False
        question = partner_link.to_ask(arrived)
        if question is not None:
            self._send(Outgoing(self._topics.partner_resend, question))
        self._connection.acknowledge(arrived)
        return True

    def _request(self, name: str, arrived: Arrived) -> None:
        answer: bytes | None
        if name == "resend":
            answer = self._resend(arrived.payload)
        else:
            answer = self._parts.answer_request(name, arrived.payload)
        if answer is None:
            answer = _error(f"nothing here answers request/{name}")
        if arrived.response_topic:
            self._send(Outgoing(arrived.response_topic, answer, correlation=arrived.correlation))

    def _resend(self, payload: bytes) -> bytes:
        try:
            from_seq = resend_from(payload, self._delivery.epoch)
        except ValueError as error:
            return _error(str(error))
        _log.info("resend requested", from_seq=from_seq)
        self._resends.append((self._acks_taken, from_seq))
        return json.dumps({"accepted": True, "from": from_seq}).encode()

    def _send_again(self, now_us: int) -> None:
        """Resend what was asked for, after every acknowledgement that came before the request.

        One that the floor commits later would pass for an answer to it, and end it.
        """
        while self._resends and self._resends[0][0] <= self._acks_done:
            _, from_seq = self._resends.popleft()
            self._do(self._delivery.resend(from_seq, now_us))

    def _answered(self, answered: Answered) -> None:
        token = self._tokens.pop(answered.ticket, None)
        if token:
            now_us = self._parts.clock.monotonic_us()
            self._do(self._delivery.puback(token, answered.reason_code, now_us))

    def _finish(self, done: list[Input]) -> None:
        """Inputs that the floor has committed."""
        for one in done:
            if isinstance(one, CentralAcknowledged):
                self._acks_done += 1
                now_us = self._parts.clock.monotonic_us()
                self._grow()
                self._do(self._delivery.acknowledged(one.epoch, one.upto, now_us))

    def _grow(self) -> None:
        self._do(self._grown())

    def _grown(self) -> list[Output]:
        now_us = self._parts.clock.monotonic_us()
        if now_us < self._journal_at_us:
            return []
        try:
            last_seq = self._parts.journal.last_seq()
        except self._parts.journal_error as error:
            self._unreadable(error)
            return []
        return self._delivery.grown(last_seq, now_us)

    def _do(self, outputs: list[Output]) -> None:
        """Carry out what the delivery wants, and what it wants then."""
        wanted = deque(outputs)
        while wanted:
            match wanted.popleft():
                case Fetch() | FetchLive() | FetchAgain() as question:
                    wanted.extend(self._look_up(question))
                case Publish() as message:
                    self._publish(message)
                case SetAside() | SentAgain() as told:
                    self._tell(told)
                case Alarm(code, text):
                    self._alarm(code, text)
                case Confirmed(upto):
                    self._confirm(upto)

    def _look_up(self, question: Fetch | FetchLive | FetchAgain) -> list[Output]:
        match question:
            case Fetch(after, limit):
                return self._fetch(after, limit)
            case FetchLive(after, limit):
                facts = self._read(after, limit)
                return self._delivery.fetched_live(after, facts or [], self._parts.clock.now_us())
            case FetchAgain(seq):
                return self._fetch_again(seq)

    def _fetch(self, after: int, limit: int) -> list[Output]:
        if self._delivery.is_catching_up:  # what happened meanwhile goes before each step of it
            news = self._grown()
            if any(isinstance(one, FetchLive) for one in news):
                return news
        facts = self._read(after, limit)
        if facts is None:
            return []
        return self._delivery.fetched(after, facts, self._parts.clock.now_us())

    def _read(self, after: int, limit: int) -> list[Fact] | None:
        """What the journal has; None where it cannot be read just now."""
        if self._parts.clock.monotonic_us() < self._journal_at_us:
            return None
        try:
            facts = self._parts.journal.facts_after(after, limit, 2 * BATCH_BYTES_MAX)
        except self._parts.journal_error as error:
            self._unreadable(error)
            return None
        if self._partner_link is not None:
            self._partner_link.own(facts)
        return facts

    def _tell(self, told: SetAside | SentAgain) -> None:
        match told:
            case SetAside(seq, reason, kind):
                _log.error("event set aside", seq=seq, reason=reason)
                self._parts.letters.set_aside(seq, kind, reason)
            case SentAgain(seq):
                _log.info("event sent again", seq=seq)
                self._parts.letters.sent(seq)

    def _fetch_again(self, seq: int) -> list[Output]:
        try:
            facts = self._parts.journal.facts_after(seq - 1, 1, 2 * BATCH_BYTES_MAX)
        except self._parts.journal_error as error:
            self._unreadable(error)
            facts = []
        fact = facts[0] if facts and facts[0].seq == seq else None
        return self._delivery.fetched_again(seq, fact, self._parts.clock.now_us())

    def _publish(self, message: Publish) -> None:
        topics, kind = self._topics, message.kind
        topic = topics.live(kind) if message.is_live else topics.event(kind)
        expiry_s = LIVE_EXPIRY_S if message.is_live else None
        ticket = self._send(Outgoing(topic, message.payload, keys=message.keys, expiry_s=expiry_s))
        if ticket is not None:
            self._tokens[ticket] = message.token

    def _send(self, message: Outgoing) -> int | None:
        try:
            return self._connection.publish(message)
        except ValueError as error:  # a topic that somebody asked us to answer to
            self.trouble = f"cannot publish to {message.topic!r}: {error}"
            return None

    def _confirm(self, upto: int) -> None:
        told = CentralAcknowledged(self._delivery.epoch, upto, self._parts.clock.now_us())
        self._acks_taken += 1
        self._mailbox.take((told,), lambda: None)

    def _alarm(self, code: str, text: str | None) -> None:
        if text is None:
            _log.info("alarm over", code=code)
            payload = b""
        else:
            _log.warning("alarm", code=code, text=text)
            payload = alert_payload(code, "warning", self._parts.clock.now_us(), text)
        self._notices.put(self._topics.alert(code), payload)

    def _unreadable(self, error: Exception) -> None:
        self._journal_at_us = self._parts.clock.monotonic_us() + _JOURNAL_PAUSE_US
        self.trouble = f"the journal cannot be read: {error}"

    def _watch(self, now_us: int) -> None:
        """A link that is half open says nothing: find out sooner than TCP does."""
        if self.ended is not None:
            return
        silent_us = now_us - self._heard_us
        if self.is_open and silent_us > self._keepalive_s * SILENCE_US:
            self.ended = Closed(0, f"the broker was silent for {silent_us / 1e6:.1f} s")
        elif not self.is_open and silent_us > ANSWER_US_MAX:
            self.ended = Closed(0, "the broker takes the connection but does not answer")


def _error(text: str) -> bytes:
    return json.dumps({"error": text}).encode()
