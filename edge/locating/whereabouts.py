"""What locating answers when asked where an item is, and why it thinks so."""

from dataclasses import dataclass

from edge.locating.columns import FloorColumns
from edge.locating.points import Position
from edge.locating.slots import NO_ANTENNA, Slots
from edge.locating.timeline import Timeline
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


def hearings(slots: Slots, columns: FloorColumns, time: Timeline) -> tuple[Hearing, ...]:
    """What each antenna has lately heard of the one tag that has these slots, strongest first."""
    heard = [
        Hearing(
            reader=columns.antennas[antenna].reader,
            port=columns.antennas[antenna].port,
            location=columns.antennas[antenna].location,
            rssi_dbm=float(level / weight),
            weight=float(weight),
            seen_us=time.us_of(int(seen)),
        )
        for antenna, level, weight, seen in zip(
            slots.antenna[:, 0],
            slots.level_sum[:, 0],
            slots.weight[:, 0],
            slots.seen_ms[:, 0],
            strict=True,
        )
        if antenna != NO_ANTENNA and seen > 0
    ]
    return tuple(sorted(heard, key=lambda one: -one.rssi_dbm))
