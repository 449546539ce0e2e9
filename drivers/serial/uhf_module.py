"""A UHF module on a serial port: one antenna's reads, its coming and going told once.

A module has no clock, so a read is stamped with the moment at which its bytes came, less the time
that they and those behind them took on the line. What came in one wake of the port's thread is
one `ReadBatch`.
"""

from dataclasses import dataclass, replace

from numpy.random import Generator

from drivers.backoff import Backoff
from drivers.clock import Clock
from drivers.driver import DeviceDown, DeviceUp, Listener
from drivers.reads import ReadBatch
from drivers.serial.port import PortSettings, SerialPort
from drivers.serial.uhf_frames import FrameCounters, Region, Tag
from drivers.serial.uhf_session import Trouble, UhfSession, Wanted

BAUD = 115_200
"""As these modules leave the factory."""
ANTENNA = 1
"""A module has one antenna."""
PROTOCOL = "UHF module, M100/R200 family"
_BITS_PER_BYTE = 10  # with start and stop bit
_PAUSE_REFUSED_S = 10.0  # a person must act; until then it is asked now and again


@dataclass(frozen=True, slots=True)
class UhfSettings:
    """One module.

    Attributes:
        device: its name in the configuration; the reader of its reads.
        path: its port's stable name, or an address of a serial server.
        baud: bits per second.
        region: whose law it keeps, set and read back; None leaves its own.
        power_dbm: transmit power, set and read back; None leaves its own.
    """

    device: str
    path: str
    baud: int = BAUD
    region: Region | None = None
    power_dbm: float | None = None


class UhfModule:
    """A driver of one module."""

    def __init__(
        self, settings: UhfSettings, listener: Listener, clock: Clock, rng: Generator
    ) -> None:
        """Set up without touching the port.

        Args:
            settings: which module and how.
            listener: told reads, comings and goings, from the port's thread.
            clock: the host's clocks.
            rng: chance for the waits between attempts.
        """
        self._settings = settings
        self._listener = listener
        self._clock = clock
        self._wanted = Wanted(settings.region, settings.power_dbm)
        self._session = UhfSession(self._wanted)
        self._up: bool | None = None
        self._heard_at_us = 0
        port = PortSettings(settings.path, settings.baud)
        self._port = SerialPort(port, self, Backoff(rng, first_us=250_000))

    @property
    def alive(self) -> bool:
        """Whether the module's thread runs."""
        return self._port.alive

    @property
    def counters(self) -> FrameCounters:
        """What it sent so far."""
        return replace(self._session.counters)

    def start(self) -> None:
        """Begin to open the port; returns at once."""
        self._port.start()

    def stop(self) -> None:
        """Stop the inventory, close the port and join its thread within 3 s."""
        self._port.stop()

    def opened(self) -> None:
        """The port is open: the talk begins."""
        self._session = UhfSession(self._wanted, self._session.counters)
        self._port.write(self._session.begin(self._clock.monotonic_us()))

    def received(self, data: bytes) -> None:
        """Bytes came, or for a while none did."""
        if data:
            self._heard_at_us = self._clock.now_us()
        outcome = self._session.received(data, self._clock.monotonic_us())
        if outcome.tags:
            self._listener.reads(self._batch(outcome.tags))
        self._port.write(outcome.send)
        if outcome.started:
            self._tell_up()
        if outcome.trouble is not None:
            pause_s = _PAUSE_REFUSED_S if outcome.trouble is Trouble.REFUSED else 0.0
            self._port.drop(f"{self._settings.path}: {outcome.reason}", pause_s)

    def lost(self, reason: str) -> None:
        """The port was lost or the module is of no use: told once, then tried in silence."""
        if self._up is not False:
            down = DeviceDown(
                self._settings.device, self._clock.now_us(), self._heard_at_us, reason
            )
            self._listener.device_down(down)
        self._up = False

    def farewell(self) -> bytes:
        """The module is left quiet: it would stream for minutes to nobody."""
        return self._session.farewell()

    def _tell_up(self) -> None:
        if self._up is True:
            return  # it was only asked again, after a silence
        self._up = True
        identity = self._session.identity
        self._listener.device_up(
            DeviceUp(
                self._settings.device,
                self._clock.now_us(),
                manufacturer=identity.manufacturer,
                model=identity.hardware,
                firmware=identity.firmware,
                protocol=PROTOCOL,
                antennas=(ANTENNA,),
            )
        )

    def _batch(self, tags: list[Tag]) -> ReadBatch:
        byte_us = _BITS_PER_BYTE * 1_000_000 / self._settings.baud
        return ReadBatch.of(
            self._settings.device,
            self._heard_at_us,
            [tag.epc.hex() for tag in tags],
            [ANTENNA] * len(tags),
            [float(tag.rssi_dbm) for tag in tags],
            seen_us=[self._heard_at_us - round(tag.bytes_since * byte_us) for tag in tags],
        )
