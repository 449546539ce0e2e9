"""Each step of the schema, broken at each of its statements: the old file is whole and goes on."""

import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlite_utils
from sqlite_utils import Migrations
from typing_extensions import override

from edge.clock import PlayedClock
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.database import open_writer
from edge.store.errors import StoreError
from edge.store.migrations import MIGRATIONS
from edge.store.schema import STEPS as OF_TODAY
from edge.store.store import Store

STEPS = MIGRATIONS.pending(sqlite_utils.Database(":memory:"))
NAMES = [step.name for step in STEPS]
NEVER = 1_000_000
PARCELS = 3


class DiskFailedError(sqlite3.OperationalError):
    """What the planted fault raises."""


class BreakingConnection(sqlite3.Connection):
    """Breaks at one statement, or at that and all later ones."""

    statements: ClassVar[list[str]] = []
    at: ClassVar[int] = NEVER
    for_good: ClassVar[bool] = False
    breaks: ClassVar[Callable[[], None]]

    @override
    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        self.statements.append(sql)
        number = len(self.statements) - 1
        if number == self.at or (self.for_good and number > self.at > -1):
            BreakingConnection.breaks()
        return super().execute(sql, parameters)


def fail() -> None:
    raise DiskFailedError("disk I/O error")


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a folder: hundreds of files, and none of it about the disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made below it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[BreakingConnection]]:
    """Every connection that is opened from here on may be told to break."""
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=BreakingConnection))
    BreakingConnection.breaks = fail
    yield BreakingConnection
    BreakingConnection.at, BreakingConnection.for_good = NEVER, False


def version(count: int) -> Migrations:
    """The first so many steps."""
    known = Migrations("warehouse-edge")
    for step in STEPS[:count]:
        known(name=step.name)(step.fn)
    return known


def old_file(path: Path, count: int) -> Path:
    """A store of an older version with something in it, at rest."""
    with closing(open_writer(path, version(count))) as old:
        old.executemany(
            "INSERT INTO parcels VALUES (?, '{}', 0)", [(f"{n}",) for n in range(PARCELS)]
        )
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def content(path: Path) -> tuple[list[str], list[str]]:
    """Everything in a file, and the steps that it has been through."""
    with closing(sqlite3.connect(path)) as file:
        dump = [line for line in file.iterdump() if '"_sqlite_migrations"' not in line]
        steps = file.execute("SELECT name FROM _sqlite_migrations ORDER BY rowid").fetchall()
    return dump, [name for (name,) in steps]


def statements_of(path: Path, count: int, breaking: type[BreakingConnection]) -> list[str]:
    """What is executed when a file is brought up to a version."""
    breaking.at = NEVER
    breaking.statements.clear()
    open_writer(path, version(count)).close()
    return list(breaking.statements)


