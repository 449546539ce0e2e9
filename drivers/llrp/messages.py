"""One LLRP message as a mapping of the standard's names: for people, tests and rare messages.

Decoding is lenient about meaning (enumerations stay numbers, unknown and custom parameters are
kept as hex) and strict about form: a parameter that does not fit raises `BadMessageError`, because
whatever is read behind it would be noise. Tag reports at speed are `reports`' work; this decoder
shares nothing with it but the numbers of the standard, so that each can check the other.
"""

import math
from contextlib import suppress
from typing import Any

from drivers.llrp.definitions import CUSTOM, MESSAGES, PARAMETERS, Definition
from drivers.llrp.framing import CUSTOM_MESSAGE, HEADER_BYTES, RO_ACCESS_REPORT, Frame
from drivers.llrp.vendor_definitions import (
    IMPINJ,
    MOTOROLA,
    VENDOR_MESSAGES,
    VENDOR_PARAMETERS,
)

_DEPTH_MOST = 16  # the standard's deepest nesting is 7
_TV_LAST = 127

Value = Any
Parameters = dict[str, Value]

_READ_NAMES = {
    "AntennaID": "antenna",
    "PeakRSSI": "rssi_dbm",
    "ChannelIndex": "channel",
    "FirstSeenTimestampUptime": "first_seen_us",
    "FirstSeenTimestampUTC": "first_seen_us",
    "LastSeenTimestampUptime": "last_seen_us",
    "LastSeenTimestampUTC": "last_seen_us",
    "TagSeenCount": "count",
}
# Name, whether signed, bits that count, and the unit as a fraction, which rounds once. Motorola's
# phase is signed, -pi to pi: as a number without sign it is the same angle from 0 to 2 pi.
_VENDOR_VALUES = {
    (IMPINJ, 56): ("phase_rad", False, 0xFFF, math.tau, 0x1000),
    (IMPINJ, 57): ("rssi_dbm", True, -1, 1, 100),
    (IMPINJ, 68): ("doppler_hz", True, -1, 1, 16),
    (MOTOROLA, 709): ("phase_rad", False, 0xFFFF, math.tau, 0x10000),
}


class BadMessageError(ValueError):
    """A message whose body breaks the standard; the device is at fault."""


class _Cursor:
    """Reads fields of any number of bits from one stretch of bytes."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data = data
        self._bit = 8 * at
        self._end = end

    @property
    def at(self) -> int:
        return self._bit // 8

    def number(self, bits: int) -> int:
        first, last = self._bit // 8, (self._bit + bits + 7) // 8
        if last > self._end:
            raise BadMessageError(f"{bits} bits are wanted, {8 * self._end - self._bit} are left")
        self._bit += bits
        value = int.from_bytes(self._data[first:last], "big")
        return value >> (8 * last - self._bit) & (1 << bits) - 1

    def octets(self, count: int) -> bytes:
        if self.at + count > self._end:
            raise BadMessageError(f"{count} bytes are wanted, {self._end - self.at} are left")
        found = self._data[self.at : self.at + count]
        self._bit += 8 * count
        return found


def decode_frame(frame: Frame) -> dict[str, Value]:
    """A message as a mapping: `message`, `id`, `version`, `length`, then fields and parameters.

    A parameter is named as in the standard; one that stands more than once is a list; one whose
    only field is its value is that value. RO_ACCESS_REPORT has `reads`, a list. Custom and unknown
    parts are lists under `Custom` and `Unknown` of `{"type", "vendor", "subtype", "hex"}`; of a
    vendor that is known they have besides, under the vendor's name for it, what the hex means.

    Raises:
        BadMessageError: the body breaks the standard.
    """
    definition = MESSAGES.get(frame.type)
    length = HEADER_BYTES + len(frame.body)
    head = {"id": frame.message_id, "version": frame.version, "length": length}
    if frame.type == CUSTOM_MESSAGE:
        return {"message": "CUSTOM_MESSAGE", **head, **_custom_message(frame.body)}
    if definition is None:
        return {"message": "UNKNOWN", **head, "type": frame.type, "hex": frame.body.hex()}
    body = _decode(definition, frame.body, 0, len(frame.body), 0)
    if frame.type == RO_ACCESS_REPORT:
        tags = _as_list(body.pop("TagReportData", []))
        body = {"reads": [_read(tag) for tag in tags], **body}
    return {"message": definition.name, **head, **body}


def _custom_message(body: bytes) -> dict[str, Value]:
    cursor = _Cursor(body, 0, len(body))
    vendor, subtype = cursor.number(32), cursor.number(8)
    return _custom(vendor, subtype, body, cursor.at, len(body), 0)


def _decode(definition: Definition, data: bytes, at: int, end: int, depth: int) -> Parameters:
    cursor = _Cursor(data, at, end)
    found: Parameters = {}
    for name, kind in definition.fields:
        value = _field(cursor, kind)
        if name != "_":
            found[name] = value
    if definition.has_parameters:
        _parameters(found, data, cursor.at, end, depth + 1)
    elif cursor.at < end:
        found["Rest"] = data[cursor.at : end].hex()
    return found


def _field(cursor: _Cursor, kind: str) -> Value:
    match kind:
        case "utf8v":
            return cursor.octets(cursor.number(16)).decode("utf-8", "replace")
        case "u1v":
            bits = cursor.number(16)
            return {"bits": bits, "hex": cursor.octets((bits + 7) // 8).hex()}
        case "u8v":
            return cursor.octets(cursor.number(16)).hex()
        case "u16v" | "u32v":
            bits = int(kind[1:-1])
            return [cursor.number(bits) for _ in range(cursor.number(16))]
        case "u96":
            return cursor.octets(12).hex()
        case _:
            bits = int(kind.lstrip("us_"))
            value = cursor.number(bits)
            return value - (1 << bits) if kind[0] == "s" and value >> (bits - 1) else value


def _parameters(found: Parameters, data: bytes, at: int, end: int, depth: int) -> None:
    if depth > _DEPTH_MOST:
        raise BadMessageError(f"parameters are nested more than {_DEPTH_MOST} deep")
    while at < end:
        if data[at] & 0x80 and depth == 1:
            raise BadMessageError(f"TV parameter {data[at] & 0x7F} stands outside a parameter")
        if data[at] & 0x80:
            at = _tv(found, data, at, end, depth)
        else:
            at = _tlv(found, data, at, end, depth)


def _tv(found: Parameters, data: bytes, at: int, end: int, depth: int) -> int:
    kind = data[at] & _TV_LAST
    definition = PARAMETERS.get(kind)
    if definition is None or not definition.fields:
        raise BadMessageError(f"unknown TV parameter type {kind}")
    size = sum(int(form.lstrip("us_")) for _, form in definition.fields) // 8
    if at + 1 + size > end:
        raise BadMessageError(f"parameter {definition.name} is cut short")
    _add(found, definition, _decode(definition, data, at + 1, at + 1 + size, depth))
    return at + 1 + size


def _tlv(found: Parameters, data: bytes, at: int, end: int, depth: int) -> int:
    cursor = _Cursor(data, at, end)
    kind, length = cursor.number(16) & 0x3FF, cursor.number(16)
    if not 4 <= length <= end - at:  # noqa: PLR2004 - the parameter's own header
        raise BadMessageError(f"parameter {kind} says {length} bytes where {end - at} are left")
    definition = PARAMETERS.get(kind)
    if kind == CUSTOM:
        inner = _Cursor(data, at + 4, at + length)
        vendor, subtype = inner.number(32), inner.number(32)
        part = _custom(vendor, subtype, data, inner.at, at + length, depth)
        found.setdefault("Custom", []).append(part)
    elif definition is None or kind <= _TV_LAST:
        rest = data[at + 4 : at + length].hex()
        found.setdefault("Unknown", []).append({"type": kind, "hex": rest})
    else:
        _add(found, definition, _decode(definition, data, at + 4, at + length, depth))
    return at + length


def _custom(vendor: int, subtype: int, data: bytes, at: int, end: int, depth: int) -> Parameters:
    """A vendor's message (depth 0) or parameter; the hex alone where it is not as they told."""
    part = {"type": CUSTOM, "vendor": vendor, "subtype": subtype, "hex": data[at:end].hex()}
    definition = (VENDOR_PARAMETERS if depth else VENDOR_MESSAGES).get((vendor, subtype))
    if definition is not None:
        with suppress(BadMessageError):
            part[definition.name] = _decode(definition, data, at, end, depth)
    return part


