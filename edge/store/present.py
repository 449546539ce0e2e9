"""The items that are somewhere, as columns; also read by programs of their own, ahead of a start.

A million rows take two seconds: SQLite hands out tuples, and the checksum of each row is made
anew. So while the daemon is still being imported, readers of their own work on the file, on the
cores that would idle. Each takes the rows whose checksums fall to it, and answers when it has
them all: first with the journal's head that it saw, then with the columns. That counts only if
the daemon then finds the same head; where it does not, or where a reader met anything wrong, the
daemon reads for itself and says what is wrong.

This file imports little: a reader is at work a twentieth of a second after it was started.
"""

import json
import sqlite3
import subprocess
import sys
from array import array
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Self
from zlib import crc32

from edge.model.goods import PresentItems
from edge.store.errors import StoreDamagedError

STORE_FILE = "journal.sqlite"
"""What the store is called in `data_dir`."""
ITEM_COLUMNS = ("epc", "sku", "location", "probability", "since_us", "seen_us")
"""Of the table `items`, in the order in which its checksums cover them."""
AT_ONCE = 16_384
_SELECT = f"SELECT {', '.join(ITEM_COLUMNS)}, checksum FROM items WHERE location NOT NULL"  # noqa: S608 - names from this file
_HEAD = "SELECT position, hex(checksum) FROM facts ORDER BY position DESC LIMIT 1"
_PROGRAM = "edge.store.present"


def present_items(
    connection: sqlite3.Connection, part: int = 0, parts: int = 1
) -> Iterator[PresentItems]:
    """The items that are somewhere, some thousands at a time.

    Args:
        connection: to read with.
        part: only this one, from 0,
        parts: of so many of equal size.

    Raises:
        StoreDamagedError: a row is not as it was written.
    """
    cursor = connection.execute(f"{_SELECT} AND checksum % ? = ?", (parts, part))
    while rows := cursor.fetchmany(AT_ONCE):
        bare = [row[:-1] for row in rows]
        for row, told in zip(rows, bare, strict=True):
            if crc32(repr(told).encode()) != row[-1]:
                problem = f"table items, row {row[0]!r} is not as it was written"
                raise StoreDamagedError(f"{problem}; restore a backup")
        yield PresentItems.of(bare)


class ReadAhead:
    """Readers at work on a store; to be used with `with`, which ends those that still are.

    Args:
        path: of the store.
        parts: how many readers; none for a file that the daemon must have to itself first, as a
            restored backup: it is put into WAL mode by the opening, which readers would prevent.
    """

    def __init__(self, path: Path, parts: int) -> None:
        self._readers: list[subprocess.Popen[bytes]] = []
        for part in range(parts if _has_log(path) else 0):
            try:
                self._readers.append(_reader(path, part, parts))
            except OSError:  # no memory or process left for it: the daemon reads for itself
                self.end()
                break

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def take(self, position: int, checksum: bytes) -> Iterator[PresentItems] | None:
        """What was read, if it was read with the journal's head there; waits for the readers.

        None where it was not, where a reader met anything wrong, and the second time.
        """
        head = json.dumps([position, checksum.hex().upper()])
        try:
            answers = [_answer(reader) for reader in self._readers]
        finally:
            self.end()
        if not answers or any(one.readline().decode().rstrip() != head for one in answers):
            return None
        return _items(answers)

    def end(self) -> None:
        """End the readers that are still at work."""
        for reader in self._readers:
            reader.kill()
            reader.wait()
            if reader.stdout is not None:
                reader.stdout.close()
        self._readers = []


def _reader(path: Path, part: int, parts: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", _PROGRAM, str(path.absolute()), str(part), str(parts)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _has_log(path: Path) -> bool:
    """Whether a file is in WAL mode: the format versions in its head (sqlite.org/fileformat)."""
    try:
        with path.open("rb") as file:
            return file.read(20)[18:] == b"\2\2"
    except OSError:
        return False


def _answer(reader: "subprocess.Popen[bytes]") -> BytesIO:
    """All that a reader said, if it came to its end."""
    if reader.stdout is None:
        return BytesIO()
    said = reader.stdout.read()
    return BytesIO(said if reader.wait() == 0 else b"")


def _items(answers: list[BytesIO]) -> Iterator[PresentItems]:
    while answers:
        answer = answers.pop()
        while items := _read(answer):
            yield items


def _write(out: IO[bytes], items: PresentItems) -> None:
    head = json.dumps([len(items), len(items.epcs), items.kinds])
    out.write(head.encode() + b"\n" + items.epcs.encode("ascii"))
    for column in (items.kind, items.digits, items.probability, items.since_us, items.seen_us):
        out.write(column)


def _read(source: IO[bytes]) -> PresentItems | None:
    head = source.readline()
    if not head:
        return None
    count, digits, kinds = json.loads(head)
    epcs = source.read(digits).decode("ascii")
    items = PresentItems(
        kinds=tuple((sku, location) for sku, location in kinds),
        kind=array("I"),
        epcs=epcs,
        digits=array("H"),
        probability=array("d"),
        since_us=array("q"),
        seen_us=array("q"),
    )
    for column in (items.kind, items.digits, items.probability, items.since_us, items.seen_us):
        column.frombytes(source.read(count * column.itemsize))
    return items


def main() -> None:
    """One reader: `python -m edge.store.present PATH PART PARTS`."""
    path, part, parts = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA query_only=ON")
    connection.execute("BEGIN")
    head = connection.execute(_HEAD).fetchone()
    found = list(present_items(connection, part, parts))
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n")
    for items in found:
        _write(out, items)


if __name__ == "__main__":
    main()
