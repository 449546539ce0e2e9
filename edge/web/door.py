"""The door of the pages: how many connections there may be, and whose goes when all are taken.

Counted from the moment a connection is accepted, before its TLS handshake: each costs the daemon a
file descriptor from then on. An address has `ADDRESS_MAX`: a browser opens six, and a shift's
handhelds may stand behind one translator. The host's own address may hold any number: a proxy that
ends the TLS stands there. When all `LINES_MAX` are taken, the newest goes of those that bear no
sign-in; first of an address where nobody is signed in, and of the address that has most of them.
Whoever is signed in keeps theirs, and can open another.
"""

import asyncio
import contextlib
import socket
import threading
from collections import Counter, defaultdict
from typing import Any

import structlog
from typing_extensions import override

from edge.clock import Clock

ADDRESS_MAX = 256
LINES_MAX = 768
"""Three times what all pages of a warehouse hold open."""
HANDSHAKE_S_MAX = 10.0
"""For a TLS handshake, and for the farewell of one; asyncio itself waits 60 and 30."""
TOLD_AGAIN_US = 60_000_000
OURS = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
Peer = tuple[str, int]
"""Address and port: which connection."""

_log = structlog.get_logger("web")


class Line(socket.socket):
    """One connection; gives its place back when it is closed."""

    door: "Door | None" = None
    peer: Peer = ("", 0)

    @override
    def close(self) -> None:
        if self.door is not None:
            self.door.leave(self)
        super().close()


class Door:
    """Who is in. Pages' threads vouch, the server's event loop does all else.

    Args:
        clock: a flood is told once a minute by it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lines: dict[Peer, Line] = {}
        self._held: Counter[str] = Counter()
        self._strangers: defaultdict[str, dict[Peer, int]] = defaultdict(dict)
        """Of each address, those without a sign-in with their turn of coming, oldest first."""
        self._came = 0
        self._told_us: int | None = None

    def enter(self, line: Line) -> bool:
        """Whether a new connection may stay; another one may have gone for it."""
        with self._lock:
            if before := self._lines.get(line.peer):  # broken off, and not yet noticed
                self._take_out(line.peer, before)
            address = line.peer[0]
            if address not in OURS and self._held[address] >= ADDRESS_MAX:
                self._tell("an address holds too many connections", address)
                return False
            self._came += 1
            line.door = self
            self._lines[line.peer] = line
            self._held[address] += 1
            if address not in OURS:
                self._strangers[address][line.peer] = self._came
            return len(self._lines) <= LINES_MAX or self._make_room() != line.peer

    def vouch(self, peer: Peer | None) -> None:
        """A request on this connection was of somebody who is signed in."""
        if peer is not None:
            with self._lock:
                self._forget_stranger((peer[0], peer[1]))

    def leave(self, line: Line) -> None:
        """A connection is over; twice is harmless."""
        with self._lock:
            self._take_out(line.peer, line)

    def _make_room(self) -> Peer | None:
        """Which connection goes for the newest; it may be that one itself."""
        if not self._strangers:  # all are signed in, or of the host itself
            newest = next(reversed(self._lines))
        else:
            address = max(self._strangers, key=self._burden)
            newest = next(reversed(self._strangers[address]))
        self._tell("all connections are taken", newest[0])
        line = self._lines[newest]
        self._take_out(newest, line)
        with contextlib.suppress(OSError):  # gone already
            line.shutdown(socket.SHUT_RDWR)  # its transport notices, and closes it
        return newest

    def _burden(self, address: str) -> tuple[bool, int, int]:
        """An address with the greatest gives a place."""
        strangers = self._strangers[address]
        nobody_signed_in = self._held[address] == len(strangers)
        return nobody_signed_in, len(strangers), next(reversed(strangers.values()))

    def _take_out(self, peer: Peer, line: Line) -> None:
        if self._lines.get(peer) is line:
            del self._lines[peer]
            self._forget_stranger(peer)
            self._held[peer[0]] -= 1
            if not self._held[peer[0]]:
                del self._held[peer[0]]

    def _forget_stranger(self, peer: Peer) -> None:
        of_address = self._strangers.get(peer[0], {})
        of_address.pop(peer, None)
        if not of_address:
            self._strangers.pop(peer[0], None)

    def _tell(self, what: str, address: str) -> None:
        now_us = self._clock.monotonic_us()
        if self._told_us is None or now_us - self._told_us >= TOLD_AGAIN_US:
            self._told_us = now_us
            _log.warning(what, address=address, of_address=ADDRESS_MAX, of_all=LINES_MAX)


class Listener(socket.socket):
    """A socket that listens, and accepts whom the door lets in."""

    door: Door

    @override
    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        """The next connection.

        Raises:
            ConnectionAbortedError: it was not let in; an event loop goes on with the next one.
        """
        accepted, address = super().accept()
        line = Line(self.family, self.type, self.proto, fileno=accepted.detach())
        line.peer = (address[0], address[1])
        if not self.door.enter(line):
            line.close()
            raise ConnectionAbortedError
        return line, address


class PagesLoop(asyncio.SelectorEventLoop):
    """An event loop whose servers wait for no TLS handshake longer than `HANDSHAKE_S_MAX`."""

    @override
    async def create_server(self, *args: Any, **kwargs: Any) -> asyncio.Server:
        if kwargs.get("ssl") is not None:
            kwargs["ssl_handshake_timeout"] = HANDSHAKE_S_MAX
            kwargs["ssl_shutdown_timeout"] = HANDSHAKE_S_MAX
        return await super().create_server(*args, **kwargs)
