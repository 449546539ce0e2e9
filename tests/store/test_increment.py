"""A full backup and its increments give the journal back; what does not fit stops there, told."""

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from edge.model.places import Floor
from edge.store import backup, increment
from edge.store.database import transaction
from edge.store.errors import StoreDamagedError
from edge.store.increment import Continued
from edge.store.mending import mend
from edge.store.pruning import prune
from edge.store.reader import JournalReader
from edge.store.rebuilding import rebuild_and_compare
from edge.store.rotating import Rotated, backups, continued_by, increments_of, rotate
from edge.store.verifying import VerifyReport, verify
from tests.store.conftest import CountingIds, Gateway

DAY_US = 86_400_000_000
QUARTER_US = 900_000_000
NOON_US = 1_790_000_000_000_000
Row = tuple[object, ...]


def one_more(gateway: Gateway, folder: Path, quarter: int, second: Path | None = None) -> Rotated:
    now_us = NOON_US + quarter * QUARTER_US
    return rotate(gateway.path, folder, second, 30 * DAY_US, now_us, DAY_US)


def rows_of(path: Path, table: str) -> list[Row]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608 - names below


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def chain(gateway: Gateway, folder: Path) -> list[Path]:
    """A full backup after ten facts, three increments of five; all but the last five are acked."""
    gateway.happen(*gateway.arrivals(0, 10))
    made = [one_more(gateway, folder, 0).backup]
    for quarter in (1, 2, 3):
        gateway.store.acknowledge(gateway.store.epoch, 5 + 5 * quarter)
        gateway.happen(*gateway.arrivals(5 + 5 * quarter, 4), *gateway.deliveries(quarter, 1))
        made.append(one_more(gateway, folder, quarter).backup)
    return made


@pytest.fixture
def restore(tmp_path: Path, floor: Floor, ids: CountingIds) -> Callable[[Path], Continued]:
    """Make `new.db` of a full backup and what follows it."""

    def instead(full: Path) -> Continued:
        files = increments_of(full, full.parent)
        return increment.restore(full, files, tmp_path / "new.db", ids, floor)[1]

    return instead


def test_a_full_backup_and_three_increments_give_the_whole_journal_back(
    gateway: Gateway,
    chain: list[Path],
    restore: Callable[[Path], Continued],
    floor: Floor,
    tmp_path: Path,
) -> None:
    stock = rows_of(gateway.path, "stock")

    done = restore(chain[0])

    new = tmp_path / "new.db"
    assert done == Continued(tuple(one.name for one in chain[1:]), "")
    assert len(rows_of(new, "facts")) == 25
    for table in ("facts", "subjects", "items"):
        assert rows_of(new, table) == rows_of(gateway.path, table)
    assert rows_of(new, "stock") == stock != []
    assert rebuild_and_compare(new, floor) == []
    with closing(sqlite3.connect(new)) as connection:
        report = verify(connection)
    assert report.good
    assert report.last_seq == 5, "only what the central system had not acknowledged is sent again"


def test_an_increment_is_small_and_holds_only_what_came_since(
    gateway: Gateway, folder: Path
) -> None:
    gateway.happen(*gateway.arrivals(0, 300))
    full = one_more(gateway, folder, 0).backup
    gateway.happen(*gateway.arrivals(300, 10))

    made = one_more(gateway, folder, 1)

    assert made.report == increment.IncrementReport(10, 300, 310, 0)
    assert made.backup.stat().st_size < full.stat().st_size / 20
    assert made.backup.stat().st_mode & 0o777 == 0o600
    assert continued_by(made.backup) == full


def test_a_quarter_of_an_hour_without_facts_is_a_link_too(
    gateway: Gateway, folder: Path, restore: Callable[[Path], Continued]
) -> None:
    gateway.happen(*gateway.arrivals(0, 3))
    full = one_more(gateway, folder, 0).backup
    one_more(gateway, folder, 1)
    gateway.happen(*gateway.arrivals(3, 3))
    one_more(gateway, folder, 1)  # within the same second

    done = restore(full)

    assert (len(done.taken), done.stopped) == (2, "")


@pytest.mark.parametrize("damage", ["a bit", "the end", "all", "a row", "form"])
def test_a_damaged_increment_stops_there_and_is_named(
    chain: list[Path], restore: Callable[[Path], Continued], tmp_path: Path, damage: str
) -> None:
    spoilt, packed = chain[2], chain[2].read_bytes()
    lines = gzip.decompress(packed).splitlines(keepends=True)
    spoilt.write_bytes(
        {
            "a bit": packed[:200] + bytes([packed[200] ^ 1]) + packed[201:],
            "the end": packed[:-9],
            "all": b"no increment",
            "a row": gzip.compress(b"".join([*lines[:2], *lines[3:]])),
            "form": gzip.compress(b'{"format":"another"}\n'),
        }[damage]
    )

    done = restore(chain[0])

    assert done.taken == (chain[1].name,)
    assert spoilt.name in done.stopped
    assert len(rows_of(tmp_path / "new.db", "facts")) == 15, "nothing of the damaged one"
    with closing(JournalReader(tmp_path / "new.db")) as reader:
        assert reader.last_seq() == 5
    with pytest.raises(StoreDamagedError, match=spoilt.name):
        increment.verify(spoilt)