def _add(found: Parameters, definition: Definition, value: Parameters) -> None:
    """Put a parameter beside the others: itself, or a list where it stands more than once."""
    short = next(iter(value.values())) if _is_bare(definition, value) else value
    before = found.get(definition.name)
    if isinstance(before, list):  # in place: a new list each time would take quadratic time
        before.append(short)
    else:
        found[definition.name] = short if before is None else [before, short]


def _is_bare(definition: Definition, value: Parameters) -> bool:
    names = [name for name, _ in definition.fields if name != "_"]
    if len(names) != 1 or definition.has_parameters or value.keys() != {names[0]}:
        return False
    return not isinstance(value[names[0]], list)


def _as_list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _read(tag: Parameters) -> dict[str, Value]:
    """One TagReportData by the names of a read; what has no such name keeps the standard's."""
    read: dict[str, Value] = dict(_epc(tag))
    for name, short in _READ_NAMES.items():
        if name in tag:
            read[short] = _last(tag.pop(name))
    if kept := [part for part in tag.pop("Custom", []) if not _of_vendor(read, part)]:
        read["Custom"] = kept
    return {**read, **tag}


def _epc(tag: Parameters) -> dict[str, Value]:
    plain, any_length = tag.pop("EPC_96", None), tag.pop("EPCData", None)
    if any_length is not None:
        told = _last(any_length)
        number = told.get("EPC", told)  # beside it may stand bytes that fill up to a word
        raw, bits = bytearray.fromhex(number["hex"]), number["bits"]
        if bits % 8:  # the last byte is padded; what stands there is no part of the number
            raw[-1] &= 0xFF << (8 - bits % 8) & 0xFF
        epc = {"epc": raw.hex(), "epc_bits": bits}
        return epc if bits != 96 else {"epc": raw.hex()}  # noqa: PLR2004 - told when not 96
    if plain is None:
        raise BadMessageError("a tag without EPC")
    return {"epc": _last(plain)}


def _last(value: Value) -> Value:
    return value[-1] if isinstance(value, list) else value


def _of_vendor(read: dict[str, Value], part: dict[str, Value]) -> bool:
    """Take phase, fine RSSI or Doppler from a vendor's parameter; whether it was one."""
    known = _VENDOR_VALUES.get((part["vendor"], part["subtype"]))
    if known is None:
        return False
    raw = bytes.fromhex(part["hex"])[:2]
    if len(raw) < 2:  # noqa: PLR2004 - each is a number of 16 bits
        raise BadMessageError(
            f"parameter {part['subtype']} is cut short (vendor {part['vendor']})"
        )
    name, signed, last, times, parts = known
    read[name] = (int.from_bytes(raw, "big", signed=signed) & last) * times / parts
    return True
