"""Copies of a store that prove themselves, and a new gateway made from one.

A copy is made while the daemon works (`VACUUM INTO`, a snapshot in one read transaction), put on
the disk under another name, verified, and only then given its name: what bears that name is whole.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

from edge.model.ids import IdMaker
from edge.store.database import open_reader, open_writer, transaction
from edge.store.durable import sync_to_disk
from edge.store.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFailedError,
    told_by_store,
)
from edge.store.journal import Head, begin_epoch, read_head
from edge.store.lock import StoreLock, lock_of
from edge.store.verifying import VerifyReport, Watch, unwatched
from edge.store.verifying import verify as verify_rows

SIDE_FILES = ("-wal", "-shm")
"""What SQLite keeps beside a file."""
_SQLITE = b"SQLite format 3\0"
"""How each of its files begins (sqlite.org/fileformat.html)."""


def create(path: Path, target: Path, watch: Watch = unwatched) -> VerifyReport:
    """Copy a store, in use or not, to `target`; an older backup there is replaced.

    `watch` is told how far the copy is verified.

    Raises:
        StoreDamagedError: the copy does not verify; `target` is as it was before.
        StoreError: it cannot be read or written, or `target` is something else than a backup; it
            is as it was before.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    with told_by_store(f"backup of {path} to {target}"):
        _refuse_to_replace(target)
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        try:
            _copy(path, unfinished)
            report = _sound_report(unfinished, watch)
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        sync_to_disk(target.parent)
    return report


def _refuse_to_replace(target: Path) -> None:
    """A mistyped name must not cost a configuration, or a gateway its journal."""
    if target.is_dir():
        raise StoreFailedError(f"{target}: is a folder; name a file in it")
    if not target.parent.is_dir():
        raise StoreFailedError(f"{target.parent}: there is no such folder; make it")
    if _is_in_use(target) or lock_of(target).exists():
        raise StoreBusyError(f"{target}: is a gateway's own journal; name another file")
    if target.exists() and target.stat().st_size and not _is_sqlite(target):
        raise StoreFailedError(f"{target}: is there, and is no backup; name another file")


def verify(target: Path, watch: Watch = unwatched) -> VerifyReport:
    """Check a backup: its structure, each checksum, each number; `watch` is told how far it is.

    Raises:
        StoreError: it cannot be read at all.
    """
    with told_by_store(f"verifying {target}"), closing(_open_copy(target)) as connection:
        return verify_rows(connection, watch)


def head_of(target: Path) -> Head:
    """Where the journal in a backup ends; nothing else of it is looked at.

    Raises:
        StoreError: it cannot be read.
    """
    with told_by_store(f"reading {target}"), closing(_open_copy(target)) as connection:
        return read_head(connection)


def _nothing_more(_: sqlite3.Connection) -> None:
    pass


def restore(
    backup: Path,
    path: Path,
    make_id: IdMaker,
    complete: Callable[[sqlite3.Connection], None] = _nothing_more,
    watch: Watch = unwatched,
) -> str:
    """Make the store at `path` from a backup, with a new epoch; an older store there is set aside.

    What the backup knew as not acknowledged gets new numbers and is sent again under its old ids.

    Args:
        backup: a file made by `create`.
        path: where the daemon keeps its store; no daemon may run on it.
        make_id: makes the new epoch's name.
        complete: is given the writer of the copy, such as to take up increments, before it
            becomes the store.
        watch: told how far the backup is verified.

    Returns:
        The new epoch's name.

    Raises:
        StoreBusyError: a daemon runs on `path`.
        StoreDamagedError: the backup does not verify; nothing has changed.
        StoreError: the disk refused; the store at `path` is as it was before, or set aside.
    """
    _sound_report(backup, watch)
    lock = StoreLock(path)
    try:
        with told_by_store(f"restoring {backup} to {path}"):
            fresh = path.with_name(f".{path.name}.restored")
            _remove(fresh)
            epoch = make_id()
            try:
                prepare(backup, fresh)
                _finish(fresh, epoch, complete)
            except (OSError, sqlite3.Error, StoreError):
                _remove(fresh)
                raise
            set_aside_under(path, name_beside(path))
            fresh.replace(path)  # in one step: there is an old store or a new one, never none
            mark_of(path).unlink(
                missing_ok=True
            )  # what the operator put in place is the store now
            sync_to_disk(path.parent)
    finally:
        lock.release()
    return epoch


