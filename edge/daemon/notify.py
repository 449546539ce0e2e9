"""Telling systemd: ready, alive, stopping (sd_notify(3), the datagram protocol)."""

import contextlib
import os
import socket


class Notifier:
    """Sends states to the service manager; silent where there is none.

    Args:
        address: of the socket; by default `$NOTIFY_SOCKET`.
    """

    def __init__(self, address: str | None = None) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "") if address is None else address

    def tell(self, state: str) -> None:
        """Send one state, such as `READY=1`, `WATCHDOG=1`, `STOPPING=1` or `STATUS=...`."""
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):  # the abstract namespace
            address = "\0" + address[1:]
        with (
            contextlib.suppress(OSError),  # one that does not listen is no reason to stop working
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel,
        ):
            channel.connect(address)
            channel.sendall(state.encode())


def watchdog_interval_s() -> float | None:
    """Half of the time after which systemd gives the daemon up; None without a watchdog."""
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    return int(limit_us) / 2_000_000 if limit_us.isdigit() and int(limit_us) > 0 else None
