"""Increments: the facts since the backup before, as one compressed file that proves itself.

The first line tells where the file begins and ends in the journal (position and checksum of the
last fact before it, and of its own last), how far the central system had acknowledged, and the
epochs. Then comes a row of the journal a line, its body as it was written, byte for byte. The
chain of checksums proves each row and that it stands behind the base; gzip's own sum proves the
first line and the end. An increment is taken up whole, in one transaction, or not at all.

Answers to requests are not in it: whoever asks again is answered by what the facts then say.
"""

import gzip
import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from edge.model.ids import IdMaker
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store import backup
from edge.store.chain import Row, follows
from edge.store.database import open_reader, snapshot, transaction
from edge.store.durable import sync_to_disk
from edge.store.errors import StoreCodecError, StoreDamagedError, told_by_store
from edge.store.journal import (
    Epoch,
    Head,
    checksum_at,
    epochs,
    move_cursor,
    read_cursor,
    read_head,
    sound_facts,
    write_epoch,
)
from edge.store.salvaging import ROWS_AT_ONCE, append_rows
from edge.store.tables import load_state
from edge.store.verifying import Watch, unwatched

_FORMAT = "warehouse-edge increment 1"
_LEVEL = 6
LINE_BYTES_MAX = 64 * 1024 * 1024
"""No fact is near it; a file that is something else must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Span:
    """What an increment covers.

    Attributes:
        base: the last fact before it.
        last: its own last fact; the base where nothing happened.
        acknowledged_position: how far the central system had everything when it was made.
        epochs: every numbering of the journal then, the oldest first.
    """

    base: Head
    last: Head
    acknowledged_position: int
    epochs: tuple[Epoch, ...]


@dataclass(frozen=True, slots=True)
class IncrementReport:
    """What an increment holds, every row found to be as it was written.

    Attributes:
        facts: how many.
        base_position: of the last fact before it.
        last_position: of its own last fact.
        acknowledged_position: how far the central system had everything.
    """

    facts: int
    base_position: int
    last_position: int
    acknowledged_position: int


@dataclass(frozen=True, slots=True)
class Continued:
    """How far increments were taken up.

    Attributes:
        taken: names of the files, in their order.
        stopped: why none was taken behind them; empty where all were.
    """

    taken: tuple[str, ...]
    stopped: str


def write(path: Path, target: Path, base: Head) -> IncrementReport:
    """Put the facts behind `base` of a store, in use or not, into a new file, and verify it.

    Raises:
        StoreDamagedError: the store does not continue `base` (another past, or facts that were
            pruned since), or a row is damaged; there is no `target`.
        StoreError: it cannot be read or written; there is no `target`.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    with told_by_store(f"increment of {path} to {target}"):
        unfinished.unlink(missing_ok=True)
        try:
            with closing(open_reader(path)) as connection, snapshot(connection, "reading facts"):
                _pack(unfinished, _lines_to_write(connection, base))
            report = verify(unfinished)
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        sync_to_disk(target.parent)
    return report


def verify(path: Path) -> IncrementReport:
    """Check every row of an increment and that they stand behind its base.

    Raises:
        StoreDamagedError: it is not as it was written, or cannot be read.
    """
    span = read_span(path)
    count = sum(1 for _ in _sound_rows(path, span))
    return IncrementReport(
        count, span.base.position, span.last.position, span.acknowledged_position
    )


