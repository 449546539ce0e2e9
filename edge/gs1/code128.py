"""GS1-128: digits as bars and spaces (GS1 General Specifications, section 5.4; ISO/IEC 15417).

Only what a logistic label needs: FNC1 first, then pairs of digits in code set C.
"""

from edge.gs1.digits import is_digits

_START_C, _FNC1, _STOP = 105, 102, 106
_MODULUS = 103
_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 "
    "112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 "
    "311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 "
    "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 "
    "314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 "
    "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 "
    "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
"""Widths in modules of bar, space, bar, space, bar, space of each symbol character."""
_WIDTHS = tuple(_TABLE.split())


def widths(digits: str) -> tuple[int, ...]:
    """Widths in modules of all bars and spaces in turn, a bar first; without quiet zones.

    Args:
        digits: application identifier and value, an even number of digits.

    Raises:
        ValueError: something else.
    """
    if not is_digits(digits) or len(digits) % 2:
        raise ValueError(f"code set C takes pairs of digits, not {digits!r}")
    values = [_START_C, _FNC1, *(int(digits[at : at + 2]) for at in range(0, len(digits), 2))]
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % _MODULUS
    return tuple(int(width) for value in (*values, check, _STOP) for width in _WIDTHS[value])
