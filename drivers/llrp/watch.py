"""Which sockets of the wire can be read or written; the kernel is told of changes only."""

import contextlib
import select
import socket
from collections.abc import Sequence
from typing import NamedTuple

from drivers.llrp.doors import Door
from drivers.llrp.link import Link


class Ready(NamedTuple):
    """One that can go on; the owner is None for the bell."""

    owner: Link | Door | None
    reads: bool
    writes: bool

    @property
    def has_bytes(self) -> bool:
        """Whether a reader has sent something."""
        return self.reads and isinstance(self.owner, Link)


class Watch:
    """Of one wire.

    Args:
        bell: can be read when somebody rings.
    """

    def __init__(self, bell: socket.socket) -> None:
        self._poll = select.epoll()
        self._owners: dict[int, Link | Door | None] = {bell.fileno(): None}
        self._watched: dict[socket.socket, tuple[int, int]] = {}
        self._watched_as: list[tuple[socket.socket | None, bool]] = []
        self._poll.register(bell, select.EPOLLIN)

    def close(self) -> None:
        """Watch no longer."""
        self._poll.close()

    def follow(self, links: Sequence[Link], doors: Sequence[Door]) -> None:
        """Watch just the sockets that they have now."""
        as_now = [(one.socket, one.wants_write) for one in links]
        as_now += [(one.socket, False) for one in doors]
        if as_now == self._watched_as:
            return
        self._watched_as = as_now
        every: tuple[Link | Door, ...] = (*links, *doors)
        wanted = {one.socket: one for one in every if one.socket is not None}
        # First those that are gone: the number of a closed socket may already be used again.
        for gone in [one for one in self._watched if one not in wanted]:
            number, _ = self._watched.pop(gone)
            del self._owners[number]
            with contextlib.suppress(OSError):  # it was closed
                self._poll.unregister(number)
        for one, owner in wanted.items():
            writes = isinstance(owner, Link) and owner.wants_write
            mask = select.EPOLLIN | (select.EPOLLOUT if writes else 0)
            known = self._watched.get(one)
            number = one.fileno() if known is None else known[0]
            if known is None:
                self._poll.register(number, mask)
            elif known[1] != mask:
                self._poll.modify(number, mask)
            self._watched[one], self._owners[number] = (number, mask), owner

    def first(self, wait_s: float) -> list[Ready]:
        """Wait for one that can go on; others may, too."""
        return self._ready(wait_s, 1)

    def all(self) -> list[Ready]:
        """Those that can go on now."""
        return self._ready(0.0, len(self._owners))

    def _ready(self, wait_s: float, most: int) -> list[Ready]:
        return [
            Ready(
                self._owners[number], bool(told & ~select.EPOLLOUT), bool(told & ~select.EPOLLIN)
            )
            for number, told in self._poll.poll(wait_s, most)
        ]
