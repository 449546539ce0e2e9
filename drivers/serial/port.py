"""One serial port on one thread: opened by its stable name, read, lost, opened again.

A USB device that is pulled shows itself as an `OSError` of the next read; when it comes back it is
a new device under the same stable name, so the port is closed and opened again until that works.
Opening is exclusive, because two readers of one port would share its bytes out between them. What
was received of a line before the loss is thrown away by whoever frames it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import serial

from drivers.backoff import Backoff

_POLL_S = 0.05  # a read returns at least so often, so that silence can end a code
_REOPEN_US = 2_000_000  # back within two seconds of the re-plug
_JOIN_S = 3.0


@dataclass(frozen=True, slots=True)
class PortSettings:
    """One serial port.

    Attributes:
        path: its stable name, as /dev/serial/by-id/… or by-path.
        baud: bits per second.
        dtr, rts: levels from the moment of opening; some boards reset on a change.
    """

    path: str
    baud: int = 9600
    dtr: bool = True
    rts: bool = True


class PortUser(Protocol):
    """Whoever frames the bytes; called from the port's thread."""

    def opened(self) -> None:
        """The port is open."""
        ...

    def received(self, data: bytes) -> None:
        """Bytes came; empty when for a while none did."""
        ...

    def lost(self, reason: str) -> None:
        """The port could not be opened or was lost."""
        ...


class SerialPort:
    """Keeps one port open and hands its bytes on."""

    def __init__(
        self,
        settings: PortSettings,
        user: PortUser,
        backoff: Backoff,
        open_port: Callable[[PortSettings], Any] | None = None,
    ) -> None:
        """Set up without touching the port.

        Args:
            settings: which port and how.
            user: told what happens, from the port's thread.
            backoff: waits between attempts; each is cut to two seconds.
            open_port: makes an open pyserial port; for tests another.
        """
        self._settings = settings
        self._user = user
        self._backoff = backoff
        self._open_port = open_port or open_exclusively
        self._port: Any = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"serial {settings.path}", daemon=True
        )

    @property
    def alive(self) -> bool:
        """Whether the port's thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to open; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and join its thread within 3 s."""
        self._stopping.set()
        port = self._port
        if port is not None:
            port.cancel_read()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._port = self._open_port(self._settings)
            except (OSError, ValueError) as fault:
                self._user.lost(_reason(self._settings.path, fault))
            else:
                self._read_until_lost(self._port)
            self._stopping.wait(self._backoff.next_us(_REOPEN_US) / 1e6)

    def _read_until_lost(self, port: Any) -> None:  # noqa: ANN401 - pyserial has no types
        self._user.opened()
        self._backoff.reset()
        try:
            while not self._stopping.is_set():
                data = port.read(1)
                waiting = port.in_waiting if data else 0
                self._user.received(data + (port.read(waiting) if waiting else b""))
        except (OSError, TypeError) as fault:
            # TypeError: pyserial, when the port is closed under a read.
            if not self._stopping.is_set():
                self._user.lost(_reason(self._settings.path, fault))
        finally:
            self._port = None
            port.close()


def open_exclusively(settings: PortSettings) -> Any:  # noqa: ANN401 - pyserial has no types
    """Open a port so that no other program that asks for the same can.

    Raises:
        OSError: it is absent, not permitted or held by another program.
        ValueError: its settings are impossible.
    """
    port = serial.Serial(
        baudrate=settings.baud, timeout=_POLL_S, exclusive=True, write_timeout=1.0
    )
    port.dtr, port.rts = settings.dtr, settings.rts  # before opening: some boards reset otherwise
    port.port = settings.path
    port.open()
    return port


def _reason(path: str, fault: Exception) -> str:
    text = str(fault)
    if "multiple access" in text:
        return f"{path}: unplugged, or another program reads it: {text}"
    if "exclusively lock" in text:
        return f"{path}: another program holds it: {text}"
    return f"{path}: {text}"
