"""The gateway's disk: SQLite's own file, with a hand on every statement that writes.

The hand may refuse (a full disk, a bad sector) or end the process between any two writes: before a
statement, or after it and before anybody is told. What SQLite has committed by then stays.
"""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

from edge.store.database import open_writer

_READS = ("SELECT", "PRAGMA")


class KilledError(BaseException):
    """The gateway's process ended here; not an Exception, for nothing in it may catch it."""


class DiskFullError(sqlite3.OperationalError):
    """As SQLite tells it."""

    sqlite_errorcode = sqlite3.SQLITE_FULL
    sqlite_errorname = "SQLITE_FULL"


class DiskBrokenError(sqlite3.OperationalError):
    """As SQLite tells it."""

    sqlite_errorcode = sqlite3.SQLITE_IOERR
    sqlite_errorname = "SQLITE_IOERR_WRITE"


class Disk:
    """One gateway's disk over all lives of its process.

    Attributes:
        writes: statements so far that write, those that begin and end a transaction among them.
        kill_at: the process ends at this write; None for never.
        kills_after: whether that write is carried out first.
        refusal: what every write is refused with; None for nothing.
        fails: how many of the next writes fail with an error of the disk.
    """

    def __init__(self) -> None:
        self.writes = 0
        self.kill_at: int | None = None
        self.kills_after = False
        self.refusal: sqlite3.OperationalError | None = None
        self.fails = 0
        self._open: list[sqlite3.Connection] = []

    def open(self, path: Path) -> sqlite3.Connection:
        """As the store opens its file."""
        connection = open_writer(path)
        self._open.append(connection)
        return cast("sqlite3.Connection", _Held(connection, self))

    def fill(self) -> None:
        """No room any more."""
        self.refusal = DiskFullError("database or disk is full")

    def make_room(self) -> None:
        """Room again."""
        self.refusal = None

    def mend(self) -> None:
        """Nothing is wrong with it from now on."""
        self.kill_at, self.refusal, self.fails = None, None, 0

    def cut(self) -> None:
        """The process is gone: what was not committed is gone with it."""
        for connection in self._open:
            connection.close()
        self._open.clear()
        self.kill_at = None

    def write(self, work: Callable[[], sqlite3.Cursor], text: str) -> sqlite3.Cursor:
        """One statement that writes, or what becomes of it.

        Raises:
            KilledError: the process ends here.
            sqlite3.OperationalError: the disk refuses.
        """
        self.writes += 1
        kills = self.kill_at is not None and self.writes >= self.kill_at
        if kills and not self.kills_after:
            raise KilledError(text)
        if text.startswith("ROLLBACK"):
            return work()
        if self.fails > 0:
            self.fails -= 1
            raise DiskBrokenError("disk I/O error")
        if self.refusal is not None and not text.startswith("BEGIN"):
            raise self.refusal
        done = work()
        if kills:
            raise KilledError(text)
        return done


class _Held:
    """A connection with the disk's hand on it."""

    def __init__(self, connection: sqlite3.Connection, disk: Disk) -> None:
        self._connection = connection
        self._disk = disk

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a connection has
        return getattr(self._connection, name)

    def execute(self, text: str, values: Any = ()) -> sqlite3.Cursor:  # noqa: ANN401 - as sqlite3
        if text.startswith(_READS) or text == "BEGIN":  # what writes begins at once
            return self._connection.execute(text, values)
        return self._disk.write(lambda: self._connection.execute(text, values), text)

    def executemany(self, text: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        return self._disk.write(lambda: self._connection.executemany(text, rows), text)
