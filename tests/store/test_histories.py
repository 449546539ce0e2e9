"""An item's history lies in the journal: its row leads to the newest fact, that to the rest."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlite_utils
from sqlite_utils import Migrations

from edge.clock import PlayedClock
from edge.model.applying import apply
from edge.model.events import (
    Event,
    ItemArrived,
    ItemDeparted,
    ItemMoved,
    ItemNamed,
    StockPlaced,
)
from edge.model.ids import Badge, Epc, LocationId, Sku
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.appending import put_in_words
from edge.store.chain import CHAIN_START
from edge.store.database import open_writer
from edge.store.errors import StoreDamagedError
from edge.store.journal import Epoch, Head
from edge.store.migrations import MIGRATIONS
from edge.store.queries import Queries
from edge.store.rebuilding import rebuild
from edge.store.subjects import subjects_of
from edge.store.tables import changes_of

if TYPE_CHECKING:
    from tests.store.conftest import CountingIds, Gateway

A, B, SHIRT = LocationId("A-01"), LocationId("B-01"), Sku("S-1")
TAG, OTHER = Epc("3034aa"), Epc("3034bb")
ARRIVED, MOVED = ItemArrived(TAG, SHIRT, A, 0.5), ItemMoved(TAG, SHIRT, A, B, 0.5)
DEPARTED = ItemDeparted(TAG, SHIRT, B, 1)
NAMED = ItemNamed(TAG, SHIRT, Sku("S-2"), A, 0.5, 1, 1)
PLACED = StockPlaced(SHIRT, A, 2, (TAG, OTHER), Badge("B-1"))
HOUR_US = 3_600_000_000


@pytest.fixture
def history(path: Path) -> Iterator[Callable[..., list[Event]]]:
    """What a page is shown of a thing, the newest first."""
    opened: list[Queries] = []

    def shown(subject: str, limit: int = 9) -> list[Event]:
        opened[:] = opened or [Queries(path)]
        return [fact.event for fact in opened[0].history(subject, limit)]

    yield shown
    for one in opened:
        one.close()


def number_of(path: Path, what: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (number,) = connection.execute(f"SELECT {what}").fetchone()
    return int(number)


def test_what_the_radio_tells_of_an_item_is_found_over_turns_without_a_row_of_its_own(
    gateway: "Gateway", path: Path, history: Callable[..., list[Event]]
) -> None:
    gateway.happen(ARRIVED, ItemArrived(OTHER, SHIRT, A, 0.5))
    gateway.happen(NAMED)
    gateway.happen(MOVED)
    gateway.happen(DEPARTED)

    assert history(TAG) == [DEPARTED, MOVED, NAMED, ARRIVED]
    assert history(TAG, 2) == [DEPARTED, MOVED]
    assert history(OTHER) == [ItemArrived(OTHER, SHIRT, A, 0.5)]
    assert number_of(path, "count(*) FROM subjects") == 0


def test_what_an_item_does_within_one_turn_is_found_too(
    gateway: "Gateway", history: Callable[..., list[Event]]
) -> None:
    gateway.happen(ARRIVED, MOVED, DEPARTED, ARRIVED)
    gateway.happen(MOVED, DEPARTED)

    assert history(TAG) == [DEPARTED, MOVED, ARRIVED, DEPARTED, MOVED, ARRIVED]


def test_facts_of_several_things_stand_among_those_of_the_radio(
    gateway: "Gateway", history: Callable[..., list[Event]]
) -> None:
    gateway.happen(ARRIVED)
    gateway.happen(PLACED)
    gateway.happen(MOVED, PLACED)

    assert history(TAG) == [PLACED, MOVED, PLACED, ARRIVED]
    assert history(TAG, 3) == [PLACED, MOVED, PLACED]
    assert history(OTHER) == [PLACED, PLACED]


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE facts SET earlier = 2 WHERE position = 3",
        "UPDATE items SET newest = 2 WHERE epc = '3034aa'",
        "UPDATE subjects SET position = 2 WHERE subject = '3034aa'",
    ],
)
def test_what_leads_to_the_fact_of_another_thing_is_noticed(
    gateway: "Gateway", history: Callable[..., list[Event]], spoilt: str
) -> None:
    gateway.happen(ARRIVED, ItemArrived(OTHER, SHIRT, A, 0.5), MOVED, PLACED)

    gateway.store._connection.execute(spoilt)

    with pytest.raises(StoreDamagedError, match="position 2, which does not name it"):
        history(TAG)


def test_what_leads_on_in_a_circle_comes_to_an_end(
    gateway: "Gateway", history: Callable[..., list[Event]]
) -> None:
    gateway.happen(ARRIVED, MOVED, DEPARTED)
    gateway.store._connection.execute("UPDATE facts SET earlier = 3 WHERE position = 2")
    assert history(TAG) == [DEPARTED, MOVED]


def test_an_item_that_departed_is_known_as_long_as_one_of_its_facts(
    gateway: "Gateway", clock: PlayedClock, history: Callable[..., list[Event]]
) -> None:
    """Its row alone leads to them."""
    gateway.happen(ARRIVED, DEPARTED)
    gateway.happen(*gateway.arrivals(0, 3))
    gateway.store.acknowledge(gateway.store.epoch, 5)
    clock.advance_us(HOUR_US)

    assert gateway.store.prune(keep_rows=4, keep_us=0) == 1
    assert history(TAG) == [DEPARTED]
    assert gateway.store.prune(keep_rows=3, keep_us=0) == 1
    assert history(TAG) == []
    assert number_of(gateway.path, "count(*) FROM items") == 3


def test_an_item_that_comes_back_when_it_was_forgotten_begins_anew(
    gateway: "Gateway", clock: PlayedClock, history: Callable[..., list[Event]]
) -> None:
    gateway.happen(ARRIVED, DEPARTED)
    gateway.store.acknowledge(gateway.store.epoch, 2)
    clock.advance_us(HOUR_US)
    gateway.store.prune(keep_rows=0, keep_us=0)

    gateway.happen(ARRIVED, MOVED)

    assert history(TAG) == [MOVED, ARRIVED]


def test_tables_that_are_rebuilt_lead_to_the_same_histories(
    gateway: "Gateway", floor: Floor, history: Callable[..., list[Event]]
) -> None:
    gateway.happen(ARRIVED, PLACED, ItemArrived(OTHER, SHIRT, A, 0.5))
    gateway.happen(MOVED)
    gateway.close()
    with closing(sqlite3.connect(gateway.path)) as connection, connection:
        connection.execute("UPDATE items SET location = 'A-02', newest = 0")

    assert rebuild(gateway.path, floor)

    assert history(TAG) == [MOVED, PLACED, ARRIVED]
    assert history(OTHER) == [ItemArrived(OTHER, SHIRT, A, 0.5), PLACED]


def test_histories_of_a_store_of_before_go_on_when_it_is_brought_up_to_date(
    path: Path,
    ids: "CountingIds",
    floor: Floor,
    open_gateway: Callable[[], "Gateway"],
    history: Callable[..., list[Event]],
) -> None:
    # given a store whose every fact has rows of subjects, with an item here, one that is gone, and
    # one that went so long ago that its facts are no longer there
    gone = ItemArrived(OTHER, SHIRT, A, 0.5), ItemDeparted(OTHER, SHIRT, A, 1)
    long_gone = ItemDeparted(Epc("3034cc"), SHIRT, A, 1)
    older_store(path, ids, floor, [ARRIVED, *gone, MOVED, long_gone])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM subjects WHERE subject = '3034cc'")

    # when a version that lists the items' rows as they come has worked on it
    gateway = open_gateway()
    gateway.happen(DEPARTED)

    # then both parts of each history are told, and all is as it was written
    assert history(TAG) == [DEPARTED, MOVED, ARRIVED]
    assert history(OTHER) == [*reversed(gone)]
    assert [one.epc for one in gateway.present] == [TAG]
    assert gateway.store.verify().good
    assert number_of(path, "count(*) FROM items") == 2
    assert number_of(path, "newest FROM items WHERE location IS NULL AND epc = '3034bb'") == 3
    gateway.close()


def older_store(path: Path, ids: "CountingIds", floor: Floor, events: list[Event]) -> None:
    """A store as it was before the step that puts histories into the journal."""
    steps = MIGRATIONS.pending(sqlite_utils.Database(":memory:"))
    before = Migrations("warehouse-edge")
    for step in steps[: [one.name for one in steps].index("histories_in_the_journal")]:
        before(name=step.name)(step.fn)
    words = put_in_words([(one, 5) for one in events], Head(0, CHAIN_START), Epoch(1, ""), 5, ids)
    state = FloorState(floor)
    for one in events:
        apply(state, one, 5)
    (items,) = changes_of(state, {})
    with closing(open_writer(path, before)) as old:
        old.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", words.rows)
        named = [
            (one, row.position) for row in words.rows for one in subjects_of(json.loads(row.body))
        ]
        old.executemany("INSERT INTO subjects VALUES (?, ?)", named)
        rows = [row[:-1] for row in items.written]
        old.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
