"""Tables that are not what the journal says are written anew from it, all of them or none."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from edge.model.goods import Stock
from edge.model.ids import LocationId, Sku
from edge.model.places import Floor
from edge.store import rebuilding
from edge.store.errors import StoreAbsentError, StoreBusyError, StoreDamagedError, StoreFailedError
from edge.store.rebuilding import PrunedError, rebuild, rebuild_and_compare
from tests.store.conftest import Gateway

KEY = (Sku("S-1"), LocationId("A-01"))


@pytest.fixture
def stopped(gateway: Gateway) -> Gateway:
    """A store at rest with a hundred facts."""
    gateway.happen(*gateway.deliveries(1, 3), *gateway.arrivals(1, 97))
    gateway.close()
    return gateway


def change(gateway: Gateway, statement: str) -> None:
    with closing(sqlite3.connect(gateway.path)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def rows(gateway: Gateway, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(gateway.path)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 - names in this file


@pytest.mark.parametrize(
    "spoiling",
    [
        "UPDATE stock SET quantity = 7",  # a bit turned over: the checksum tells
        "DELETE FROM items WHERE epc LIKE '%5'",
        "UPDATE items SET location = 'A-02'",
    ],
)
def test_tables_are_again_what_they_were_and_the_journal_stays(
    stopped: Gateway, floor: Floor, spoiling: str
) -> None:
    before = {table: rows(stopped, table) for table in ("stock", "items", "facts", "cursor")}
    assert before["stock"]
    change(stopped, spoiling)

    found = rebuild(stopped.path, floor)

    assert found
    assert {table: rows(stopped, table) for table in before} == before
    assert rebuild(stopped.path, floor) == rebuild_and_compare(stopped.path, floor) == []


def test_a_rule_that_changed_stock_without_a_fact_is_undone(
    gateway: Gateway, open_gateway: Callable[[], Gateway], floor: Floor
) -> None:
    gateway.happen(*gateway.deliveries(1, 1))
    right = gateway.state.stock[KEY].quantity
    gateway.state.stock[KEY] = Stock(*KEY, right + 1, 0, 1)
    gateway.store.commit([], gateway.state, {})
    gateway.close()

    (difference,) = rebuild(gateway.path, floor)

    assert "stock: 1 rows differ" in difference
    assert open_gateway().state.stock[KEY].quantity == right


def test_a_journal_that_is_damaged_itself_rebuilds_nothing(stopped: Gateway, floor: Floor) -> None:
    change(stopped, "UPDATE facts SET body = replace(body, 'A-01', 'A-02') WHERE position = 50")
    change(stopped, "UPDATE stock SET quantity = 7")
    before = rows(stopped, "stock")

    with pytest.raises(StoreDamagedError, match="position 50"):
        rebuild(stopped.path, floor)

    assert rows(stopped, "stock") == before


def test_a_rebuild_that_is_cut_off_leaves_the_tables_as_they_were(
    stopped: Gateway, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(stopped, "UPDATE stock SET quantity = 7")
    before = {table: rows(stopped, table) for table in ("stock", "items")}

    def fail(*_: object) -> None:
        raise StoreFailedError("cut off")

    monkeypatch.setattr(rebuilding, "write_changes", fail)
    with pytest.raises(StoreFailedError):
        rebuild(stopped.path, floor)

    assert {table: rows(stopped, table) for table in before} == before


def test_a_store_in_use_is_compared_and_not_rebuilt(gateway: Gateway, floor: Floor) -> None:
    gateway.happen(*gateway.arrivals(1, 3))
    assert rebuild_and_compare(gateway.path, floor) == []
    with pytest.raises(StoreBusyError):
        rebuild(gateway.path, floor)


def test_a_pruned_journal_is_not_taken_for_the_whole_one(
    open_gateway: Callable[[], Gateway], floor: Floor
) -> None:
    gateway = open_gateway()
    gateway.happen(*gateway.arrivals(1, 3))
    gateway.store.acknowledge(gateway.store.epoch, 3)
    gateway.clock.advance_us(1)
    assert gateway.store.prune(0, 0)
    with pytest.raises(PrunedError):
        rebuild_and_compare(gateway.path, floor)


def test_where_no_gateway_has_run_nothing_is_rebuilt_and_nothing_made(
    tmp_path: Path, floor: Floor
) -> None:
    with pytest.raises(StoreAbsentError, match="start it once"):
        rebuild(tmp_path / "journal.sqlite", floor)

    assert not list(tmp_path.iterdir())
