"""What the radio says has happened to an item: a closed union, made by locating."""

from dataclasses import dataclass

from edge.model.ids import DeviceName, Epc, LocationId


@dataclass(frozen=True, slots=True)
class Arrived:
    """An item that was nowhere is in a place, with this probability (0..1)."""

    epc: Epc
    location: LocationId
    probability: float
    at_us: int


@dataclass(frozen=True, slots=True)
class Moved:
    """An item has gone from one place to another, with this probability (0..1)."""

    epc: Epc
    from_location: LocationId
    to_location: LocationId
    probability: float
    at_us: int


@dataclass(frozen=True, slots=True)
class Departed:
    """An item is gone: its place was covered by living antennas and it was not heard."""

    epc: Epc
    from_location: LocationId
    at_us: int
    last_seen_us: int


@dataclass(frozen=True, slots=True)
class Stale:
    """An item may still be there, but the reader that would hear it is silent since then."""

    epc: Epc
    location: LocationId
    since_us: int
    reader: DeviceName


@dataclass(frozen=True, slots=True)
class Returned:
    """A stale or departed item is heard again in its place."""

    epc: Epc
    location: LocationId
    probability: float
    at_us: int


PresenceChange = Arrived | Moved | Departed | Stale | Returned
