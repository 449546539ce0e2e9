"""What it means that a broker refuses a connection or ends it, by its reason code.

Codes are those of CONNACK and DISCONNECT (MQTT 5.0, sections 3.2.2.2 and 3.14.2.1). A connection
that breaks without a word has the code 0, and is simply made again.
"""

from enum import Enum


class Ending(Enum):
    """What is to be done."""

    AGAIN = "again"
    """Connect again, after pauses that grow: a planned stop, a lost ping, a packet too large."""
    PATIENCE = "patience"
    """The broker has too much to do, with us or with all: after the longest pause."""
    ELSEWHERE = "elsewhere"
    """The broker names another one: that is for the configuration, so a person is told."""
    NAMESAKE = "namesake"
    """Another client uses our name: not to be fought for, a person is told."""
    REFUSED = "refused"
    """Trying again alone mends nothing: rights, name or protocol; a person is told."""


_ENDINGS = {
    0x80: Ending.AGAIN,  # unspecified error
    0x81: Ending.REFUSED,  # malformed packet
    0x82: Ending.REFUSED,  # protocol error
    0x83: Ending.AGAIN,  # implementation specific error
    0x84: Ending.REFUSED,  # unsupported protocol version
    0x85: Ending.REFUSED,  # client identifier not valid
    0x86: Ending.REFUSED,  # bad user name or password
    0x87: Ending.REFUSED,  # not authorized
    0x88: Ending.AGAIN,  # server unavailable
    0x89: Ending.PATIENCE,  # server busy
    0x8A: Ending.REFUSED,  # banned
    0x8B: Ending.AGAIN,  # server shutting down
    0x8C: Ending.REFUSED,  # bad authentication method
    0x8D: Ending.AGAIN,  # keep alive timeout
    0x8E: Ending.NAMESAKE,  # session taken over
    0x90: Ending.REFUSED,  # topic name invalid: our prefix, or our will's
    0x93: Ending.AGAIN,  # receive maximum exceeded
    0x95: Ending.AGAIN,  # packet too large: the delivery learns its size from this
    0x96: Ending.PATIENCE,  # message rate too high
    0x97: Ending.PATIENCE,  # quota exceeded
    0x98: Ending.PATIENCE,  # administrative action: somebody has thrown us out just now
    0x99: Ending.AGAIN,  # payload format invalid
    0x9A: Ending.REFUSED,  # retain not supported: state, info and alerts need it
    0x9B: Ending.REFUSED,  # QoS not supported: facts need 1
    0x9C: Ending.ELSEWHERE,  # use another server
    0x9D: Ending.ELSEWHERE,  # server moved
    0x9F: Ending.PATIENCE,  # connection rate exceeded
    0xA0: Ending.PATIENCE,  # maximum connect time
}


def ending_of(reason_code: int) -> Ending:
    """The meaning of a reason code; one that is not known counts as a passing one."""
    return _ENDINGS.get(reason_code, Ending.AGAIN)
