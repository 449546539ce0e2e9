"""How the gateway's messages are parted into transactions changes nothing in the books."""

import json

import pytest
from numpy.random import Generator, default_rng

from simulators.central_events import Delivered, events_of
from simulators.central_store import CentralStore

TABLES = ("events", "doubles", "orders", "parcels")
COUNTED = ("arrived", "redelivered", "reordered", "restored")


def anything(chance: Generator, *, is_restored: bool) -> Delivered:
    """A fact of a small world in which most things happen twice, early, late or wrongly.

    Of a gateway that was restored, or of one whose facts may come without their data: with both,
    what is applied depends on which epoch a transaction looks at first.
    """
    seq, epoch = int(chance.integers(1, 13)), f"e{chance.integers(1, 3) if is_restored else 1}"
    told: dict[str, object] = {"gateway": "g1", "epoch": epoch, "seq": seq, "id": f"id-{seq}"}
    told["type"] = "ship.departed" if seq % 3 else "pick.picked"
    told["data"] = {"order_id": f"O-{seq % 4}", "sscc": f"S-{seq % 5}"}
    if not is_restored and chance.random() < 0.2:
        told["data"] = {"withheld": "too large"}
    if chance.random() < 0.1:
        told |= {"id": f"stranger-{seq}", "type": "pick.picked", "data": {}}
    is_ahead = bool(chance.random() < 0.2)
    return events_of(json.dumps(told).encode(), "b", is_ahead=is_ahead)[0]


def books_of(batches: list[list[Delivered]]) -> dict[str, object]:
    store = CentralStore(":memory:")
    for number in range(4):
        store.add_order({"order_id": f"O-{number}"}, 1)
    for batch in batches:
        store.take(batch, 1)
    books: dict[str, object] = {
        table: store._books.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()  # noqa: S608 - the tables themselves are compared
        for table in TABLES
    }
    books |= {name: store.counter(name) for name in COUNTED}
    books["prefixes"] = store.prefixes()
    store.close()
    return books


@pytest.mark.parametrize("seed", range(40))
def test_many_in_one_transaction_leave_the_books_that_one_by_one_would(seed: int) -> None:
    chance = default_rng(seed)
    events = [anything(chance, is_restored=seed % 2 == 0) for _ in range(40)]

    together, first = [], 0
    while first < len(events):
        size = int(chance.integers(1, 15))
        together.append(events[first : first + size])
        first += size

    assert books_of(together) == books_of([[event] for event in events]), f"seed {seed}"
