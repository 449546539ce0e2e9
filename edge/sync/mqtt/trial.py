"""Trying a broker: does it take us, let us listen, let us publish, and how much at once."""

from dataclasses import dataclass, replace

from edge.clock import Clock
from edge.sync.mqtt.connection import Connection
from edge.sync.mqtt.seen import Answered, Closed, NotSubscribed, Opened, Outgoing, Will
from edge.sync.mqtt.settings import LinkSettings
from edge.sync.wire.topics import Topics

TRIAL_US_MAX = 8_000_000
TURN_MS = 50
ALERT_ID = "doctor"
"""Published with an empty payload: an alert that is over tells nobody anything."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a broker did.

    Attributes:
        reached: it took the connection and accepted us.
        packet_max: largest packet that it takes, bytes; 0 where it was not reached.
        listens: it lets us subscribe to everything that the gateway needs.
        publish_reason: MQTT's reason code for a publish to our own subtree; None for no answer.
        trouble: in one sentence what went wrong; empty where nothing did.
    """

    reached: bool = False
    packet_max: int = 0
    listens: bool = True
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
        return _tried(connection, topics, wake, Deadline(clock, within_us))
    finally:
        connection.close()


class Deadline:
    """Begins when it is made."""

    def __init__(self, clock: Clock, within_us: int) -> None:
        self._clock = clock
        self._until_us = clock.monotonic_us() + within_us

    @property
    def is_over(self) -> bool:
        """Whether the time has run out."""
        return self._clock.monotonic_us() > self._until_us


def _tried(connection: Connection, topics: Topics, wake: int, deadline: Deadline) -> Trial:
    trial = Trial()
    while trial.publish_reason is None and not trial.trouble:
        if deadline.is_over:
            return replace(trial, trouble="it did not answer in time")
        connection.turn(wake, TURN_MS)
        while (seen := connection.seen()) is not None:
            match seen:
                case Opened():
                    trial = replace(trial, reached=True, packet_max=seen.packet_max)
                    connection.subscribe(topics.subscriptions, topics.base + "alert/+")
                    connection.publish(Outgoing(topics.alert(ALERT_ID), b""))
                case NotSubscribed():
                    trial = replace(trial, listens=False)
                case Answered():
                    trial = replace(trial, publish_reason=seen.reason_code)
                case Closed():
                    trial = replace(trial, trouble=seen.reason)
                case _:
                    pass  # what is retained for the gateway is not for us
    return trial
