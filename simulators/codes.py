"""GS1 numbers as labels and tags bear them: check digits, GTIN, tags of pieces and of labels.

Written from GS1's General Specifications (section 7.9, check digit) and Tag Data Standard 1.13
(sections 14.5.1, SGTIN-96, and 14.5.2, SSCC-96) and shared with nobody, so that a decoder is
judged by a second reading.
"""

_SGTIN_96_HEADER = 0x30
_PARTITIONS = {12: (0, 40, 4), 11: (1, 37, 7), 10: (2, 34, 10), 9: (3, 30, 14)} | {
    8: (4, 27, 17),
    7: (5, 24, 20),
    6: (6, 20, 24),
}
"""By digits of the company prefix: partition value, bits of prefix, bits of item reference."""
_SERIAL_BITS = 38


def check_digit(digits: str) -> str:
    """The last digit of a GS1 number, from its others (weights 3 and 1 from the right)."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def gtin_13(company_prefix: str, item_reference: int) -> str:
    """A GTIN-13: prefix and reference padded to 12 digits, then the check digit.

    Raises:
        ValueError: the reference does not fit beside the prefix.
    """
    digits = f"{company_prefix}{item_reference:0{12 - len(company_prefix)}d}"
    if len(digits) != 12:  # noqa: PLR2004 - a GTIN-13 without its check digit
        raise ValueError(f"item reference {item_reference} does not fit beside {company_prefix}")
    return digits + check_digit(digits)


def sgtin_96(gtin_14: str, company_digits: int, serial: int) -> str:
    """The tag of one piece: 24 hex digits, filter value 1 (point-of-sale item).

    Args:
        gtin_14: 14 digits with a right check digit.
        company_digits: length of the company prefix in it, 6..12.
        serial: 0..2**38 - 1.

    Raises:
        ValueError: a number is out of its range or the check digit is wrong.
    """
    if len(gtin_14) != 14 or check_digit(gtin_14[:-1]) != gtin_14[-1]:  # noqa: PLR2004 - GTIN-14
        raise ValueError(f"{gtin_14} is not a GTIN-14")
    if not 0 <= serial < 1 << _SERIAL_BITS:
        raise ValueError(f"serial {serial} needs more than {_SERIAL_BITS} bits")
    partition, prefix_bits, reference_bits = _PARTITIONS[company_digits]
    prefix = int(gtin_14[1 : 1 + company_digits])
    reference = int(gtin_14[0] + gtin_14[1 + company_digits : 13])
    bits = _SGTIN_96_HEADER << 3 | 1
    bits = bits << 3 | partition
    bits = bits << prefix_bits | prefix
    bits = bits << reference_bits | reference
    return f"{bits << _SERIAL_BITS | serial:024x}"


_SSCC_96_HEADER = 0x31
_LOGISTIC_UNIT = 2
_SSCC_BITS, _UNUSED_BITS = 58, 24


def sscc_96(sscc: str, company_digits: int) -> str:
    """The tag in a label of a parcel or a pallet: 24 hex digits, filter value 2.

    Args:
        sscc: 18 digits with a right check digit.
        company_digits: length of the company prefix in it, 6..12.

    Raises:
        ValueError: it is no SSCC.
    """
    if len(sscc) != 18 or check_digit(sscc[:-1]) != sscc[-1]:  # noqa: PLR2004 - SSCC
        raise ValueError(f"{sscc} is not an SSCC")
    partition, prefix_bits, _ = _PARTITIONS[company_digits]
    prefix = int(sscc[1 : 1 + company_digits])
    serial = int(sscc[0] + sscc[1 + company_digits : 17])
    bits = (_SSCC_96_HEADER << 3 | _LOGISTIC_UNIT) << 3 | partition
    bits = bits << _SSCC_BITS | prefix << (_SSCC_BITS - prefix_bits) | serial
    return f"{bits << _UNUSED_BITS:024x}"
