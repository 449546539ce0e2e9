"""Orders as they come from the central system: taken in, reviewed, kept on disk and planned.

The loop's own `turn` is called by hand with twenty orders each, as two hundred a second come in
turns of a tenth of a second; then so many pickers come that all orders are planned. The baseline
keeps the same orders as JSON in SQLite, one transaction each, and looks at nothing.
"""

import json
import sqlite3
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from edge.clock import SystemClock
from edge.compose.core import new_id_maker
from edge.model.applying import apply
from edge.model.events import Event
from edge.model.inputs import ArticlesListed, Input, OrderSubmitted, StockListed, StockStatement
from edge.model.orders import OrderState
from edge.model.state import FloorState
from edge.rules import planning, snapshots
from edge.rules.batching import Effort as Search
from edge.rules.decide import decide, follow_up
from edge.rules.terms import Terms
from edge.store.store import Store
from tests.benchmarks.figures import Effort, Figure, cpu_s, in_turns
from tests.benchmarks.hall import STOCK, articles, hall, orders, stock

ORDERS = 1_000
LINES = 5
A_TURN = 20
PLANNED_AT_ONCE = 200
BASELINE = "JSON in SQLite, one commit each"


def submitted(count: int) -> list[OrderSubmitted]:
    """Orders as the wire gives them."""
    found = orders(count, LINES, articles(400))
    return [
        OrderSubmitted(order_id, 1, 0, None, "DHL", lines, "released", number)
        for number, (order_id, lines) in enumerate(found)
    ]


def taken_in(count: int) -> None:
    """Decide, apply and commit in turns, then plan all of it."""
    clock, state, terms = SystemClock(), FloorState(hall()), Terms()
    goods = articles(400)
    lying = tuple(StockStatement(one.sku, one.location, STOCK, 1) for one in stock(hall(), goods))
    with tempfile.TemporaryDirectory(prefix="warehouse-edge-bench-") as folder, ExitStack() as end:
        store = Store.open(Path(folder) / "journal.sqlite", clock, new_id_maker())
        end.callback(store.close)

        def turn(inputs: list[Input]) -> None:
            happened: list[tuple[Event, int]] = []
            for input_ in inputs:
                events = list(decide(state, terms, input_).events)
                while events:
                    for event in events:
                        apply(state, event, 0)
                        happened.append((event, 0))
                    events = follow_up(state, terms, 0)
            store.commit(happened, state, {})

        turn([ArticlesListed(tuple(goods), 0), StockListed(lying, 0)])
        wanted = submitted(count)
        for first in range(0, count, A_TURN):
            turn(list(wanted[first : first + A_TURN]))
        _planned(state, terms)


def _planned(state: FloorState, terms: Terms) -> None:
    released = state.orders.in_state(OrderState.RELEASED)
    knowledge = snapshots.knowledge_of(state, 0)
    for first in range(0, len(released), PLANNED_AT_ONCE):
        part = snapshots.Snapshot(
            orders=tuple(released[first : first + PLANNED_AT_ONCE]),
            stock=tuple(state.stock.values()),
            knowledge=knowledge,
            totes_used=frozenset(),
            walks_wanted=PLANNED_AT_ONCE,
            terms=terms,
        )
        planning.plan(part, new_id_maker(), np.random.default_rng(1), Search(rounds=0))


def kept_plainly(count: int) -> None:
    """The baseline."""
    with tempfile.TemporaryDirectory(prefix="warehouse-edge-bench-") as folder:
        wire = sqlite3.connect(Path(folder) / "plain.sqlite", isolation_level=None)
        wire.execute("PRAGMA journal_mode=WAL")
        wire.execute("CREATE TABLE orders(id TEXT PRIMARY KEY, body TEXT)")
        for one in submitted(count):
            wire.execute(
                "INSERT INTO orders VALUES(?, ?)", (one.order_id, json.dumps(asdict(one)))
            )
        wire.close()


def orders_in(effort: Effort) -> list[Figure]:
    """Orders for each second of CPU; two hundred a second is the goal."""
    count = max(PLANNED_AT_ONCE, effort.of(ORDERS))
    ours_s, plain_s = in_turns(
        Effort(min(effort.rounds, 3)),
        lambda: cpu_s(partial(taken_in, count)),
        lambda: cpu_s(partial(kept_plainly, count)),
    )
    unit = "orders a second of CPU"
    return [Figure.more("orders_in", unit, BASELINE, (count / ours_s, count / plain_s))]
