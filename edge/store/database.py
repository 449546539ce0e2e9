"""The SQLite file: how it is opened for the one writer and for readers, and its transactions.

Exactly one connection writes and checkpoints. SQLite 3.7.0 to 3.51.2 can damage the file when two
do at once (sqlite.org/wal.html#walresetbug); hence readers are read-only and never checkpoint, and
the file is never mapped into memory. `synchronous=FULL` makes a commit survive a power cut; with
NORMAL in WAL mode acknowledged commits are lost.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edge.store.durable import sync_to_disk
from edge.store.errors import (
    StoreAbsentError,
    StoreDamagedError,
    StoreReadOnlyError,
    StoreTooNewError,
    told_by_store,
)
from edge.store.schema import SCHEMA, STEPS

if TYPE_CHECKING:
    from sqlite_utils import Migrations

SQLITE_VERSION = sqlite3.sqlite_version_info
PAGE_BYTES = 1024
"""A turn of the loop touches a few rows in many tables: small pages write less to the flash."""
CACHE_KIB = 2_048
"""For each connection. The host keeps the file's pages as well: 4 and 16 MiB were no quicker."""
WAL_BYTES_MAX = 128 * 1024 * 1024
"""The log grows so far only behind a reader that holds on for long."""
BUSY_MS_MAX = 2_000
"""How long the writer waits for a reader at a checkpoint, and a reader for a recovery."""

_EVERY_CONNECTION = (
    f"PRAGMA busy_timeout={BUSY_MS_MAX}",
    f"PRAGMA cache_size=-{CACHE_KIB}",
    "PRAGMA mmap_size=0",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cell_size_check=ON",
)
_WRITER = (
    f"PRAGMA page_size={PAGE_BYTES}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=0",
)


def open_writer(path: Path, migrations: "Migrations | None" = None) -> sqlite3.Connection:
    """The one writing connection, the schema brought up to date; usable from one thread at a time.

    Its steps are loaded only for a file that has not been through them: 4 MiB and 40 modules.

    A new file is made readable for its owner only; SQLite gives its side files the same rights.

    Raises:
        StoreTooNewError: the file has steps of schema that this program does not know.
        StoreReadOnlyError: the file may not be written.
        StoreError: SQLite's own refusals, by who must act.
    """
    with told_by_store(f"opening {path}"):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            for pragma in (*_EVERY_CONNECTION, *_WRITER):
                connection.execute(pragma)
            _refuse_read_only(connection, path)
            if migrations is not None or not _is_of_today(connection):
                _migrate(connection, path, migrations)
        except BaseException:
            connection.close()
            raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that can only read, for one thread at a time, the writer's or another.

    Raises:
        StoreAbsentError: the file is not there.
        StoreError: it cannot be read, or is not a store.
    """
    with told_by_store(f"opening {path} to read"):
        if not path.exists():
            raise StoreAbsentError(
                f"{path} is not there: no gateway has run on this data_dir yet; start it once, "
                "or name the configuration of one that has"
            )
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for pragma in (*_EVERY_CONNECTION, "PRAGMA query_only=ON"):
                connection.execute(pragma)
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, doing: str) -> Iterator[None]:
    """All or nothing: BEGIN IMMEDIATE, then COMMIT, or ROLLBACK on any error.

    Raises:
        StoreError: SQLite's refusal; nothing of the transaction has happened.
    """
    with told_by_store(doing):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite itself rolls back on some errors
                connection.execute("ROLLBACK")
            raise


@contextmanager
def snapshot(connection: sqlite3.Connection, doing: str) -> Iterator[None]:
    """Everything read within is of one moment, whatever the writer does meanwhile.

    Raises:
        StoreError: the file cannot be read.
    """
    with told_by_store(doing):
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")


def checkpoint(connection: sqlite3.Connection, path: Path) -> None:
    """Copy the log's pages into the file; by the writer only, between transactions.

    Readers are not waited for, unless the log has grown beyond `WAL_BYTES_MAX`: then it is cut to
    nothing if they let go within `BUSY_MS_MAX`.

    Raises:
        StoreError: the disk refused.
    """
    log = path.with_name(path.name + "-wal")
    with told_by_store("checkpoint"):
        mode = "TRUNCATE" if log.stat().st_size > WAL_BYTES_MAX else "PASSIVE"
        connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()


def _refuse_read_only(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        raise StoreReadOnlyError(
            f"{path} stays in journal mode {mode}: the file or its folder may not be written"
        )


def _is_of_today(connection: sqlite3.Connection) -> bool:
    """Whether a file has been through all steps that are known, and no other."""
    try:
        applied = connection.execute(
            "SELECT name, applied_at FROM _sqlite_migrations"
            " WHERE migration_set = ? ORDER BY rowid",
            (SCHEMA,),
        ).fetchall()
    except sqlite3.OperationalError:  # there is no such table yet, or it has other columns
        return False
    return tuple(name for name, _ in applied) == STEPS


def _migrate(connection: sqlite3.Connection, path: Path, migrations: "Migrations | None") -> None:
    import sqlite_utils  # noqa: PLC0415 - only for a file that is new, or old

    if migrations is None:
        from edge.store.migrations import MIGRATIONS  # noqa: PLC0415 - as above

        migrations = MIGRATIONS
    known = [step.name for step in migrations.pending(sqlite_utils.Database(":memory:"))]
    database = sqlite_utils.Database(connection, recursive_triggers=False, execute_plugins=False)
    try:
        applied = [step.name for step in migrations.applied(database)]
    except LookupError as error:  # its columns have other names than they were given
        raise StoreDamagedError(
            f"{path}: the list of its schema's steps has no {error}; restore a backup"
        ) from error
    unknown = [name for name in applied if name not in known]
    if unknown:
        raise StoreTooNewError(
            f"{path} was written by a newer version (schema step {unknown[-1]!r}); "
            "install that version or restore a backup of this one"
        )
    if not applied:
        migrations.apply(database)
    elif len(applied) < len(known):
        _keep_copy(connection, path.with_name(f"{path.name}.before-{known[len(applied)]}"))
        migrations.apply(database)


def _keep_copy(connection: sqlite3.Connection, target: Path) -> None:
    """What bears the name of the copy is whole and on the disk, before the first step begins."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)  # of an attempt that was cut off
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection.execute("VACUUM INTO ?", (str(unfinished),))
    sync_to_disk(unfinished)
    _require_whole(unfinished)
    unfinished.replace(target)
    sync_to_disk(target.parent)


def _require_whole(copy: Path) -> None:
    address = f"{copy.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if told != "ok":
        raise StoreDamagedError(f"{copy} is no sound copy of the store: {told}")
