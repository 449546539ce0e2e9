"""What a connection has seen, and what it is given to send."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opened:
    """The broker accepted us, with its limits; `keepalive_s` is 0 where ours is right for it."""

    receive_maximum: int
    packet_max: int
    keepalive_s: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is gone; `reason_code` is the broker's where it told one, else 0.

    Attributes:
        is_wordless: the other side ended it, and told no reason.
    """

    reason_code: int
    reason: str
    is_wordless: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message came in; it is acknowledged by `Connection.acknowledge`."""

    message_id: int
    quality: int
    topic: str
    payload: bytes
    retained: bool
    response_topic: str
    correlation: bytes | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The broker's PUBACK for the message with this ticket."""

    ticket: int
    reason_code: int


@dataclass(frozen=True, slots=True)
class NotSubscribed:
    """The broker does not let us listen."""

    reason: str


Seen = Opened | Closed | Arrived | Answered | NotSubscribed


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send; where `expiry_s` is given the broker forgets it after so long."""

    topic: str
    payload: bytes
    retain: bool = False
    quality: int = 1
    keys: tuple[tuple[str, str], ...] = ()
    correlation: bytes | None = None
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker tells when we are gone without a word."""

    topic: str
    payload: bytes
