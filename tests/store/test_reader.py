"""The journal for those who only read it."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge.model.events import Fact
from edge.store import backup
from edge.store.chain import Row
from edge.store.codec import VERSIONS
from edge.store.errors import StoreDamagedError
from edge.store.journal import Epoch, facts_from
from edge.store.reader import JournalReader
from edge.store.recent import KEPT_COUNT
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from tests.store.conftest import CountingIds, Gateway

EXAMPLES = Path(__file__).parent / "examples"


@pytest.fixture
def reader(gateway: "Gateway") -> Iterator[JournalReader]:
    opened = JournalReader(gateway.path)
    yield opened
    opened.close()


def test_a_reader_gives_the_facts_as_they_were_committed(
    gateway: "Gateway", reader: JournalReader
) -> None:
    facts = gateway.happen(*gateway.arrivals(0, 20))
    assert reader.facts_after(0, 100, 1_000_000) == facts
    assert reader.facts_after(15, 100, 1_000_000) == facts[15:]
    assert reader.facts_after(20, 100, 1_000_000) == []
    assert reader.facts_after(90, 100, 1_000_000) == []


def test_a_reader_gives_no_more_than_wanted_but_at_least_one(
    gateway: "Gateway", reader: JournalReader
) -> None:
    gateway.happen(*gateway.arrivals(0, 20))
    one = len(
        '{"epc":"303400000000000000000000","location":"A-01","probability":0.75,"sku":"S-1"}'
    )
    assert len(reader.facts_after(0, 7, 1_000_000)) == 7
    assert len(reader.facts_after(0, 100, 3 * one)) == 3
    assert len(reader.facts_after(0, 100, 3 * one - 1)) == 2
    assert len(reader.facts_after(0, 100, 1)) == 1


def test_all_facts_are_given_page_by_page_with_those_of_the_epochs_before(
    gateway: "Gateway", tmp_path: Path, ids: "CountingIds"
) -> None:
    # given a gateway that was restored after most of its facts were acknowledged
    facts = gateway.happen(*gateway.arrivals(0, 20))
    gateway.store.acknowledge(gateway.store.epoch, 18)
    gateway.happen()
    backup.restore(gateway.path, tmp_path / "new.db", ids)
    reader = JournalReader(tmp_path / "new.db")

    # then the new epoch has two of them, and the journal has all
    assert [fact.id for page, _ in reader.pages(0, 7, 1_000_000) for fact in page] == [
        fact.id for fact in facts[18:]
    ]
    pages = list(reader.pages(None, 7, 1_000_000))
    assert [(len(page), left) for page, left in pages] == [(7, 13), (7, 6), (6, 0)]
    told = [fact for page, _ in pages for fact in page]
    assert [fact.id for fact in told] == [fact.id for fact in facts]
    assert [fact.seq for fact in told] == [*range(1, 19), 1, 2]
    assert list(reader.pages(2, 7, 1_000_000)) == list(reader.pages(2**53, 7, 1_000_000)) == []
    reader.close()


def test_what_was_just_committed_is_given_as_the_file_gives_it(
    gateway: "Gateway", reader: JournalReader
) -> None:
    # given a reader that knows the newest facts, and more facts than are kept of them
    quick = JournalReader(gateway.path, gateway.store.recent)
    for first in range(0, 5 * KEPT_COUNT, 50):
        gateway.happen(*gateway.arrivals(first, 50))
        # then it gives the same, letter for letter, wherever it begins and however it is bounded
        last = first + 50
        assert quick.last_seq() == reader.last_seq() == last
        for seq in (0, last - 1200, last - 200, last - 7, last, last + 3):
            for limit, bytes_max in ((100, 1_000_000), (100, 500), (1, 1), (5, 1_000_000)):
                asked = (max(0, seq), limit, bytes_max)
                facts = reader.facts_after(*asked)
                assert quick.facts_after(*asked) == facts
                stored = [one.stored for one in facts]
                assert [one.stored for one in quick.facts_after(*asked)] == stored
    quick.close()


def test_what_was_just_committed_is_told_without_the_file(gateway: "Gateway") -> None:
    quick = JournalReader(gateway.path, gateway.store.recent)
    facts = gateway.happen(*gateway.arrivals(0, 20))
    quick.close()  # it cannot read any more
    assert quick.last_seq() == 20
    assert quick.facts_after(15, 100, 1_000_000) == facts[15:]


def test_facts_that_were_not_committed_are_not_given(
    gateway: "Gateway", open_gateway: Callable[[], "Gateway"]
) -> None:
    gateway.happen(*gateway.arrivals(0, 20))
    recent = open_gateway().store.recent
    assert (recent.last_seq, recent.after(15, 9, 1_000)) == (20, None), "the file has them"
    again = open_gateway()
    again.store.acknowledge(again.store.epoch, 12)
    again.store.start_epoch()
    assert again.store.recent.last_seq == 8
    assert again.store.recent.after(0, 9, 1_000) is None


def test_a_reader_looks_back_for_the_newest_fact_that_fits_but_not_for_ever(
    gateway: "Gateway", reader: JournalReader
) -> None:
    facts = gateway.happen(*gateway.arrivals(0, 20))
    kind = facts[0].event.type

    def is_early(fact: Fact) -> bool:
        return fact.seq <= 12

    assert reader.newest_before(20, kind, lambda _: True, 100) == facts[18]
    assert reader.newest_before(20, kind, is_early, 100) == facts[11]
    assert reader.newest_before(20, kind, is_early, 7) is None
    assert reader.newest_before(20, "count.made", lambda _: True, 100) is None


def test_a_reader_sees_each_commit_and_the_cursor_at_once(
    gateway: "Gateway", reader: JournalReader
) -> None:
    assert (reader.last_seq(), reader.acknowledged()) == (0, 0)
    gateway.happen(*gateway.arrivals(0, 5))
    assert reader.last_seq() == 5
    gateway.store.acknowledge(reader.epoch(), 4)
    gateway.happen(*gateway.arrivals(5, 1))
    assert (reader.last_seq(), reader.acknowledged()) == (6, 4)


def test_a_reader_works_in_another_thread_while_the_writer_goes_on(
    gateway: "Gateway", reader: JournalReader
) -> None:
    seen: list[int] = []

    def follow() -> None:
        while len(seen) < 400:
            seen.extend(fact.seq for fact in reader.facts_after(len(seen), 50, 100_000))

    thread = threading.Thread(target=follow)
    thread.start()
    for first in range(0, 400, 10):
        gateway.happen(*gateway.arrivals(first, 10))
    thread.join(PATIENCE_S)

    assert not thread.is_alive()
    assert seen == list(range(1, 401))


def test_a_reader_that_stopped_early_holds_nothing_back(
    gateway: "Gateway", reader: JournalReader
) -> None:
    """A read transaction left open would keep the log growing for ever."""
    gateway.happen(*gateway.arrivals(0, 2_000))
    assert len(reader.facts_after(0, 3, 100_000)) == 3
    gateway.happen(*gateway.arrivals(2_000, 1))
    done = gateway.store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert done == (0, 0, 0)


def test_a_new_epoch_is_read_with_its_numbers_and_the_old_one_keeps_its_own(
    gateway: "Gateway", reader: JournalReader
) -> None:
    first = gateway.happen(*gateway.arrivals(0, 10))
    gateway.store.acknowledge(gateway.store.epoch, 7)
    epoch = gateway.store.start_epoch()

    again = reader.facts_after(0, 100, 1_000_000)

    assert [fact.id for fact in again] == [fact.id for fact in first[7:]]
    assert [(fact.epoch, fact.seq) for fact in again] == [(epoch, 1), (epoch, 2), (epoch, 3)]
    assert (reader.epoch(), reader.last_seq(), reader.acknowledged()) == (epoch, 3, 0)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE facts SET body = replace(body, 'A-01', 'A-02') WHERE position = 5",
        "UPDATE facts SET occurred_us = occurred_us + 1 WHERE position = 5",
        "UPDATE facts SET id = 'another' WHERE position = 5",
        "UPDATE facts SET type = 'stock.departed' WHERE position = 5",
        "UPDATE facts SET checksum = zeroblob(16) WHERE position = 5",
        "DELETE FROM facts WHERE position = 5",
        "UPDATE facts SET position = 90 WHERE position = 5",
    ],
)
def test_a_row_that_was_changed_is_never_handed_out(
    gateway: "Gateway", reader: JournalReader, harm: str
) -> None:
    gateway.happen(*gateway.arrivals(0, 5))
    gateway.happen(*gateway.arrivals(5, 4))
    connection: sqlite3.Connection = gateway.store._connection
    connection.execute(harm)

    assert len(reader.facts_after(0, 4, 1_000_000)) == 4
    with pytest.raises(StoreDamagedError, match=r"restore a backup"):
        reader.facts_after(0, 9, 1_000_000)
    assert not gateway.store.verify().good


def test_a_fact_keeps_its_text_only_where_that_has_today_s_form() -> None:
    for version in (1, VERSIONS["stock.stated"]):
        text = (EXAMPLES / f"stock.stated.{version}.json").read_text(encoding="utf-8").strip()
        row = Row(1, "id", 1, 1, "stock.stated", version, text, b"")

        (fact,) = facts_from([row], [Epoch(1, "e")])

        assert fact.stored == (text if version == VERSIONS["stock.stated"] else None)
