"""Counts: wanted, made, settled."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.counts import CountMethod
from edge.model.ids import Badge, LocationId, Sku, WalkId


@dataclass(frozen=True, slots=True)
class CountWanted:
    """A place ought to be counted, because what was found there contradicts the books."""

    type: ClassVar[str] = "count.wanted"
    location: LocationId
    sku: Sku
    reason: str


@dataclass(frozen=True, slots=True)
class CountMade:
    """A place was counted; where it differs from the books, a person decides.

    Attributes:
        walk_id, stop: of a zero check, else None.
    """

    type: ClassVar[str] = "count.made"
    location: LocationId
    sku: Sku
    expected: int
    counted: int
    method: CountMethod
    by: Badge
    walk_id: WalkId | None = None
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class VarianceSettled:
    """A person took a count's variance into the books, or refused it.

    Attributes:
        quantity: pieces by the books from now on.
    """

    type: ClassVar[str] = "count.settled"
    location: LocationId
    sku: Sku
    variance: int
    quantity: int
    approved: bool
    by: Badge


CountEvent = CountWanted | CountMade | VarianceSettled
