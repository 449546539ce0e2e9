"""EPC numbers: the bits of a tag, their URIs, element string and Digital Link.

GS1 EPC Tag Data Standard 1.13 (the schemes before the "+" ones of TDS 2). The tag of a sold item
is nearly always SGTIN-96, and it is asked for every tag that comes into view: it is taken apart
here with integers. All else goes through epcpy. epcpy keeps no filter value, ignores check digits
that are given to it, lets surplus bits pass and raises whatever comes, so everything it makes is
made back and compared before it is believed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from edge.gs1.digits import check_digit, is_digits
from edge.gs1.schemes import EpcForms, decode_hex, describe_text
from edge.model.ids import Gtin, Sscc

_SGTIN_96 = 0x30
_HEX_DIGITS_96 = 24
_SERIAL_BITS_96 = 38
_SERIALS = 1 << _SERIAL_BITS_96
_BITS_198 = 198
_SERIAL_BITS_198 = 140
_SERIAL = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}", re.ASCII)
"""GS1's set of 82 characters (General Specifications, figure 7.11-1)."""
_FILTERS = 8
TAGS_KEPT = 1_024
"""Tags whose meaning is remembered: a turn asks for the same ones several times. 16,384 took
15 MiB and served no more often where a thousand pieces a second come and go."""
_ARTICLES_KEPT = 4_096
"""Articles whose bits are remembered: of many tags that come in a row few are of a new article."""


@dataclass(frozen=True, slots=True)
class _Partition:
    """How the 44 bits of company prefix and item reference are shared (TDS table 14-2)."""

    prefix_bits: int
    prefix_digits: int

    @property
    def item_bits(self) -> int:
        return 44 - self.prefix_bits

    @property
    def item_digits(self) -> int:
        return 13 - self.prefix_digits


_PARTITIONS = tuple(
    _Partition(bits, digits)
    for bits, digits in ((40, 12), (37, 11), (34, 10), (30, 9), (27, 8), (24, 7), (20, 6))
)


@lru_cache(maxsize=TAGS_KEPT)
def sgtin_of(epc_hex: str) -> tuple[Gtin, str] | None:
    """The GTIN-14 and serial number that a tag bears.

    Args:
        epc_hex: the EPC as hex of either case.

    Returns:
        None for a tag of another scheme, and for bits that are no valid SGTIN-96 or SGTIN-198.
    """
    header = epc_hex[:2]
    if header == "30" and len(epc_hex) == _HEX_DIGITS_96:
        return _sgtin_of_96(epc_hex)
    if header == "36":
        return _sgtin_of_198(epc_hex)
    return None


def gtin_of(epc_hex: str) -> Gtin | None:
    """The GTIN-14 that a tag bears; as `sgtin_of`, without its serial."""
    if len(epc_hex) == _HEX_DIGITS_96 and epc_hex.startswith("30"):
        try:
            return _gtin_of_bits(int(epc_hex, 16) >> _SERIAL_BITS_96)
        except ValueError:
            return None
    named = sgtin_of(epc_hex)
    return named[0] if named is not None else None


@lru_cache(maxsize=_ARTICLES_KEPT)
def _gtin_of_bits(bits: int) -> Gtin | None:
    key = _key_of(bits)
    return _gtin_of(*key) if key is not None else None


def sscc_of(epc_hex: str) -> Sscc | None:
    """The parcel number that an SSCC-96 tag bears; None for every other tag."""
    if not epc_hex.startswith("31"):
        return None
    try:
        forms = decode_hex(epc_hex)
    except ValueError:
        return None
    return Sscc((forms.element_string or "").removeprefix("(00)"))


@lru_cache(maxsize=TAGS_KEPT)
def uri_of(epc_hex: str) -> str:
    """The pure identity URI of a tag; for bits of no valid scheme the raw URI with the bits.

    Raises:
        ValueError: not hex of whole bytes.
    """
    if epc_hex.startswith("30") and len(epc_hex) == _HEX_DIGITS_96:
        parts = _parts_of_96(epc_hex)
        if parts is not None:
            return f"urn:epc:id:sgtin:{'.'.join(parts)}"
    try:
        pure = decode_hex(epc_hex).pure_identity
    except ValueError:  # told by the raw URI, as for an unknown header
        pure = None
    return pure or f"urn:epc:raw:{8 * len(bytes.fromhex(epc_hex))}.x{epc_hex.upper()}"


def describe(
    value: str,
    *,
    filter_value: int | None = None,
    company_prefix_length: int | None = None,
    coding: str | None = None,
) -> EpcForms:
    """Every form of a number that is given in any one form.

    Args:
        value: EPC hex, tag URI, pure identity URI, GS1 element string with brackets or a GS1
            Digital Link.
        filter_value: to write into the tag; None keeps that of the tag, else 1 (point of sale
            item) for an SGTIN and 0 for the others.
        company_prefix_length: digits of the company prefix (6..12) where an element string or a
            link does not tell; None looks into GS1's list of prefixes.
        coding: such as `sgtin-198`; None keeps that of the tag, else takes the shortest that fits.

    Raises:
        ValueError: not one of these forms, or one with a wrong check digit or content; says which.
    """
    return describe_text(value.strip(), filter_value, company_prefix_length, coding)


