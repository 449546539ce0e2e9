"""The link to the broker: one thread that connects, drains the journal and hands in what comes.

The thread waits for the socket, for `wake` and for the next tick, whichever is first. It owns the
connection, the delivery machine and the reading side of the journal; other threads only leave
words in the notices and the mailbox, and wake it.
"""

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Mapping

import structlog

from edge.model.inputs import CentralAcknowledged, IntrusionNoticed
from edge.model.sentences import sentence
from edge.sync.mqtt.backoff import Backoff
from edge.sync.mqtt.brokers import BrokerChoice
from edge.sync.mqtt.connection import Connection
from edge.sync.mqtt.displaced import Displaced
from edge.sync.mqtt.endings import Ending, ending_of
from edge.sync.mqtt.mailbox import Mailbox
from edge.sync.mqtt.notices import Notices
from edge.sync.mqtt.partner_link import PartnerLink
from edge.sync.mqtt.seen import Closed, Will
from edge.sync.mqtt.serving import Serving
from edge.sync.mqtt.settings import LinkParts, LinkSettings, LinkStatus
from edge.sync.session.delivery import Delivery
from edge.sync.session.phases import Phase
from edge.sync.session.settings import DeliverySettings
from edge.sync.wire.outgoing import FactEncoder, alert_payload, plain_payload, state_payload
from edge.sync.wire.topics import Topics

STEADY_US = 10_000_000
"""A connection that stood so long ends a row of failures."""
JOIN_S = 3.0
GOODBYE_US = 1_000_000
TAKEN_OVER_ALERT = "session-taken-over"
REFUSED_ALERT = "broker-refuses-gateway"
REACH_S_MAX = 0.5
"""How long the preferred broker may take to accept a trial connection while a standby serves."""
_JOURNAL_PAUSE_S = 1.0
_TURN_MS = 200

_log = structlog.get_logger(__name__)


