"""What a damaged file still tells behind a backup is won back, and nothing that is not certain."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from edge.model.events import JournalRestored
from edge.model.places import Floor
from edge.store.mending import Mended, mend
from edge.store.rebuilding import rebuild_and_compare
from edge.store.rotating import rotate
from tests.store.conftest import CountingIds, Gateway

DAY_US = 86_400_000_000
Mend = Callable[[], Mended]


@pytest.fixture
def mend_it(path: Path, tmp_path: Path, floor: Floor, ids: CountingIds) -> Mend:
    def instead() -> Mended:
        done = mend(path, [tmp_path / "backups"], floor, ids, 1_764_335_100_000_000, "a page")
        assert done is not None
        return done

    return instead


@pytest.fixture
def at_work(gateway: Gateway, tmp_path: Path) -> Gateway:
    """Twenty facts, the central system has the first five, a backup after the tenth."""
    gateway.happen(*gateway.arrivals(1, 10))
    gateway.store.acknowledge(gateway.store.epoch, 5)
    gateway.happen()
    rotate(gateway.path, tmp_path / "backups", None, DAY_US, gateway.clock.now_us())
    gateway.happen(*gateway.deliveries(11, 2), *gateway.arrivals(13, 8))
    gateway.close()
    return gateway


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def facts_of(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM facts ORDER BY position").fetchall()


def test_damage_in_a_table_alone_costs_no_fact(
    at_work: Gateway, open_gateway: Callable[[], Gateway], floor: Floor, mend_it: Mend
) -> None:
    before = facts_of(at_work.path)
    stock = dict(at_work.state.stock)
    change(at_work.path, "UPDATE stock SET quantity = quantity + 1")

    done = mend_it()

    assert (done.salvaged, done.fact.first_seq, done.fact.last_seq) == (10, 21, 20)
    assert facts_of(at_work.path)[:20] == before
    assert rebuild_and_compare(at_work.path, floor) == []
    again = open_gateway()
    assert dict(again.state.stock) == stock
    assert again.store.verify().good
    assert again.store.last_seq == 16  # what was not acknowledged, and the fact that tells of it


def test_facts_up_to_the_first_damaged_one_are_won_back_and_none_behind_it(
    at_work: Gateway, floor: Floor, mend_it: Mend
) -> None:
    before = facts_of(at_work.path)
    change(at_work.path, "UPDATE facts SET body = replace(body, 'A-01', 'A-02') WHERE position=15")

    done = mend_it()

    assert (done.salvaged, done.fact.first_seq, done.fact.last_seq) == (4, 15, 20)
    after = facts_of(at_work.path)
    assert after[:14] == before[:14]
    assert [row[4] for row in after[14:]] == [JournalRestored.type]
    assert rebuild_and_compare(at_work.path, floor) == []


def test_a_fact_damaged_within_the_backups_stretch_costs_nothing(
    at_work: Gateway, mend_it: Mend
) -> None:
    change(
        at_work.path, "UPDATE facts SET body = replace(body, 'A-01', 'A-02') WHERE position = 3"
    )

    done = mend_it()

    assert (done.salvaged, done.fact.first_seq, done.fact.last_seq) == (10, 21, 20)


@pytest.mark.parametrize(
    "spoiling",
    [
        "DELETE FROM facts WHERE position = 11",
        "UPDATE facts SET checksum = x'00' WHERE position = 10",  # not the past of the backup
        "UPDATE facts SET position = 99 WHERE position = 11",
        "DROP TABLE facts",
    ],
)
def test_facts_that_do_not_continue_the_backup_are_not_taken(
    at_work: Gateway, floor: Floor, mend_it: Mend, spoiling: str
) -> None:
    with closing(sqlite3.connect(at_work.path)) as connection, connection:
        connection.execute(spoiling)

    done = mend_it()

    assert (done.salvaged, done.fact.first_seq) == (0, 11)
    assert rebuild_and_compare(at_work.path, floor) == []


def test_a_renumbered_journal_tells_the_gap_in_its_newest_numbers(
    gateway: Gateway, tmp_path: Path, mend_it: Mend
) -> None:
    """A backup of an earlier numbering: what is missing is told in that of the damaged file."""
    gateway.happen(*gateway.arrivals(1, 10))
    rotate(gateway.path, tmp_path / "backups", None, DAY_US, gateway.clock.now_us())
    gateway.store.acknowledge(gateway.store.epoch, 8)
    epoch = gateway.store.start_epoch()
    gateway.happen(*gateway.arrivals(11, 5))
    gateway.close()
    change(gateway.path, "UPDATE facts SET body = replace(body, 'A-01', 'A-02') WHERE position=13")

    done = mend_it()

    assert (done.salvaged, done.fact.epoch) == (2, epoch)
    assert (done.fact.first_seq, done.fact.last_seq) == (5, 7)  # positions 13 to 15, from 9 on
