"""Readers and other devices: lost, back, approved."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.devices import FoundDecision
from edge.model.ids import DeviceName, LocationId


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A reader or scanner does not answer; what it covers is stale since then, not gone."""

    type: ClassVar[str] = "reader.lost"
    device: DeviceName
    silent_since_us: int
    reason: str
    locations: tuple[LocationId, ...]


@dataclass(frozen=True, slots=True)
class DeviceReturned:
    """A reader or scanner answers."""

    type: ClassVar[str] = "reader.returned"
    device: DeviceName
    locations: tuple[LocationId, ...]


@dataclass(frozen=True, slots=True)
class ReaderApproved:
    """A reader that was found on the network is ours and is run from now on."""

    type: ClassVar[str] = "reader.approved"
    decision: FoundDecision


@dataclass(frozen=True, slots=True)
class ReaderIgnored:
    """A reader that was found on the network is not ours; nothing more is told of it."""

    type: ClassVar[str] = "reader.ignored"
    decision: FoundDecision


ReaderEvent = DeviceLost | DeviceReturned | ReaderApproved | ReaderIgnored
