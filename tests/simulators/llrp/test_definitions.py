"""The simulator's table of words against the public machine-readable definitions, word by word."""

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from simulators.llrp.impinj_tables import IMPINJ_VENDOR
from simulators.llrp.layouts import MESSAGE_BY_NAME, PARAMETER_BY_NAME, Field, Layout

STANDARDS = ("llrp-1x0-def.xml", "llrp-1x1-def.xml")
IMPINJ = "Impinjdef.xml"
_REPEATS = {"1": (1, 1), "0-1": (0, 1), "0-N": (0, None), "1-N": (1, None)}
_KINDS = {"text": "utf8v", "rest": "bytesToEnd"}
OWN_WORDS = {
    # The file of 1.1 writes 189 and u16; the standard and tshark's dissector know 355, 32 bits.
    ("number", "LoopSpec"),
    ("fields", "LoopSpec"),
    # It counts the words of the mask twice; the dissector and Impinj's own count them once.
    ("fields", "C1G2BlockPermalock"),
}
BEYOND_THE_FILES = {
    "MaximumReceiveSensitivity",
    "RFSurveyFrequencyCapabilities",
    "LoopSpec",
    "ClientRequestOpSpec",
    "ClientRequestOpSpecResult",
    "C1G2GetBlockPermalockStatus",
    "C1G2BlockPermalockOpSpecResult",
    "C1G2GetBlockPermalockStatusOpSpecResult",
    "C1G2RecommissionOpSpecResult",
    "SpecLoopEvent",
}
"""Stand in the standards' text and in the dissector, not at that place of the files."""
PADDED = {"C1G2LLRPCapabilities"}
"""Where 1.0.1 has reserved bits, 1.1 has fields: zero means the same in both."""


class Definition(NamedTuple):
    """One message or parameter as a definition file has it."""

    tag: str
    name: str
    number: int
    node: ET.Element


def _tag(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _definitions(path: Path) -> list[Definition]:
    found = []
    for node in ET.parse(path).getroot():  # noqa: S314 - a file of our own folder
        tag = _tag(node)
        if tag.lower().endswith(("messagedefinition", "parameterdefinition")):
            number = int(node.get("typeNum") or node.get("subtype") or 0)
            found.append(Definition(tag.lower(), str(node.get("name")), number, node))
    return found


def _layout(one: Definition) -> Layout | None:
    table = MESSAGE_BY_NAME if "message" in one.tag else PARAMETER_BY_NAME
    return table.get(one.name)


def _fields_told(one: Definition) -> list[tuple[str, str]]:
    return [
        (child.get("name", ""), child.get("type") or f"u{child.get('bitCount')}")
        for child in one.node
        if _tag(child) in ("field", "reserved")
    ]


def _kind(field: Field) -> str:
    wide = f"{field.kind}{field.bits}" if field.kind in "us" else field.kind
    return _KINDS.get(field.kind, wide)


def _places_told(
    one: Definition, choices: dict[str, set[str]]
) -> list[tuple[set[str], tuple[int, int | None]]]:
    return [
        (choices.get(str(child.get("type")), {str(child.get("type"))}), _REPEATS[repeat])
        for child in one.node
        if _tag(child) in ("parameter", "choice") and (repeat := child.get("repeat"))
    ]


def _choices(path: Path) -> dict[str, set[str]]:
    return {
        str(node.get("name")): {str(one.get("type")) for one in node if _tag(one) == "parameter"}
        for node in ET.parse(path).getroot()  # noqa: S314 - a file of our own folder
        if _tag(node) == "choiceDefinition"
    }


@pytest.mark.parametrize("name", [*STANDARDS, IMPINJ])
def test_every_message_and_parameter_of_the_definitions_has_its_number(
    llrp_data: Path, name: str
) -> None:
    words = _definitions(llrp_data / "definitions" / name)
    assert len(words) > 80
    vendor = IMPINJ_VENDOR if name == IMPINJ else 0
    for one in words:
        layout = _layout(one)
        assert layout is not None, one.name
        same = (layout.vendor, layout.number) == (vendor, one.number)
        assert same is (("number", one.name) not in OWN_WORDS), one.name


@pytest.mark.parametrize("name", [*STANDARDS, IMPINJ])
def test_every_field_has_the_name_and_width_of_the_definitions(llrp_data: Path, name: str) -> None:
    for one in _definitions(llrp_data / "definitions" / name):
        layout = _layout(one)
        assert layout is not None
        ours = [(field.name, _kind(field)) for field in layout.fields]
        told = _fields_told(one)
        if ("fields", one.name) in OWN_WORDS or (one.name in PADDED and name == STANDARDS[0]):
            assert ours != told, f"{one.name} needs no exception any more"
        else:
            assert ours == told, one.name


@pytest.mark.parametrize("name", [*STANDARDS, IMPINJ])
def test_every_place_inside_is_the_definitions(llrp_data: Path, name: str) -> None:
    path = llrp_data / "definitions" / name
    choices = _choices(path)
    for one in _definitions(path):
        layout = _layout(one)
        assert layout is not None
        ours = [(set(place.names), (place.least, place.most)) for place in layout.places]
        known = [place for place in ours if not place[0] <= BEYOND_THE_FILES]
        told = [place for place in _places_told(one, choices) if not place[0] <= BEYOND_THE_FILES]
        owned = told if name != IMPINJ else told[: len(ours)]  # then: into what it may be put
        assert len(known) == len(owned), one.name
        for (names, repeat), (names_told, repeat_told) in zip(known, owned, strict=True):
            newer = names - names_told
            assert names_told - names <= BEYOND_THE_FILES, one.name
            assert newer <= BEYOND_THE_FILES or name == STANDARDS[0], one.name
            assert repeat == repeat_told, one.name


@pytest.mark.parametrize("name", STANDARDS)
def test_every_enumeration_ends_where_the_definitions_say(llrp_data: Path, name: str) -> None:
    path = llrp_data / "definitions" / name
    last = {
        str(node.get("name")): max(int(str(one.get("value"))) for one in node if one.get("value"))
        for node in ET.parse(path).getroot()  # noqa: S314 - a file of our own folder
        if _tag(node) == "enumerationDefinition"
    }
    bounded = 0
    for one in _definitions(path):
        layout = _layout(one)
        assert layout is not None
        told = {
            child.get("name"): last[kind]
            for child in one.node
            if _tag(child) == "field" and (kind := child.get("enumeration")) in last
        }
        for field in layout.fields:
            if field.below is not None:
                bounded += 1
                below = field.below[name == STANDARDS[1]]
                if one.name not in BEYOND_THE_FILES:
                    assert below == told[field.name] + 1, f"{one.name}.{field.name}"
    assert bounded > 30
