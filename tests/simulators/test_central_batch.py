"""How the gateway's messages are parted into transactions changes nothing in the books."""

import json
import random

import pytest

from simulators.central_events import Delivered, events_of
from simulators.central_store import CentralStore

TABLES = ("events", "doubles", "counters", "orders", "parcels")


def anything(chance: random.Random, *, is_restored: bool) -> Delivered:
    """A fact of a small world in which most things happen twice, early, late or wrongly.

    Of a gateway that was restored, or of one whose facts may come without their data: with both,
    what is applied depends on which epoch a transaction looks at first.
    """
    seq, epoch = chance.randint(1, 12), chance.choice(["e1", "e2"] if is_restored else ["e1"])
    number = seq if chance.random() < 0.9 else chance.randint(1, 12)
    data: dict[str, object] = {"order_id": f"O-{number % 4}", "sscc": f"S-{number % 3}"}
    if number != seq:
        data = {"stranger": seq}  # an id used twice: told as a double, of no order
    if not is_restored and number == seq and chance.random() < 0.2:
        data = {"withheld": "too large"}
    kind = (
        chance.choice(["ship.departed", "order.cancelled"]) if number % 5 == 0 else "pick.picked"
    )
    told = {"gateway": "g1", "epoch": epoch, "seq": seq, "id": f"id-{number}", "type": kind}
    is_ahead = chance.random() < 0.2
    return events_of(json.dumps(told | {"data": data}).encode(), "b", is_ahead=is_ahead)[0]


def books_of(batches: list[list[Delivered]]) -> dict[str, list[tuple[object, ...]]]:
    store = CentralStore(":memory:")
    for number in range(4):
        store.add_order({"order_id": f"O-{number}"}, 1)
    for batch in batches:
        store.take(batch, 1)
    books = {
        table: store._books.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()  # noqa: S608, SLF001 - the tables themselves are compared
        if table != "counters"
        else store._books.execute("SELECT * FROM counters WHERE value>0 ORDER BY 1").fetchall()  # noqa: SLF001 - as above
        for table in TABLES
    }
    store.close()
    return books


@pytest.mark.parametrize("seed", range(40))
def test_many_in_one_transaction_leave_the_books_that_one_by_one_would(seed: int) -> None:
    chance = random.Random(seed)
    events = [anything(chance, is_restored=seed % 2 == 0) for _ in range(40)]

    singly = books_of([[event] for event in events])
    together, first = [], 0
    while first < len(events):
        size = chance.randint(1, 15)
        together.append(events[first : first + size])
        first += size

    assert books_of(together) == singly, f"seed {seed}"
