"""A serial server that speaks RFC 2217 in front of a terminal, as the box on the wall does."""

import socket
import threading
from contextlib import suppress
from pathlib import Path

import serial
from serial.rfc2217 import PortManager
from typing_extensions import override

from tests.waiting import PATIENCE_S


class _Terminal(serial.Serial):  # type: ignore[misc] # pyserial has no types
    """A pseudo-terminal has no modem lines; a server tells and sets them all the same."""

    cts = dsr = ri = cd = property(lambda _: True)

    @override
    def _update_dtr_state(self) -> None:
        """Nothing to set."""

    @override
    def _update_rts_state(self) -> None:
        """Nothing to set."""


class SerialServer:
    """Serves one caller; a thread of its own."""

    def __init__(self, terminal: Path) -> None:
        self._terminal = terminal
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"rfc2217://127.0.0.1:{self._listening.getsockname()[1]}"

    def end(self) -> None:
        """Go away."""
        self._ending.set()
        self._thread.join(PATIENCE_S)
        self._listening.close()

    def write(self, data: bytes) -> None:
        """For the port manager: its own words to the caller."""
        self._caller.sendall(data)

    def _serve(self) -> None:
        self._listening.settimeout(PATIENCE_S)
        self._caller, _ = self._listening.accept()
        port = _Terminal(str(self._terminal), 9600, timeout=0)
        with self._caller, port, suppress(ConnectionError):  # the caller hangs up
            self._caller.settimeout(0.02)
            manager = PortManager(port, self)
            while not self._ending.is_set():
                with suppress(TimeoutError):
                    port.write(b"".join(manager.filter(self._caller.recv(4096))))
                self._caller.sendall(b"".join(manager.escape(port.read(4096))))
