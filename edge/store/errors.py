"""What can go wrong with the store, named for who must act.

A store error that is raised by a commit means: nothing of it has happened. The caller reads the
state back with `Store.load` before it goes on.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class StoreError(Exception):
    """The store could not do what was asked."""


class StoreBusyError(StoreError):
    """The operator: another daemon holds this store."""


class StoreTooNewError(StoreError):
    """The operator: the file was written by a newer version of the program."""


class StoreFullError(StoreError):
    """The operator: the disk is full; once there is room again, everything goes on by itself."""


class StoreReadOnlyError(StoreError):
    """The operator: the file or its file system may not be written."""


class StoreFailedError(StoreError):
    """The host: the disk or the file system gave an error."""


class StoreAbsentError(StoreError):
    """The operator: there is no store at this place, or not yet."""


class StoreDamagedError(StoreError):
    """The operator: what is in the file is not what was written; a backup must be restored."""


class StoreCodecError(StoreError):
    """Us: a fact or value cannot be put into words, or was written in words not known here."""


_ERRORS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreBusyError, "another program holds the file; stop it"),
    sqlite3.SQLITE_LOCKED: (StoreBusyError, "another program holds the file; stop it"),
    sqlite3.SQLITE_FULL: (StoreFullError, "the disk is full; make room"),
    sqlite3.SQLITE_IOERR_SHMSIZE: (StoreFullError, "the disk is full; make room"),
    sqlite3.SQLITE_READONLY: (
        StoreReadOnlyError,
        "the file may not be written; check its owner and the mount",
    ),
    sqlite3.SQLITE_PERM: (StoreReadOnlyError, "the file may not be written; check its owner"),
    sqlite3.SQLITE_CORRUPT: (StoreDamagedError, "the file is damaged; restore a backup"),
    sqlite3.SQLITE_NOTADB: (
        StoreDamagedError,
        "the file is not a database; restore a backup",
    ),
}
_ERRORS_OF_HOST: dict[int, type[StoreError]] = {
    errno.ENOSPC: StoreFullError,
    errno.EDQUOT: StoreFullError,
    errno.EROFS: StoreReadOnlyError,
    errno.EACCES: StoreReadOnlyError,
    errno.EPERM: StoreReadOnlyError,
}
_PRIMARY_CODE_MASK = 0xFF  # sqlite.org/rescode.html: the low byte of an extended result code

_LOST = "no such table: "
"""Our statements name what a store has; SQLite has no code of its own for what is not there."""


@contextmanager
def told_by_store(doing: str) -> Iterator[None]:
    """Turn SQLite's errors into the store's, with what was being done.

    Raises:
        StoreError: the kind that fits SQLite's result code.
    """
    try:
        yield
    except sqlite3.Error as error:
        # an error of Python's own reading, such as text that is not UTF-8, has no code of SQLite's
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        kind, cure = _ERRORS.get(code) or _ERRORS.get(
            code & _PRIMARY_CODE_MASK,
            (StoreFailedError, "look at the disk and the system's log"),
        )
        if str(error).startswith(_LOST):
            kind, cure = StoreDamagedError, "a part of the file was lost; restore a backup"
        raise kind(f"{doing}: {error} ({name}); {cure}") from error
    except UnicodeDecodeError as error:  # SQLite's sentence quotes a name of a damaged schema
        raise StoreDamagedError(
            f"{doing}: {error}; the file is damaged; restore a backup"
        ) from error
    except OSError as error:
        kind = _ERRORS_OF_HOST.get(error.errno or 0, StoreFailedError)
        cure = "make room" if kind is StoreFullError else "look at the disk and its rights"
        raise kind(f"{doing}: {error}; {cure}") from error
