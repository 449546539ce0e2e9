"""What locating answers when asked where an item is, and why it thinks so."""

from dataclasses import dataclass

from edge.locating.points import Position
from edge.model.ids import DeviceName, LocationId


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one antenna has lately heard of an item: the reason behind an answer.

    Attributes:
        reader, port: the antenna.
        location: the place it covers.
        rssi_dbm: decayed mean.
        weight: reads behind the mean, decayed to now.
        seen_us: gateway UTC microseconds of the last read.
    """

    reader: DeviceName
    port: int
    location: LocationId
    rssi_dbm: float
    weight: float
    seen_us: int


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an item is believed to be, and why.

    Attributes:
        location: the most probable place; None where none is probable enough.
        probability: of the most probable place, named or not.
        alternatives: the other places with their probabilities, most probable first.
        evidence: by antenna, strongest first.
        announced: the place that the last change told; None if none did or it departed.
        stale: whether it is announced but cannot be vouched for at present.
        since_us: gateway UTC microseconds (whole seconds) since when it is announced; 0 if not.
        seen_us: gateway UTC microseconds (whole milliseconds) of its last read.
        position: on the floor plan; None where points were not surveyed or tell too little.
    """

    location: LocationId | None
    probability: float
    alternatives: tuple[tuple[LocationId, float], ...]
    evidence: tuple[Hearing, ...]
    announced: LocationId | None
    stale: bool
    since_us: int
    seen_us: int
    position: Position | None = None
