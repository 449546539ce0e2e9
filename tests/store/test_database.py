"""How the file is opened: safely against power cuts, for its owner only, never by two daemons."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
import sqlite_utils
from sqlite_utils import Migrations

from edge.clock import PlayedClock
from edge.model.ids import IdMaker
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.database import open_reader, open_writer, transaction
from edge.store.errors import (
    StoreAbsentError,
    StoreBusyError,
    StoreDamagedError,
    StoreFailedError,
    StoreTooNewError,
)
from edge.store.lock import StoreLock
from edge.store.migrations import MIGRATIONS, journal_and_state, tag_jobs
from edge.store.reader import JournalReader
from edge.store.store import Store
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from tests.store.conftest import Gateway

OpenGateway = Callable[[], "Gateway"]


def setting(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_the_writer_syncs_every_commit_and_checkpoints_only_when_told(path: Path) -> None:
    connection = open_writer(path)
    assert setting(connection, "journal_mode") == "wal"
    assert setting(connection, "synchronous") == 2
    assert setting(connection, "wal_autocheckpoint") == 0
    assert setting(connection, "foreign_keys") == 1
    assert setting(connection, "mmap_size") == 0
    connection.close()


def test_a_reader_cannot_write(gateway: "Gateway") -> None:
    connection = open_reader(gateway.path)
    assert setting(connection, "query_only") == 1
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM facts")
    connection.close()


def test_the_store_and_its_side_files_are_for_their_owner_only(gateway: "Gateway") -> None:
    gateway.happen(*gateway.arrivals(0, 1))
    parts = sorted(one.name for one in gateway.path.parent.iterdir())
    assert parts == ["edge.db", "edge.db-shm", "edge.db-wal", "edge.db.lock"]
    for part in gateway.path.parent.iterdir():
        assert part.stat().st_mode & 0o777 == 0o600


def test_a_second_daemon_is_refused_with_the_pid_of_the_first(
    gateway: "Gateway", clock: PlayedClock, ids: IdMaker
) -> None:
    with pytest.raises(StoreBusyError, match=rf"in use by process {os.getpid()};"):
        Store.open(gateway.path, clock, ids)


def test_a_second_daemon_in_another_process_is_refused_within_a_second(gateway: "Gateway") -> None:
    code = (
        "import sys; from pathlib import Path; from edge.clock import SystemClock;"
        "from edge.store.store import Store; Store.open(Path(sys.argv[1]), SystemClock(), str)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(gateway.path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert ended.returncode == 1
    assert f"in use by process {os.getpid()}; only one daemon may run" in ended.stderr


def test_a_store_can_be_opened_again_after_it_was_closed(
    gateway: "Gateway", open_gateway: OpenGateway
) -> None:
    assert open_gateway().store.epoch == gateway.store.epoch


def test_a_store_that_could_not_be_opened_is_not_held(
    path: Path, clock: PlayedClock, ids: IdMaker
) -> None:
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreDamagedError, match="not a database; restore a backup"):
        Store.open(path, clock, ids)
    StoreLock(path).release()


def test_a_store_in_a_folder_that_is_not_there_is_refused(
    tmp_path: Path, clock: PlayedClock, ids: IdMaker
) -> None:
    with pytest.raises(StoreFailedError, match="No such file"):
        Store.open(tmp_path / "nowhere" / "edge.db", clock, ids)


def test_a_reader_of_a_store_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(StoreAbsentError, match="no gateway has run on this data_dir yet"):
        JournalReader(path)
    assert not path.exists()


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(gateway: "Gateway") -> None:
    gateway.store._connection.execute(
        "INSERT INTO _sqlite_migrations(migration_set, name, applied_at)"
        " VALUES ('warehouse-edge', 'drones', '2031-01-01')"
    )
    with pytest.raises(StoreTooNewError, match=r"newer version .*'drones'.*install that version"):
        open_writer(gateway.path)


def test_the_newest_schema_is_the_one_that_this_version_knows(gateway: "Gateway") -> None:
    database = sqlite_utils.Database(gateway.store._connection)
    assert MIGRATIONS.pending(database) == []


def newer(step: Callable[[sqlite_utils.Database], None]) -> Migrations:
    """All steps of this version, and one more."""
    migrations = Migrations("warehouse-edge")
    for known in MIGRATIONS.pending(sqlite_utils.Database(memory=True)):
        migrations()(known.fn)
    migrations()(step)
    return migrations


def test_a_store_from_before_found_readers_is_brought_up_to_date(
    tmp_path: Path, clock: PlayedClock, ids: IdMaker
) -> None:
    first = Migrations("warehouse-edge")
    first()(journal_and_state)
    first()(tag_jobs)
    path = tmp_path / "edge.db"
    old = open_writer(path, first)
    old.execute("INSERT INTO outages VALUES ('gate', 9, ?)", (crc32(repr(("gate", 9)).encode()),))
    old.close()

    store = Store.open(path, clock, ids)
    state = FloorState(Floor({}))
    store.load(state)
    store.close()

    assert (dict(state.outages), dict(state.found)) == ({"gate": 9}, {})
    assert path.with_name("edge.db.before-found_readers").exists()


def test_a_step_of_schema_leaves_a_copy_of_the_store_before_it(
    gateway: "Gateway", open_gateway: OpenGateway
) -> None:
    def colours(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE items ADD COLUMN colour TEXT")

    gateway.happen(*gateway.arrivals(0, 3))
    connection = open_writer(gateway.path, newer(colours))
    connection.close()

    copy = gateway.path.with_name("edge.db.before-colours")
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as before:
        assert before.execute("SELECT count(*) FROM items").fetchone() == (3,)
    before.close()
    with pytest.raises(StoreTooNewError, match="'colours'"):
        open_gateway()


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_a_step_of_schema_that_breaks_leaves_the_store_as_it_was(
    gateway: "Gateway", broken: int
) -> None:
    def breaking(db: sqlite_utils.Database) -> None:
        statements = [
            "ALTER TABLE items ADD COLUMN colour TEXT",
            "DELETE FROM facts",
            "DROP TABLE stock",
        ]
        for statement in [*statements[:broken], "SELECT nonsense"]:
            db.execute(statement)

    gateway.happen(*gateway.arrivals(0, 3))
    before = list(gateway.store._connection.iterdump())

    with pytest.raises(StoreFailedError, match="no such column: nonsense"):
        open_writer(gateway.path, newer(breaking))

    assert list(gateway.store._connection.iterdump()) == before


def test_a_transaction_that_breaks_leaves_nothing(gateway: "Gateway") -> None:
    connection = gateway.store._connection

    def break_in_the_middle() -> None:
        with transaction(connection, "trying"):
            connection.execute("DELETE FROM epochs")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_in_the_middle()
    assert not connection.in_transaction
    assert connection.execute("SELECT count(*) FROM epochs").fetchone() == (1,)
