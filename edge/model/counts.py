"""Counts: what somebody or the radio found in a place, against the books."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import Badge, LocationId, Sku


class CountMethod(StrEnum):
    """How it was counted."""

    ZERO = "zero"
    """A picker took the last piece and saw that the place is empty."""
    HAND = "hand"
    RADIO = "radio"


TO_MAKE_SURE = "rush_order"
"""The reason of a count that an order in a rush waits for."""


@dataclass(frozen=True, slots=True)
class Count:
    """An article in a place that is to be counted, or whose variance waits for a decision.

    Attributes:
        reason: why it is to be counted; empty for a count that nobody had asked for.
        expected: pieces by the books when it was counted; None while it is to be counted.
        counted: pieces that were found.
        by: who counted, or asked the radio.
        at_us: since when it waits, UTC microseconds.
    """

    location: LocationId
    sku: Sku
    reason: str
    at_us: int
    expected: int | None = None
    counted: int | None = None
    method: CountMethod | None = None
    by: Badge | None = None

    @property
    def is_doubt(self) -> bool:
        """Whether it speaks against the books; one to make sure does not by itself."""
        return self.reason != TO_MAKE_SURE or self.variance is not None

    @property
    def variance(self) -> int | None:
        """Pieces found beyond those expected, negative where some are missing."""
        if self.expected is None or self.counted is None:
            return None
        return self.counted - self.expected
