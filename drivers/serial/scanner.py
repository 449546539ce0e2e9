"""A barcode scanner on a serial port: its codes as `Scan`s, its coming and going told once."""

from dataclasses import dataclass, replace
from enum import StrEnum

from numpy.random import Generator
from typing_extensions import override

from drivers.clock import Clock
from drivers.driver import DeviceUp, Listener, Scan
from drivers.serial.codes import PLAIN, CodeForm, ScanCounters
from drivers.serial.device import SerialDevice
from drivers.serial.framing import ScanFramer
from drivers.serial.port import PortSettings
from drivers.serial.ssi import SsiFramer


class ScanProtocol(StrEnum):
    """How a scanner sends its codes."""

    LINE = "line"
    """As text with a terminator or a silence behind it."""
    SSI = "ssi"
    """In packets of Zebra's Simple Serial Interface, each acknowledged."""


FRAMERS: dict[ScanProtocol, type[ScanFramer | SsiFramer]] = {
    ScanProtocol.LINE: ScanFramer,
    ScanProtocol.SSI: SsiFramer,
}
NAMES = {ScanProtocol.LINE: "serial", ScanProtocol.SSI: "SSI"}


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """One scanner.

    Attributes:
        device: its name in the configuration.
        path: its port's stable name.
        baud: bits per second; a USB scanner takes any.
        form: what it is set up to send around a code and for FNC1.
        protocol: how it sends.
    """

    device: str
    path: str
    baud: int = 9600
    form: CodeForm = PLAIN
    protocol: ScanProtocol = ScanProtocol.LINE


class Scanner(SerialDevice):
    """A driver of one scanner.

    Args:
        settings: which scanner.
        listener: told scans, comings and goings, from the port's thread.
        clock: the host's clocks.
        rng: chance for the waits between attempts.
    """

    def __init__(
        self, settings: ScannerSettings, listener: Listener, clock: Clock, rng: Generator
    ) -> None:
        port = PortSettings(settings.path, settings.baud)
        super().__init__(settings.device, port, listener, clock, rng)
        self._protocol = settings.protocol
        self._framer = FRAMERS[settings.protocol](settings.form)

    @property
    def counters(self) -> ScanCounters:
        """What it sent so far."""
        return replace(self._framer.counters)

    @override
    def farewell(self) -> bytes:
        """A scanner is told nothing."""
        return b""

    @override
    def _begin(self) -> None:
        self._port.write(self._framer.greeting())
        protocol = NAMES[self._protocol]
        self._tell_up(DeviceUp(self._device, self._clock.now_us(), protocol=protocol))

    @override
    def _hear(self, data: bytes) -> None:
        now_us = self._clock.monotonic_us()
        codes = self._framer.feed(data, now_us) if data else self._framer.idle(now_us)
        for code in codes:
            self._listener.scan(Scan(self._device, code, self._heard_at_us))
        self._port.write(self._framer.answer())  # after it was told: what fails here comes again

    @override
    def _forget(self) -> None:
        self._framer.reset()
