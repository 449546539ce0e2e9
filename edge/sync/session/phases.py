"""The session's phases as a table, what it asks for, and what a broker's refusal means."""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Phase(StrEnum):
    """Where the delivery of facts stands."""

    DOWN = "down"
    DRAINING = "draining"
    RESTING = "resting"
    ABSENT = "absent"


class Trigger(StrEnum):
    """What can happen to it."""

    CONNECTED = "connected"
    LOST = "lost"
    REFUSED = "refused"
    RESTED = "rested"
    SILENT = "silent"
    HEARD = "heard"


PHASES = {
    (Phase.DOWN, Trigger.CONNECTED): Phase.DRAINING,
    (Phase.DRAINING, Trigger.LOST): Phase.DOWN,
    (Phase.RESTING, Trigger.LOST): Phase.DOWN,
    (Phase.ABSENT, Trigger.LOST): Phase.DOWN,
    (Phase.DRAINING, Trigger.REFUSED): Phase.RESTING,
    (Phase.RESTING, Trigger.RESTED): Phase.DRAINING,
    (Phase.DRAINING, Trigger.SILENT): Phase.ABSENT,
    (Phase.RESTING, Trigger.SILENT): Phase.ABSENT,
    (Phase.ABSENT, Trigger.HEARD): Phase.DRAINING,
}
"""What is not here changes nothing: acknowledgements and refusals may come late."""


class Verdict(Enum):
    """What a broker's answer to a message means for the stream."""

    TAKEN = "taken"
    NOBODY_LISTENS = "nobody listens"
    LATER = "later"
    FORBIDDEN = "forbidden"
    POISON = "poison"


_VERDICTS = {
    0x00: Verdict.TAKEN,
    0x10: Verdict.NOBODY_LISTENS,
    0x80: Verdict.LATER,  # unspecified error
    0x83: Verdict.LATER,  # implementation specific: mosquitto's word for a message over its limit
    0x87: Verdict.FORBIDDEN,
    0x90: Verdict.POISON,  # topic name invalid
    0x91: Verdict.LATER,  # packet identifier in use
    0x97: Verdict.LATER,  # quota exceeded: the central system's queue is full
    0x99: Verdict.POISON,  # payload format invalid
}
_FAILURES_FROM = 0x80
PACKET_TOO_LARGE = 0x95
"""Reason of a disconnection by a broker with a limit that it did not tell (section 3.14.2.1)."""


def verdict_of(reason_code: int) -> Verdict:
    """The meaning of a PUBACK's reason code (MQTT 5.0, section 3.4.2.1)."""
    if reason_code < _FAILURES_FROM:
        return _VERDICTS.get(reason_code, Verdict.TAKEN)
    return _VERDICTS.get(reason_code, Verdict.LATER)


def refusal_of(reason_code: int) -> str:
    """Why a single message did not reach anybody; empty where it was taken."""
    match verdict_of(reason_code):
        case Verdict.TAKEN:
            return ""
        case Verdict.NOBODY_LISTENS:
            return "the broker says that nobody listens"
        case Verdict.LATER | Verdict.FORBIDDEN | Verdict.POISON:
            return f"the broker refuses it, reason 0x{reason_code:02x}"


@dataclass(frozen=True, slots=True)
class Fetch:
    """Wants facts of the journal: those after a number, at most so many."""

    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class FetchLive:
    """Wants the newest facts of the journal, to tell them ahead of their turn."""

    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class Publish:
    """Wants a message sent with QoS 1; its PUBACK is told with the same token.

    `is_live` for one that goes ahead of its turn, on the lane's topic.
    """

    token: int
    kind: str
    payload: bytes
    keys: tuple[tuple[str, str], ...]
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """No broker takes this fact: an envelope without data goes in its place.

    `kind` is the fact's; empty where the journal did not give it.
    """

    seq: int
    reason: str
    kind: str


@dataclass(frozen=True, slots=True)
class FetchAgain:
    """Wants one fact of the journal, to send it whole once more."""

    seq: int


@dataclass(frozen=True, slots=True)
class SentAgain:
    """The broker took a fact whole that was set aside."""

    seq: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person should know; over where the text is None."""

    code: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The broker holds everything up to here; only where its PUBACK is trusted."""

    upto: int


Output = Fetch | FetchLive | FetchAgain | Publish | SetAside | SentAgain | Alarm | Confirmed
