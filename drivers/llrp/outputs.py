"""What a session tells: the reader is up, reads came, the connection is over; and its counters."""

from dataclasses import dataclass

from drivers.driver import DeviceUp
from drivers.llrp.steering import Capabilities
from drivers.reads import ReadBatch

_VENDORS = {25882: "Impinj", 161: "Zebra", 10642: "Zebra"}
_VERSIONS = {1: "LLRP 1.0.1", 2: "LLRP 1.1"}


@dataclass(frozen=True, slots=True)
class Up:
    """The reader is set up and reads.

    Attributes:
        told: what it says of itself.
        vendor: its vendor's extensions are on.
        version: LLRP version of its messages: 1 is 1.0.1, 2 is 1.1.
        antennas: ports that it reads on.
    """

    told: Capabilities
    vendor: bool
    version: int
    antennas: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads that came together."""

    batch: ReadBatch


@dataclass(frozen=True, slots=True)
class Over:
    """The connection is of no more use and must be closed.

    Attributes:
        reason: one sentence; empty after a clean end that we asked for.
    """

    reason: str


Output = Up | Reads | Over


@dataclass(slots=True)
class Counters:
    """What went through; grows only."""

    frames: int = 0
    reads: int = 0
    keepalives: int = 0
    errors: int = 0


def told_up(device: str, up: Up, at_us: int) -> DeviceUp:
    """What a listener is told of a reader that is set up."""
    number = up.told.manufacturer
    vendor = _VENDORS.get(number, str(number) if number else "")
    if number == 25882 and not up.vendor:  # noqa: PLR2004 - Impinj's number, copied by others
        vendor = f"{number}, without Impinj extensions"
    return DeviceUp(
        device=device,
        at_us=at_us,
        manufacturer=vendor,
        model=str(up.told.model) if up.told.model else "",
        firmware=up.told.firmware,
        protocol=_VERSIONS.get(up.version, f"LLRP version {up.version}"),
        antennas=up.antennas,
    )
