"""A trail: notes in a file that only grows, each on disk before anything is done upon it.

One JSON object a line, numbered from 1, each with a checksum over itself and the one before it, so
that a line that was changed, left out or put in is noticed. A cut may leave the beginning of a
line at the end; nothing was done upon it, so it is taken away, and the next note tells of it. One
program at a time holds a trail; the lock ends with the program, however that ends.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from edge.clock import Clock
from edge.store.errors import StoreBusyError, StoreDamagedError, told_by_store

Notes = list[dict[str, object]]


class Trail:
    """An open trail.

    Args:
        path: of the file; made if it is not there.
        clock: for the time of each note.

    Attributes:
        notes: what stands in it, in order.
        torn: the beginning of a line that a cut had left behind; empty if there was none.

    Raises:
        StoreBusyError: another program holds it.
        StoreDamagedError: a line is not as it was written; says which.
        StoreError: the file cannot be read or written.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._sum = 0
        with told_by_store(f"trail {path}"):
            is_new = not path.exists()
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                self._hold()
                if is_new:
                    _sync_folder(path)
                self.notes, self.torn = self._read()
            except BaseException:
                os.close(self._file)
                raise

    def add(self, step: str, **what: object) -> None:
        """Write a note; it is on disk when this returns.

        Raises:
            StoreError: it could not be written; nothing must be done upon it.
        """
        number = len(self.notes) + 1
        note = {"n": number, "at_us": self._clock.now_us(), "step": step, **what}
        self._sum = _sum(note, self._sum)
        line = json.dumps({**note, "sum": f"{self._sum:08x}"}, ensure_ascii=False) + "\n"
        with told_by_store(f"trail {self._path}"):
            data = line.encode()
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        self.notes.append(note)

    def close(self) -> None:
        """Let the trail go."""
        os.close(self._file)

    def _hold(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusyError(
                f"{self._path} is in use by another program; one job works on a trail at a time"
            ) from error

    def _read(self) -> tuple[Notes, str]:
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        notes: Notes = []
        for line in data[:whole].splitlines():
            notes.append(self._note(line, len(notes) + 1))
        torn = data[whole:].decode("utf-8", "replace")
        if torn:
            os.ftruncate(self._file, whole)
            os.fsync(self._file)
        return notes, torn

    def _note(self, line: bytes, number: int) -> dict[str, object]:
        note: object = None
        with suppress(ValueError):
            note = json.loads(line)
        if isinstance(note, dict):
            told = note.pop("sum", "")
            self._sum = _sum(note, self._sum)
            if told == f"{self._sum:08x}" and note.get("n") == number:
                return note
        raise StoreDamagedError(
            f"{self._path}, line {number} is not as it was written; look what was done with the "
            "tags that it names before you go on with a copy that ends before it"
        )


def _sum(note: Mapping[str, object], before: int) -> int:
    return crc32(json.dumps(note, ensure_ascii=False, sort_keys=True).encode(), before)


def _sync_folder(path: Path) -> None:
    """A file that was just made outlives a cut only when its folder is on disk too."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
