"""What a session tells: the reader is up, reads came, something happened, it is over; counters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from drivers.driver import DeviceEvent
from drivers.llrp.capabilities import Capabilities
from drivers.llrp.reports import ReportError
from drivers.llrp.together import Waiting
from drivers.llrp.vendors import Vendor
from drivers.reads import ReadBatch
from drivers.tags import AccessReport


@dataclass(frozen=True, slots=True)
class Up:
    """The reader is set up and reads.

    Attributes:
        told: what it says of itself.
        vendor: which make it has shown itself to be.
        version: LLRP version of its messages: 1 is 1.0.1, 2 is 1.1.
        antennas: ports that it reads on.
        notes: what it does not offer or has otherwise than wanted, a sentence each.
        differences: those of the notes that it was asked for, took, and does not have.
    """

    told: Capabilities
    vendor: Vendor
    version: int
    antennas: tuple[int, ...]
    notes: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads that came together."""

    batch: ReadBatch


class Unread(NamedTuple):
    """Reports came, and nothing else; they are decoded with those of other readers.

    Attributes:
        waiting: the reports.
        decoded: to be told what they hold, and what of them was refused.
    """

    waiting: Waiting
    decoded: Callable[[ReadBatch, list[ReportError]], None]


@dataclass(frozen=True, slots=True)
class Accessed:
    """Work on tags has ended.

    Attributes:
        number: as it was given with the access.
        report: what became of it.
    """

    number: int
    report: AccessReport


@dataclass(frozen=True, slots=True)
class Over:
    """The connection is of no more use and must be closed.

    Attributes:
        reason: one sentence; empty after a clean end that we asked for.
    """

    reason: str


Output = Up | Reads | Unread | DeviceEvent | Accessed | Over


@dataclass(slots=True)
class Counters:
    """What went through; grows only."""

    frames: int = 0
    reads: int = 0
    keepalives: int = 0
    errors: int = 0

    def plus(self, other: "Counters") -> "Counters":
        """Both together."""
        return Counters(
            self.frames + other.frames,
            self.reads + other.reads,
            self.keepalives + other.keepalives,
            self.errors + other.errors,
        )
