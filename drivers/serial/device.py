"""What every device on a serial port does: its bytes tapped, its coming and going told once."""

from abc import ABC, abstractmethod

from numpy.random import Generator

from drivers.backoff import Backoff
from drivers.clock import Clock
from drivers.driver import DeviceDown, DeviceUp, Listener
from drivers.serial.port import PortSettings, SerialPort
from drivers.tap import Tap

_FIRST_PAUSE_US = 250_000


class SerialDevice(ABC):
    """A driver of one device; its kind says what is made of the bytes.

    Args:
        device: its name in the configuration.
        port: where it is.
        listener: told what it reads, comings and goings, from the port's thread.
        clock: the host's clocks.
        rng: chance for the waits between attempts.
    """

    def __init__(
        self, device: str, port: PortSettings, listener: Listener, clock: Clock, rng: Generator
    ) -> None:
        self._device = device
        self._listener = listener
        self._clock = clock
        self._tap: Tap | None = None
        self._up: bool | None = None
        self._heard_at_us = 0
        self._port = SerialPort(port, self, Backoff(rng, first_us=_FIRST_PAUSE_US))

    @property
    def alive(self) -> bool:
        """Whether the device's thread runs."""
        return self._port.alive

    def tell(self, tap: Tap) -> None:
        """Let a tap hear every byte; to be called before the start."""
        self._tap = tap

    def start(self) -> None:
        """Begin to open the port; returns at once."""
        self._port.start()

    def stop(self) -> None:
        """Take leave of the device, close the port and join its thread within 3 s."""
        self._port.stop()

    def opened(self) -> None:
        """The port is open: the talk begins."""
        if self._tap is not None:
            self._tap.opened(self._device, "serial")
        self._begin()

    def received(self, data: bytes) -> None:
        """Bytes came, or for a while none did."""
        if data and self._tap is not None:
            self._tap.received(self._device, data)
        if data:
            self._heard_at_us = self._clock.now_us()
        self._hear(data)

    def lost(self, reason: str) -> None:
        """The port was lost or the device is of no use: told once, then tried in silence."""
        self._forget()
        if self._tap is not None:
            self._tap.lost(self._device, reason)
        if self._up is not False:
            at_us = self._clock.now_us()
            self._listener.device_down(DeviceDown(self._device, at_us, self._heard_at_us, reason))
        self._up = False

    @abstractmethod
    def farewell(self) -> bytes:
        """The last to be written before the port is closed on request."""

    @abstractmethod
    def _begin(self) -> None:
        """The port is open."""

    @abstractmethod
    def _hear(self, data: bytes) -> None:
        """Bytes came; empty when for a while none did."""

    @abstractmethod
    def _forget(self) -> None:
        """The port was lost, and with it the rest of what had come."""

    def _tell_up(self, up: DeviceUp) -> None:
        """It works, or was only asked again after a silence: told once until it is lost."""
        if self._up is not True:
            self._up = True
            self._listener.device_up(up)
