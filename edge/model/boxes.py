"""What a pack station's antenna makes of a tag: in the box, beside it, or not to be told."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import Epc, LocationId


class BoxPlace(StrEnum):
    """Where a tag lies, seen from one station."""

    INSIDE = "inside"
    BESIDE = "beside"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class BoxVerdict:
    """What a station's antennas say of one tag.

    Attributes:
        station: whose antennas.
        epc: the tag.
        place: where it lies.
        probability: that it lies in the box, 0 to 1.
        rounds: read rounds in which the station heard it, behind this verdict.
    """

    station: LocationId
    epc: Epc
    place: BoxPlace
    probability: float
    rounds: int
