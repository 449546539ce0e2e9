"""Trying a broker: does it take us, let us listen, let us publish, and how much at once.

A broker may grant a subscription and then deliver nothing, because its rights forbid reading
(mosquitto does). So a question goes to where the gateway itself listens, `request/identify`
without a topic to answer to: a daemon that hears it, too, answers nobody.
"""

from dataclasses import dataclass, replace

from edge.clock import Clock
from edge.sync.mqtt.connection import Connection
from edge.sync.mqtt.seen import (
    Answered,
    Arrived,
    Closed,
    NotSubscribed,
    Opened,
    Outgoing,
    Seen,
    Will,
)
from edge.sync.mqtt.settings import LinkSettings
from edge.sync.wire.topics import Topics

TRIAL_US_MAX = 8_000_000
TURN_MS = 50
DELIVERY_US_MAX = 2_000_000
"""How long a broker that took our question may take to bring it back to us."""
QUESTION_EXPIRY_S = 10
"""A daemon that is away shall not find it a day later."""
REFUSED = 0x80
"""Reason codes from here on are refusals."""
ALERT_ID = "doctor"
"""Published with an empty payload: an alert that is over tells nobody anything."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a broker did.

    Attributes:
        reached: it took the connection and accepted us.
        packet_max: largest packet that it takes, bytes; 0 where it was not reached.
        listens: it lets us subscribe to everything that the gateway needs.
        delivers: what is sent to where we listen comes to us; None where that could not be tried,
            because we may not publish there and nothing retained lay there.
        publish_reason: MQTT's reason code for a publish to our own subtree; None for no answer.
        trouble: in one sentence what went wrong; empty where nothing did.
    """

    reached: bool = False
    packet_max: int = 0
    listens: bool = True
    delivers: bool | None = None
    publish_reason: int | None = None
    trouble: str = ""


def try_broker(
    settings: LinkSettings, clock: Clock, wake: int, within_us: int = TRIAL_US_MAX
) -> Trial:
    """Connect beside the daemon, under a client id of our own that leaves nothing behind.

    Args:
        settings: of the link; the first broker is tried.
        clock: for the deadline.
        wake: a descriptor that nobody writes to.
        within_us: how long the broker may take to answer.
    """
    own = settings.client_id or f"{settings.site}-{settings.gateway}"
    settings = replace(settings, client_id=f"{own}-doctor", session_expiry_s=0)
    topics = Topics(settings.prefix, settings.site, settings.gateway)
    try:
        connection = Connection(settings, Will(topics.alert(ALERT_ID), b""))
        connection.open(*settings.brokers[0])
    except (OSError, ValueError) as error:
        return Trial(trouble=str(error))
    try:
        return _Course(connection, topics, clock).run(wake, within_us)
    finally:
        connection.close()


class _Course:
    """One trial under way: what was sent, and what has come of it."""

    def __init__(self, connection: Connection, topics: Topics, clock: Clock) -> None:
        self._connection = connection
        self._topics = topics
        self._clock = clock
        self._trial = Trial()
        self._word = 0
        self._taken_us: int | None = None
        self._is_refused = False

    def run(self, wake: int, within_us: int) -> Trial:
        """Turn until everything is answered, or the time is over."""
        until_us = self._clock.monotonic_us() + within_us
        while not self._is_over():
            if self._clock.monotonic_us() > until_us:
                return replace(self._trial, trouble="it did not answer in time")
            self._connection.turn(wake, TURN_MS)
            while (seen := self._connection.seen()) is not None:
                self._take(seen)
            self._wait_no_longer()
        return self._trial

    def _is_over(self) -> bool:
        trial = self._trial
        is_answered = trial.delivers is not None or self._is_refused
        return bool(trial.trouble) or (trial.publish_reason is not None and is_answered)

    def _take(self, seen: Seen) -> None:
        match seen:
            case Opened():
                self._trial = replace(self._trial, reached=True, packet_max=seen.packet_max)
                self._ask()
            case NotSubscribed():
                self._trial = replace(self._trial, listens=False)
                self._is_refused = True
            case Answered(ticket, reason) if ticket == self._word:
                self._trial = replace(self._trial, publish_reason=reason)
            case Answered(_, reason):
                self._is_refused |= reason >= REFUSED
                self._taken_us = self._clock.monotonic_us()
            case Arrived(topic=topic) if not topic.startswith(f"{self._topics.base}alert/"):
                self._trial = replace(self._trial, delivers=True)
            case Closed():  # a refusal is followed by the end of the wire, which tells less
                self._trial = replace(self._trial, trouble=self._trial.trouble or seen.reason)
            case Arrived():
                pass  # an alert that is retained for the gateway is not for us

    def _ask(self) -> None:
        topics = self._topics
        self._connection.subscribe(topics.subscriptions, topics.base + "alert/+")
        self._word = self._connection.publish(Outgoing(topics.alert(ALERT_ID), b""))
        question = Outgoing(f"{topics.base}request/identify", b"{}", expiry_s=QUESTION_EXPIRY_S)
        self._connection.publish(question)

    def _wait_no_longer(self) -> None:
        if self._taken_us is None or self._is_refused or self._trial.delivers is not None:
            return
        if self._clock.monotonic_us() - self._taken_us > DELIVERY_US_MAX:
            self._trial = replace(self._trial, delivers=False)
