"""A scripted reader on a loopback socket: answers as told, byte by byte from the standard."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.drivers.llrp.llrp_bytes import message, tlv
from tests.waiting import PATIENCE_S

Answerer = Callable[[int, bytes, int], "bytes | None"]

GREETING = 63
ENABLE_EXTENSIONS = 1023
GET_SUPPORTED_VERSION = 46
ADD_ROSPEC, DELETE_ROSPEC = 20, 21
RESPONSES = {1: 11, 2: 12, 3: 13, 14: 4, 20: 30, 21: 31, 24: 34, 26: 36, 40: 50, 41: 51}


def status(code: int = 0, text: str = "") -> bytes:
    raw = text.encode()
    return tlv(287, struct.pack("!HH", code, len(raw)) + raw)


def greeting(attempt: int = 0, stamp: bytes | None = None) -> bytes:
    utc = tlv(128, struct.pack("!Q", time.time_ns() // 1000)) if stamp is None else stamp
    return message(63, tlv(246, utc + tlv(256, struct.pack("!H", attempt))), 0)


def capabilities(antennas: int = 4, *, band: bool = True, holding: bool = False) -> bytes:
    firmware = b"1.2.3"
    general = struct.pack("!HHIIH", antennas, 0x4000, 25882, 2001002, len(firmware)) + firmware
    llrp = struct.pack("!BBHIIIII", 0x08 if holding else 0, 1, 0, 1, 32, 32, 0, 0)
    table = b"".join(
        tlv(145, struct.pack("!Hh", index, 1000 + 25 * (index - 1))) for index in range(1, 82)
    )
    hop = tlv(146, b"\x80" + tlv(147, struct.pack("!BBHII", 3, 0, 2, 902_750, 903_250)))
    mode = struct.pack("!IBBBBIIIII", 1000, 0x40, 2, 1, 0, 40_000, 1500, 6250, 25_000, 0)
    modes = tlv(328, tlv(329, mode))
    regulatory = tlv(
        143, struct.pack("!HH", 840, 1) + (tlv(144, table + hop + modes) if band else b"")
    )
    return tlv(137, general) + tlv(142, llrp) + regulatory


class Peer:
    """One reader's behaviour. `answer` may be replaced: bytes to send, or None to stay silent."""

    def __init__(self) -> None:
        self.requests: list[tuple[int, bytes]] = []
        self.connections = 0
        self.impinj = True
        self.capabilities = capabilities()
        self.config = b""
        self.rospec = b""
        self.state = 2
        self.greeting: Callable[[], bytes] = greeting
        self.refuse: dict[int, tuple[int, str]] = {}
        self.answer: Answerer = self.usual
        self.after_enable: Callable[[], bytes] = bytes

    def usual(self, kind: int, body: bytes, message_id: int) -> bytes | None:
        """The answer of a well-behaved reader."""
        if kind == ENABLE_EXTENSIONS:
            if not self.impinj:
                return message(100, status(109, "unsupported message"), message_id)
            return message(1023, struct.pack("!IB", 25882, 22) + status(), message_id)
        if kind == GET_SUPPORTED_VERSION:
            return message(100, status(110, "M_UnsupportedVersion"), message_id)
        if kind not in RESPONSES:
            return b""
        code, text = self.refuse.get(kind, (0, ""))
        if kind in {ADD_ROSPEC, DELETE_ROSPEC} and not code:
            self.rospec = body if kind == ADD_ROSPEC else b""
        extra = {1: self.capabilities, 2: self.config, 26: self._active()}.get(kind, b"")
        return message(RESPONSES[kind], status(code, text) + extra, message_id)

    def _active(self) -> bytes:
        """The ROSpec that it has, in the state in which it is (byte 9 behind its header)."""
        return self.rospec and self.rospec[:9] + bytes([self.state]) + self.rospec[10:]

    def kinds(self) -> list[int]:
        """Types of the requests that came, in order."""
        return [kind for kind, _ in self.requests]


class Server:
    """Runs a peer on a free port; each connection is served until it ends."""

    def __init__(self, peer: Peer, tls: ssl.SSLContext | None = None) -> None:
        self.peer = peer
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def send(self, data: bytes) -> None:
        """To the latest connection."""
        self._open[-1].sendall(data)

    def cut(self) -> None:
        """Drop the latest connection."""
        self._open[-1].shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """Close everything and join the threads."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in [self._accepting, *self._threads]:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(connection)
            number = len(self._open) - 1
            thread = threading.Thread(target=self._serve, args=(connection, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        self.peer.connections += 1
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open[number] = connection
            with connection:  # `stop` may have looked while the hands were still being shaken
                talk(self.peer, connection)
        except OSError:
            return


def talk(peer: Peer, connection: socket.socket) -> None:
    """Greet and answer until the connection ends."""
    with suppress(OSError):
        connection.sendall(peer.greeting())
        for kind, body, message_id in _messages(connection):
            peer.requests.append((kind, body))
            answer = peer.answer(kind, body, message_id)
            connection.sendall(answer or b"")
            if kind == 24:
                connection.sendall(peer.after_enable())


def _messages(connection: socket.socket) -> Iterator[tuple[int, bytes, int]]:
    waiting = b""
    while data := connection.recv(65536):
        waiting += data
        while len(waiting) >= 10:
            head, length, message_id = struct.unpack_from("!HII", waiting)
            if len(waiting) < length:
                break
            yield head & 0x3FF, waiting[10:length], message_id
            waiting = waiting[length:]


@contextmanager
def serving(peer: Peer, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(peer, tls)
    try:
        yield server
    finally:
        server.stop()
