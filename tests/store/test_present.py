"""A million items are read by several at once while the daemon is still being imported."""

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge.clock import PlayedClock
from edge.model.events import Event, ItemArrived
from edge.model.goods import PresentItem, PresentItems
from edge.model.ids import Epc, LocationId, Sku
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.errors import StoreDamagedError
from edge.store.present import ReadAhead
from edge.store.store import Store
from tests.store.conftest import CountingIds

if TYPE_CHECKING:
    from tests.store.conftest import Gateway

POPEN = subprocess.Popen
BIN, CART = LocationId("A-01"), LocationId("cart-1")
ARRIVED: tuple[Event, ...] = (
    ItemArrived(Epc("3034aa"), Sku("S-1"), BIN, 0.5),
    ItemArrived(Epc("30340000000000000000000a"), Sku("S-1"), BIN, 0.75),
    ItemArrived(Epc("30340000000000000000000b"), None, CART, 1),
    ItemArrived(Epc("3034" + 28 * "c"), Sku("货-2"), CART, 1 / 3),
)


@pytest.fixture
def closed(gateway: "Gateway", path: Path) -> Path:
    """A store that nobody runs on, with tags of three lengths and more of one."""
    gateway.happen(*ARRIVED, *gateway.arrivals(1_000, 40))
    gateway.close()
    return path


def read(path: Path, floor: Floor, ahead: ReadAhead | None) -> tuple[FloorState, set[PresentItem]]:
    """A daemon's start: the state, and what the locator is told."""
    found: set[PresentItem] = set()

    def keep(items: PresentItems) -> None:
        found.update(map(items.item, range(len(items))))

    store, state = Store.open(path, PlayedClock(), CountingIds(), ahead=ahead), FloorState(floor)
    try:
        store.load(state, keep)
    finally:
        store.close()
    return state, found


def head_of(path: Path) -> tuple[int, bytes]:
    connection = sqlite3.connect(path)
    head = connection.execute("SELECT max(position), checksum FROM facts").fetchone()
    connection.close()
    return head[0], head[1]


def test_what_was_read_ahead_is_what_the_daemon_would_have_read(
    closed: Path, floor: Floor
) -> None:
    with ReadAhead(closed, 2) as ahead:
        items = ahead.take(*head_of(closed))
        assert items is not None
        assert sum(map(len, items)) == 44
        assert ahead.take(*head_of(closed)) is None, "it is given once"

    with ReadAhead(closed, 3) as ahead:
        state, found = read(closed, floor, ahead)
    plain, known = read(closed, floor, None)

    assert found == known
    assert len(found) == 44
    assert (state.near, state.seen) == (plain.near, plain.seen)


def test_readers_that_saw_another_end_of_the_journal_are_not_believed(
    open_gateway: Callable[[], "Gateway"], closed: Path, floor: Floor
) -> None:
    with ReadAhead(closed, 2) as ahead:
        old = head_of(closed)
        for reader in ahead._readers:
            assert reader.stdout is not None
            reader.stdout.peek(1)  # type: ignore[attr-defined] # it has all its rows now
        later = open_gateway()
        later.happen(*later.arrivals(100, 1))
        later.close()
        assert head_of(closed) != old

        _, found = read(closed, floor, ahead)

    assert len(found) == 45


def test_a_spoilt_row_that_a_reader_meets_is_told_by_the_daemon(
    closed: Path, floor: Floor
) -> None:
    connection = sqlite3.connect(closed)
    connection.execute("UPDATE items SET location = 'A-02' WHERE epc = '3034aa'")
    connection.commit()
    connection.close()

    with ReadAhead(closed, 2) as ahead, pytest.raises(StoreDamagedError, match="row '3034aa'"):
        read(closed, floor, ahead)


def test_a_restored_copy_is_opened_before_anybody_reads_it(
    closed: Path, floor: Floor, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    connection = sqlite3.connect(closed)
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()

    with ReadAhead(copy, 2) as ahead:
        assert not ahead._readers
        _, found = read(copy, floor, ahead)

    assert len(found) == 44


def test_readers_end_with_the_one_that_started_them(closed: Path) -> None:
    with ReadAhead(closed, 2) as ahead:
        readers = list(ahead._readers)

    assert [reader.poll() is not None for reader in readers] == [True, True]


def test_a_host_that_starts_no_more_programs_reads_for_itself(
    closed: Path, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(closed, floor, None)[1]
    begun: list[subprocess.Popen[bytes]] = []

    def second_is_refused(*words: object, **how: object) -> "subprocess.Popen[bytes]":
        if begun:
            raise BlockingIOError("Resource temporarily unavailable")
        begun.append(POPEN(*words, **how))  # type: ignore[call-overload] # as it is called
        return begun[0]

    monkeypatch.setattr(subprocess, "Popen", second_is_refused)

    with ReadAhead(closed, 2) as ahead:
        assert read(closed, floor, ahead)[1] == whole
    assert begun[0].returncode is not None, "the first one is ended"
