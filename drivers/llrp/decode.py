"""Streams of LLRP bytes from files as mappings, one a message, whatever is wrong in between.

A live connection is dropped at a header that cannot be true. A file is all there is, so here the
next header that can be true is looked for, and decoding goes on there.
"""

import re
import struct
from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, Literal

from drivers.llrp.definitions import MESSAGES
from drivers.llrp.framing import CUSTOM_MESSAGE, HEADER_BYTES, Frame, header_fault
from drivers.llrp.messages import BadMessageError, decode_frame
from drivers.llrp.pcap import BadCaptureError, read_segments
from drivers.llrp.tcp_streams import Stretch, reassemble

LLRP_PORT = 5084

Format = Literal["bin", "hex", "pcap"]
Decoded = dict[str, Any]

_HEADER = struct.Struct("!HII")
_FIRST_BYTE = re.compile(rb"[\x04-\x0b]")  # versions 1 and 2, reserved bits 0
_NO_DIGITS = re.compile(r"0x|[\s:,]")


def decode_stream(data: bytes, form: Format) -> Iterator[Decoded]:
    """Each message as `messages.decode_frame` gives it, each fault as `{"error", "offset"}`.

    Args:
        data: the whole file.
        form: `bin`, the bytes as on the wire; `hex`, lines of hex digits; `pcap`, a capture in
            which LLRP is looked for on TCP port 5084, in both directions. There each message has
            `time_us`, `source` and `destination` as well, and offsets count in its stream.
    """
    match form:
        case "bin":
            yield from (decoded for _, decoded in decode_bytes(data))
        case "hex":
            yield from _decode_hex(data)
        case "pcap":
            yield from _decode_capture(data)


def decode_bytes(data: bytes, offset: int = 0) -> Iterator[tuple[int, Decoded]]:
    """Each message or fault with the place behind it.

    Args:
        data: one message behind the other.
        offset: place of the first byte in its stream, for the faults.
    """
    at = 0
    while at < len(data):
        fault = _fault(data, at)
        if not fault:
            end, decoded = _decode_one(data, at, offset)
            yield end, decoded
            if "error" not in decoded or end == len(data) or _can_be_header(data, end):
                at = end
                continue
        else:
            yield len(data), {"error": fault, "offset": offset + at}
        at = _next_header(data, at)


def whole_messages(data: bytes) -> Iterator[tuple[int, int]]:
    """Begin and end of each message whose header can be true; what is between them is passed over.

    Args:
        data: of a stream that may begin and end in the middle of a message.
    """
    at = 0
    while at < len(data):
        if not _can_be_header(data, at) or _fault(data, at):
            at = _next_header(data, at)
            continue
        end: int = at + _HEADER.unpack_from(data, at)[1]
        yield at, end
        at = end


def _fault(data: bytes, at: int) -> str:
    if at + HEADER_BYTES > len(data):
        return f"{len(data) - at} bytes are left over, too few for a message"
    head, length, _ = _HEADER.unpack_from(data, at)
    if fault := header_fault(head, length):
        return fault
    if at + length > len(data):
        return f"a message of {length} bytes is cut short after {len(data) - at}"
    return ""


def _decode_one(data: bytes, at: int, offset: int) -> tuple[int, Decoded]:
    head, length, message_id = _HEADER.unpack_from(data, at)
    body = data[at + HEADER_BYTES : at + length]
    frame = Frame(head & 0x3FF, head >> 10 & 7, message_id, body, offset + at)
    try:
        return at + length, decode_frame(frame)
    except BadMessageError as fault:
        name = MESSAGES[frame.type].name if frame.type in MESSAGES else f"type {frame.type}"
        return at + length, {"error": f"{name}: {fault}", "offset": offset + at}


def _can_be_header(data: bytes, at: int) -> bool:
    if at + HEADER_BYTES > len(data):
        return False
    head, length, _ = _HEADER.unpack_from(data, at)
    kind = head & 0x3FF
    known = kind in MESSAGES or kind == CUSTOM_MESSAGE
    return known and not head >> 13 and not header_fault(head, length)


def _next_header(data: bytes, at: int) -> int:
    """The next place with a true header, the one after it also true or the end."""
    if at + HEADER_BYTES <= len(data):
        behind: int = at + _HEADER.unpack_from(data, at)[1]
        if behind > at and _can_be_header(data, behind) and _leads_on(data, behind):
            return behind
    for found in _FIRST_BYTE.finditer(data, at + 1):
        if _can_be_header(data, found.start()) and _leads_on(data, found.start()):
            return found.start()
    return len(data)


def _leads_on(data: bytes, at: int) -> bool:
    end = at + _HEADER.unpack_from(data, at)[1]
    return end == len(data) or _can_be_header(data, end)


def _decode_hex(data: bytes) -> Iterator[Decoded]:
    raw = bytearray()
    for number, line in enumerate(data.decode("ascii", "replace").splitlines(), 1):
        try:
            raw += bytes.fromhex(_NO_DIGITS.sub("", line))
        except ValueError:
            yield {"error": f"line {number} is not hex", "offset": len(raw)}
    yield from (decoded for _, decoded in decode_bytes(bytes(raw)))


def _decode_capture(data: bytes) -> Iterator[Decoded]:
    segments, broken = [], None
    try:
        for segment in read_segments(data):
            segments.append(segment)  # noqa: PERF402 - what came before a break is kept
    except BadCaptureError as fault:
        broken = str(fault)
    found: list[tuple[int, Decoded]] = []
    for stretch in reassemble(one for one in segments if LLRP_PORT in one.ports):
        found += _decode_stretch(stretch)
    yield from (decoded for _, decoded in sorted(found, key=itemgetter(0)))
    if broken is not None:
        yield {"error": broken, "offset": len(data)}


def _decode_stretch(stretch: Stretch) -> Iterator[tuple[int, Decoded]]:
    """Each message with the number of the segment that completed it."""
    if not stretch.marks:
        return
    way = {"source": stretch.source, "destination": stretch.destination}
    if stretch.missing:
        missing = f"{stretch.missing} bytes are missing in the capture"
        yield stretch.marks[0][1], {"error": missing, "offset": stretch.offset, **way}
    for end, decoded in decode_bytes(bytes(stretch.data), stretch.offset):
        mark = bisect_left(stretch.marks, end, key=itemgetter(0))
        _, number, time_us = stretch.marks[mark]
        yield number, {**decoded, "time_us": time_us, **way}
