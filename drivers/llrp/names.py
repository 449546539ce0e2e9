"""Names of readers become addresses without holding anybody up."""

import socket
import threading
from collections.abc import Callable
from typing import Any

Address = tuple[int, Any]
"""Address family and address, as a socket takes them."""

_LOOKUP_ERRORS = (OSError, ValueError, OverflowError)  # a name may be no name at all


class Resolver:
    """Looks one name up at a time, in a thread that nobody has to wait for."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._answer: list[Address] | None = None

    def ask(self, host: str, port: int) -> None:
        """Begin; numbers are answered at once."""
        self._answer = None
        try:
            self._answer = _addresses(host, port, socket.AI_NUMERICHOST)
        except _LOOKUP_ERRORS:
            threading.Thread(
                target=self._look_up, args=(host, port), name="llrp-name", daemon=True
            ).start()

    def take(self) -> list[Address] | None:
        """The addresses once they are known; none where the name is unknown."""
        answer, self._answer = self._answer, None
        return answer

    def _look_up(self, host: str, port: int) -> None:
        try:
            self._answer = _addresses(host, port, 0)
        except _LOOKUP_ERRORS:
            self._answer = []
        self._wake()


def _addresses(host: str, port: int, flags: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, _, _, _, address in found]
