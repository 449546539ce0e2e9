"""Which message answers which, and what answers say without a decoder: status, names, refusals."""

import struct

from drivers.llrp.definitions import MESSAGES
from drivers.llrp.framing import CUSTOM_MESSAGE

_HEADER = struct.Struct("!HII")
_STATUS = struct.Struct("!HHHH")
_LLRP_STATUS = 287
_PARAMETER_ERROR = 289

GET_CAPABILITIES_RESPONSE = 11
GET_CONFIG_RESPONSE = 12
SET_CONFIG_RESPONSE = 13
ADD_ROSPEC_RESPONSE = 30
ENABLE_ROSPEC_RESPONSE = 34
GET_ROSPECS_RESPONSE = 36
SUPPORTED_VERSION_RESPONSE = 56
PROTOCOL_VERSION_RESPONSE = 57
DELETE_RESPONSES = {31, 51}
"""Their refusal means that nothing was there."""
RESPONSES = {
    1: GET_CAPABILITIES_RESPONSE,
    2: GET_CONFIG_RESPONSE,
    3: SET_CONFIG_RESPONSE,
    20: ADD_ROSPEC_RESPONSE,
    21: 31,
    24: ENABLE_ROSPEC_RESPONSE,
    26: GET_ROSPECS_RESPONSE,
    41: 51,
    46: SUPPORTED_VERSION_RESPONSE,
    47: PROTOCOL_VERSION_RESPONSE,
    CUSTOM_MESSAGE: CUSTOM_MESSAGE,
}
"""The answer to each request of ours; ENABLE_EVENTS_AND_REPORTS has none."""
SOON = {2, 26, 46, 47}
"""Questions that can go unanswered: reading must not wait long for them."""
STATUS_AT = {CUSTOM_MESSAGE: 5, SUPPORTED_VERSION_RESPONSE: 2}
"""Where the status stands if not at the beginning: behind vendor and subtype, two versions."""

GREETINGS: dict[object, str] = {
    1: "the reader refused: a connection that it made itself exists already",
    2: "the reader refused: another client is connected to it; close that one first",
    3: "the reader refused the connection for a reason that it does not tell",
    4: "another client tried to connect to the reader",
}
"""What the status of a ConnectionAttemptEvent means, other than success (0)."""
OTHERS_CLIENT, OTHERS_ATTEMPT = 2, 4
"""Somebody else has the reader, or wanted to have it."""


def status_of(body: bytes) -> tuple[int, str]:
    """Code and text of an LLRPStatus parameter; 0 is success, -1 means that none is there."""
    if len(body) < _STATUS.size:
        return -1, "an answer without status"
    kind, length, code, size = _STATUS.unpack_from(body)
    if kind & 0x3FF != _LLRP_STATUS or length > len(body) or _STATUS.size + size > length:
        return -1, "an answer without status"
    return code, body[_STATUS.size : _STATUS.size + size].decode("utf-8", "replace")


def blamed(body: bytes) -> frozenset[int]:
    """Types of the parameters that an LLRPStatus names as being at fault, outer and inner ones."""
    code, _ = status_of(body)
    if code < 0:
        return frozenset()
    at = _STATUS.size + _STATUS.unpack_from(body)[3]
    found = set()
    while at + _STATUS.size <= len(body):
        kind, length, culprit, _ = _STATUS.unpack_from(body, at)
        if kind & 0x3FF == _PARAMETER_ERROR:
            found.add(culprit)
            at += _STATUS.size  # the inner one stands in it, behind its fields
        else:
            at += max(length, _STATUS.size)
    return frozenset(found)


def versioned(request: bytes, version: int) -> bytes:
    """A message with this version in its header."""
    head, length, message_id = _HEADER.unpack_from(request)
    header = _HEADER.pack(head & ~0x1C00 | version << 10, length, message_id)
    return header + request[_HEADER.size :]


def name_of(answer: int) -> str:
    """The name of the message of this type that answers a request."""
    if answer == CUSTOM_MESSAGE:
        return "IMPINJ_ENABLE_EXTENSIONS_RESPONSE"
    return MESSAGES[answer].name