def copied(old: Path, folder: Path) -> Path:
    """A copy to be broken, alone in its folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return Path(shutil.copy(old, folder / "edge.db"))


def broken_at(
    number: int, path: Path, count: int, breaking: type[BreakingConnection]
) -> StoreError | DiskFailedError | None:
    """Open a file so that it breaks at one statement; gives what that was told as."""
    breaking.statements.clear()
    breaking.at = number
    try:
        open_writer(path, version(count)).close()
    except (StoreError, DiskFailedError) as error:
        return error
    finally:
        breaking.at = NEVER
    return None


def test_the_steps_are_known_by_the_names_that_they_have() -> None:
    assert tuple(NAMES) == OF_TODAY


@pytest.mark.parametrize("count", [0, 1, len(STEPS) - 1, len(STEPS)])
def test_a_file_of_any_age_is_brought_up_to_date(tmp_path: Path, count: int) -> None:
    path = old_file(tmp_path / "edge.db", count) if count else tmp_path / "edge.db"

    for _ in range(2):
        open_writer(path).close()

        assert content(path)[1] == NAMES


@pytest.mark.parametrize("before", range(1, len(STEPS)), ids=NAMES[1:])
def test_a_step_broken_at_any_statement_leaves_the_old_file_and_then_succeeds(
    tmp_path: Path, breaking: type[BreakingConnection], before: int
) -> None:
    # given a file of the version before a step, and what the step executes
    old = old_file(tmp_path / "old.db", before)
    was = content(old)
    whole = copied(old, tmp_path / "whole")
    statements = statements_of(whole, before + 1, breaking)
    becomes = content(whole)
    assert becomes[1] == NAMES[: before + 1]
    assert {"BEGIN", "COMMIT"} <= {one.split()[0] for one in statements}

    for number, statement in enumerate(statements):
        # when it breaks at one of them
        path = copied(old, tmp_path / "broken")
        error = broken_at(number, path, before + 1, breaking)

        # then it is told, the old file is as it was, and the next start brings it up to date
        assert isinstance(error, StoreError), statement
        assert content(path) == was, statement
        open_writer(path, version(before + 1)).close()
        assert content(path) == becomes, statement
        (copy,) = path.parent.glob("*before-*")
        assert content(copy)[1] == was[1], statement


def test_an_old_store_whose_disk_fails_at_any_statement_is_always_of_a_version(
    tmp_path: Path, breaking: type[BreakingConnection]
) -> None:
    """From the first version to the newest: whatever is cut off, whole steps were taken."""
    old = old_file(tmp_path / "old.db", 1)
    versions = {}
    for count in range(1, len(STEPS) + 1):
        path = copied(old, tmp_path / "version")
        open_writer(path, version(count)).close()
        versions[count] = content(path)
    statements = statements_of(copied(old, tmp_path / "whole"), len(STEPS), breaking)

    reached = set()
    breaking.for_good = True
    for number, statement in enumerate(statements):
        path = copied(old, tmp_path / "broken")
        assert broken_at(number, path, len(STEPS), breaking) is not None
        count = len(content(path)[1])
        assert content(path) == versions[count], statement
        reached.add(count)
        breaking.at = NEVER
        open_writer(path).close()
        assert content(path) == versions[len(STEPS)], statement

    assert reached >= set(range(1, len(STEPS)))


def test_a_gateway_killed_at_any_statement_of_a_step_loses_nothing(
    tmp_path: Path, breaking: type[BreakingConnection]
) -> None:
    """SIGKILL to a process of its own, in the step that counts what is there."""
    before = NAMES.index("returns_and_counts")
    old = old_file(tmp_path / "old.db", before)
    was = content(old)
    whole = copied(old, tmp_path / "whole")
    statements = statements_of(whole, before + 1, breaking)
    becomes = content(whole)
    breaking.breaks = be_killed

    for number, statement in enumerate(statements):
        path = copied(old, tmp_path / "killed")
        assert killed_at(number, path, before + 1, breaking), statement

        assert content(path) == was, statement
        open_writer(path, version(before + 1)).close()
        assert content(path) == becomes, statement


def killed_at(number: int, path: Path, count: int, breaking: type[BreakingConnection]) -> bool:
    child = os.fork()
    if child == 0:
        broken_at(number, path, count, breaking)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def test_a_store_of_the_first_version_is_worked_with_after_all_steps(tmp_path: Path) -> None:
    path = old_file(tmp_path / "edge.db", 1)
    with closing(sqlite3.connect(path)) as file:  # rows as an old gateway would not write them
        file.execute("DELETE FROM parcels")
        file.commit()

    store = Store.open(path, PlayedClock(), lambda: "00000000-0000-7000-8000-000000000001")
    state = FloorState(Floor({}))
    store.load(state)
    store.close()

    assert content(path)[1] == NAMES
    assert not state.parcels


def test_the_oracle_notices_a_step_outside_of_a_transaction(
    tmp_path: Path, breaking: type[BreakingConnection]
) -> None:
    """The planted mistake: a step that was registered to run without one."""
    old = old_file(tmp_path / "old.db", 1)
    was = content(old)
    step = next(one for one in STEPS if one.name == "returns_and_counts")
    careless = version(1)
    careless(name=step.name, transactional=False)(step.fn)
    breaking.statements.clear()
    open_writer(copied(old, tmp_path / "whole"), careless).close()
    differs = 0
    for number in range(len(breaking.statements)):
        path = copied(old, tmp_path / "broken")
        breaking.statements.clear()
        breaking.at = number
        with pytest.raises(StoreError):
            open_writer(path, careless)
        breaking.at = NEVER
        differs += content(path) != was

    assert differs > 0
