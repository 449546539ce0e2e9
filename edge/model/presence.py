"""What locating says has happened to an item: a closed union.

An item came, moved, is gone, is not vouched for any more, or is back; or what was told of it
turned out to be wrong.
"""

from dataclasses import dataclass

from edge.model.ids import DeviceName, Epc, LocationId


@dataclass(frozen=True, slots=True)
class Arrived:
    """An item that was nowhere is at a place.

    Attributes:
        epc: the item's tag.
        location: where it is.
        probability: how sure that is, 0 to 1.
        at_us: gateway UTC microseconds of the read that decided it.
    """

    epc: Epc
    location: LocationId
    probability: float
    at_us: int


@dataclass(frozen=True, slots=True)
class Moved:
    """An item is elsewhere than it was last announced; `at_us` as in `Arrived`."""

    epc: Epc
    from_location: LocationId
    to_location: LocationId
    probability: float
    at_us: int


@dataclass(frozen=True, slots=True)
class Departed:
    """An item is no longer where it was, although its antennas listened all the time.

    Attributes:
        epc: the item's tag.
        from_location: where it was last announced.
        at_us: gateway UTC microseconds at which the silence had become long enough.
        last_seen_us: gateway UTC microseconds of its last read.
    """

    epc: Epc
    from_location: LocationId
    at_us: int
    last_seen_us: int


@dataclass(frozen=True, slots=True)
class Stale:
    """An item cannot be vouched for, because what would hear it does not listen.

    Attributes:
        epc: the item's tag.
        location: where it was last announced; it may well still be there.
        since_us: gateway UTC microseconds of its last read.
        reader: the reader that is down or mute.
    """

    epc: Epc
    location: LocationId
    since_us: int
    reader: DeviceName


@dataclass(frozen=True, slots=True)
class Returned:
    """A stale or departed item is confirmed again.

    Attributes:
        epc: the item's tag.
        location: where it is; for a stale item the place it was known at.
        probability: how sure that is, 0 to 1.
        at_us: gateway UTC microseconds of the read that decided it.
        departed: whether its departure had been announced; else it had only been stale.
    """

    epc: Epc
    location: LocationId
    probability: float
    at_us: int
    departed: bool


@dataclass(frozen=True, slots=True)
class Mistaken:
    """An item was told to have departed or moved, and later evidence shows that it never did.

    Attributes:
        epc: the item's tag.
        location: where it has been all the time.
        went_to: where it was told to be meanwhile; None if it was told to have departed.
        probability: of `location`, 0 to 1.
        since_us: gateway UTC microseconds since when it is there: from before the mistake.
        at_us: as in `Arrived`.
        reader_was_silent: whether a reader of that place turned out to have heard nothing when
            the item was told to be gone; else the item itself was heard there again.
    """

    epc: Epc
    location: LocationId
    went_to: LocationId | None
    probability: float
    since_us: int
    at_us: int
    reader_was_silent: bool


PresenceChange = Arrived | Moved | Departed | Stale | Returned | Mistaken
