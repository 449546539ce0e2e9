"""One LLRP message or parameter from a mapping of the standard's names: `messages` turned round.

A mapping holds the fields and, in the order of the wire, the parameters inside; a list where one
stands more than once, a bare value where a parameter has one field only. Field lists are written
as `messages` reads them. Reserved bits are 0.
"""

from collections.abc import Iterator
from typing import Any

from drivers.llrp.definitions import CUSTOM, MESSAGES, PARAMETERS, Definition

Value = Any
Parameters = dict[str, Value]

_TV_LAST = 127
_MESSAGE_NUMBERS = {one.name: number for number, one in MESSAGES.items()}
_PARAMETER_NUMBERS = {one.name: number for number, one in PARAMETERS.items()}


def message_body(name: str, values: Parameters) -> bytes:
    """The body of a message, without its header.

    Raises:
        KeyError: a field is missing, or the standard has no such name.
        ValueError: a number does not fit its field.
    """
    return _body(MESSAGES[_MESSAGE_NUMBERS[name]], values)


def message_number(name: str) -> int:
    """Its type on the wire.

    Raises:
        KeyError: the standard has no such message.
    """
    return _MESSAGE_NUMBERS[name]


def _body(definition: Definition, values: Parameters) -> bytes:
    names = {name for name, _ in definition.fields}
    inside = {name: value for name, value in values.items() if name not in names}
    return _fields(definition, values) + b"".join(_inside(inside))


def _inside(inside: Parameters) -> Iterator[bytes]:
    for name, value in inside.items():
        for one in value if isinstance(value, list) else [value]:
            yield _parameter(name, one)


def _parameter(name: str, value: Value) -> bytes:
    if name == "Custom":
        own = value["vendor"].to_bytes(4, "big") + value["subtype"].to_bytes(4, "big")
        return _tlv(CUSTOM, own + bytes.fromhex(value["hex"]))
    number = _PARAMETER_NUMBERS[name]
    definition = PARAMETERS[number]
    fields = [field for field, _ in definition.fields if field != "_"]
    bare = not isinstance(value, dict) or (len(fields) == 1 and fields[0] not in value)
    body = _body(definition, {fields[0]: value} if bare else value)
    return bytes([0x80 | number]) + body if number <= _TV_LAST else _tlv(number, body)


def _tlv(number: int, body: bytes) -> bytes:
    return number.to_bytes(2, "big") + (4 + len(body)).to_bytes(2, "big") + body


def _fields(definition: Definition, values: Parameters) -> bytes:
    out, bits, waiting = b"", 0, 0
    for name, kind in definition.fields:
        value = 0 if name == "_" else values[name]
        if kind.endswith("v"):
            out += _list(kind, value)
            continue
        width = int(kind.lstrip("us_:"))
        least = -(1 << (width - 1)) if kind[0] == "s" else 0
        if not least <= value < least + (1 << width):
            raise ValueError(f"{definition.name} {name} = {value} does not fit {width} bits")
        waiting = waiting << width | value & (1 << width) - 1
        bits += width
        if bits % 8 == 0:
            out += waiting.to_bytes(bits // 8, "big")
            bits, waiting = 0, 0
    return out


def _list(kind: str, value: Value) -> bytes:
    match kind:
        case "utf8v":
            raw = value.encode()
            return len(raw).to_bytes(2, "big") + bytes(raw)
        case "u1v":
            return int(value["bits"]).to_bytes(2, "big") + bytes.fromhex(value["hex"])
        case "u8v":
            raw = bytes.fromhex(value)
            return len(raw).to_bytes(2, "big") + raw
        case _:
            width = int(kind[1:-1]) // 8
            return len(value).to_bytes(2, "big") + b"".join(
                one.to_bytes(width, "big") for one in value
            )
