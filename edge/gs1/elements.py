"""GS1 element strings and GS1 Digital Link: pairs of application identifier and value.

biip knows the application identifiers and their patterns. Its import takes a fifth of a second, so
it is loaded at the first use; `prepare` does that in a quiet moment. Two of its habits are not
wanted here and worked around: bracketed text with a bracket inside a value loses what follows, and
the century of a date is taken from the host's clock.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from edge.gs1.digits import SSCC_LENGTH, check_fault

if TYPE_CHECKING:
    from biip import ParseConfig
    from biip.gs1_element_strings import GS1ElementStrings

SEPARATOR = "\x1d"
"""FNC1 between elements, as a scanner sends it."""
GS1_SIGNS = ("]C1", "]d2", "]e0", "]Q3", "]J1")
"""Identifiers of the symbologies whose data are GS1 element strings (ISO/IEC 15424)."""
_VISIBLE_SEPARATORS = re.compile(
    r"<(?:GS|FNC1|0x1D)>|\{(?:GS|FNC1|0x1D)\}|\[(?:GS|FNC1|0x1D)\]|"
    r"\\x1d|\\u001d|\u241d|\u2194|\^\]",
    re.IGNORECASE,
)
"""What scanners and keyboard wedges print for FNC1 where they cannot send 0x1D; the arrow is what
Alt+29 types, ^] what Ctrl+] looks like."""
_BRACKETED_AI = re.compile(r"\((\d{2,4})\)")
_EXPIRY = re.compile(r"\d{6}", re.ASCII)
CHECKED_LENGTHS = {
    "00": SSCC_LENGTH,
    "01": 14,
    "02": 14,
    "253": 13,
    "255": 13,
    "402": 17,
    "410": 13,
    "411": 13,
    "412": 13,
    "413": 13,
    "414": 13,
    "415": 13,
    "416": 13,
    "417": 13,
    "8003": 14,
    "8006": 14,
    "8017": SSCC_LENGTH,
    "8018": SSCC_LENGTH,
}
"""Identifiers whose value begins with so many digits, the last of them a check digit."""


@dataclass(frozen=True, slots=True)
class Element:
    """One application identifier and its value."""

    ai: str
    value: str


def prepare() -> None:
    """Load what is loaded at the first use, so that the first scan does not wait for it."""
    to_link(from_message("0109501101530003"))


def from_brackets(text: str) -> tuple[Element, ...]:
    """The elements of text such as `(01)09501101530003(21)A1`.

    Raises:
        ValueError: not in that form, an unknown identifier or a value that it does not allow.
    """
    before, *pieces = _BRACKETED_AI.split(text)
    if before or not pieces:
        raise ValueError(f"{text!r} does not begin with an application identifier in brackets")
    pairs = zip(pieces[::2], pieces[1::2], strict=True)
    return tuple(_one_element(ai, value) for ai, value in pairs)


def with_separators(text: str) -> str:
    """The text with 0x1D where a scanner printed something else for FNC1."""
    return _VISIBLE_SEPARATORS.sub(SEPARATOR, text)


def from_text(text: str) -> tuple[Element, ...] | None:
    """The elements of a Digital Link, of text in brackets, or of what a scanner sent.

    None where neither its beginning, the sign of a symbology nor FNC1 tells that it has any.

    Raises:
        ValueError: as the functions for each of them.
    """
    if text.lower().startswith(("https://", "http://")):
        return from_link(text)
    if text.startswith("("):
        return from_brackets(text)
    message = with_separators(text)
    if message.startswith(GS1_SIGNS):
        return from_message(message[len(GS1_SIGNS[0]) :])
    return from_message(message) if SEPARATOR in message else None


def from_message(text: str) -> tuple[Element, ...]:
    """The elements of a scan without brackets, with 0x1D after elements of variable length.

    Raises:
        ValueError: an unknown identifier or a value that it does not allow.
    """
    from biip import ParseError  # noqa: PLC0415 - 0.2 s, see the module's text
    from biip.gs1_messages import GS1Message  # noqa: PLC0415 - as above

    try:
        message = GS1Message.parse(text.strip(SEPARATOR), config=_config())
    except (ParseError, ValueError) as error:
        raise ValueError(f"{text!r} is not a GS1 element string: {error}") from error
    return _taken(message.element_strings)


def from_link(uri: str) -> tuple[Element, ...]:
    """The elements of a GS1 Digital Link, whatever its domain.

    Raises:
        ValueError: not a Digital Link.
    """
    from biip import ParseError  # noqa: PLC0415 - 0.2 s, see the module's text
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI  # noqa: PLC0415 - as above

    try:
        link = GS1DigitalLinkURI.parse(uri, config=_config())
    except (ParseError, ValueError) as error:
        raise ValueError(f"{uri!r} is not a GS1 Digital Link: {error}") from error
    return _taken(link.element_strings)


def to_brackets(elements: tuple[Element, ...]) -> str:
    """The human readable form."""
    return "".join(f"({element.ai}){element.value}" for element in elements)


def to_link(elements: tuple[Element, ...]) -> str | None:
    """The canonical Digital Link below https://id.gs1.org; None without a primary key."""
    from biip import EncodeError, ParseError  # noqa: PLC0415 - 0.2 s, see the module's text
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI  # noqa: PLC0415 - as above
    from biip.gs1_element_strings import GS1ElementString, GS1ElementStrings  # noqa: PLC0415

    config = _config()
    try:
        strings = GS1ElementStrings(
            GS1ElementString.parse(f"{one.ai}{one.value}", config=config) for one in elements
        )
        return GS1DigitalLinkURI.from_element_strings(strings).as_canonical_uri()
    except (EncodeError, ParseError, ValueError):
        return None


