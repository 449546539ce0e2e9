"""What a link tells its listener and whoever asks: the reader in the warehouse's words."""

from dataclasses import dataclass

from drivers.driver import DeviceUp
from drivers.llrp.outputs import Counters, Up
from drivers.llrp.reader_clock import ClockState
from drivers.llrp.reports import REPORT_FAULT
from drivers.llrp.vendors import IMPINJ, IMPINJ_NUMBER, MANUFACTURERS

VERSIONS = {1: "LLRP 1.0.1", 2: "LLRP 1.1"}


@dataclass(frozen=True, slots=True)
class LinkState:
    """What went through one reader's link since the start.

    Attributes:
        up: the reader is set up and reads.
        connections: TCP connections that were made.
        counters: frames, reads, keepalives and errors over all of them.
        errors: the latest reasons.
        clock: the reader's clock, of this connection or the latest; None before the first.
    """

    up: bool
    connections: int
    counters: Counters
    errors: tuple[str, ...]
    clock: ClockState | None = None

    @property
    def refused_reports(self) -> tuple[str, ...]:
        """Those of the latest reasons for which reads were lost; the reader stays set up."""
        return tuple(one for one in self.errors if one.startswith(REPORT_FAULT))


def vendor_of(number: int) -> str:
    """A manufacturer's name, or its number as text where the name is not known; empty for 0."""
    return MANUFACTURERS.get(number, str(number) if number else "")


def device_up(device: str, up: Up, at_us: int) -> DeviceUp:
    """A reader that is set up, as its listener is told."""
    number = up.told.manufacturer
    vendor = vendor_of(number)
    if number == IMPINJ_NUMBER and up.vendor is not IMPINJ:  # others copy the number
        vendor = f"{number}, without Impinj extensions"
    return DeviceUp(
        device=device,
        at_us=at_us,
        manufacturer=vendor,
        model=str(up.told.model) if up.told.model else "",
        firmware=up.told.firmware,
        protocol=VERSIONS.get(up.version, f"LLRP version {up.version}"),
        antennas=up.antennas,
        notes=up.notes,
        differences=up.differences,
        channels_khz=up.told.channels_khz,
    )
