"""One serial port on one thread: opened by its stable name, read, lost, opened again.

A USB device that is pulled shows itself as an `OSError` of the next read; when it comes back it is
a new device under the same stable name, so the port is closed and opened again until that works,
and an adapter's address is looked up each time.
Opening is exclusive, because two readers of one port would share its bytes out between them. What
was received of a line before the loss is thrown away by whoever frames it. A port behind a serial
server (socket:// for plain bytes, rfc2217:// for a server that takes settings) is used alike.
"""

import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import serial

from drivers.backoff import Backoff
from drivers.serial.port_faults import is_network, reason_of
from drivers.serial.usb_ports import UsbPort, device_of, plugged_in

_POLL_S = 0.05  # a read returns at least so often, so that silence can end a code
_REOPEN_US = 1_000_000  # back, and set up, within two seconds of the re-plug
_JOIN_S = 3.0
_CHUNK_BYTES = 4096
_KEEP_ALIVE = {socket.TCP_KEEPIDLE: 4, socket.TCP_KEEPINTVL: 2, socket.TCP_KEEPCNT: 3}
"""Of a serial server: asked after four seconds of silence, then every two, three times."""


@dataclass(frozen=True, slots=True)
class PortSettings:
    """One serial port.

    Attributes:
        path: its stable name, as /dev/serial/by-id/… or by-path; usb:VID:PID[:SERIAL] or
            usb-path:BUS-PORT of its adapter; socket://HOST:PORT or rfc2217://HOST:PORT of a
            serial server.
        baud: bits per second; a plain socket has its own.
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

    def farewell(self) -> bytes:
        """The last to be written before the port is closed on request."""
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
            backoff: waits between attempts; each is cut to one second.
            open_port: makes an open pyserial port; for tests another.
        """
        self._settings = settings
        self._user = user
        self._backoff = backoff
        self._open_port = open_port or open_exclusively
        self._port: Any = None
        self._dropped: str | None = None
        self._pause_s = 0.0
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
        """Say farewell, close the port and join its thread within 3 s."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def write(self, data: bytes) -> None:
        """Write; from the port's own thread only, that is from what the user is told.

        Raises:
            OSError: the port is lost; whoever is told of bytes lets it pass.
        """
        if data and self._port is not None:
            self._port.write(data)

    def drop(self, reason: str, pause_s: float = 0.0) -> None:
        """Close the port and open it again; from the port's own thread only.

        Args:
            reason: told to the user as that of the loss.
            pause_s: not to be opened before.
        """
        self._dropped, self._pause_s = reason, pause_s

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._dropped, self._pause_s = None, 0.0
            try:
                self._port = self._open_port(self._settings)
            except (OSError, ValueError) as fault:
                self._user.lost(reason_of(self._settings.path, fault))
            else:
                self._read_until_lost(self._port)
            wait_s = self._backoff.next_us(_REOPEN_US) / 1e6
            self._stopping.wait(max(wait_s, self._pause_s))

    def _read_until_lost(self, port: Any) -> None:  # noqa: ANN401 - pyserial has no types
        try:
            self._user.opened()
            self._backoff.reset()
            while self._dropped is None and not self._stopping.is_set():
                self._user.received(self._waited_for(port))
            if self._stopping.is_set():
                self.write(self._user.farewell())
        except OSError as fault:
            if not self._stopping.is_set():
                self._dropped = reason_of(self._settings.path, fault)
        finally:
            self._port = None
            port.close()
        if self._dropped is not None:
            self._user.lost(self._dropped)

    def _waited_for(self, port: Any) -> bytes:  # noqa: ANN401 - pyserial has no types
        """What is there, or what comes first; empty after a while without anything."""
        first = bytes(port.read(1))
        if not first:
            return b""
        if not self._settings.path.startswith("socket://"):
            waiting = port.in_waiting
            return first + bytes(port.read(waiting)) if waiting else first
        port.timeout = 0  # a socket tells whether anything waits, not how much
        try:
            return first + bytes(port.read(_CHUNK_BYTES))
        finally:
            port.timeout = _POLL_S


def open_exclusively(
    settings: PortSettings, ports: Callable[[], Iterable[UsbPort]] = plugged_in
) -> Any:  # noqa: ANN401 - pyserial has no types
    """Open a port so that no other program that asks for the same can.

    Args:
        settings: which and how.
        ports: finds what is plugged in; for tests another.

    Raises:
        OSError: it is absent, not permitted or held by another program.
        ValueError: its settings or its kind of address are impossible.
    """
    network = is_network(settings.path)
    if "://" in settings.path and not network:
        raise ValueError(
            "write a device's path, usb:VID:PID[:SERIAL], usb-path:1-1.2, socket://HOST:PORT or "
            "rfc2217://HOST:PORT"
        )
    port = serial.serial_for_url(
        device_of(settings.path, ports),
        do_not_open=True,
        baudrate=settings.baud,
        timeout=_POLL_S,
        exclusive=not network or None,
        write_timeout=None if settings.path.startswith("rfc2217://") else 1.0,  # it has none
    )
    port.dtr, port.rts = settings.dtr, settings.rts  # before opening: some boards reset otherwise
    port.open()
    _keep_asking(getattr(port, "_socket", None))
    return port


def _keep_asking(line: socket.socket | None) -> None:
    """A server that lost its power says no more, nor does a scanner that nobody uses.

    So the host's own network asks whether it is there, and the port is lost ten seconds after it
    is not.
    """
    if line is None:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEP_ALIVE.items():
        line.setsockopt(socket.IPPROTO_TCP, option, value)
