"""Whatever the public definitions hold decodes to the values that were written.

The definitions are read from their own files, and written by an encoder that is only in this test.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from drivers.llrp.decode import decode_stream
from drivers.llrp.definitions import MESSAGES, PARAMETERS
from drivers.llrp.vendor_definitions import VENDOR_MESSAGES, VENDOR_PARAMETERS
from tests.drivers.llrp.llrp_bytes import message, tlv

IMPINJ = 25882
UNKNOWN_VENDOR = 4711
DEEPEST = 4
COUNTED_TWICE = {"BlockMaskWordCount"}
"""Lengths of vectors that have them in front already; tshark, too, reads one."""
ROUNDS = 40
SEED = 20261128
KINDS = ("messageDefinition", "parameterDefinition")
CUSTOM_KINDS = ("customMessageDefinition", "customParameterDefinition")
# Values that the decoder tells under names of its own: `test_reports` and `test_decode` have them.
REPORT = "RO_ACCESS_REPORT"


@dataclass
class Written:
    """One message or parameter of a definition file."""

    kind: str
    number: int
    name: str
    vendor: int = 0
    fields: list[tuple[str, str]] = field(default_factory=list)
    inside: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_message(self) -> bool:
        return "essage" in self.kind


@dataclass
class Book:
    """All definitions of some files."""

    found: dict[str, Written] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def read(self, path: Path, vendor: int = 0) -> "Book":
        for element in ET.parse(path).getroot():  # noqa: S314 - a file of our own
            kind = _tag(element)
            if kind == "choiceDefinition":
                types = [one.get("type", "") for one in element if _tag(one) == "parameter"]
                self.choices[element.get("name", "")] = types
            elif kind in (*KINDS, *CUSTOM_KINDS):
                number = int(element.get("typeNum") or element.get("subtype") or 0)
                one = Written(kind, number, element.get("name", ""), vendor)
                _members(one, element)
                self.found[one.name] = one
        return self


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _members(one: Written, element: ET.Element) -> None:
    for member in element:
        match _tag(member):
            case "field" if member.get("name") in COUNTED_TWICE:
                pass
            case "field":
                one.fields.append((member.get("name", ""), member.get("type", "")))
            case "reserved":
                one.fields.append(("", f"u{member.get('bitCount')}"))
            case "parameter" | "choice":
                one.inside.append((member.get("type", ""), member.get("repeat", "")))


class Writer:
    """Writes messages and parameters with values at random, and tells what they must decode to."""

    def __init__(self, book: Book, chance: Random) -> None:
        self._book = book
        self._chance = chance

    def body(self, one: Written, depth: int) -> tuple[bytes, dict[str, Any]]:
        bits, count, told = 0, 0, {}
        for name, kind in one.fields:
            value, raw, width = self._value(kind)
            bits, count = bits << width | raw, count + width
            if name:
                told[name] = value
        assert count % 8 == 0, one.name
        inside, parts = self._inside(one, depth)
        assert not told.keys() & parts.keys(), f"{one.name}: a field and a parameter of one name"
        return bits.to_bytes(count // 8, "big") + inside, {**told, **parts}

    def parameter(self, name: str, depth: int) -> tuple[str, bytes, Any]:
        """Under which name it must be told, its bytes, and the value."""
        if name == "Custom":
            return self._custom(depth)
        one = self._book.found[name]
        body, told = self.body(one, depth)
        if one.vendor:
            head = one.vendor.to_bytes(4, "big") + one.number.to_bytes(4, "big")
            part = {"type": 1023, "vendor": one.vendor, "subtype": one.number, "hex": body.hex()}
            return "Custom", tlv(1023, head + body), part | {name: told}
        names = [field for field, _ in one.fields if field]
        if len(names) == 1 and not one.inside and not isinstance(told[names[0]], list):
            told = told[names[0]]
        if one.number < 128:
            return name, bytes([0x80 | one.number]) + body, told
        return name, tlv(one.number, body), told

    def _custom(self, depth: int) -> tuple[str, bytes, Any]:
        ours = [one.name for one in self._book.found.values() if one.vendor and not one.is_message]
        if depth < DEEPEST and self._chance.random() < 0.5:
            return self.parameter(self._chance.choice(ours), depth)
        data = self._chance.randbytes(self._chance.randrange(6))
        subtype = self._chance.randrange(1 << 32)
        head = UNKNOWN_VENDOR.to_bytes(4, "big") + subtype.to_bytes(4, "big")
        part = {"type": 1023, "vendor": UNKNOWN_VENDOR, "subtype": subtype, "hex": data.hex()}
        return "Custom", tlv(1023, head + data), part

    def _inside(self, one: Written, depth: int) -> tuple[bytes, dict[str, Any]]:
        data, told = b"", {}
        for kind, repeat in one.inside:
            if one.name == REPORT and kind == "TagReportData":
                continue
            least = 0 if repeat.startswith("0") else 1
            most = least if depth >= DEEPEST else max(least, 3 if repeat.endswith("N") else 1)
            for _ in range(self._chance.randint(least, most)):
                types = self._book.choices.get(kind, [kind])
                name, raw, value = self.parameter(self._chance.choice(types), depth + 1)
                data += raw
                told.setdefault(name, []).append(value)
        single = {
            name: values if len(values) > 1 or name == "Custom" else values[0]
            for name, values in told.items()
        }
        return data, single

    def _value(self, kind: str) -> tuple[Any, int, int]:
        """The value as told, as bits, and how many bits these are."""
        chance = self._chance
        if kind == "utf8v":
            text = "".join(chance.choices("abcZ 09\u4ed3\u00e9", k=chance.randrange(6)))
            raw = text.encode()
            return text, *_counted(len(raw), raw)
        if kind == "u1v":
            count = chance.randrange(40)
            raw = chance.randbytes((count + 7) // 8)
            return {"bits": count, "hex": raw.hex()}, *_counted(count, raw)
        if kind == "u8v":
            raw = chance.randbytes(chance.randrange(6))
            return raw.hex(), *_counted(len(raw), raw)
        if kind.endswith("v"):
            size = int(kind[1:-1]) // 8
            values = [chance.randrange(1 << 8 * size) for _ in range(chance.randrange(5))]
            raw = b"".join(value.to_bytes(size, "big") for value in values)
            return values, *_counted(len(values), raw)
        width = int(kind[1:])
        unsigned = chance.choice([0, 1, (1 << width) - 1, chance.randrange(1 << width)])
        if width > 64:
            return unsigned.to_bytes(width // 8, "big").hex(), unsigned, width
        signed = kind[0] == "s" and unsigned >> (width - 1)
        return unsigned - (1 << width) if signed else unsigned, unsigned, width


def _counted(count: int, raw: bytes) -> tuple[int, int]:
    data = count.to_bytes(2, "big") + raw
    return int.from_bytes(data, "big"), 8 * len(data)


@pytest.fixture(scope="module")
def book(development_data: Path) -> Book:
    folder = development_data / "llrp" / "definitions"
    return Book().read(folder / "llrp-1x1-def.xml").read(folder / "Impinjdef.xml", IMPINJ)


def each(book: Book, *, messages: bool) -> Iterator[tuple[Written, Random]]:
    for one in book.found.values():
        if one.is_message is messages and one.name not in {"CUSTOM_MESSAGE", "Custom"}:
            for turn in range(ROUNDS):
                yield one, Random(f"{SEED} {one.name} {turn}")  # noqa: S311 - chance for tests


def test_every_message_decodes_to_the_values_that_were_written(book: Book) -> None:
    count = 0
    for one, chance in each(book, messages=True):
        body, told = Writer(book, chance).body(one, 0)
        if one.vendor:
            head = one.vendor.to_bytes(4, "big") + bytes([one.number])
            (decoded,) = decode_stream(message(1023, head + body), "bin")
            assert decoded.pop("message") == "CUSTOM_MESSAGE"
            told = {one.name: told} | {
                "type": 1023,
                "vendor": one.vendor,
                "subtype": one.number,
                "hex": body.hex(),
            }
        else:
            (decoded,) = decode_stream(message(one.number, body), "bin")
            assert decoded.pop("message", decoded) == one.name
        for key in ("id", "version", "length"):
            del decoded[key]
        if one.name == REPORT:
            assert decoded.pop("reads") == []
        assert decoded == told, f"seed {SEED}: {one.name}"
        count += 1

    assert count == ROUNDS * (43 + 4)


def test_every_parameter_decodes_to_the_values_that_were_written(book: Book) -> None:
    count = 0
    for one, chance in each(book, messages=False):
        name, raw, told = Writer(book, chance).parameter(one.name, 1)
        (decoded,) = decode_stream(message(63, tlv(246, raw)), "bin")

        assert "error" not in decoded, (one.name, decoded)
        expected = {name: [told] if name == "Custom" else told}
        assert decoded["ReaderEventNotificationData"] == expected, f"seed {SEED}: {one.name}"
        count += 1

    assert count > ROUNDS * 200


def test_nothing_is_known_under_another_number_or_twice(book: Book) -> None:
    names = [one.name for one in book.found.values()]
    assert len(names) == len(set(names))
    for one in book.found.values():
        if one.name in {"CUSTOM_MESSAGE", "Custom"}:
            continue
        if one.vendor:
            known = VENDOR_MESSAGES if one.is_message else VENDOR_PARAMETERS
            assert known[one.vendor, one.number].name == one.name
        else:
            known_here = MESSAGES if one.is_message else PARAMETERS
            assert known_here[one.number].name == one.name


def test_what_1_0_1_defines_1_1_defines_alike(book: Book, development_data: Path) -> None:
    """So that one table serves both; what 1.1 took from the reserved bits is 0 in 1.0.1."""
    old = Book().read(development_data / "llrp" / "definitions" / "llrp-1x0-def.xml")

    differing = [
        one.name
        for one in old.found.values()
        if (one.number, one.fields) != (book.found[one.name].number, book.found[one.name].fields)
    ]
    assert differing == ["C1G2LLRPCapabilities"]


def test_a_vendors_part_that_is_not_as_it_told_stays_hex() -> None:
    cut = bytes.fromhex("0000651a 00000037 0009 0102")  # a TID of nine words, one of them there

    (decoded,) = decode_stream(message(63, tlv(246, tlv(128, bytes(8)) + tlv(1023, cut))), "bin")

    (part,) = decoded["ReaderEventNotificationData"]["Custom"]
    assert part == {"type": 1023, "vendor": 25882, "subtype": 55, "hex": "00090102"}


@pytest.mark.parametrize(
    ("raw", "name", "value"),
    [  # as an FX9600 with firmware 3.32 sends them
        ("00000001 00000001 9c", "MotoGeneralCapabilities", {"CanSupportZebraTrigger": 1}),
        ("00000064 00000001 80", "MotoAutonomousCapabilities", {"CanSupportAutonomousMode": 1}),
        ("00000078 00000001 e0", "MotoTagEventsGenerationCapabilities", {"CanSelectTagEvents": 1}),
        ("0000015e 60", "MotoPersistenceSaveParams", {"SaveConfiguration": 0, "SaveTagData": 1}),
        (
            "000001d2 80000000",
            "MotoCustomCommandOptions",
            {"EnableNXPSetAndResetQuietCommands": 1},
        ),
        ("000002c5 a0d4", "MotoTagPhase", {"Phase": -24364}),
        ("000002c8 ff", "BrandIDCheckStatus", {"BrandID": 255}),
    ],
)
def test_what_a_zebra_reader_was_seen_to_send_is_known(
    raw: str, name: str, value: dict[str, int]
) -> None:
    part = tlv(1023, (161).to_bytes(4, "big") + bytes.fromhex(raw))

    (decoded,) = decode_stream(message(12, tlv(252, b"\0\0" + part)), "bin")

    (found,) = decoded["ReaderExceptionEvent"]["Custom"]
    assert value.items() <= found[name].items()
    assert "Rest" not in found[name]
