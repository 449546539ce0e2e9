"""The EPCs of one item: what its label's GTIN and serial number say, as the bits of its tag.

A label has no room for what a tag says besides: its filter value, how many of the GTIN's digits
are the company's prefix, and whether the serial is written as a number (SGTIN-96) or as text
(SGTIN-198). So one item has many EPCs, of which one stands on its tag; GS1's list of prefixes and
the filter value of a piece for the point of sale give the likeliest.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from edge.gs1.epc import TAGS_KEPT, is_serial, sgtin96_hex, sgtin_of
from edge.model.ids import Epc, Gtin

_PREFIX_LENGTHS = range(6, 13)
_PREFIX_LENGTH_UNKNOWN = 7
"""Where GS1's list does not know the prefix, as for a shop's own numbers: any will do, for GTIN
and serial are the same again whichever was taken."""
_FILTERS = range(8)
_POINT_OF_SALE = 1
_NUMBER = re.compile(r"0|[1-9]\d{0,11}", re.ASCII)
_NUMBER_BITS = 38
_TEXT_BITS = 140
_KEY_BITS = 50
"""Filter, partition, company prefix and item reference."""
_FILTER_SHIFT = 47
_HEADER_96, _HEADER_198 = 0x30, 0x36
_SPARE_BITS = 10
"""Behind the 198 bits, up to whole words."""
_HEX_DIGITS_198 = 52
_HEX_DIGITS_96, _HEADER_TEXT_96 = 24, "30"
_HEX_DIGITS_ARTICLE = 15
"""Of an SGTIN-96, so many digits hold all but its serial, and two bits of that."""
_SERIAL_MASK = (1 << _NUMBER_BITS) - 1
_SPARE_KEY_BITS = 2
"""Behind the 58 bits of header and key, up to whole digits."""
_HEX_DIGITS_KEY = 15


def epc_of(gtin: Gtin, serial: str) -> Epc:
    """The EPC that the item's tag most likely bears.

    Args:
        gtin: 14 digits with a right check digit.
        serial: AI 21, 1..20 characters.

    Raises:
        ValueError: no GTIN, or no serial number of GS1's.
    """
    write = _as_number if _fits_96(serial) else _as_text
    return write(gtin, serial, _prefix_length_of(gtin), _POINT_OF_SALE)


def epcs_of(gtin: Gtin, serial: str) -> tuple[Epc, ...]:
    """Every EPC that the item's tag may bear; see `epc_of`.

    Raises:
        ValueError: as there.
    """
    return tuple(_all_of(gtin, serial))


def stretches_of(gtin: Gtin) -> tuple[tuple[str, str], ...]:
    """Where an article's tags lie among EPCs sorted as text.

    Returns:
        Pairs: from the first text on and before the second. All SGTIN-96 and SGTIN-198 tags with
        this GTIN lie in one of them, and nearly none besides.

    Raises:
        ValueError: no GTIN.
    """
    stretches = []
    for length in _PREFIX_LENGTHS:
        tag = int(sgtin96_hex(gtin, length, 0, filter_value=0), 16) >> _NUMBER_BITS
        key = tag & (1 << _KEY_BITS) - 1
        for header, filter_value in product((_HEADER_96, _HEADER_198), _FILTERS):
            bits = header << _KEY_BITS | filter_value << _FILTER_SHIFT | key
            first, behind = bits << _SPARE_KEY_BITS, bits + 1 << _SPARE_KEY_BITS
            stretches.append((f"{first:0{_HEX_DIGITS_KEY}x}", f"{behind:0{_HEX_DIGITS_KEY}x}"))
    return tuple(stretches)


@lru_cache(maxsize=TAGS_KEPT)
def names_of(epc: Epc) -> tuple[Epc, ...]:
    """What a tagged item may be known as: by its tag and, where it has one, by its label."""
    if len(epc) == _HEX_DIGITS_96 and epc.startswith(_HEADER_TEXT_96):
        label = _label_bits(epc[:_HEX_DIGITS_ARTICLE])
        if label is None:
            return (epc,)
        try:
            serial = int(epc, 16) & _SERIAL_MASK
        except ValueError:
            return (epc,)
        named = Epc(f"{label | serial:024x}")
        return (epc,) if named == epc else (epc, named)
    item = sgtin_of(epc)
    if item is None:
        return (epc,)
    return tuple(dict.fromkeys((epc, epc_of(*item))))


@lru_cache(maxsize=4096)
def _label_bits(article: str) -> int | None:
    """The bits of `epc_of` with zeros in place of the serial, for all SGTIN-96 that begin so.

    Of the digits' last bits some are the serial's: they change no article.
    """
    item = sgtin_of(article.ljust(_HEX_DIGITS_96, "0"))
    return int(epc_of(item[0], "0"), 16) if item is not None else None


def _all_of(gtin: Gtin, serial: str) -> Iterator[Epc]:
    for length in _PREFIX_LENGTHS:
        for filter_value in _FILTERS:
            yield _as_text(gtin, serial, length, filter_value)
            if _fits_96(serial):
                yield _as_number(gtin, serial, length, filter_value)


def _as_number(gtin: Gtin, serial: str, length: int, filter_value: int) -> Epc:
    return Epc(sgtin96_hex(gtin, length, int(serial), filter_value))


def _as_text(gtin: Gtin, serial: str, length: int, filter_value: int) -> Epc:
    if not is_serial(serial):
        raise ValueError(f"{serial!r} is no serial number: 1 to 20 letters, digits and signs")
    key = int(sgtin96_hex(gtin, length, 0, filter_value), 16) >> _NUMBER_BITS
    bits = _HEADER_198 << _KEY_BITS | key & (1 << _KEY_BITS) - 1
    whole = (bits << _TEXT_BITS | _in_seven_bits(serial)) << _SPARE_BITS
    return Epc(f"{whole:0{_HEX_DIGITS_198}x}")


def _in_seven_bits(serial: str) -> int:
    """The characters from the left, seven bits each, zeros behind them."""
    bits = 0
    for sign in serial:
        bits = bits << 7 | ord(sign)
    return bits << _TEXT_BITS - 7 * len(serial)


def _fits_96(serial: str) -> bool:
    return _NUMBER.fullmatch(serial) is not None and int(serial) < 1 << _NUMBER_BITS


@lru_cache(maxsize=4096)
def _prefix_length_of(gtin: Gtin) -> int:
    from biip.gs1_prefixes import GS1CompanyPrefix  # noqa: PLC0415 - 0.2 s, as in `elements`

    found = GS1CompanyPrefix.extract(gtin[1:])
    length = len(found.value) if found is not None else _PREFIX_LENGTH_UNKNOWN
    return min(max(length, _PREFIX_LENGTHS.start), _PREFIX_LENGTHS[-1])
