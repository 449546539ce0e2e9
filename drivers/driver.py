"""The contract between a driver and whoever listens to it: what it tells, and how it is run.

A driver owns its threads and its wire. It tells a listener three things: reads or scans, that its
device came or went, and what happens to the device in between. The listener's methods are called
from the driver's own thread; they must return at once (they only put into an inbox) and must not
raise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from drivers.reads import ReadBatch, SomeReads


@dataclass(frozen=True, slots=True)
class Scan:
    """One barcode as a scanner sent it.

    Attributes:
        device: the scanner's name in the configuration.
        text: the code without terminator, prefix or suffix; FNC1 kept as GS (0x1D).
        scanned_us: gateway UTC microseconds of its last byte.
    """

    device: str
    text: str
    scanned_us: int


@dataclass(frozen=True, slots=True)
class DeviceUp:
    """A device answers and is set up as configured.

    Attributes:
        device: its name in the configuration.
        at_us: gateway UTC microseconds.
        manufacturer, model, firmware, protocol: what it says of itself; empty where it does not.
        antennas: ports that it reads on; empty for a scanner.
        notes: what it does not offer or has otherwise than wanted, a sentence each; for people.
        differences: those of the notes that it was asked for, took, and does not have: somebody
            else sets it up, too.
        channels_khz: of a reader, the frequency of each channel, the first one's first; empty
            where it does not tell.
    """

    device: str
    at_us: int
    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    protocol: str = ""
    antennas: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    channels_khz: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceDown:
    """A device is not answering; the driver goes on trying.

    Attributes:
        device: its name in the configuration.
        at_us: gateway UTC microseconds at which that was noticed.
        silent_since_us: gateway UTC microseconds of the last byte heard from it; 0 if none was.
        reason: one sentence: what happened and, where known, how to mend it.
    """

    device: str
    at_us: int
    silent_since_us: int
    reason: str


class EventKind(StrEnum):
    """What a device tells of itself while it works; `DeviceEvent.port` says where.

    The port is that of the antenna or of the input; 0 where the event is the whole device's.
    """

    ANTENNA_CONNECTED = "antenna_connected"
    ANTENNA_DISCONNECTED = "antenna_disconnected"
    INPUT_HIGH = "input_high"
    INPUT_LOW = "input_low"
    INVENTORY_STARTED = "inventory_started"
    INVENTORY_ENDED = "inventory_ended"
    BUFFER_FILLING = "buffer_filling"
    BUFFER_OVERFLOWED = "buffer_overflowed"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """Something happened at a device that answers; it goes on working.

    Attributes:
        device: its name in the configuration.
        at_us: gateway UTC microseconds; of the event itself if the device held it back.
        kind: what happened.
        port: antenna or input from 1; 0 where it is the whole device.
        detail: the device's own words or a number with its unit, for people; may be empty.
    """

    device: str
    at_us: int
    kind: EventKind
    port: int = 0
    detail: str = ""


class Listener(Protocol):
    """Whoever a driver talks to; every method returns at once and never raises."""

    def reads(self, batch: ReadBatch) -> None:
        """A reader's decoded reads."""
        ...

    def scan(self, scan: Scan) -> None:
        """A scanner's barcode."""
        ...

    def device_up(self, change: DeviceUp) -> None:
        """A device is there, told once each time it comes."""
        ...

    def device_down(self, change: DeviceDown) -> None:
        """A device is gone, told once each time it goes."""
        ...

    def device_event(self, event: DeviceEvent) -> None:
        """A device that is there says what happened to it."""
        ...


@runtime_checkable
class HearsTogether(Protocol):
    """A listener that is glad to be told at once what several readers read in one moment."""

    def reads_together(self, batches: Sequence[SomeReads]) -> None:
        """Reads in their order; in place of `Listener.reads`."""
        ...


class Driver(Protocol):
    """A running connection to one device or to a group that shares a wire."""

    def start(self) -> None:
        """Begin, in threads of its own; returns at once whether or not the device is there."""
        ...

    def stop(self) -> None:
        """End: tidy the device if it answers, close the wire, join the threads within 3 s."""
        ...
