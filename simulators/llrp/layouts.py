"""How each LLRP message and parameter lies on the wire: the table, made ready to look up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from simulators.llrp.impinj_tables import IMPINJ_MESSAGES, IMPINJ_PARAMETERS, IMPINJ_VENDOR
from simulators.llrp.tables import MESSAGES, PARAMETERS

FIRST_TLV = 128
"""Parameter types below this number are TV encoded (section 16.2.1.1)."""
_LEAST_MOST = {"": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message or parameter.

    Attributes:
        name: as in the standard; empty for reserved bits.
        kind: `u` or `s` (a number of `bits` bits), or one of `u1v u8v u16v u32v text rest`.
        bits: width of a number, or of one element of a list.
        below: values from this on have no meaning in LLRP 1.0.1 and in 1.1; None where all have
            one.
    """

    name: str
    kind: str
    bits: int
    below: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Place:
    """A place for parameters inside a message or parameter: which may stand there, how many."""

    names: tuple[str, ...]
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A message or parameter: its number, its fields in wire order, its places inside.

    Attributes:
        number: message or parameter type; for a vendor's own its subtype.
        name: as in the standard.
        fields: in wire order.
        places: in the standard's order.
        vendor: private enterprise number of the owner; 0 for the standard's own.
    """

    number: int
    name: str
    fields: tuple[Field, ...]
    places: tuple[Place, ...]
    vendor: int = 0


def _field(word: str) -> Field:
    if word.startswith("_"):
        return Field("", "u", int(word[1:]), None)
    found = re.fullmatch(r"(\w+):(?:(u|s)(\d+)|(u\d+v|text|rest))(?:<(\d+)(?:,(\d+))?)?", word)
    if found is None:
        raise ValueError(f"not a field of the table: {word!r}")
    name, sign, bits, kind, below, below_in_1_1 = found.groups()
    if sign:
        bounds = (int(below), int(below_in_1_1 or below)) if below else None
        return Field(name, sign, int(bits), bounds)
    width = int(kind[1:-1]) if kind.endswith("v") else 8
    return Field(name, kind, width, None)


def _place(word: str) -> Place:
    mark = word[-1] if word[-1] in "?*+" else ""
    least, most = _LEAST_MOST[mark]
    return Place(tuple(word.removesuffix(mark).split("/")), least, most)


def _layouts(table: str, vendor: int = 0) -> Iterator[Layout]:
    glued = re.sub(r"\n\s+/", "/", table)
    for line in re.sub(r"\n\s+", " ", glued).strip().splitlines():
        head, _, inside = line.partition("|")
        number, name, *fields = head.split()
        yield Layout(
            int(number),
            name,
            tuple(_field(word) for word in fields),
            tuple(_place(word) for word in inside.split()),
            vendor,
        )


MESSAGE_LAYOUTS = (*_layouts(MESSAGES), *_layouts(IMPINJ_MESSAGES, IMPINJ_VENDOR))
PARAMETER_LAYOUTS = (*_layouts(PARAMETERS), *_layouts(IMPINJ_PARAMETERS, IMPINJ_VENDOR))

MESSAGE_BY_NAME = {layout.name: layout for layout in MESSAGE_LAYOUTS}
PARAMETER_BY_NAME = {layout.name: layout for layout in PARAMETER_LAYOUTS}
MESSAGE_BY_NUMBER = {(layout.vendor, layout.number): layout for layout in MESSAGE_LAYOUTS}
PARAMETER_BY_NUMBER = {(layout.vendor, layout.number): layout for layout in PARAMETER_LAYOUTS}
CUSTOM = 1023
"""Message type and parameter type under which vendors put their own."""
