"""LLRP framing: bytes of one connection in, whole messages out.

Every message opens with ten bytes (LLRP 1.0.1, section 16.1): 3 reserved bits, 3 bits of version,
10 bits of type, 32 bits of length that include these ten, 32 bits of message id. A header that
cannot be true costs the connection, because nothing behind it can be trusted; a message whose
*body* is wrong costs only itself and is not this file's matter.

Tag reports come by the thousand, so consecutive reports stay in one piece (`ReportRun`): making an
object for each would cost more than decoding them.

Time is linear in the bytes fed: they are gathered until a whole message is there and are looked at
once. A splitter belongs to one connection; a new connection gets a new one.
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from drivers.llrp import compiled

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
_LEAP_EVERY = (
    2 if compiled.READING is not None else 4
)  # equal headers in a row, after which further ones are looked for all at once
_LEAP_MOST = 1024  # messages that it looks at: where runs are short, the next one looks again

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


class ReportRun(NamedTuple):
    """RO_ACCESS_REPORT messages of one version, one behind the other as they came.

    Attributes:
        data: the messages with their headers; a view, since copying costs what splitting costs.
        stretches: length of a message with its header, in bytes, and how many of that length
            follow each other; at least one stretch, each of at least one message.
        offset: place of the first header in the connection's stream.
    """

    data: memoryview
    stretches: tuple[tuple[int, int], ...]
    offset: int

    @property
    def messages(self) -> int:
        """How many messages are in it."""
        if len(self.stretches) == 1:
            return self.stretches[0][1]
        return sum([count for _, count in self.stretches])

    @property
    def body_bytes(self) -> int:
        """Bytes of the bodies without the headers."""
        return len(self.data) - HEADER_BYTES * self.messages

    def bodies(self) -> list[memoryview]:
        """The bodies without the headers, one by one."""
        found, at = [], 0
        for length, count in self.stretches:
            end = at + count * length
            starts = range(at + HEADER_BYTES, end, length)
            found += [self.data[start : start + length - HEADER_BYTES] for start in starts]
            at = end
        return found

    def frames(self) -> list[Frame]:
        """Each message by itself, for whoever wants them one by one."""
        found, start = [], 0
        while start < len(self.data):
            head, length, message_id = _HEADER.unpack_from(self.data, start)
            body = bytes(self.data[start + HEADER_BYTES : start + length])
            version, kind = head >> 10 & 7, head & _TYPE_MASK
            found.append(Frame(kind, version, message_id, body, self.offset + start))
            start += length
        return found


def bodies(runs: list[ReportRun]) -> bytes:
    """The bodies of all these messages without their headers, joined."""
    lengths = {length for run in runs for length, _ in run.stretches}
    if len(lengths) > 1:
        return b"".join([body for run in runs for body in run.bodies()])
    joined = b"".join([run.data for run in runs])
    rows = np.frombuffer(joined, np.uint8).reshape(-1, *lengths)
    return rows[:, HEADER_BYTES:].tobytes()


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
        chunk = data
        if self._waiting:
            if len(self._waiting) + len(data) < self._wanted:
                self._waiting += data
                return []
            chunk = b"".join((self._waiting, data))
        items, used = self._split(chunk)
        self._waiting = bytearray(chunk[used:])
        self._offset += used
        return items

    @property
    def between_messages(self) -> bool:
        """Whether the next byte begins a message."""
        return not self._waiting and not self._broken

    def run(self, data: memoryview, stretch: tuple[int, int]) -> ReportRun:
        """Reports that were looked through already, between messages; in place of `feed`.

        Args:
            data: whole reports of one version and length, and nothing else.
            stretch: that length, no more than the longest message taken, and their number.
        """
        run = ReportRun(data, (stretch,), self._offset)
        self._offset += len(data)
        return run

    def passed(self, size: int) -> None:
        """So many bytes of whole messages were taken elsewhere, between messages."""
        self._offset += size

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
                end, stretches = self._reports(chunk, at, length)
                items.append(ReportRun(memoryview(chunk)[at:end], stretches, offset))
                at = end
            else:
                body = chunk[at + HEADER_BYTES : at + length]
                items.append(Frame(kind, head >> 10 & 7, message_id, body, offset))
                at += length
        return items, at

    def _reports(
        self, chunk: bytes, at: int, length: int
    ) -> tuple[int, tuple[tuple[int, int], ...]]:
        """The end of the whole reports that follow each other from `at` on, and their lengths."""
        head = following = _HEAD.unpack_from(chunk, at)[0]
        most, size, last = self._cap_bytes, len(chunk), len(chunk) - HEADER_BYTES
        stretches: list[tuple[int, int]] = []
        before, count = length, 0
        while following == head and HEADER_BYTES <= length <= most and at + length <= size:
            if length != before:
                stretches.append((before, count))
                before, count = length, 0
            count += 1
            at += length
            if not count % _LEAP_EVERY:
                more = _leap(chunk, at, length)
                count += more
                at += more * length
            if at > last:
                break
            following, length = _HEAD.unpack_from(chunk, at)
        return at, (*stretches, (before, count))


def _leap(chunk: bytes, at: int, length: int) -> int:
    """How many whole messages from `at` on are like the one before: type, version and length."""
    if compiled.READING is not None:
        return compiled.READING.alike(chunk, len(chunk), at, length)
    alike = min((len(chunk) - at) // length, _LEAP_MOST)
    for place in range(at, at + _HEAD.size):
        before = chunk[place - length : place - length + 1]
        bytes_there = chunk[place : place + alike * length : length]
        alike -= len(bytes_there.lstrip(before))
    return alike
