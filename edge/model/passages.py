"""What a portal says of a tag that was near it, and what it asks a person where it is not sure."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import Epc, LocationId, Sku, Sscc


class Direction(StrEnum):
    """How a tag was at a portal."""

    OUT = "out"
    IN = "in"
    TURNED_BACK = "turned_back"
    """It came up to the portal and went back to where it came from."""
    PASSED_BY = "passed_by"
    """It moved on one side only, or belongs to the portal next door."""
    STANDING = "standing"
    """It lies or stands near the portal."""
    UNKNOWN = "unknown"
    """Not sure enough: a person must look."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One stay of one tag at a portal.

    Attributes:
        epc: the tag.
        portal: where.
        direction: how it went.
        probability: that it did, 0 to 1; for `UNKNOWN` of the likeliest, which `likeliest` names.
        likeliest: the most probable direction, never `UNKNOWN`.
        crossing: probability that it is on the other side now: in or out.
        began_us, ended_us: gateway UTC microseconds of the first and the last read of the stay.
        reads: how many there were.
    """

    epc: Epc
    portal: LocationId
    direction: Direction
    probability: float
    likeliest: Direction
    crossing: float
    began_us: int
    ended_us: int
    reads: int


class Asked(StrEnum):
    """What a portal asks a person."""

    PASSAGE = "passage"
    """Did this go through, and which way?"""
    TOO_MANY = "too_many"
    """Is there a piece too many in what has left?"""


@dataclass(frozen=True, slots=True)
class PassageQuestion:
    """What a person is asked: which way something went, or whether it holds a piece too many.

    Attributes:
        name: of the question: the SSCC of the parcel, the EPC of a single piece, or
            `too-many-EPC`.
        portal: where it was.
        epc: the tag that left the portal unsure.
        sku: its article, where known.
        sscc: the parcel that it lies in, or may lie in as a piece too many; None for a single
            piece.
        likeliest: the most probable direction.
        probability: of it, 0 to 1.
        began_us, ended_us: gateway UTC microseconds of the stay.
        asks: what is asked.
        others: further parcels in which a piece too many may lie.
    """

    name: str
    portal: LocationId
    epc: Epc
    sku: Sku | None
    sscc: Sscc | None
    likeliest: Direction
    probability: float
    began_us: int
    ended_us: int
    asks: Asked = Asked.PASSAGE
    others: tuple[Sscc, ...] = ()
