"""A backup is whole or is not there, and a gateway made from one repeats no number."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge.model.ids import uuid7
from edge.store import backup
from edge.store.database import open_writer
from edge.store.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreFailedError,
    StoreFullError,
)
from edge.store.reader import JournalReader

if TYPE_CHECKING:
    from tests.store.conftest import CountingIds, Gateway


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "edge.backup"


def test_a_backup_of_a_running_gateway_is_whole_and_proves_it(
    gateway: "Gateway", target: Path
) -> None:
    gateway.happen(*gateway.arrivals(0, 300))
    gateway.store.acknowledge(gateway.store.epoch, 290)
    gateway.happen(*gateway.arrivals(300, 10))

    report = backup.create(gateway.path, target)

    assert report == backup.verify(target) == gateway.store.verify()
    assert (report.last_seq, report.acknowledged) == (310, 290)
    assert [one.name for one in target.parent.iterdir()] == ["edge.backup"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_newer_backup_takes_the_place_of_an_older_one(gateway: "Gateway", target: Path) -> None:
    backup.create(gateway.path, target)
    gateway.happen(*gateway.arrivals(0, 3))
    assert backup.create(gateway.path, target).last_seq == 3
    assert backup.verify(target).last_seq == 3


def test_a_damaged_store_does_not_replace_a_sound_backup(gateway: "Gateway", target: Path) -> None:
    gateway.happen(*gateway.arrivals(0, 3))
    backup.create(gateway.path, target)
    gateway.store._connection.execute("UPDATE facts SET body = '{}' WHERE position = 2")

    with pytest.raises(StoreDamagedError, match="no sound copy: the fact at position 2"):
        backup.create(gateway.path, target)

    assert backup.verify(target).good
    assert [one.name for one in target.parent.iterdir()] == ["edge.backup"]


def test_a_backup_replaces_nothing_but_an_older_backup(
    gateway: "Gateway", target: Path, tmp_path: Path
) -> None:
    configuration = tmp_path / "gateway.toml"
    configuration.write_text("[gateway]\n")

    with pytest.raises(StoreFailedError, match=r"gateway\.toml: is there, and is no backup"):
        backup.create(gateway.path, configuration)
    with pytest.raises(StoreFailedError, match="backups: is a folder; name a file in it"):
        backup.create(gateway.path, target.parent)
    with pytest.raises(StoreFailedError, match="nowhere: there is no such folder; make it"):
        backup.create(gateway.path, tmp_path / "nowhere" / "edge.backup")
    with pytest.raises(StoreBusyError, match="is a gateway's own journal; name another file"):
        backup.create(gateway.path, gateway.path)

    assert configuration.read_text() == "[gateway]\n"
    target.touch()  # as mktemp leaves it
    assert backup.create(gateway.path, target).good


def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("[gateway]\n")
    (tmp_path / "nothing").touch()
    for name in ("text", "nothing", "."):
        with pytest.raises(StoreDamagedError, match="is no backup, or a damaged one; name a file"):
            backup.verify(tmp_path / name)


def test_a_journal_is_checked_and_taken_up_with_what_stands_in_the_log_beside_it(
    gateway: "Gateway", tmp_path: Path, ids: "CountingIds"
) -> None:
    gateway.happen(*gateway.arrivals(0, 7))

    assert backup.verify(gateway.path) == gateway.store.verify()
    assert backup.verify(gateway.path).facts == 7
    backup.restore(gateway.path, tmp_path / "new.db", ids)

    assert backup.verify(tmp_path / "new.db").facts == 7


def test_a_restored_gateway_has_the_state_and_a_new_epoch(
    gateway: "Gateway",
    open_gateway: Callable[[], "Gateway"],
    target: Path,
    ids: "CountingIds",
) -> None:
    # given a backup, and more that happened after it
    facts = gateway.happen(*gateway.arrivals(0, 10))
    gateway.store.acknowledge(gateway.store.epoch, 7)
    backup.create(gateway.path, target)
    gateway.happen()
    backup.create(gateway.path, target)
    gateway.happen(*gateway.arrivals(10, 5))
    old_epoch = gateway.store.epoch
    gateway.store.close()

    # when it is restored
    epoch = backup.restore(target, gateway.path, ids)
    gateway.store = type(gateway.store).open(gateway.path, gateway.clock, ids)
    again = open_gateway()

    # then what was not acknowledged is sent under new numbers and its old ids
    assert again.store.epoch == epoch != old_epoch
    assert len(again.present) == 10
    assert (again.store.last_seq, again.store.acknowledged) == (3, 0)
    reader = JournalReader(gateway.path)
    resent = reader.facts_after(0, 9, 100_000)
    reader.close()
    assert [fact.id for fact in resent] == [fact.id for fact in facts[7:]]
    assert [fact.seq for fact in again.happen(*again.arrivals(20, 1))] == [4]
    assert again.store.verify().good
    # and the old store is kept aside, its log too
    kept = gateway.path.with_name("edge.db.replaced")
    assert kept.exists()
    assert backup.verify(target).epoch == old_epoch


def test_who_restores_the_wrong_backup_first_still_has_the_gateways_own_journal(
    gateway: "Gateway", target: Path, ids: "CountingIds"
) -> None:
    # given a backup of long ago, and facts that only the gateway has
    backup.create(gateway.path, target)
    gateway.happen(*gateway.arrivals(0, 5))
    gateway.store.close()

    # when it is restored twice
    for _ in range(2):
        backup.restore(target, gateway.path, ids)
    gateway.store = type(gateway.store).open(gateway.path, gateway.clock, ids)

    # then the second has not taken the place of what the first had set aside
    own = gateway.path.with_name("edge.db.replaced")
    second = gateway.path.with_name("edge.db.replaced-2")
    kept = [JournalReader(path) for path in (own, second)]
    assert [reader.last_seq() for reader in kept] == [5, 0]
    for reader in kept:
        reader.close()


def test_a_restore_beside_a_running_daemon_is_refused(
    gateway: "Gateway", target: Path, ids: "CountingIds"
) -> None:
    backup.create(gateway.path, target)
    with pytest.raises(StoreBusyError, match="in use by process"):
        backup.restore(target, gateway.path, ids)


def test_a_damaged_backup_is_not_restored(
    gateway: "Gateway", target: Path, tmp_path: Path, ids: "CountingIds"
) -> None:
    gateway.happen(*gateway.arrivals(0, 3))
    backup.create(gateway.path, target)
    connection = sqlite3.connect(target)
    connection.execute("UPDATE items SET sku = 'S-2'")
    connection.commit()
    connection.close()

    with pytest.raises(StoreDamagedError, match="no sound copy: table items"):
        backup.restore(target, tmp_path / "new.db", ids)

    assert not (tmp_path / "new.db").exists()


def test_a_new_gateway_is_made_from_a_backup(
    gateway: "Gateway", target: Path, tmp_path: Path, ids: "CountingIds"
) -> None:
    gateway.happen(*gateway.arrivals(0, 3))
    backup.create(gateway.path, target)
    epoch = backup.restore(target, tmp_path / "new.db", ids)
    report = backup.verify(tmp_path / "new.db")
    assert report.good
    assert (report.epoch, report.last_seq) == (epoch, 3)
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600


def test_a_restored_gateway_numbers_its_parcels_above_all_that_were_given_since_the_backup(
    gateway: "Gateway", target: Path
) -> None:
    """Two gateways from one backup, a day apart: the second leaves out what the first gave."""
    since_ms, day_ms = 1_767_225_600_000, 86_400_000
    backup.create(gateway.path, target)
    bases = []
    for days in (10, 11):
        gateway.store.close()
        name = uuid7((since_ms + days * day_ms) * 1000, days)
        backup.restore(target, gateway.path, [name].pop)
        gateway.store = type(gateway.store).open(gateway.path, gateway.clock, [name].pop)
        gateway.reload()
        bases.append(gateway.state.numbered_from_s)

    assert bases == [864_000, 950_400]


def test_a_gateway_that_is_restored_while_its_clock_is_behind_gives_no_number_by_it(
    gateway: "Gateway", target: Path
) -> None:
    """A host without a battery begins at its image's date; the backup's facts are newer."""
    since_ms, day_ms = 1_767_225_600_000, 86_400_000
    gateway.clock.jump_us((since_ms + 90 * day_ms) * 1000 - gateway.clock.now_us())
    gateway.happen(*gateway.arrivals(0, 1))
    backup.create(gateway.path, target)
    told = []
    for days in (-400, 12, 91):
        gateway.store.close()
        name = uuid7((since_ms + days * day_ms) * 1000, days + 500)
        backup.restore(target, gateway.path, [name].pop)
        gateway.store = type(gateway.store).open(gateway.path, gateway.clock, [name].pop)
        gateway.reload()
        told.append(gateway.state.numbered_from_s)

    assert told == [None, None, 91 * 86_400]


def test_a_restore_that_was_cut_off_leaves_nothing_to_the_next_one(
    gateway: "Gateway", target: Path, tmp_path: Path, ids: "CountingIds"
) -> None:
    gateway.happen(*gateway.arrivals(0, 300))
    backup.create(gateway.path, target)
    unfinished = tmp_path / ".new.db.restored"
    backup.prepare(target, unfinished)
    writer = open_writer(unfinished)
    writer.execute("DELETE FROM facts")  # stays in the log beside it
    log = unfinished.with_name(f"{unfinished.name}-wal")
    kept = log.read_bytes()
    writer.close()
    log.write_bytes(kept)

    backup.restore(target, tmp_path / "new.db", ids)

    assert backup.verify(tmp_path / "new.db").last_seq == 300


def test_a_restore_on_a_full_disk_takes_its_pieces_away(
    gateway: "Gateway", target: Path, tmp_path: Path, ids: "CountingIds"
) -> None:
    backup.create(gateway.path, target)

    def full(_: sqlite3.Connection) -> None:
        raise StoreFullError("the disk is full")

    with pytest.raises(StoreFullError):
        backup.restore(target, tmp_path / "new.db", ids, full)

    assert [one.name for one in tmp_path.glob(".new.db.restored*")] == []