def read_span(path: Path) -> Span:
    """What an increment says that it covers; the file is not read to its end.

    Raises:
        StoreDamagedError: that is no increment, or cannot be read.
    """
    line = next(_lines(path), b"")
    try:
        fields = json.loads(line)
        form = fields["format"]
        span = Span(
            Head(int(fields["base_position"]), bytes.fromhex(fields["base_checksum"])),
            Head(int(fields["last_position"]), bytes.fromhex(fields["last_checksum"])),
            int(fields["acknowledged_position"]),
            tuple(Epoch(int(first), str(name)) for first, name in fields["epochs"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreDamagedError(f"{path} is no increment: {error}") from error
    if form != _FORMAT:
        raise StoreDamagedError(f"{path} is of the form {form!r}, not {_FORMAT!r}")
    return span


def continue_with(
    connection: sqlite3.Connection, files: Sequence[Path], floor: Floor
) -> Continued:
    """Take up increments one after the other, until the first that does not continue the store.

    Args:
        connection: writes the store that a backup was copied to; nobody else has it open.
        files: in the order of their making.
        floor: as configured.

    Raises:
        StoreError: the store cannot be read or written.
    """
    taken: list[str] = []
    if not files:
        return Continued((), "")
    state = FloorState(floor)
    load_state(connection, state)
    for path in files:
        try:
            _take_up(connection, path, state)
        except (StoreDamagedError, StoreCodecError) as error:
            return Continued(tuple(taken), str(error))
        taken.append(path.name)
    return Continued(tuple(taken), "")


def restore(
    full: Path,
    files: Sequence[Path],
    path: Path,
    make_id: IdMaker,
    floor: Floor,
    watch: Watch = unwatched,
) -> tuple[str, Continued]:
    """As `edge.store.backup.restore`, with the increments that follow; gives the epoch's name too.

    Args:
        full: a full backup.
        files: its increments, in the order of their making; may be none.
        path: where the daemon keeps its store; no daemon may run on it.
        make_id: makes the new epoch's name.
        floor: as configured; not looked at without increments.
        watch: told how far the full backup is verified.

    Raises:
        StoreError: as there; an increment that does not fit is none, it is told in the result.
    """
    done: list[Continued] = []
    epoch = backup.restore(
        full, path, make_id, lambda writer: done.append(continue_with(writer, files, floor)), watch
    )
    return epoch, done[0]


def _take_up(connection: sqlite3.Connection, path: Path, state: FloorState) -> None:
    span = read_span(path)
    rows = _behind(path, span, read_head(connection))
    with transaction(connection, f"taking up {path}"):
        while some := list(islice(rows, ROWS_AT_ONCE)):
            append_rows(connection, state, some)
        # later numbers must be those that the central system was told
        connection.execute("DELETE FROM epochs")
        for epoch in span.epochs:
            write_epoch(connection, epoch, is_sure=True)
        acknowledged = min(span.acknowledged_position, span.last.position)
        move_cursor(connection, max(read_cursor(connection).acknowledged_position, acknowledged))


def _behind(path: Path, span: Span, head: Head) -> Iterator[Row]:
    """The rows behind `head`: two increments that were made at once begin at the same base."""
    rows = _sound_rows(path, span)
    if span.base == head or any((row.position, row.checksum) == head for row in rows):
        return rows
    raise StoreDamagedError(
        f"{path} continues a journal up to position {span.base.position}, this one ends at "
        f"{head.position}: an increment before it is missing, or it is of another past"
    )


def _lines_to_write(connection: sqlite3.Connection, base: Head) -> Iterator[bytes]:
    if checksum_at(connection, base.position) != base.checksum:
        raise StoreDamagedError(
            f"the journal at position {base.position} is not the one that was backed up before"
        )
    head = read_head(connection)
    yield _line(
        {
            "format": _FORMAT,
            "base_position": base.position,
            "base_checksum": base.checksum.hex(),
            "last_position": head.position,
            "last_checksum": head.checksum.hex(),
            "acknowledged_position": read_cursor(connection).acknowledged_position,
            "epochs": [(one.first_position, one.name) for one in epochs(connection)],
        }
    )
    for row in sound_facts(connection, base.position):
        yield _line({**row._asdict(), "checksum": row.checksum.hex()})


def _pack(unfinished: Path, lines: Iterable[bytes]) -> None:
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            packed.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def _line(fields: dict[str, object]) -> bytes:
    return (json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _sound_rows(path: Path, span: Span) -> Iterator[Row]:
    """The rows to the very end of the file, each found to be as it was written."""
    head = span.base
    for line in islice(_lines(path), 1, None):
        row = _row(path, line)
        if row.position != head.position + 1 or not follows(head.checksum, row):
            raise StoreDamagedError(
                f"{path}: the fact behind position {head.position} is not as it was written"
            )
        yield row
        head = Head(row.position, row.checksum)
    if head != span.last:
        raise StoreDamagedError(
            f"{path} ends at position {head.position}, not at {span.last.position}"
        )


def _row(path: Path, line: bytes) -> Row:
    try:
        fields = json.loads(line)
        return Row(**{**fields, "checksum": bytes.fromhex(fields["checksum"])})
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreDamagedError(f"{path} holds what is no row: {error}") from error


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) as file:
            while line := file.readline(LINE_BYTES_MAX):
                yield line
    except (EOFError, zlib.error, OSError) as error:  # what cannot be read does not restore
        raise StoreDamagedError(f"{path} cannot be read to its end: {error}") from error
