"""The names that warehouse things go by; each is a string with a form of its own."""

from typing import NewType, Protocol

Epc = NewType("Epc", str)
"""A tag's EPC as lower-case hex of whole bytes."""
Sku = NewType("Sku", str)
"""The warehouse's own article number."""
Gtin = NewType("Gtin", str)
"""GS1 article number, always padded to 14 digits."""
Sscc = NewType("Sscc", str)
"""GS1 number of one parcel, 18 digits."""
LocationId = NewType("LocationId", str)
OrderId = NewType("OrderId", str)
LineId = NewType("LineId", str)
ToteId = NewType("ToteId", str)
WalkId = NewType("WalkId", str)
Badge = NewType("Badge", str)
"""A person, as the badge names them."""
DeviceName = NewType("DeviceName", str)
"""A reader or scanner, as the configuration names it."""
RequestId = NewType("RequestId", str)
"""Made by whoever asks; the same id twice has one effect."""


class IdMaker(Protocol):
    """Makes ids that are unique for ever and sort by time of making (UUID version 7)."""

    def __call__(self) -> str:
        """A new id: 36 characters, RFC 9562 section 5.7."""
        ...


_VARIANTS = "89ab"


def uuid7(now_us: int, chance: int) -> str:
    """A UUID of version 7 (RFC 9562 section 5.7): sorts by its time.

    Args:
        now_us: UTC microseconds since 1970, of which whole milliseconds are kept.
        chance: 74 random bits.
    """
    high, low = divmod(chance & (1 << 74) - 1, 1 << 62)
    return uuid7_head(now_us // 1000) + uuid7_tail(f"{high:03x}{low:016x}")


def uuid7_tail(digits: str) -> str:
    """The other 21 characters, of 19 random hexadecimal digits."""
    variant = _VARIANTS[int(digits[3], 16) & 3]
    return f"{digits[:3]}-{variant}{digits[4:7]}-{digits[7:]}"


def uuid7_head(now_ms: int) -> str:
    """The first 15 characters, which tell the time."""
    digits = f"{now_ms & (1 << 48) - 1:012x}"
    return f"{digits[:8]}-{digits[8:]}-7"
