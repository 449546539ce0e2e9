"""A UHF module on a serial port: one antenna's reads, its coming and going told once.

A module has no clock, so a read is stamped with the moment at which its bytes came, less the time
that they and those behind them took on the line. What came in one wake of the port's thread is
one `ReadBatch`.
"""

from dataclasses import dataclass, replace

from numpy.random import Generator
from typing_extensions import override

from drivers.clock import Clock
from drivers.driver import DeviceUp, Listener
from drivers.reads import ReadBatch
from drivers.serial.device import SerialDevice
from drivers.serial.port import PortSettings
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


class UhfModule(SerialDevice):
    """A driver of one module.

    Args:
        settings: which module and how.
        listener: told reads, comings and goings, from the port's thread.
        clock: the host's clocks.
        rng: chance for the waits between attempts.
    """

    def __init__(
        self, settings: UhfSettings, listener: Listener, clock: Clock, rng: Generator
    ) -> None:
        port = PortSettings(settings.path, settings.baud)
        super().__init__(settings.device, port, listener, clock, rng)
        self._path = settings.path
        self._baud = settings.baud
        self._wanted = Wanted(settings.region, settings.power_dbm)
        self._session = UhfSession(self._wanted)

    @property
    def counters(self) -> FrameCounters:
        """What it sent so far."""
        return replace(self._session.counters)

    @override
    def farewell(self) -> bytes:
        """The module is left quiet: it would stream for minutes to nobody."""
        return self._session.farewell()

    @override
    def _begin(self) -> None:
        self._session = UhfSession(self._wanted, self._session.counters)
        self._port.write(self._session.begin(self._clock.monotonic_us()))

    @override
    def _hear(self, data: bytes) -> None:
        outcome = self._session.received(data, self._clock.monotonic_us())
        if outcome.tags:
            self._listener.reads(self._batch(outcome.tags))
        self._port.write(outcome.send)
        if outcome.started:
            self._tell_up(self._identified())
        if outcome.trouble is not None:
            pause_s = _PAUSE_REFUSED_S if outcome.trouble is Trouble.REFUSED else 0.0
            self._port.drop(f"{self._path}: {outcome.reason}", pause_s)

    @override
    def _forget(self) -> None:
        """Each opening begins a session of its own."""

    def _identified(self) -> DeviceUp:
        identity = self._session.identity
        return DeviceUp(
            self._device,
            self._clock.now_us(),
            manufacturer=identity.manufacturer,
            model=identity.hardware,
            firmware=identity.firmware,
            protocol=PROTOCOL,
            antennas=(ANTENNA,),
        )

    def _batch(self, tags: list[Tag]) -> ReadBatch:
        byte_us = _BITS_PER_BYTE * 1_000_000 / self._baud
        return ReadBatch.of(
            self._device,
            self._heard_at_us,
            [tag.epc.hex() for tag in tags],
            [ANTENNA] * len(tags),
            [float(tag.rssi_dbm) for tag in tags],
            seen_us=[self._heard_at_us - round(tag.bytes_since * byte_us) for tag in tags],
        )