def fault_of(elements: tuple[Element, ...]) -> str:
    """The first wrong check digit or contradiction, as a sentence; empty where all are right.

    One identifier with two values is what two codes joined in one line look like; the GS1 General
    Specifications call such pairs of element strings invalid. Twice the same value is harmless.
    """
    first = {element.ai: element.value for element in reversed(elements)}
    for element in elements:
        if first[element.ai] != element.value:
            return (
                f"({element.ai}) has two values, {first[element.ai]} and {element.value}: "
                "two codes in one; scan again"
            )
        length = CHECKED_LENGTHS.get(element.ai)
        if length is not None and (fault := check_fault(element.value[:length])):
            return f"({element.ai}): {fault}"
    return ""


def expiry_of(value: str) -> date | None:
    """The day that `YYMMDD` names; day 00 is the month's last. None where there is no such day.

    Years are of this century: goods in a warehouse did not expire in the last one, and a replay
    decades from now has to read the same day.
    """
    if not _EXPIRY.fullmatch(value):
        return None
    year, month, day = 2000 + int(value[:2]), int(value[2:4]), int(value[4:])
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError:  # month 13, day 31 of February
        return None


def _one_element(ai: str, value: str) -> Element:
    from biip import ParseError  # noqa: PLC0415 - 0.2 s, see the module's text
    from biip.gs1_element_strings import GS1ElementString  # noqa: PLC0415 - as above

    try:
        parsed = GS1ElementString.parse(f"{ai}{value}", config=_config())
    except (ParseError, ValueError) as error:
        raise ValueError(f"({ai}){value} is not a GS1 element: {error}") from error
    if parsed.ai.ai != ai:
        raise ValueError(f"({ai}) is not a GS1 application identifier")
    return Element(ai, value)


def _taken(strings: "GS1ElementStrings") -> tuple[Element, ...]:
    return tuple(Element(one.ai.ai, one.value) for one in strings)


def _config() -> "ParseConfig":
    from biip import ParseConfig  # noqa: PLC0415 - 0.2 s, see the module's text

    return ParseConfig(gs1_element_strings_verify_date=False)
