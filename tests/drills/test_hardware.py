"""The oracle of the lost gateway, shown mistakes that it must notice."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.clock import PlayedClock
from edge.compose.books import JournalCounts
from edge.drills.errors import DrillError
from edge.drills.gateway import CentralBooks
from edge.drills.hardware import HardwareDrills

BACKUP = "journal-20260101T000000Z.sqlite"
GOOD = CentralBooks(9, 0, 0, 0)


class NoDaemon:
    def kill(self) -> None:
        """It is killed already."""


class PaperGateway:
    """A gateway of files whose restoring is a function that a test plants mistakes in."""

    def __init__(self, folder: Path, clock: PlayedClock, known: list[str]) -> None:
        self.data, self.second_place = folder / "data", folder / "second"
        self.journal, self.books_path = self.data / "journal.sqlite", folder / "central.sqlite"
        self.daemon = NoDaemon()
        self.known_after = known
        self.after = GOOD
        self._clock = clock
        self.data.mkdir()
        self.second_place.mkdir()
        (self.second_place / BACKUP).touch()
        with closing(sqlite3.connect(self.books_path)) as books:
            books.execute("CREATE TABLE orders (order_id, state, received)")
            books.executemany(
                "INSERT INTO orders VALUES (?, ?, ?)",
                [("o1", "open", 1), ("o2", "open", 1), ("gone", "shipped", 1), ("new", "open", 0)],
            )
            books.commit()

    def go_on_for(self, span_s: float) -> None:
        self._clock.advance_us(int(span_s * 1e6) + 100_000)

    def command(self, *words: str) -> None:
        if words[:2] != ("backup", "restore"):
            return
        assert words[2].endswith(BACKUP)
        assert not self.data.exists(), "the disk is gone"
        self.data.mkdir()
        with closing(sqlite3.connect(self.journal)) as journal:
            journal.execute("CREATE TABLE facts (position INTEGER PRIMARY KEY, type, body)")
            journal.executemany(
                "INSERT INTO facts (type, body) VALUES ('order.received', ?)",
                [(json.dumps({"order": {"order_id": one}}),) for one in self.known_after],
            )
            journal.commit()

    def start_daemon(self) -> None:
        """There is none."""

    def wait_until(self, done: Callable[[], bool], wait_s: float, what: str) -> float:
        assert wait_s > 0, what
        assert done(), what
        return 1.0

    def counts(self) -> JournalCounts:
        return JournalCounts(last_seq=9, acknowledged=9)

    def books(self) -> CentralBooks:
        return self.after


def burnt(tmp_path: Path, known: list[str], **changes: object) -> tuple[int, int, int]:
    """One run; gives what was lost, doubled and reordered."""
    clock = PlayedClock()
    gateway: Any = PaperGateway(tmp_path, clock, known)
    for name, value in changes.items():
        setattr(gateway, name, value)
    run, _ = HardwareDrills(tmp_path, clock, np.random.default_rng(1))._burn_once(gateway, (0, 0))
    return run.lost, run.doubled, run.reordered


def test_a_new_gateway_with_all_its_open_orders_has_lost_nothing(tmp_path: Path) -> None:
    assert burnt(tmp_path, ["o1", "o2"]) == (0, 0, 0)


def test_an_open_order_that_the_new_gateway_does_not_know_is_lost(tmp_path: Path) -> None:
    assert burnt(tmp_path, ["o2"]) == (1, 0, 0)


def test_numbers_that_are_used_again_are_doubles(tmp_path: Path) -> None:
    """What a restore that begins no new epoch does: the central system's books tell."""
    assert burnt(tmp_path, ["o1", "o2"], after=CentralBooks(9, 0, 4, 0)) == (0, 4, 0)


def test_what_was_acknowledged_and_is_not_in_the_books_is_lost(tmp_path: Path) -> None:
    assert burnt(tmp_path, ["o1", "o2"], after=CentralBooks(7, 0, 0, 0)) == (2, 0, 0)


def test_without_a_copy_in_the_second_place_there_is_no_exercise(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DrillError, match="no backup"):
        burnt(tmp_path, [], second_place=empty)
