"""All the forms of one EPC, for every scheme that epcpy knows."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

from epcpy.epc_schemes.base_scheme import EPCScheme, GS1Element, TagEncodable
from epcpy.utils.common import ConvertException
from epcpy.utils.parsers import (
    TAG_ENCODABLE_BINARY_HEADERS,
    TAG_ENCODABLE_SCHEME_IDENTIFIERS,
    epc_pure_identity_to_scheme,
    gs1_element_string_to_gs1_element,
)

from edge.gs1.elements import (
    Element,
    fault_of,
    from_text,
    to_brackets,
    to_link,
)

Made = TypeVar("Made")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{4})+")
_RAW_URI = re.compile(r"urn:epc:raw:(\d{1,4})\.x([0-9A-Fa-f]+)")
_DIGITS = re.compile(r"[0-9]*")
_TWO_ELEMENTS = re.compile(r"\((\d{2,4})\)([^(]+)(?:\((\d{2,4})\)(.*))?")
_FILTER_BITS = {"usdod": 4, "adi": 6, "gid": 0}
_FILTER_BITS_USUAL = 3
_HEADER_BITS = 8
_HEX_DIGITS_MIN = 16
_SGTIN_POINT_OF_SALE = 1
_NO_EXTENSION = Element("254", "0")
"""In the EPC of a place, "no extension" is an extension 0 that element strings leave out."""
_KEYS = (
    ("01", "21"),
    ("01", "235"),
    ("01", "10"),
    ("8006", "21"),
    ("8010", "8011"),
    ("414", "254"),
    ("00",),
    ("8003",),
    ("8004",),
    ("8018",),
    ("8017",),
    ("253",),
    ("255",),
    ("401",),
    ("402",),
    ("417",),
)
"""Application identifiers that together are the key of an EPC scheme; the first match counts."""
_PREFIX_AT = {"01": 1, "00": 1, "8003": 1, "8006": 1}
"""Where the company prefix begins in the value, if not at its start."""


@dataclass(frozen=True, slots=True)
class EpcForms:
    """One number in all its forms; None where a form does not exist.

    Attributes:
        scheme: such as `sgtin-96`; without bits `sgtin`; `gtin` or `gs1` where the number names no
            single thing; `unknown` for bits with a header of no known scheme.
        epc_hex: lower-case, padded with zeros to whole words of 16 bits.
        element_string: with its application identifiers in brackets.
        digital_link: canonical, below https://id.gs1.org.
    """

    scheme: str
    epc_hex: str | None = None
    tag_uri: str | None = None
    pure_identity: str | None = None
    element_string: str | None = None
    digital_link: str | None = None


@dataclass(frozen=True, slots=True)
class _FilterValue:
    """Stands in for epcpy's enumerations, of which it only uses the value."""

    value: str


def describe_text(
    text: str, filter_value: int | None, company_prefix_length: int | None, coding: str | None
) -> EpcForms:
    """`edge.gs1.epc.describe`, without its defaults."""
    if text.startswith("urn:epc:tag:"):
        return _from_tag_uri(text, filter_value, coding)
    if text.startswith(("urn:epc:id:", "urn:epc:class:")):
        scheme = _asked(lambda: epc_pure_identity_to_scheme(text), text)
        return _forms(scheme, filter_value, coding)
    elements = from_text(text)
    if elements is not None:
        return _from_elements(elements, filter_value, company_prefix_length, coding)
    if raw := _RAW_URI.fullmatch(text):
        text = _bits_of_raw_uri(int(raw[1]), raw[2])
    if _HEX.fullmatch(text) and len(text) >= _HEX_DIGITS_MIN:
        forms = decode_hex(text)
        if (filter_value is None and coding is None) or forms.pure_identity is None:
            return forms
        return describe_text(forms.tag_uri or "", filter_value, None, coding)
    raise ValueError(
        f"{text!r} is neither EPC hex (16 or more digits, a multiple of 4), an EPC URI, "
        "a GS1 element string (in brackets, or as a scanner sends it) nor a GS1 Digital Link"
    )


def decode_hex(text: str) -> EpcForms:
    """The forms of a tag's bits.

    Raises:
        ValueError: not hex, or the content is not what its header promises.
    """
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text!r} is not hex of whole words of 16 bits")
    bits = f"{int(text, 16):0{4 * len(text)}b}"
    kind = TAG_ENCODABLE_BINARY_HEADERS.get(bits[:_HEADER_BITS])
    if kind is None:
        return EpcForms("unknown", epc_hex=text.lower())
    name = kind.__name__.lower()
    coding = kind.header_to_schemes()[bits[:_HEADER_BITS]]
    width = _FILTER_BITS.get(name, _FILTER_BITS_USUAL)
    filter_value = int(bits[_HEADER_BITS : _HEADER_BITS + width] or "0", 2)
    scheme = _asked(lambda: kind.from_hex(text), text)
    forms = _forms(scheme, filter_value, coding.value)
    if (forms.epc_hex or "").rstrip("0") != text.lower().rstrip("0"):
        raise ValueError(f"{text} begins as {coding.value} but has bits that it does not allow")
    return replace(forms, epc_hex=text.lower())


def _bits_of_raw_uri(bits: int, text: str) -> str:
    """Bits that were told without a scheme (Tag Data Standard, raw URI)."""
    if bits != 4 * len(text):
        raise ValueError(f"urn:epc:raw:{bits}.x{text} says {bits} bits and has {4 * len(text)}")
    return text


