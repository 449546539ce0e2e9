"""One connection of a simulated reader, and what is left to be sent on it."""

import asyncio
import contextlib
import socket

_UNSENT_BYTES_MOST = 4 << 20
"""A client that is this far behind gets nothing more until it reads on; reports are kept."""


class Client:
    """One TCP connection and what is left of it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.muted = False
        self.slow = bytearray()

    def behind(self) -> bool:
        """Whether too much waits to be sent."""
        waiting = self.writer.transport.get_write_buffer_size() + len(self.slow)
        return waiting > _UNSENT_BYTES_MOST

    def send(self, data: bytes | bytearray) -> None:
        """Hand bytes to the connection, if there still is one."""
        if data and not self.writer.transport.is_closing():
            self.writer.write(bytes(data))

    def abort(self) -> None:
        """Cut the connection with a reset."""
        raw = self.writer.get_extra_info("socket")
        if raw is not None:
            with contextlib.suppress(OSError):
                linger_0 = b"\1\0\0\0\0\0\0\0"
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_0)
        self.writer.transport.abort()
