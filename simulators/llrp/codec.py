"""LLRP bytes to values and back, driven by the table of words; no wire, no state, no clock.

Decoding is lenient where a later standard may differ (values without meaning stay numbers,
unknown parameters stay bytes) and strict where bytes cannot be trusted: a length that leaves its
holder, a field cut short, bytes left over. Encoding accepts every value that fits its bits, so
that faults can be played; a missing field or an unknown name is the caller's error.
"""

from collections.abc import Mapping

from simulators.llrp.bits import Bitwriter, Cursor, MalformedError
from simulators.llrp.layouts import (
    CUSTOM,
    FIRST_TLV,
    MESSAGE_BY_NAME,
    MESSAGE_BY_NUMBER,
    PARAMETER_BY_NAME,
    PARAMETER_BY_NUMBER,
    Field,
    Layout,
)
from simulators.llrp.parts import Bits, Message, Part, Value

HEADER_BYTES = 10
_TLV_BYTES = 4
_DEEPEST = 16
"""The standard nests 7 deep; chains of ParameterError could go on for ever."""


def _take_list(cursor: Cursor, field: Field) -> Value:
    """A counted list of numbers or bits."""
    count = cursor.take(16)
    if field.kind == "u1v":
        return Bits(count, cursor.take_bytes((count + 7) // 8))
    if count * field.bits > cursor.end - cursor.at:
        raise MalformedError("a list is cut short", cursor.at // 8)
    return tuple(cursor.take(field.bits) for _ in range(count))


def _take_value(cursor: Cursor, field: Field) -> Value:
    match field.kind:
        case "u" if field.bits > 64:  # noqa: PLR2004 - wider than any number: an EPC
            return cursor.take_bytes(field.bits // 8)
        case "u":
            return cursor.take(field.bits)
        case "s":
            value = cursor.take(field.bits)
            return value - (1 << field.bits) if value >> (field.bits - 1) else value
        case "text":
            return cursor.take_bytes(cursor.take(16)).decode("utf-8", "replace")
        case "rest":
            return cursor.take_bytes(cursor.left())
        case _:
            return _take_list(cursor, field)


def _take_fields(cursor: Cursor, layout: Layout) -> dict[str, Value]:
    values: dict[str, Value] = {}
    number = 0
    for field in layout.fields:
        number += bool(field.name)
        try:
            value = _take_value(cursor, field)
        except MalformedError as error:
            error.field_number = number
            raise
        if field.name:
            values[field.name] = value
    return values


def _take_inside(cursor: Cursor, layout: Layout, depth: int) -> tuple[Part, ...]:
    found = []
    while layout.places and cursor.at < cursor.end:
        found.append(_take_part(cursor, depth + 1))
    if cursor.at < cursor.end:
        raise MalformedError(f"bytes are left over in {layout.name}", cursor.at // 8)
    return tuple(found)


def _take_tv(cursor: Cursor) -> Part:
    number = cursor.take(8) & 0x7F
    layout = PARAMETER_BY_NUMBER.get((0, number))
    if layout is None or number >= FIRST_TLV:
        raise MalformedError(f"unknown TV parameter {number}", cursor.at // 8 - 1)
    return Part(layout.name, _take_fields(cursor, layout))


def _layout_of_owner(
    cursor: Cursor, known: Mapping[tuple[int, int], Layout], subtype_bits: int
) -> Layout | None:
    """The layout that the owner of something custom gave it; where unknown, nothing is taken."""
    start = cursor.at
    layout = known.get((cursor.take(32), cursor.take(subtype_bits)))
    if layout is None:
        cursor.at = start
    return layout


def _take_body(inner: Cursor, number: int, depth: int) -> Part:
    """A TLV parameter's body; `inner` spans exactly it."""
    layout = PARAMETER_BY_NUMBER.get((0, number))
    if layout is None:
        return Part("Unknown", {"Type": number, "Data": inner.take_bytes(inner.left())})
    if number == CUSTOM:
        layout = _layout_of_owner(inner, PARAMETER_BY_NUMBER, 32) or layout
    values = _take_fields(inner, layout)
    return Part(layout.name, values, _take_inside(inner, layout, depth))


def _take_part(cursor: Cursor, depth: int) -> Part:
    start = cursor.at // 8
    if cursor.data[start] & 0x80:
        return _take_tv(cursor)
    number = cursor.take(16) & 0x3FF
    length = cursor.take(16)
    end = start * 8 + length * 8
    if length < _TLV_BYTES or end > cursor.end or depth > _DEEPEST:
        error = MalformedError(f"parameter {number} has a wrong length {length}", start)
        error.path = (number,)
        raise error
    inner = Cursor(cursor.data, cursor.at, end)
    try:
        found = _take_body(inner, number, depth)
    except MalformedError as cause:
        cause.path = (number, *cause.path)
        raise
    cursor.at = end
    return found


def frame_length(head: bytes) -> int:
    """The whole length in bytes that a frame's first 10 bytes announce; not checked."""
    return int.from_bytes(head[2:6], "big")


def decode(frame: bytes) -> Message:
    """One whole frame, header included, as a message.

    A message type that the standard does not have becomes `UNKNOWN` with Type and Data.

    Raises:
        MalformedError: the bytes contradict themselves.
    """
    if len(frame) < HEADER_BYTES or frame_length(frame) != len(frame):
        raise MalformedError("the header's length is not the frame's", 2)
    number = int.from_bytes(frame[:2], "big") & 0x3FF
    version = frame[0] >> 2 & 7
    message_id = int.from_bytes(frame[6:10], "big")
    cursor = Cursor(frame, 8 * HEADER_BYTES, 8 * len(frame))
    try:
        name, fields, inside = _take_message(cursor, number)
    except MalformedError as error:
        error.message_id = message_id
        raise
    return Message(name, fields, inside, id=message_id, version=version)


def _take_message(cursor: Cursor, number: int) -> tuple[str, dict[str, Value], tuple[Part, ...]]:
    layout = MESSAGE_BY_NUMBER.get((0, number))
    if layout is None:
        return "UNKNOWN", {"Type": number, "Data": cursor.take_bytes(cursor.left())}, ()
    if number == CUSTOM:
        layout = _layout_of_owner(cursor, MESSAGE_BY_NUMBER, 8) or layout
    return layout.name, _take_fields(cursor, layout), _take_inside(cursor, layout, 0)


def _put_value(out: Bitwriter, field: Field, value: Value) -> None:
    match value:
        case int():
            out.put(value, field.bits)
        case str():
            raw = value.encode()
            out.put(len(raw), 16)
            out.put_bytes(raw)
        case bytes():
            if field.kind == "u" and len(value) * 8 != field.bits:
                raise ValueError(f"{field.name} takes {field.bits} bits, not {value.hex()}")
            out.put_bytes(value)
        case Bits():
            out.put(value.count, 16)
            out.put_bytes(value.data)
        case tuple():
            out.put(len(value), 16)
            for one in value:
                out.put(one, field.bits)


def _encode_body(layout: Layout, of: Part) -> bytes:
    out = Bitwriter()
    for field in layout.fields:
        _put_value(out, field, of.fields[field.name] if field.name else 0)
    return out.done() + b"".join(encode_part(inside) for inside in of.inside)


def encode_part(of: Part) -> bytes:
    """One parameter with all that stands inside it as bytes.

    Raises:
        KeyError: a field is missing or the name is unknown.
        ValueError: a value does not fit its field.
    """
    if of.name == "Unknown":
        number, body = of.number("Type"), of.fields["Data"]
        if not isinstance(body, bytes):
            raise ValueError("an unknown parameter's Data must be bytes")
        return _tlv(number, body)
    layout = PARAMETER_BY_NAME[of.name]
    body = _encode_body(layout, of)
    if layout.vendor:
        head = layout.vendor.to_bytes(4, "big") + layout.number.to_bytes(4, "big")
        return _tlv(CUSTOM, head + body)
    if layout.number < FIRST_TLV:
        return bytes([0x80 | layout.number]) + body
    return _tlv(layout.number, body)


def _tlv(number: int, body: bytes) -> bytes:
    return number.to_bytes(2, "big") + (len(body) + _TLV_BYTES).to_bytes(2, "big") + body


def frame(number: int, message_id: int, body: bytes, version: int = 1) -> bytes:
    """A message's header in front of its body."""
    head = (version << 10 | number).to_bytes(2, "big")
    return (
        head + (HEADER_BYTES + len(body)).to_bytes(4, "big") + message_id.to_bytes(4, "big") + body
    )


def encode(of: Message) -> bytes:
    """A message as one frame.

    Raises:
        KeyError: a field is missing or a name is unknown.
        ValueError: a value does not fit its field.
    """
    if of.name == "UNKNOWN":
        data = of.fields["Data"]
        if not isinstance(data, bytes):
            raise ValueError("an unknown message's Data must be bytes")
        return frame(of.number("Type"), of.id, data, of.version)
    layout = MESSAGE_BY_NAME[of.name]
    body = _encode_body(layout, of)
    if layout.vendor:
        head = layout.vendor.to_bytes(4, "big") + layout.number.to_bytes(1, "big")
        return frame(CUSTOM, of.id, head + body, of.version)
    return frame(layout.number, of.id, body, of.version)
