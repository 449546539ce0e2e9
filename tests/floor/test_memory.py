"""What was needed for a moment goes back to the system; what stays is not searched."""

import ctypes
import gc
import subprocess
import sys
from pathlib import Path

import pytest

from edge.floor.memory import give_back, made_to_stay

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


LARGE_BLOCKS = """
import ctypes, sys
from edge.floor.memory import keep_little
class Counts(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks rest".split()]
    _fields_ += [(f"more_{number}", ctypes.c_size_t) for number in range(5)]
counted = ctypes.CDLL(None).mallinfo2
counted.restype = Counts
if sys.argv[1] == "told":
    keep_little()
bytearray(2 << 20)  # freed at once: a hint, by itself
before = counted().hblks
block = bytearray(2 << 20)
print(counted().hblks - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="needs glibc 2.33")
@pytest.mark.parametrize(("how", "apart"), [("told", "1"), ("by itself", "0")])
def test_a_large_block_lies_apart_and_goes_back_when_it_is_free(how: str, apart: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LARGE_BLOCKS, how], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == apart


def test_what_is_made_to_stay_is_searched_for_garbage_neither_meanwhile_nor_after() -> None:
    try:
        with made_to_stay():
            assert not gc.isenabled()
            stays = [object()]
        assert not any(one is stays for one in gc.get_objects())
    finally:
        gc.unfreeze()


def test_garbage_is_searched_for_again_where_making_failed() -> None:
    with pytest.raises(KeyError), made_to_stay():
        raise KeyError

    assert gc.isenabled()


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]
    return int(pages) * 4_096


MISSING = """
from edge.floor.memory import missing
with missing("wave"):
    try:
        import wave
    except ImportError:
        print("missing")
import wave
with missing("wave"):  # what was imported before stays in
    import wave
print("there")
"""


def test_what_is_missing_for_a_while_is_there_again_afterwards() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MISSING], check=True, capture_output=True, text=True
    )

    assert done.stdout.split() == ["missing", "there"]


LIBRARIES = """
import hashlib, ssl
from pathlib import Path
import numpy as np
from edge.floor.memory import give_back_libraries
def file_kib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssFile"))
def worked():
    matrix = np.random.default_rng(1).random((40, 40))
    digest = hashlib.sha256(np.linalg.inv(matrix).tobytes()).hexdigest()
    return digest, ssl.create_default_context().minimum_version
before_kib, before = file_kib(), worked()
give_back_libraries()
after_kib = file_kib()
assert worked() == before
print(after_kib < before_kib / 2, file_kib() < before_kib)
"""


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs Linux")
def test_pages_of_libraries_go_back_and_come_again_when_they_are_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIBRARIES], check=True, capture_output=True, text=True
    )

    assert done.stdout.split() == ["True", "True"]
