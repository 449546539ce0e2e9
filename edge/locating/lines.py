"""Records that each fill one line of cache, and begin where one begins.

The allocator keeps sixteen bytes of its own before a large column: every record would lie in two
lines, and a read of a tag would wait for both.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE_BYTES = 64
LINE_WORDS = LINE_BYTES // 4


class Lines:
    """A column of lines that grows in place.

    Attributes:
        words: uint32, shape (capacity, 16); another array after each growth.
        held: the memory that they lie in.
    """

    def __init__(self) -> None:
        self.held: NDArray[np.uint8] = np.zeros(LINE_BYTES, np.uint8)
        self.words: NDArray[np.uint32] = np.zeros((0, LINE_WORDS), np.uint32)
        self._begin = 0

    def grow(self, capacity: int) -> None:
        """Make room for so many; who has `words` in hand must take them anew."""
        before, size = self.words.nbytes, capacity * LINE_BYTES
        del self.words
        self.held.resize(size + LINE_BYTES, refcheck=False)
        begin = -_address_of(self.held) % LINE_BYTES
        if begin != self._begin and before:  # small ones only: large ones are moved by whole pages
            self.held[begin : begin + before] = self.held[self._begin :][:before].copy()
        self._begin = begin
        self.words = self.held[begin : begin + size].view(np.uint32).reshape(-1, LINE_WORDS)


def _address_of(column: NDArray[Any]) -> int:
    return int(column.ctypes.data)
