"""What lies in the warehouse: articles and the stock of them by place."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from edge.model.ids import Epc, Gtin, LocationId, Sku


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the catalogue.

    Attributes:
        sku: the warehouse's number.
        gtin: its GTIN-14; None where it has none.
        name: what people call it.
        version: grows with each change by the central system.
        volume_ml, weight_g: of one piece; 0 where not told.
        kind: of goods, such as `food`; empty where not told.
    """

    sku: Sku
    gtin: Gtin | None
    name: str
    version: int = 1
    volume_ml: int = 0
    weight_g: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Forward:
    """A place that pickers take an article from, and how full it is to be.

    Attributes:
        minimum: with fewer free pieces it is filled up; 0 for never.
        maximum: up to so many.
        version: grows with each change by the central system.
    """

    location: LocationId
    sku: Sku
    minimum: int
    maximum: int
    version: int = 1


@dataclass(frozen=True, slots=True)
class PackLevel:
    """A case or inner pack with a GTIN of its own, above the single piece.

    Attributes:
        gtin: its GTIN-14.
        sku: the article that is in it.
        quantity: pieces in it, 1 or more.
        version: grows with each change by the central system.
    """

    gtin: Gtin
    sku: Sku
    quantity: int
    version: int = 1


@dataclass(frozen=True, slots=True)
class Stock:
    """How many of one article lie in one place, by the books.

    Attributes:
        quantity: pieces in the place, 0 or more.
        reserved: pieces of these that are promised to planned stops; at most `quantity`.
        version: of the central system's last statement about this place; 0 before any.
    """

    sku: Sku
    location: LocationId
    quantity: int = 0
    reserved: int = 0
    version: int = 0

    @property
    def free(self) -> int:
        """Pieces that may still be promised."""
        return self.quantity - self.reserved


@dataclass(frozen=True, slots=True)
class Lot:
    """What is known of the pieces of one article in one place besides how many there are.

    Attributes:
        expires_us: the moment after which none of them may be sold, UTC microseconds; of several
            the earliest. None where they keep, or nobody told.
        since_us: since when they lie in the warehouse; None where nobody told.
        counted_us: when a person last settled how many there are, while nothing has spoken
            against it since; None where nobody did.
    """

    expires_us: int | None = None
    since_us: int | None = None
    counted_us: int | None = None

    def has_expired(self, now_us: int) -> bool:
        """Whether none of the pieces may be sold any more."""
        return self.expires_us is not None and self.expires_us <= now_us


class PresentItem(NamedTuple):
    """One tagged item as the radio knows it; one row of the read table `items`.

    A named tuple, for one is made of each fact about an item.

    Attributes:
        epc: its tag.
        sku: the article that the tag names; None for a tag of no known article.
        location: where it is thought to be; None when it has departed.
        probability: of that place, 0..1.
        since_us: when it came there, UTC microseconds.
        seen_us: when it was last told of, UTC microseconds.
    """

    epc: Epc
    sku: Sku | None
    location: LocationId | None
    probability: float
    since_us: int
    seen_us: int


class NearItem(NamedTuple):
    """What the radio says of a tag near a station, cart or portal."""

    sku: Sku | None
    probability: float


PresentRow = tuple[Epc, Sku | None, LocationId, float, int, int]
"""The fields of a `PresentItem` that is somewhere, in their order."""


@dataclass(frozen=True, slots=True)
class PresentItems:
    """Many items that are somewhere, as columns of equal length: there may be a million.

    Attributes:
        kinds: each pair of article and place once.
        kind: of each item, which of `kinds`.
        epcs: their hex digits one after the other, each filled up with zeros to the longest.
        digits: how many of them are its own.
        probability, since_us, seen_us: as `PresentItem` has them.
    """

    kinds: tuple[tuple[Sku | None, LocationId], ...]
    kind: "array[int]"
    epcs: str
    digits: "array[int]"
    probability: "array[float]"
    since_us: "array[int]"
    seen_us: "array[int]"

    @classmethod
    def of(cls, rows: Sequence[PresentRow]) -> "PresentItems":
        """Rows, at least one, as columns."""
        epcs, skus, places, probability, since_us, seen_us = zip(*rows, strict=True)
        numbers: dict[tuple[Sku | None, LocationId], int] = {}
        kinds = zip(skus, places, strict=True)
        kind = array("I", [numbers.setdefault(one, len(numbers)) for one in kinds])
        digits = array("H", map(len, epcs))
        width = max(digits)
        if min(digits) < width:
            epcs = tuple(one.ljust(width, "0") for one in epcs)
        return cls(
            tuple(numbers),
            kind,
            "".join(epcs),
            digits,
            array("d", probability),
            array("q", since_us),
            array("q", seen_us),
        )

    def __len__(self) -> int:
        return len(self.kind)

    def item(self, index: int) -> PresentItem:
        """One of them."""
        sku, location = self.kinds[self.kind[index]]
        begin = index * (len(self.epcs) // len(self))
        return PresentItem(
            Epc(self.epcs[begin : begin + self.digits[index]]),
            sku,
            location,
            self.probability[index],
            self.since_us[index],
            self.seen_us[index],
        )
