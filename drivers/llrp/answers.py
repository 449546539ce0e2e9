"""What a reader's answers say, read without a decoder: status, names, refusals at the door."""

import struct

from drivers.llrp.definitions import MESSAGES
from drivers.llrp.framing import CUSTOM_MESSAGE

_HEADER = struct.Struct("!HII")
_STATUS = struct.Struct("!HHHH")
_LLRP_STATUS = 287

GREETINGS: dict[object, str] = {
    1: "the reader refused: a connection that it made itself exists already",
    2: "the reader refused: another client is connected to it; close that one first",
    3: "the reader refused the connection for a reason that it does not tell",
    4: "another client tried to connect to the reader",
}
"""What the status of a ConnectionAttemptEvent means, other than success (0)."""


def status_of(body: bytes) -> tuple[int, str]:
    """Code and text of an LLRPStatus parameter; 0 is success, -1 means that none is there."""
    if len(body) < _STATUS.size:
        return -1, "an answer without status"
    kind, length, code, size = _STATUS.unpack_from(body)
    if kind & 0x3FF != _LLRP_STATUS or length > len(body) or _STATUS.size + size > length:
        return -1, "an answer without status"
    return code, body[_STATUS.size : _STATUS.size + size].decode("utf-8", "replace")


def longer(request: bytes, parameter: bytes) -> bytes:
    """A message with one more parameter at its end."""
    head, length, message_id = _HEADER.unpack_from(request)
    header = _HEADER.pack(head, length + len(parameter), message_id)
    return header + request[_HEADER.size :] + parameter


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
