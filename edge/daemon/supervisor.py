"""The supervisor: services start in order, stop in mirror order, and their faults end here.

This is the one place with a broad `except`: a fault that nobody foresaw is logged with its trace
and costs the action at hand, not the gateway.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog


class Startable(Protocol):
    """Anything that runs between `start` and `stop`."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def stop(self) -> None:
        """End within seconds; may be called though `start` failed."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """A part of the daemon with its name in the log."""

    name: str
    part: Startable


def guard(action: Callable[[], None], what: str) -> bool:
    """Run an action; an unforeseen error in it is logged and answered with False."""
    try:
        action()
    except Exception:  # noqa: BLE001 - the supervisor's guard, the only broad one
        structlog.get_logger("supervisor").exception(what)
        return False
    return True


class Supervisor:
    """Starts and stops services.

    Args:
        services: in the order in which they start; one may rely on those before it.
    """

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = services
        self._started: list[Service] = []
        self._log = structlog.get_logger("supervisor")

    def start(self) -> None:
        """Start all in order.

        Raises:
            Whatever a service's start raises; those started before it have been stopped then.
        """
        for service in self._services:
            self._started.append(service)
            try:
                service.part.start()
            except BaseException:
                self.stop()
                raise
            self._log.info("service started", service=service.name)

    def stop(self) -> None:
        """Stop all that were started, last first; one that fails does not keep the others."""
        while self._started:
            service = self._started.pop()
            if guard(service.part.stop, f"{service.name} did not stop cleanly"):
                self._log.info("service stopped", service=service.name)