def _remove(store: Path) -> None:
    """Take away an unfinished store, and what SQLite keeps beside it: another's would be its."""
    for end in ("", "-wal", "-shm"):
        store.with_name(f"{store.name}{end}").unlink(missing_ok=True)


def prepare(backup: Path, fresh: Path) -> None:
    """Copy a backup to a new file that may be written; the backup stays as it is.

    Raises:
        OSError, sqlite3.Error: the disk refused, or `fresh` is there already.
    """
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    _copy(backup, fresh, immutable=True)


def name_beside(path: Path) -> Path:
    """Where a restore keeps the store that was at `path`: never in another kept one's place.

    Whoever restored the wrong backup first has the gateway's own store in the older one. After a
    cut on the way it is the name that was taken already.
    """
    numbers = count(2)
    kept = path.with_name(f"{path.name}.replaced")
    while kept.exists() and not (path.exists() and kept.samefile(path)):
        kept = path.with_name(f"{path.name}.replaced-{next(numbers)}")
    return kept


def set_aside_under(path: Path, kept: Path) -> None:
    """Keep a store under another name, its log first: the next one must not take that up.

    The file itself stays in its place too, until another takes it. Done twice, as after a cut in
    between, it is as done once: what is kept already is not replaced.
    """
    for suffix in SIDE_FILES:
        part, other = path.with_name(path.name + suffix), kept.with_name(kept.name + suffix)
        if part.exists() and not other.exists():
            part.replace(other)
    if path.exists() and not kept.exists():
        kept.hardlink_to(path)


def mark_of(path: Path) -> Path:
    """The mark that the store at `path` is damaged and being replaced (`edge.store.mending`)."""
    return path.with_name(f"{path.name}.mending")


def _open_copy(backup: Path) -> sqlite3.Connection:
    """A backup is one file at rest: nothing beside it is wanted, or made.

    A gateway's own journal is none: its newest facts may stand in the log beside it.

    Raises:
        StoreDamagedError: it is something else.
    """
    if _is_in_use(backup):
        return open_reader(backup)
    if backup.is_dir() or not _is_sqlite(backup):
        raise StoreDamagedError(
            f"{backup}: is no backup, or a damaged one; name a file that backup create made"
        )
    return sqlite3.connect(
        f"{backup.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
    )


def _is_in_use(store: Path) -> bool:
    """Whether a writer works on a file, or was cut off: its log is put away when it ends well."""
    log = store.with_name(f"{store.name}{SIDE_FILES[0]}")
    return log.exists() and log.stat().st_size > 0


def _is_sqlite(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(_SQLITE)) == _SQLITE


def _copy(source: Path, target: Path, *, immutable: bool = False) -> None:
    connection = _open_copy(source) if immutable else open_reader(source)
    try:
        connection.execute("PRAGMA query_only=OFF")  # VACUUM INTO writes, though not to its source
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
    sync_to_disk(target)


def _finish(path: Path, epoch: str, complete: Callable[[sqlite3.Connection], None]) -> None:
    connection = open_writer(path)
    try:
        complete(connection)
        with transaction(connection, "starting an epoch"):
            begin_epoch(connection, epoch)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    sync_to_disk(path)


def _sound_report(path: Path, watch: Watch) -> VerifyReport:
    report = verify(path, watch)
    if not report.good:
        raise StoreDamagedError(f"{path} is no sound copy: {'; '.join(report.problems[:3])}")
    return report
