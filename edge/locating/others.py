"""The other slots of tags that more than one antenna has heard, three a tag.

Most tags of a hall rest before one antenna: they need none. Who is given some is known by a number
in the tag's row; what is free is a chain, so that what goes back goes to the next.
"""

import ctypes

import numpy as np
from numpy.typing import NDArray

from edge.locating import kernel
from edge.locating.epcs import Rows, grown
from edge.locating.heads import SLOT_WORDS
from edge.locating.slots import SLOTS

OTHERS = SLOTS - 1


class OthersAt(ctypes.Structure):
    """As `struct others` of kernel.h has it."""

    _fields_ = (
        ("slots", kernel.POINTER),
        ("left", ctypes.c_int64),
        ("free", ctypes.c_uint32),
    )


class Others:
    """Slots that grow in place.

    Attributes:
        words: uint32, shape (capacity, 3, 4); another array after each growth. Number n, from 1
            on, has `words[n - 1]`; of a free one the first word is the number of the next.
        at: where compiled code finds them, and which are free.
    """

    def __init__(self) -> None:
        self.words: NDArray[np.uint32] = np.zeros((0, OTHERS, SLOT_WORDS), np.uint32)
        self.at = OthersAt(None, 0, 0)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.words.nbytes

    def make_room(self, tags: int) -> None:
        """So many tags may be given some; who has `words` in hand must take them anew."""
        if tags <= self.at.left:
            return
        before = len(self.words)
        capacity = grown(before, before + tags - self.at.left)
        self.words.resize((capacity, OTHERS, SLOT_WORDS), refcheck=False)
        self.take_back(np.arange(before + 1, capacity + 1))
        self.at.slots = kernel.address(self.words, np.uint32)
        if kernel.KERNEL is not None:
            kernel.KERNEL.read_all_over(self.words)

    def give(self, tags: int) -> Rows:
        """Numbers for so many tags, for which there is room."""
        numbers = np.empty(tags, np.int64)
        for at in range(tags):
            numbers[at] = self.at.free
            self.at.free = self.words[self.at.free - 1, 0, 0]
        self.at.left -= tags
        return numbers

    def take_back(self, numbers: Rows) -> None:
        """These are free."""
        if len(numbers):
            self.words[numbers - 1, 0, 0] = [*numbers[1:].tolist(), self.at.free]
            self.at.free = int(numbers[0])
            self.at.left += len(numbers)
