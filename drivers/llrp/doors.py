"""Ports on which readers call the gateway instead of being called (LLRP 1.0.1, section 12.3).

Several readers share one port; they are told apart by the address that they come from. Whoever is
not configured is turned away, and so is a second connection of a reader that has one.
"""

import socket
from collections.abc import Iterable

from drivers.llrp.link import Link

_BACKLOG = 16
_AGAIN_US = 3_000_000


class Door:
    """One port and the readers that may come through it."""

    def __init__(self, address: str, port: int, links: list[Link]) -> None:
        self.socket: socket.socket | None = None
        self._where = (address, port)
        self._links = links
        self._again_us = 0

    def tick(self, now_us: int) -> None:
        """Open it, and try again every few seconds while another program has the port."""
        if self.socket is not None or now_us < self._again_us:
            return
        self._again_us = now_us + _AGAIN_US
        try:
            self.socket = socket.create_server(self._where, backlog=_BACKLOG)
            self.socket.settimeout(0)
        except OSError as fault:
            for link in self._links:
                link.complain(f"cannot listen on port {self._where[1]}: {fault.strerror}")

    def readable(self) -> None:
        """Somebody calls."""
        if self.socket is None:
            return
        try:
            caller, (host, *_) = self.socket.accept()
        except OSError:  # it has hung up already, or there are no descriptors left
            return
        caller.settimeout(0)
        if not any(link.settings.host == host and link.accept(caller) for link in self._links):
            caller.close()

    def close(self) -> None:
        """Listen no more."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def doors(links: Iterable[Link], address: str) -> list[Door]:
    """A door for each port that readers call.

    Args:
        links: of all readers; those that are called are passed over.
        address: of the gateway, to listen on; empty for all that it has.
    """
    by_port: dict[int, list[Link]] = {}
    for link in links:
        if link.settings.listen:
            by_port.setdefault(link.settings.port, []).append(link)
    return [Door(address, port, called) for port, called in by_port.items()]
