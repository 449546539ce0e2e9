"""Workers as processes: one that serves until told to stop, and several that are kept running."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from time import monotonic
from uuid import uuid4

from simulators.central_books import Books, BooksAwayError
from simulators.central_worker import Worker, WorkerSettings

_AGAIN_S = 1.0
"""Between two tries to reach a database that is away."""
_END_S = 5.0


def run_worker(
    settings: WorkerSettings,
    open_books: Callable[[], Books],
    stop: threading.Event,
    each_second: Callable[[Books], None],
) -> None:
    """Serve until told to stop; a database that is away is waited for.

    Args:
        settings: what to run.
        open_books: gives the books, or raises BooksAwayError.
        stop: set to end.
        each_second: called with the books about once a second.
    """
    while not stop.is_set():
        try:
            books = open_books()
        except BooksAwayError as error:
            _complain(error)
            stop.wait(_AGAIN_S)
            continue
        worker = Worker(settings, books, f"central-worker-{uuid4().hex}")
        worker.start()
        try:
            _serve(worker, books, stop, each_second)
        except BooksAwayError as error:
            _complain(error)
        finally:
            worker.stop()
            books.close()


def _serve(
    worker: Worker, books: Books, stop: threading.Event, each_second: Callable[[Books], None]
) -> None:
    told_s = monotonic()
    while not stop.is_set():
        worker.turn()
        if monotonic() - told_s >= 1.0:
            told_s = monotonic()
            each_second(books)


def _complain(error: BooksAwayError) -> None:
    sys.stderr.write(f"waiting for the books: {error}\n")
    sys.stderr.flush()


class WorkerProcesses:
    """Several workers, each started again when it dies.

    Args:
        count: how many.
        options: of `warehouse-sim central` for each of them.
    """

    def __init__(self, count: int, options: Sequence[str]) -> None:
        self._command = [
            *(sys.executable, "-m", "simulators", "central"),
            *("--parent", str(os.getpid()), *options),
        ]
        self._running = [self._start() for _ in range(count)]

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program

    @property
    def pids(self) -> list[int]:
        """Their process numbers."""
        return [process.pid for process in self._running]

    def revive(self) -> None:
        """Start again who has died."""
        self._running = [
            process if process.poll() is None else self._start() for process in self._running
        ]

    def end(self) -> None:
        """Ask all to end, and wait for it."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
