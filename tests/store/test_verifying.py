"""No row that differs from what was written is ever used, whatever happened to the file."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from edge.model.events import Fact
from edge.model.goods import PresentItem, PresentItems
from edge.model.ids import Epc
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.backup import verify
from edge.store.database import open_reader
from edge.store.errors import StoreError, told_by_store
from edge.store.reader import JournalReader
from edge.store.tables import load_state
from edge.store.verifying import PROBLEMS_MAX

if TYPE_CHECKING:
    from tests.store.conftest import Gateway

FLIPS = 60


def test_a_sound_store_is_found_sound_with_its_numbers(gateway: "Gateway") -> None:
    gateway.happen(*gateway.arrivals(0, 12))
    gateway.store.acknowledge(gateway.store.epoch, 5)
    gateway.happen()

    report = gateway.store.verify()

    assert report.good
    assert report.epoch == gateway.store.epoch
    assert (report.facts, report.last_seq, report.acknowledged, report.rows) == (12, 12, 5, 12)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("DELETE FROM facts WHERE position BETWEEN 3 AND 4", "positions 3 to 4 are missing"),
        ("DELETE FROM facts WHERE position = 1", "positions 1 to 1 are missing"),
        ("UPDATE facts SET body = '{}' WHERE position = 7", "position 7 is not as it was written"),
        ("UPDATE items SET location = 'A-02' WHERE epc LIKE '%5'", "table items, row"),
        ("UPDATE cursor SET acknowledged_position = 9", "table cursor, row 1 is not as"),
        ("UPDATE epochs SET first_position = 3", "table epochs, row 3 is not as"),
        ("DELETE FROM epochs", "no epoch"),
        ("UPDATE facts SET body = cast(x'ff' AS TEXT) WHERE position = 3", "decode to UTF-8"),
    ],
)
def test_what_was_changed_is_named(gateway: "Gateway", harm: str, told: str) -> None:
    gateway.happen(*gateway.arrivals(0, 12))
    gateway.store._connection.execute(harm)

    report = gateway.store.verify()

    assert not report.good
    assert any(told in problem for problem in report.problems), report.problems


def test_only_the_changed_row_is_blamed(gateway: "Gateway") -> None:
    """The chain goes on from what stands in the row, so that one harm is one problem."""
    gateway.happen(*gateway.arrivals(0, 12))
    gateway.store._connection.execute("UPDATE facts SET recorded_us = 1 WHERE position = 7")
    problems = gateway.store.verify().problems
    assert problems == ("the fact at position 7 is not as it was written",)


def test_a_report_of_a_ruin_is_bounded(gateway: "Gateway") -> None:
    gateway.happen(*gateway.arrivals(0, 500))
    gateway.store._connection.execute("UPDATE facts SET recorded_us = 1")
    assert len(gateway.store.verify().problems) == PROBLEMS_MAX


def test_a_flipped_bit_never_gives_a_wrong_fact_or_a_wrong_row(
    gateway: "Gateway", floor: Floor, tmp_path: Path
) -> None:
    """SQLite's own check misses most of them: here everything that can be read is right."""
    facts = gateway.happen(*gateway.arrivals(0, 400))
    gateway.store.close()
    items = {item.epc: item for item in _items(gateway.path, floor)}
    sound = gateway.path.read_bytes()
    gateway.store = type(gateway.store).open(gateway.path, gateway.clock, str)
    rng = np.random.default_rng(20_260_101)
    noticed = 0
    for _ in range(FLIPS):
        harmed = bytearray(sound)
        harmed[rng.integers(100, len(sound))] ^= 1 << int(rng.integers(0, 8))
        copy = tmp_path / "flipped.db"
        copy.write_bytes(harmed)
        noticed += not _reads_right(copy, facts, items, floor)
        for part in tmp_path.glob("flipped.db*"):
            part.unlink()
    assert noticed > FLIPS / 5, "the flips must have hit something"


def _reads_right(
    copy: Path, facts: list[Fact], items: dict[Epc, PresentItem], floor: Floor
) -> bool:
    """Whether everything could be read; that what could be read is right is asserted."""
    whole = True
    try:
        reader = JournalReader(copy)
        try:
            read = reader.facts_after(0, 1_000, 1_000_000)
            assert read == facts[: len(read)]
            whole = len(read) == len(facts)
        finally:
            reader.close()
    except StoreError:
        whole = False
    try:
        for item in _items(copy, floor):
            assert items[item.epc] == item
        whole = whole and verify(copy).good
    except StoreError:
        whole = False
    return whole


def _items(path: Path, floor: Floor) -> list[PresentItem]:
    connection = open_reader(path)
    found: list[PresentItem] = []

    def keep(items: PresentItems) -> None:
        found.extend(map(items.item, range(len(items))))

    try:
        with told_by_store("reading"):
            load_state(connection, FloorState(floor), keep)
    finally:
        connection.close()
    return found


def test_a_copy_without_its_log_is_an_older_store_but_a_sound_one(
    gateway: "Gateway", tmp_path: Path
) -> None:
    """Copying the file alone is no backup: nothing tells that the newest facts are missing."""
    gateway.happen(*gateway.arrivals(0, 5))
    gateway.store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    gateway.happen(*gateway.arrivals(5, 5))

    copy = tmp_path / "copy.db"
    shutil.copy(gateway.path, copy)

    assert verify(copy).good
    assert verify(copy).last_seq == 5
