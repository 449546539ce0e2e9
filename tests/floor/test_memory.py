"""What was needed for a moment goes back to the system."""

import ctypes
from pathlib import Path

import pytest

from edge.floor.memory import give_back

BLOCK_BYTES, BLOCKS = 8_000, 5_000


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="needs glibc")
def test_free_memory_goes_back_though_something_small_lies_behind_it() -> None:
    # given a row of blocks of which the last one stays
    blocks = [bytes([number % 256]) * BLOCK_BYTES for number in range(BLOCKS)]
    last = blocks[-1]
    before = _resident_bytes()
    blocks.clear()

    give_back()

    assert before - _resident_bytes() > BLOCK_BYTES * BLOCKS / 2
    assert len(last) == BLOCK_BYTES


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]
    return int(pages) * 4_096
