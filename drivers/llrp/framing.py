"""LLRP framing: bytes of one connection in, whole messages out.

Every message opens with ten bytes (LLRP 1.0.1, section 16.1): 3 reserved bits, 3 bits of version,
10 bits of type, 32 bits of length that include these ten, 32 bits of message id. A header that
cannot be true costs the connection, because nothing behind it can be trusted; a message whose
*body* is wrong costs only itself and is not this file's matter.

Tag reports come by the thousand, so consecutive reports of equal length stay in one piece
(`ReportRun`): making an object for each would cost more than decoding them.

Time is linear in the bytes fed: they are gathered until a whole message is there and are looked at
once. A splitter belongs to one connection; a new connection gets a new one.
"""

import re
import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

HEADER_BYTES = 10
RO_ACCESS_REPORT = 61
KEEPALIVE = 62
KEEPALIVE_ACK = 72
READER_EVENT_NOTIFICATION = 63
ERROR_MESSAGE = 100
CUSTOM_MESSAGE = 1023

CAP_BYTES = 1 << 20
"""Longest message taken: a report of 17,000 tags. A longer one is a broken length field."""
_VERSIONS = (1, 2)  # LLRP 1.0.1 and 1.1
_TYPE_MASK = 0x3FF
_LEAP_FROM = 4  # equal headers in a row from which a pattern finds the others sooner
_LEAP_MOST = 1024  # messages that it finds at most

_HEAD = struct.Struct("!HI")
_HEADER = struct.Struct("!HII")


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole message.

    Attributes:
        type: message type number, 0 to 1023.
        version: 1 for LLRP 1.0.1, 2 for LLRP 1.1.
        message_id: as sent; 0 in most unsolicited messages.
        body: what follows the ten bytes of the header.
        offset: place of the header in the connection's stream, in bytes from 0.
    """

    type: int
    version: int
    message_id: int
    body: bytes
    offset: int

    @property
    def whole(self) -> bytes:
        """The message with its header, as it came over the wire."""
        head = (self.version << 10) | self.type
        return _HEADER.pack(head, HEADER_BYTES + len(self.body), self.message_id) + self.body


@dataclass(frozen=True, slots=True)
class ReportRun:
    """RO_ACCESS_REPORT messages of equal length, one behind the other as they came.

    Attributes:
        data: the messages with their headers, `count * length` bytes.
        length: bytes of each message with its header.
        count: messages, at least 1.
        offset: place of the first header in the connection's stream.
    """

    data: bytes
    length: int
    count: int
    offset: int

    def bodies(self) -> bytes:
        """The bodies without the headers, joined."""
        if self.count == 1:
            return self.data[HEADER_BYTES:]
        rows = np.frombuffer(self.data, np.uint8).reshape(self.count, self.length)
        return rows[:, HEADER_BYTES:].tobytes()

    def frames(self) -> list[Frame]:
        """Each message by itself, for whoever wants them one by one."""
        found = []
        for start in range(0, len(self.data), self.length):
            head, length, message_id = _HEADER.unpack_from(self.data, start)
            body = self.data[start + HEADER_BYTES : start + length]
            version, kind = head >> 10 & 7, head & _TYPE_MASK
            found.append(Frame(kind, version, message_id, body, self.offset + start))
        return found


@dataclass(frozen=True, slots=True)
class BadFrame:
    """A header that cannot be true: the connection must be dropped.

    Attributes:
        reason: one sentence.
        offset: place of the header in the connection's stream.
    """

    reason: str
    offset: int


def header_fault(head: int, length: int, cap_bytes: int = CAP_BYTES) -> str:
    """Why these first six bytes of a header cannot be true; empty if they can.

    Args:
        head: the first 16 bits: reserved, version, type.
        length: the length field, in bytes.
        cap_bytes: longest message taken.
    """
    if head >> 10 & 7 not in _VERSIONS:
        return f"protocol version {head >> 10 & 7}, not 1 or 2"
    if length < HEADER_BYTES:
        return f"message length {length} is shorter than the header"
    if length > cap_bytes:
        return f"message length {length} is above the limit of {cap_bytes}"
    return ""


class FrameSplitter:
    """Cuts one connection's bytes into messages."""

    def __init__(self, cap_bytes: int = CAP_BYTES) -> None:
        self._cap_bytes = cap_bytes
        self._waiting = bytearray()
        self._wanted = HEADER_BYTES
        self._offset = 0
        self._broken = False

    @property
    def waiting_bytes(self) -> int:
        """Bytes of a message that is not whole yet."""
        return len(self._waiting)

    def feed(self, data: bytes) -> list[Frame | ReportRun | BadFrame]:
        """The messages that these bytes complete, in order.

        A `BadFrame` is the last thing a splitter gives; whatever is fed afterwards is ignored.
        """
        if self._broken:
            return []
        self._waiting += data
        if len(self._waiting) < self._wanted:
            return []
        chunk = bytes(self._waiting)
        items, used = self._split(chunk)
        del self._waiting[:used]
        self._offset += used
        return items

    def _split(self, chunk: bytes) -> tuple[list[Frame | ReportRun | BadFrame], int]:
        items: list[Frame | ReportRun | BadFrame] = []
        at, size = 0, len(chunk)
        self._wanted = HEADER_BYTES
        while at + HEADER_BYTES <= size:
            head, length, message_id = _HEADER.unpack_from(chunk, at)
            offset = self._offset + at
            if fault := header_fault(head, length, self._cap_bytes):
                self._broken = True
                return [*items, BadFrame(fault, offset)], size
            if at + length > size:
                self._wanted = length
                break
            kind = head & _TYPE_MASK
            if kind == RO_ACCESS_REPORT:
                count = _equal_messages(chunk, at, length)
                data = chunk[at : at + count * length]
                items.append(ReportRun(data, length, count, offset))
                at += count * length
            else:
                body = chunk[at + HEADER_BYTES : at + length]
                items.append(Frame(kind, head >> 10 & 7, message_id, body, offset))
                at += length
        return items, at


def _equal_messages(chunk: bytes, at: int, length: int) -> int:
    """How many whole messages from `at` on share type, version and length."""
    prefix = chunk[at : at + _HEAD.size]
    few = min((len(chunk) - at) // length, _LEAP_FROM)
    count = 1
    next_at = at + length
    while count < few and chunk.startswith(prefix, next_at):
        count += 1
        next_at += length
    if count < _LEAP_FROM:
        return count
    found = _equal(prefix, length).match(chunk, next_at)
    return count if found is None else count + (found.end() - next_at) // length


@lru_cache(maxsize=64)
def _equal(prefix: bytes, length: int) -> re.Pattern[bytes]:
    """As many whole messages as follow each other with this beginning; in C, one by one."""
    rest = length - len(prefix)
    return re.compile(b"(?:%b.{%d}){0,%d}" % (re.escape(prefix), rest, _LEAP_MOST), re.DOTALL)
