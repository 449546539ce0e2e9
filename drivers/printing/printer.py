"""One label printer on one thread: jobs wait until the printer has taken and printed them.

A job is sent over a fresh connection, because many printers close an idle one. Before it the
printer is asked how it is, so that nothing is sent to one that cannot print; after it until the
label is out, so that "printed" means paper. A printer that does not answer such questions is
trusted when it has taken all bytes. A job that failed is sent again, whole: a label may come out
twice where the connection broke at a bad moment, and never not at all.
"""

import socket
import threading
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from drivers.backoff import Backoff
from drivers.printing import status
from drivers.printing.status import HostStatus

JOBS_MAX = 200
_ANSWER_S = 3.0
_LOOK_S = 0.2
"""Pause between two questions whether a label is out."""
_RETRY_US = 5_000_000
_JOIN_S = 5.0


class PrinterTroubleError(OSError):
    """The printer says that it cannot print."""


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """One printer.

    Attributes:
        name: in the configuration.
        host, port: where it takes raw ZPL; 9100 is usual.
        answers: whether it answers `~HS`.
    """

    name: str
    host: str
    port: int
    answers: bool = True


class PrinterListener(Protocol):
    """Told what becomes of jobs, from the printer's thread; returns at once, raises nothing."""

    def sending(self, printer: str, job: str) -> None:
        """The printer is about to get a job; until then none of it can be out."""
        ...

    def printed(self, printer: str, job: str) -> None:
        """A job is out, or where the printer answers nothing, delivered."""
        ...

    def troubled(self, printer: str, reason: str) -> None:
        """It cannot be reached or cannot print; said again with each failed try."""
        ...


class LabelPrinter:
    """Keeps jobs in their order and prints them one by one."""

    def __init__(
        self, settings: PrinterSettings, listener: PrinterListener, backoff: Backoff
    ) -> None:
        """Set up without touching the network.

        Args:
            settings: which printer.
            listener: told what becomes of jobs.
            backoff: waits between attempts; each is cut to five seconds.
        """
        self._settings = settings
        self._listener = listener
        self._backoff = backoff
        self._jobs: deque[tuple[str, bytes]] = deque()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"printer {settings.name}", daemon=True
        )

    @property
    def alive(self) -> bool:
        """Whether the printer's thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to wait for jobs."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what waits is not printed any more."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def print(self, job: str, zpl: bytes) -> bool:
        """Take a job; returns at once, from any thread.

        Returns:
            False where `JOBS_MAX` wait already; nothing was taken then.
        """
        with self._changed:
            if len(self._jobs) >= JOBS_MAX:
                return False
            self._jobs.append((job, zpl))
            self._changed.notify()
            return True

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._deliver(*job)
            except (OSError, UnicodeError, status.StatusError) as error:
                self._listener.troubled(self._settings.name, _reason_of(error))
                self._stopping.wait(self._backoff.next_us(_RETRY_US) / 1e6)
                continue
            self._backoff.reset()
            with self._changed:
                self._jobs.popleft()
            self._listener.printed(self._settings.name, job[0])

    def _next(self) -> tuple[str, bytes] | None:
        """The job at hand; None when the thread is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._stopping.is_set())
            return None if self._stopping.is_set() else self._jobs[0]

    def _deliver(self, job: str, zpl: bytes) -> None:
        address = (self._settings.host, self._settings.port)
        with socket.create_connection(address, _ANSWER_S) as wire:
            wire.settimeout(_ANSWER_S)
            if not self._settings.answers:
                self._listener.sending(self._settings.name, job)
                wire.sendall(zpl)
                return
            before = _asked(wire)
            if before.trouble:
                raise PrinterTroubleError(before.trouble)
            self._listener.sending(self._settings.name, job)
            wire.sendall(zpl)
            while (now := _asked(wire)).waiting:  # paper that runs out now is printed later
                if now.trouble:
                    self._listener.troubled(self._settings.name, now.trouble)
                if self._stopping.wait(_LOOK_S):
                    raise PrinterTroubleError("the gateway stops")


def _asked(wire: socket.socket) -> HostStatus:
    """How the printer is.

    Raises:
        OSError, StatusError: it does not say.
    """
    wire.sendall(status.ASK)
    answer = b""
    while not status.is_whole(answer):
        more = wire.recv(status.ANSWER_BYTES_MAX)
        answer += more
        if not more or len(answer) > status.ANSWER_BYTES_MAX:
            raise status.StatusError("the printer ended its answer to ~HS early")
    return status.parse(answer)


def _reason_of(error: Exception) -> str:
    """One clause for people."""
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return str(error) or type(error).__name__