def _from_tag_uri(uri: str, filter_value: int | None, coding: str | None) -> EpcForms:
    stated, _, body = uri.removeprefix("urn:epc:tag:").partition(":")
    name = stated.partition("-")[0]
    kind = TAG_ENCODABLE_SCHEME_IDENTIFIERS.get(name)
    if kind is None:
        raise ValueError(f"{uri!r}: {stated!r} is not a known EPC tag scheme")
    scheme = _asked(lambda: kind.from_tag_uri(uri), uri)
    if filter_value is None and name != "gid":
        filter_value = int(body.partition(".")[0])
    forms = _forms(scheme, filter_value, coding or stated)
    if coding is None and forms.tag_uri is None:
        raise ValueError(f"{uri!r} does not fit into {stated}")
    return forms


def _from_elements(
    elements: tuple[Element, ...],
    filter_value: int | None,
    company_prefix_length: int | None,
    coding: str | None,
) -> EpcForms:
    if fault := fault_of(elements):
        raise ValueError(fault)
    known = {element.ai: element for element in elements}
    if "414" in known:
        known.setdefault("254", _NO_EXTENSION)
    text, link = to_brackets(elements), to_link(elements)
    key = next((key for key in _KEYS if all(ai in known for ai in key)), None)
    if key is None:
        name = "gtin" if "01" in known else "gs1"
        return EpcForms(name, element_string=text, digital_link=link)
    parts = tuple(known[ai] for ai in key)
    length = company_prefix_length or _prefix_length_of(parts[0])
    wanted = to_brackets(parts)
    scheme = _asked(lambda: gs1_element_string_to_gs1_element(wanted, length), wanted)
    if scheme.gs1_element_string() != wanted:
        raise ValueError(f"{wanted} cannot be written as an EPC with {length} digits of prefix")
    forms = _forms(scheme, filter_value, coding)
    return replace(forms, element_string=text, digital_link=link)


def _prefix_length_of(key: Element) -> int:
    from biip import ParseError  # noqa: PLC0415 - 0.2 s, as in `elements`
    from biip.gs1_prefixes import GS1CompanyPrefix  # noqa: PLC0415 - as above

    digits = _DIGITS.match(key.value, _PREFIX_AT.get(key.ai, 0))
    try:  # letters of a serial number may follow, and biip refuses them
        found = GS1CompanyPrefix.extract(digits.group() if digits else "")
    except ParseError:
        found = None
    if found is None:
        raise ValueError(
            f"({key.ai}){key.value}: GS1's list does not tell how long this company prefix is; "
            "give the company prefix length"
        )
    return len(found.value)


def _forms(scheme: EPCScheme, filter_value: int | None, coding: str | None) -> EpcForms:
    elements = _elements_of(scheme)
    forms = EpcForms(
        type(scheme).__name__.lower(),
        pure_identity=scheme.epc_uri,
        element_string=to_brackets(elements) if elements else None,
        digital_link=to_link(elements) if elements else None,
    )
    if not isinstance(scheme, TagEncodable):
        return forms
    return _with_bits(forms, scheme, filter_value, coding)


def _with_bits(
    forms: EpcForms, scheme: TagEncodable, filter_value: int | None, coding: str | None
) -> EpcForms:
    width = _FILTER_BITS.get(forms.scheme, _FILTER_BITS_USUAL)
    if filter_value is None:
        filter_value = _SGTIN_POINT_OF_SALE if forms.scheme == "sgtin" else 0
    if not 0 <= filter_value < 1 << width and width:
        raise ValueError(f"a filter value of {forms.scheme} is 0 to {(1 << width) - 1}")
    options = [one for one in type(scheme).BinaryCodingScheme if coding in (None, one.value)]
    if not options:
        raise ValueError(f"{forms.scheme} has no coding {coding!r}")
    for option in options:
        try:
            tag_uri, epc_hex = _bits_of(scheme, filter_value if width else None, option)
        except ValueError:  # does not fit into this coding: the next one is longer
            continue
        return replace(forms, scheme=option.value, tag_uri=tag_uri, epc_hex=epc_hex)
    if coding is not None:
        raise ValueError(f"{scheme.epc_uri} does not fit into {coding}")
    return forms


def _bits_of(scheme: TagEncodable, filter_value: int | None, coding: Enum) -> tuple[str, str]:
    arguments: dict[str, object] = {"binary_coding_scheme": coding}
    if filter_value is not None:
        arguments["filter_value"] = _FilterValue(str(filter_value))
    tag_uri = _asked(lambda: scheme.tag_uri(**arguments), scheme.epc_uri)
    epc_hex = _asked(lambda: scheme.hex(**arguments), scheme.epc_uri).lower()
    back = _asked(lambda: type(scheme).from_hex(epc_hex), scheme.epc_uri)
    if back.epc_uri != scheme.epc_uri:
        raise ValueError(f"{scheme.epc_uri} does not survive {coding.value}")
    return tag_uri, epc_hex


def _elements_of(scheme: EPCScheme) -> tuple[Element, ...]:
    if not isinstance(scheme, GS1Element):
        return ()
    text = _asked(scheme.gs1_element_string, scheme.epc_uri)
    match = _TWO_ELEMENTS.fullmatch(text)
    if match is None:
        raise ValueError(f"{scheme.epc_uri} has an element string of unknown form: {text}")
    first, value, second, rest = match.groups()
    elements = (Element(first, value), *([Element(second, rest)] if second else []))
    return tuple(element for element in elements if element != _NO_EXTENSION)


def _asked(ask: Callable[[], Made], about: str) -> Made:
    """What epcpy answers; its several kinds of exception become one with a sentence."""
    try:
        return ask()
    except (ConvertException, ValueError, KeyError, IndexError, TypeError) as error:
        why = str(error) or "its parts do not fit"
        raise ValueError(f"{about} is not a valid EPC: {why}") from error
