"""Check digits of GS1 keys (GS1 General Specifications, section 7.9.1)."""

GTIN_LENGTHS = (8, 12, 13, 14)
"""Digits of a GTIN with its check digit."""
SSCC_LENGTH = 18


def is_digits(text: str) -> bool:
    """Whether the text is one or more ASCII digits and nothing else."""
    return text.isascii() and text.isdigit()


def check_digit(payload: str) -> int:
    """The digit that completes a key.

    Args:
        payload: the key without its last digit, ASCII digits only.

    Raises:
        ValueError: something else than digits.
    """
    if not is_digits(payload):
        raise ValueError(f"a check digit is made of digits, not of {payload!r}")
    return -(3 * sum(map(int, payload[::-2])) + sum(map(int, payload[-2::-2]))) % 10


def check_fault(key: str) -> str:
    """What is wrong with the last digit of a key; empty where it is right."""
    expected = check_digit(key[:-1])
    if int(key[-1]) == expected:
        return ""
    return f"check digit of {key} is {key[-1]}, not the {expected} that its other digits ask for"