def sgtin96_hex(gtin: str, company_prefix_length: int, serial: int, filter_value: int = 1) -> str:
    """The EPC hex of an item, 24 lower-case digits.

    Args:
        gtin: 8, 12, 13 or 14 digits with a right check digit.
        company_prefix_length: digits of the company prefix, 6..12.
        serial: 0 to 2^38 - 1.
        filter_value: 0..7; 1 is a point of sale item.

    Raises:
        ValueError: one of these is not so.
    """
    bits = _sgtin96_bits(gtin, company_prefix_length, filter_value)
    if not (0 <= serial < _SERIALS and 0 <= filter_value < _FILTERS):
        raise ValueError(f"serial {serial} needs 38 bits at most, filter {filter_value} three")
    return f"{bits | serial:024x}"


@lru_cache(maxsize=_ARTICLES_KEPT)
def _sgtin96_bits(gtin: str, company_prefix_length: int, filter_value: int) -> int:
    """The bits of an article's items, with zeros in place of the serial."""
    digits = gtin.zfill(14)
    if not is_digits(digits) or len(digits) != len("00000000000000"):
        raise ValueError(f"a GTIN has 8, 12, 13 or 14 digits, not {gtin!r}")
    if check_digit(digits[:-1]) != int(digits[-1]):
        raise ValueError(f"GTIN {gtin} has a wrong check digit; {check_digit(digits[:-1])} fits")
    number = next(
        (n for n, one in enumerate(_PARTITIONS) if one.prefix_digits == company_prefix_length),
        None,
    )
    if number is None:
        raise ValueError(f"a company prefix has 6 to 12 digits, not {company_prefix_length}")
    partition = _PARTITIONS[number]
    prefix = int(digits[1 : 1 + company_prefix_length])
    item = int(digits[0] + digits[1 + company_prefix_length : -1])
    bits = ((_SGTIN_96 << 3 | filter_value) << 3 | number) << partition.prefix_bits | prefix
    return (bits << partition.item_bits | item) << _SERIAL_BITS_96


def sscc(company_prefix: str, extension: int, serial: int) -> Sscc:
    """The number of a new parcel, 18 digits with its check digit.

    Args:
        company_prefix: GS1 company prefix, 6..12 digits.
        extension: 0..9, the company's own choice.
        serial: never used before; has 16 digits together with the prefix.

    Raises:
        ValueError: one of these is not so.
    """
    room = 16 - len(company_prefix)
    if not is_digits(company_prefix) or not 4 <= room <= 10:  # noqa: PLR2004 - 6..12 of 16 digits
        raise ValueError(f"a company prefix has 6 to 12 digits, not {company_prefix!r}")
    if not 0 <= extension <= 9:  # noqa: PLR2004 - one digit
        raise ValueError(f"the extension of an SSCC is one digit, not {extension}")
    if not 0 <= serial < 10**room:
        raise ValueError(f"prefix {company_prefix} leaves {room} digits for serial {serial}")
    payload = f"{extension}{company_prefix}{serial:0{room}d}"
    return Sscc(f"{payload}{check_digit(payload)}")


def _sgtin_of_96(epc_hex: str) -> tuple[Gtin, str] | None:
    parts = _parts_of_96(epc_hex)
    if parts is None:
        return None
    prefix, item, serial = parts
    return _gtin_of(prefix, item), serial


def _parts_of_96(epc_hex: str) -> tuple[str, str, str] | None:
    """Company prefix, item reference with indicator, and serial of an SGTIN-96."""
    try:
        bits = int(epc_hex, 16)
    except ValueError:
        return None
    key = _key_of(bits >> _SERIAL_BITS_96)
    return (*key, str(bits & _SERIALS - 1)) if key is not None else None


@lru_cache(maxsize=_ARTICLES_KEPT)
def _key_of(bits: int) -> tuple[str, str] | None:
    """Company prefix and item reference with indicator, from bits that end with them."""
    number = bits >> 44 & 7
    if number >= len(_PARTITIONS):
        return None
    partition = _PARTITIONS[number]
    both = bits & (1 << 44) - 1
    prefix = f"{both >> partition.item_bits:0{partition.prefix_digits}d}"
    item = f"{both & (1 << partition.item_bits) - 1:0{partition.item_digits}d}"
    if len(prefix) + len(item) != len("0000000000000"):  # a part is larger than its digits allow
        return None
    return prefix, item


@lru_cache(maxsize=_ARTICLES_KEPT)
def _gtin_of(prefix: str, item: str) -> Gtin:
    payload = f"{item[0]}{prefix}{item[1:]}"
    return Gtin(f"{payload}{check_digit(payload)}")


def _sgtin_of_198(epc_hex: str) -> tuple[Gtin, str] | None:
    """With integers too: epcpy loses serials such as "/0"."""
    spare = 4 * len(epc_hex) - _BITS_198
    try:
        bits = int(epc_hex, 16)
    except ValueError:
        return None
    if spare < 0 or bits & (1 << spare) - 1:
        return None
    key = _key_of(bits >> spare + _SERIAL_BITS_198)
    text = bits >> spare & (1 << _SERIAL_BITS_198) - 1
    signs = (chr(text >> at & 0x7F) for at in range(_SERIAL_BITS_198 - 7, -1, -7))
    serial = "".join(signs).rstrip("\0")
    return (_gtin_of(*key), serial) if key is not None and is_serial(serial) else None


def is_serial(text: str) -> bool:
    """Whether a text may be the serial number of an article (AI 21)."""
    return _SERIAL.fullmatch(text) is not None
