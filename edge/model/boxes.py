"""What a pack station's antennas make of a tag, and whether they hear anything new."""

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


@dataclass(frozen=True, slots=True)
class BoxQuiet:
    """A station's antennas have heard nothing new for a while, or hear something new again.

    Attributes:
        station: whose antennas.
        since_us: as the open check says since when it is listened for; of one that was quiet, 0.
        quiet: false where something new is heard.
        outwaited: it was never quiet for as long as anybody is made to wait.
    """

    station: LocationId
    since_us: int
    quiet: bool
    outwaited: bool = False