class MqttLink:
    """Connects the floor with the central system.

    Args:
        settings: what the operator decided.
        parts: what the link works with.

    Raises:
        ValueError: a name that no topic can have.
    """

    def __init__(self, settings: LinkSettings, parts: LinkParts) -> None:
        self._settings = settings
        self._parts = parts
        self._topics = Topics(settings.prefix, settings.site, settings.gateway, settings.partner)
        self._session = parts.make_id()
        self._state = "starting"
        self._state_lock = threading.Lock()
        self._notices = Notices(self._topics)
        self._mailbox = Mailbox(parts.deliver, parts.inbox_full, self.wake)
        self._partner_link = (
            PartnerLink(settings, parts, self._mailbox.take) if settings.partner else None
        )
        self._backoff = Backoff(
            parts.generator, settings.reconnect_s_min, settings.reconnect_s_max
        )
        self._choice = BrokerChoice(settings.brokers, int(settings.stay_s * 1e6))
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)  # noqa: FBT003 - its only form
        self._wake_write.setblocking(False)  # noqa: FBT003 - its only form
        self._thread = threading.Thread(target=self._run, name="mqtt-link", daemon=True)
        self._delivery: Delivery | None = None
        self._serving: Serving | None = None
        self._broker = ""
        self._ended: Closed | None = None
        self._displaced = Displaced()
        self._displaced_told = False
        self._strange: set[str] = set()
        """Brokers that showed a certificate that is not trusted, and nothing better since."""
        self._connections = 0
        self._last_error = ""
        self._oldest: tuple[int, int] = (-1, 0)

    def start(self) -> None:
        """Begin; returns at once, whether a broker is there or not."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye and end; takes at most `JOIN_S`."""
        if self._thread.is_alive():
            self.set_state("offline")
            self._stopping.set()
            self.wake()
            self._thread.join(JOIN_S)
        if not self._thread.is_alive():
            self._wake_read.close()
            self._wake_write.close()

    def wake(self) -> None:
        """Something has changed: the journal grew, or an input was committed. Any thread."""
        with contextlib.suppress(OSError):  # the pipe is full, so the thread wakes anyway; or over
            self._wake_write.send(b"\0")

    def set_state(self, state: str) -> None:
        """Tell how the gateway is: starting, ready, degraded, draining or offline. Any thread."""
        with self._state_lock:
            self._state = state
            self._put_state()
        self.wake()

    def publish_info(self, values: Mapping[str, object]) -> None:
        """Tell what the gateway is; plain JSON values. Any thread."""
        confirmed = {"delivery": {"confirmed_by": self._settings.confirmed_by}}
        self._notices.put(self._topics.info, plain_payload(confirmed | dict(values)))
        self.wake()

    def publish_health(self, values: Mapping[str, object]) -> None:
        """Tell how the gateway does; plain JSON values. Any thread."""
        self._notices.put(self._topics.health, plain_payload(values))
        self.wake()

    def alert(self, alert_id: str, payload: bytes | None) -> None:
        """Raise an alert (`wire.outgoing.alert_payload`) or end it with None. Any thread."""
        self._notices.put(self._topics.alert(alert_id), payload or b"")
        self.wake()

    def status(self) -> LinkStatus:
        """How the link is. Any thread."""
        delivery, serving = self._delivery, self._serving
        is_open = serving is not None and serving.is_open
        acknowledged, recorded_us = self._oldest
        owes = delivery is not None and delivery.acknowledged_seq == acknowledged
        return LinkStatus(
            running=self._thread.is_alive(),
            connected=is_open,
            broker=self._broker if is_open else "",
            phase=delivery.phase.value if delivery is not None else "down",
            unsent=delivery.unsent if delivery is not None else 0,
            oldest_unsent_us=recorded_us if owes else None,
            in_flight=delivery.in_flight if delivery is not None else 0,
            waiting_incoming=len(self._mailbox),
            connections=self._connections,
            last_error=self._last_error,
        )

    def _put_state(self) -> None:
        payload = state_payload(self._state, self._session, self._parts.clock.now_us())
        self._notices.put(self._topics.state, payload)

    def _run(self) -> None:
        while not self._stopping.is_set():
            delivery = self._delivery or self._new_delivery()
            if delivery is None:
                self._pause(_JOURNAL_PAUSE_S)
                continue
            acknowledged = delivery.acknowledged_seq
            returns = self._serve(delivery, *self._choice.current)
            served = delivery.acknowledged_seq > acknowledged
            if served:
                self._backoff.reset()
            self._learn(self._ended)
            if returns:
                self._choice.go_back()
            elif self._choice.ended(served=served) and not self._stopping.is_set():
                self._pause(self._backoff.pause_s())

    def _new_delivery(self) -> Delivery | None:
        settings = self._settings
        journal = self._parts.journal
        encoder = FactEncoder(settings.gateway, self._parts.clock_quality, self._parts.epcis)
        try:
            self._delivery = Delivery(
                DeliverySettings(
                    by_broker=settings.confirmed_by == "broker",
                    window_messages=settings.window_messages,
                    absent_after_us=int(settings.absent_after_s * 1e6),
                    probe_us=int(settings.probe_s * 1e6),
                    events_per_s_max=settings.events_per_s_max,
                    bytes_per_s_max=settings.bytes_per_s_max,
                ),
                encoder,
                journal.epoch(),
                journal.acknowledged(),
                journal.last_seq(),
            )
        except self._parts.journal_error as error:
            self._note(f"the journal cannot be read: {error}")
        return self._delivery

    def _serve(self, delivery: Delivery, host: str, port: int) -> bool:
        """Connect, serve until the end, and learn from how it ended.

        Returns:
            Whether it ended to go back to the preferred broker.
        """
        self._ended = None
        with (
            self._state_lock
        ):  # the will of an older connection, told late, is known by its session
            self._session = self._parts.make_id()
            self._put_state()
        at_us = self._parts.clock.now_us()
        will = Will(self._topics.state, state_payload("lost", self._session, at_us))
        try:
            connection = Connection(self._settings, will)
            connection.open(host, port)
        except (OSError, ValueError) as error:
            self._note(f"{host}:{port} cannot be reached: {error}")
            if isinstance(error, ssl.SSLCertVerificationError):
                self._note_strange_certificate(f"{host}:{port}", error.verify_message)
            return False
        self._strange.discard(f"{host}:{port}")
        serving = Serving(
            connection,
            settings=self._settings,
            parts=self._parts,
            topics=self._topics,
            delivery=delivery,
            mailbox=self._mailbox,
            notices=self._notices,
            partner_link=self._partner_link,
        )
        self._serving, self._broker = serving, f"{host}:{port}"
        started_us = self._parts.clock.monotonic_us()
        returns = self._turns(serving, delivery)
        if self._parts.clock.monotonic_us() - started_us > STEADY_US:
            self._backoff.reset()
        self._serving = None
        self._ended = serving.ended
        return returns

    def _turns(self, serving: Serving, delivery: Delivery) -> bool:
        """Serve; gives whether it ended to go back to the preferred broker."""
        was_open, stands, returns = False, False, False
        opened_us = self._parts.clock.monotonic_us()
        absent_since_us: int | None = None
        while serving.ended is None and not returns and not self._stopping.is_set():
            serving.turn(self._wake_read.fileno())
            self._look_at_oldest(delivery)
            if serving.is_open and not was_open:
                was_open = True
                self._connections += 1
                _log.info("broker connected", broker=self._broker)
            if (
                was_open
                and not stands
                and self._parts.clock.monotonic_us() - opened_us > STEADY_US
            ):
                stands = True
                self._stands()
            if serving.trouble:
                self._note(serving.trouble)
                serving.trouble = ""
            absent_since_us = self._absent_since(delivery, absent_since_us)
            if self._is_elsewhere(absent_since_us):
                serving.ended = Closed(0, "the central system is absent behind this broker")
            returns = was_open and self._may_go_back(delivery, opened_us)
        if serving.ended is None:
            serving.say_goodbye(self._wake_read.fileno(), GOODBYE_US)
        elif was_open:
            _log.warning("broker lost", broker=self._broker, reason=serving.ended.reason)
        serving.end()
        return returns

    def _may_go_back(self, delivery: Delivery, opened_us: int) -> bool:
        """Whether it is time for the preferred broker, and it can be reached."""
        now_us = self._parts.clock.monotonic_us()
        if not self._choice.wants_back(now_us, opened_us, unsent=delivery.unsent):
            return False
        try:
            socket.create_connection(self._choice.preferred, REACH_S_MAX).close()
        except (OSError, UnicodeError):  # a name may be no name at all
            return False
        _log.info("back to the preferred broker", left=self._broker)
        return True

    def _absent_since(self, delivery: Delivery, before_us: int | None) -> int | None:
        if delivery.phase is not Phase.ABSENT:
            return None
        return self._parts.clock.monotonic_us() if before_us is None else before_us

    def _is_elsewhere(self, absent_since_us: int | None) -> bool:
        """Whether to look for the central system behind the next broker."""
        if absent_since_us is None or not self._choice.has_others:
            return False
        absent_us = self._parts.clock.monotonic_us() - absent_since_us
        return absent_us > self._settings.switch_after_s * 1e6

    def _learn(self, ended: Closed | None) -> None:
        """What the end of a connection means for the next one, and for a person."""
        if ended is None:
            self._displaced.ended(None, self._parts.clock.monotonic_us())
            return
        self._note(ended.reason)
        ending = ending_of(ended.reason_code)
        if ending is not Ending.AGAIN:
            self._backoff.stay_away()
        name = self._settings.gateway
        if ending is Ending.NAMESAKE:
            self._tell_namesake(sentence("namesake", name=name))
        elif self._displaced.ended(ended, self._parts.clock.monotonic_us()):
            self._tell_namesake(sentence("namesake_suspected", name=name, broker=self._broker))
        if ending in {Ending.REFUSED, Ending.ELSEWHERE}:
            self._tell(REFUSED_ALERT, f"{self._broker}: {ended.reason}; everything is kept")

    def _tell(self, alert_id: str, text: str | None) -> None:
        """Raise an alert, or end it without a text."""
        at_us = self._parts.clock.now_us()
        payload = alert_payload(alert_id, "error", at_us, text) if text else b""
        self._notices.put(self._topics.alert(alert_id), payload)

    def _note_strange_certificate(self, broker: str, why: str) -> None:
        """Once for each broker, until it shows one that is trusted."""
        if broker not in self._strange:
            self._strange.add(broker)
            text = f"{broker} shows a certificate that is not trusted: {why}"
            self._note_sign("certificate_unknown", text)

    def _tell_namesake(self, text: str) -> None:
        """Somebody has our place: once, until a connection has stood for a while."""
        self._tell(TAKEN_OVER_ALERT, text)
        if not self._displaced_told:
            self._displaced_told = True
            self._note_sign("session_taken_over", text)

    def _stands(self) -> None:
        """A connection that stood so long has neither a namesake nor a broker that refuses."""
        self._displaced_told = False
        self._tell(TAKEN_OVER_ALERT, None)
        self._tell(REFUSED_ALERT, None)

    def _note_sign(self, name: str, text: str) -> None:
        """A sign of intrusion, or of a mistake: a fact in any case."""
        sign = IntrusionNoticed(name, "broker", text, self._parts.clock.now_us())
        with contextlib.suppress(self._parts.inbox_full):  # the alert stands in any case
            self._parts.deliver(sign, lambda _: None)

    def _pause(self, pause_s: float) -> None:
        """Wait without a connection; what the floor commits meanwhile still counts."""
        until_us = self._parts.clock.monotonic_us() + int(pause_s * 1e6)
        while not self._stopping.is_set():
            now_us = self._parts.clock.monotonic_us()
            if now_us >= until_us:
                break
            waiting = select.poll()
            waiting.register(self._wake_read, select.POLLIN)
            waiting.poll(min(_TURN_MS, (until_us - now_us) / 1000))
            self._drain_wake()
            self._work_offline(now_us)

    def _work_offline(self, now_us: int) -> None:
        delivery = self._delivery
        if delivery is None:
            return
        with contextlib.suppress(self._parts.journal_error):  # told when it matters, on connecting
            delivery.grown(self._parts.journal.last_seq(), now_us)
        for one in self._mailbox.work(now_us):
            if isinstance(one, CentralAcknowledged):
                delivery.acknowledged(one.epoch, one.upto, now_us)
        self._look_at_oldest(delivery)

    def _look_at_oldest(self, delivery: Delivery) -> None:
        """Remember when the oldest fact was recorded that the central system does not have."""
        acknowledged = delivery.acknowledged_seq
        if delivery.unsent == 0 or self._oldest[0] == acknowledged:
            return
        with contextlib.suppress(self._parts.journal_error):
            facts = self._parts.journal.facts_after(acknowledged, 1, 1)
            if facts:
                self._oldest = (acknowledged, facts[0].recorded_us)

    def _drain_wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake_read.recv(4096)

    def _note(self, trouble: str) -> None:
        if trouble != self._last_error:
            _log.warning("link trouble", trouble=trouble)
        self._last_error = trouble
