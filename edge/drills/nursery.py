"""A process that has imported the writer already, and forks one for each start.

A new interpreter needs a quarter of a second before it commits its first fact, and an exercise
that kills a thousand writers would spend its time there. The writer that is forked is a process of
its own all the same: it is really killed, its disk is really cut off, and it opens the store anew.

Theory of operation: whoever starts a writer sends its arguments with three descriptors (output,
complaint, gate) over a socket that keeps packets whole. The nursery forks, answers with the pid,
waits until that child is gone and answers with how it ended; one child at a time. The child begins
when a byte comes through its gate, so that a tracer may be attached to it before.
"""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from edge.drills import writer
from edge.drills.errors import DrillError

DESCRIPTORS = 3
REQUEST_BYTES_MAX = 65_536
ANSWER_BYTES_MAX = 32


class ForkedWriter:
    """A writer that was forked; used as `subprocess.Popen` is.

    Args:
        control: the nursery's socket.
        arguments: of the writer.

    Attributes:
        pid: of the child.
        stdout: what it tells.
        returncode: as of `subprocess.Popen`; None while it lives.
    """

    def __init__(self, control: socket.socket, arguments: Sequence[str]) -> None:
        self._control = control
        self._complaint = os.memfd_create("complaint")
        told, tell = os.pipe()
        gate, self._gate = os.pipe()
        try:
            request = json.dumps(list(arguments)).encode()
            socket.send_fds(control, [request], [tell, self._complaint, gate])
            self.pid = int(_answer(control))
        finally:
            os.close(tell)
            os.close(gate)
        self.stdout: IO[bytes] = os.fdopen(told, "rb", buffering=0)
        self.returncode: int | None = None

    def let_go(self) -> None:
        """It waits until now, so that a tracer can be attached."""
        os.write(self._gate, b"\0")
        self._close_gate()

    def kill(self) -> None:
        """SIGKILL; nothing where it is gone."""
        if self.poll() is None:
            os.kill(self.pid, 9)

    def poll(self) -> int | None:
        """How it ended; None while it lives."""
        if self.returncode is None and select.select([self._control], [], [], 0)[0]:
            self._ended()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Wait until it is gone; gives the rest of what it told, and its complaint.

        Raises:
            DrillError: it does not end in time.
        """
        parts: list[bytes] = []
        while not parts or parts[-1]:
            if not select.select([self.stdout], [], [], timeout)[0]:
                raise DrillError(f"the writer {self.pid} did not end within {timeout} s")
            parts.append(os.read(self.stdout.fileno(), 1 << 16))
        self.stdout.close()
        if self.returncode is None:
            self._ended()
        with os.fdopen(self._complaint, "rb") as complaint:
            complaint.seek(0)
            return b"".join(parts), complaint.read()

    def _ended(self) -> None:
        self.returncode = os.waitstatus_to_exitcode(int(_answer(self._control)))
        self._close_gate()

    def _close_gate(self) -> None:
        if self._gate >= 0:
            os.close(self._gate)
            self._gate = -1


class Nursery:
    """Forks writers, one at a time; made by `nursery`."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._last: ForkedWriter | None = None

    def fork(
        self, arguments: Sequence[str], hold: Callable[[int], object] | None = None
    ) -> ForkedWriter:
        """A writer; the one before it must be gone.

        Args:
            arguments: of the writer.
            hold: is given its pid before it begins, such as to attach a tracer.

        Raises:
            DrillError: the nursery is gone.
        """
        self._last = ForkedWriter(self._control, arguments)
        if hold is not None:
            hold(self._last.pid)
        self._last.let_go()
        return self._last

    def end(self) -> None:
        """Nobody is left behind."""
        if self._last is not None:
            self._last.kill()
        self._control.close()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery that ends with the block."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "edge.drills.nursery", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    theirs.close()
    made = Nursery(ours)
    try:
        yield made
    finally:
        made.end()
        process.wait()


def _answer(control: socket.socket) -> bytes:
    answer = control.recv(ANSWER_BYTES_MAX)
    if not answer:
        raise DrillError("the process that forks the writers is gone")
    return answer


def serve(control: socket.socket) -> None:
    """Fork until nobody asks any more."""
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES_MAX, DESCRIPTORS)
        if not request:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            sys.exit(_be_writer(json.loads(request), *descriptors))
        for descriptor in descriptors:
            os.close(descriptor)
        control.send(str(pid).encode())
        _, status = os.waitpid(pid, 0)
        control.send(str(status).encode())


def _be_writer(arguments: Sequence[str], output: int, complaint: int, gate: int) -> int:
    """The child's life; gives its exit code."""
    os.dup2(output, 1)
    os.dup2(complaint, 2)
    for descriptor in (output, complaint):
        os.close(descriptor)
    os.read(gate, 1)
    os.close(gate)
    return writer.main(arguments)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