def test_a_missing_increment_stops_there_and_is_said(
    chain: list[Path], restore: Callable[[Path], Continued], tmp_path: Path
) -> None:
    chain[2].unlink()

    done = restore(chain[0])

    assert done.taken == (chain[1].name,)
    assert "ends at 15: an increment before it is missing" in done.stopped
    assert len(rows_of(tmp_path / "new.db", "facts")) == 15
    with pytest.raises(StoreDamagedError, match="continues a backup up to position 20"):
        continued_by(chain[3])


def test_two_increments_that_were_made_at_once_cost_nothing(
    gateway: Gateway,
    chain: list[Path],
    folder: Path,
    restore: Callable[[Path], Continued],
    tmp_path: Path,
) -> None:
    """The timer and a person, each from the same base; the next one by itself is a full one."""
    gateway.happen(*gateway.arrivals(60, 2))
    increment.write(
        gateway.path,
        folder / "journal-20260921T150000Z.jsonl.gz",
        increment.read_span(chain[3]).base,
    )

    done = restore(chain[0])

    assert (len(done.taken), done.stopped) == (4, "")
    assert rows_of(tmp_path / "new.db", "facts") == rows_of(gateway.path, "facts")
    assert one_more(gateway, folder, 5).backup == backups(folder)[-1] != chain[0]


@pytest.mark.parametrize("gone", [0, 1, 2, 3])
def test_a_chain_that_lost_a_file_is_not_continued_but_a_full_backup_made(
    gateway: Gateway, chain: list[Path], folder: Path, gone: int
) -> None:
    chain[gone].write_bytes(b"spoilt")

    made = one_more(gateway, folder, 4)

    assert made.backup == backups(folder)[-1]
    assert backup.verify(made.backup).facts == 25


def test_a_journal_that_was_restored_since_gets_a_full_backup(
    chain: list[Path], folder: Path, ids: CountingIds, open_gateway: Callable[[], Gateway]
) -> None:
    path = folder.parent / "edge.db"
    open_gateway().close()
    backup.restore(chain[0], path, ids)
    restored = open_gateway()
    restored.happen(*restored.arrivals(100, 30))

    made = one_more(restored, folder, 4)

    assert made.backup == backups(folder)[-1]
    assert backup.verify(made.backup).facts == 40


def test_facts_that_were_pruned_before_they_were_in_an_increment_make_a_full_backup(
    gateway: Gateway, chain: list[Path], folder: Path
) -> None:
    gateway.happen(*gateway.arrivals(50, 3))
    gateway.store.acknowledge(gateway.store.epoch, 28)
    gateway.happen()
    connection = gateway.store._connection
    with transaction(connection, "pruning"):
        assert prune(connection, 26, NOON_US * 2) == 26

    made = one_more(gateway, folder, 4)

    assert made.backup == backups(folder)[-1] != chain[0]
    assert isinstance(made.report, VerifyReport)
    assert made.report.facts == 2


def test_a_full_one_is_made_when_the_newest_is_a_day_old(
    gateway: Gateway, chain: list[Path], folder: Path
) -> None:
    assert one_more(gateway, folder, 95).backup.name.endswith(".jsonl.gz")
    assert one_more(gateway, folder, 96).backup.name.endswith(".sqlite")
    assert one_more(gateway, folder, 97).backup.name.endswith(".jsonl.gz")
    assert increments_of(chain[0], folder)[:3] == chain[1:]
    assert len(increments_of(chain[0], folder)) == 4, "not those of the next full one"


def test_a_chain_goes_as_a_whole_when_its_youngest_file_is_old(
    gateway: Gateway, chain: list[Path], folder: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"

    def a_full_one(at_us: int) -> Rotated:
        return rotate(gateway.path, folder, there, 2 * DAY_US, at_us)

    # the full one is older than two days, its last increment is not
    young = a_full_one(NOON_US + 2 * DAY_US + 2 * QUARTER_US)
    assert young.removed == ()
    old = a_full_one(NOON_US + 2 * DAY_US + 4 * QUARTER_US)

    assert sorted(old.removed) == chain
    assert sorted(folder.iterdir()) == [young.backup, old.backup]


def test_the_second_place_gets_what_it_missed_while_it_was_away(
    gateway: Gateway, chain: list[Path], folder: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"

    made = one_more(gateway, folder, 4, there)

    assert made.copy == there / made.backup.name
    assert sorted(one.name for one in there.iterdir()) == [
        one.name for one in [*chain, made.backup]
    ]
    assert made.copy.read_bytes() == made.backup.read_bytes()


def test_mending_takes_increments_up_and_a_spoilt_one_from_the_second_place(
    gateway: Gateway, chain: list[Path], folder: Path, tmp_path: Path, ids: CountingIds
) -> None:
    last = one_more(gateway, folder, 4, tmp_path / "there").backup
    chain[2].write_bytes(b"spoilt")
    before = rows_of(gateway.path, "facts")
    gateway.close()
    gateway.path.write_bytes(b"no database" * 1000)

    done = mend(
        gateway.path, [folder, tmp_path / "there"], gateway.floor, ids, NOON_US, "all of it"
    )

    assert done is not None
    assert (done.backup, done.salvaged) == (last.name, 0)
    assert rows_of(gateway.path, "facts")[:-1] == before
    assert rebuild_and_compare(gateway.path, gateway.floor) == []
