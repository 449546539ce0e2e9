"""What has come on many sockets, received in one call of compiled code.

A beat of the wire reads some thirty sockets with twenty small reports each. Each `recv` of Python
makes an object of 64 KiB and lets go of the interpreter's lock, for which it then queues behind
the floor loop; and to find that there are reports and nothing else takes as long again. Here the
lock is held for the tenth of a millisecond that all of them take, and the bytes have been looked
through when they come.
"""

import ctypes
from collections.abc import Iterator, Sequence
from mmap import mmap
from typing import NamedTuple

import numpy as np

from drivers.llrp.compiled import Reading
from drivers.llrp.framing import CAP_BYTES

RECEIVE_BYTES = 1 << 16
"""Taken of one socket at once."""
AT_ONCE = 32
"""Sockets of which is received in one call."""
_NUMBERS = 5
"""Of each socket, as compiled code has them: its descriptor, where its bytes begin and how many
they are, the length of its messages and their number."""


class Arrival(NamedTuple):
    """What has come on one socket.

    Attributes:
        data: the bytes; none at the end of the connection, or with an error.
        error: its number, 0 for none.
        stretch: where all are whole tag reports of one version and length, that length in bytes
            and their number; else none.
    """

    data: memoryview
    error: int
    stretch: tuple[int, int] | None


class Buffer:
    """Room for what is received of `AT_ONCE` sockets, kept from one beat to the next.

    Attributes:
        into: the same for compiled code.
    """

    def __init__(self) -> None:
        buffer = mmap(-1, AT_ONCE * RECEIVE_BYTES)  # costs memory only as far as it is used
        self.into = (ctypes.c_char * len(buffer)).from_buffer(buffer)
        self._view = memoryview(buffer)

    def arrival(self, begin: int, size: int) -> Arrival:
        """What came on one socket, copied: the buffer is for the next beat.

        Args:
            begin: where its bytes begin.
            size: how many they are, or the number of an error, less than 0.
        """
        data = memoryview(bytes(self._view[begin : begin + max(size, 0)]))
        return Arrival(data, max(-size, 0), None)

    def copied(self, size: int) -> memoryview:
        """So many bytes from the beginning on."""
        return memoryview(bytes(self._view[:size]))


class Receiver:
    """Receives.

    Args:
        reading: the compiled functions.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._buffer = Buffer()
        self._arrivals = np.zeros((AT_ONCE, _NUMBERS), np.int64)
        self._arrivals_at = self._arrivals.ctypes.data

    def receive(self, sockets: Sequence[int]) -> Iterator[Arrival]:
        """What has come on each, in order.

        Args:
            sockets: descriptors of sockets without TLS.
        """
        for first in range(0, len(sockets), AT_ONCE):
            yield from self._some(sockets[first : first + AT_ONCE])

    def _some(self, sockets: Sequence[int]) -> list[Arrival]:
        arrivals = self._arrivals[: len(sockets)]
        arrivals[:, 0] = sockets
        used = self._reading.receive(
            *(self._arrivals_at, len(sockets)), self._buffer.into, RECEIVE_BYTES, CAP_BYTES
        )
        data = self._buffer.copied(used)
        found = []
        for _, begin, size, length, messages in arrivals.tolist():
            if messages:
                found.append(Arrival(data[begin : begin + size], 0, (length, messages)))
            else:
                found.append(Arrival(data[begin : begin + max(size, 0)], max(-size, 0), None))
        return found
