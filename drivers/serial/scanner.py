"""A barcode scanner on a serial port: its codes as `Scan`s, its coming and going told once."""

from dataclasses import dataclass, replace
from enum import StrEnum

from numpy.random import Generator

from drivers.backoff import Backoff
from drivers.clock import Clock
from drivers.driver import DeviceDown, DeviceUp, Listener, Scan
from drivers.serial.codes import PLAIN, CodeForm, ScanCounters
from drivers.serial.framing import ScanFramer
from drivers.serial.port import PortSettings, SerialPort
from drivers.serial.ssi import SsiFramer
from drivers.tap import Tap


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


class Scanner:
    """A driver of one scanner."""

    def __init__(
        self, settings: ScannerSettings, listener: Listener, clock: Clock, rng: Generator
    ) -> None:
        """Set up without touching the port.

        Args:
            settings: which scanner.
            listener: told scans, comings and goings, from the port's thread.
            clock: the host's clocks.
            rng: chance for the waits between attempts.
        """
        self._settings = settings
        self._listener = listener
        self._clock = clock
        self._framer = FRAMERS[settings.protocol](settings.form)
        self._tap: Tap | None = None
        self._up: bool | None = None
        self._heard_at_us = 0
        port = PortSettings(settings.path, settings.baud)
        self._port = SerialPort(port, self, Backoff(rng, first_us=250_000))

    @property
    def alive(self) -> bool:
        """Whether the scanner's thread runs."""
        return self._port.alive

    @property
    def counters(self) -> ScanCounters:
        """What it sent so far."""
        return replace(self._framer.counters)

    def tell(self, tap: Tap) -> None:
        """Let a tap hear every byte; to be called before the start."""
        self._tap = tap

    def start(self) -> None:
        """Begin to open the port; returns at once."""
        self._port.start()

    def stop(self) -> None:
        """Close the port and join its thread within 3 s."""
        self._port.stop()

    def opened(self) -> None:
        """The port is open."""
        if self._tap is not None:
            self._tap.opened(self._settings.device, "serial")
        self._port.write(self._framer.greeting())
        self._up = True
        protocol = NAMES[self._settings.protocol]
        at_us = self._clock.now_us()
        self._listener.device_up(DeviceUp(self._settings.device, at_us, protocol=protocol))

    def received(self, data: bytes) -> None:
        """Bytes came, or for a while none did."""
        now_us = self._clock.monotonic_us()
        if data and self._tap is not None:
            self._tap.received(self._settings.device, data)
        if data:
            self._heard_at_us = self._clock.now_us()
        codes = self._framer.feed(data, now_us) if data else self._framer.idle(now_us)
        for code in codes:
            self._listener.scan(Scan(self._settings.device, code, self._heard_at_us))
        self._port.write(self._framer.answer())  # after it was told: what fails here comes again

    def lost(self, reason: str) -> None:
        """The port could not be opened or was lost: told once, then tried in silence."""
        self._framer.reset()
        if self._tap is not None:
            self._tap.lost(self._settings.device, reason)
        if self._up is not False:
            down = DeviceDown(
                self._settings.device, self._clock.now_us(), self._heard_at_us, reason
            )
            self._listener.device_down(down)
        self._up = False

    def farewell(self) -> bytes:
        """A scanner is told nothing."""
        return b""
