"""Bytes that reach the disk for each fact: flash wears out by them.

Tags of many items move between two bins, so many in each commit. Counted is what the kernel puts
down for the disk on this process's account (`/proc/self/io`, `write_bytes`: whole pages of 4 KiB),
the log being copied into the file at the end included. The baseline keeps the same facts as rows
of one table in a SQLite file with its own defaults and nothing else: no state, history, checksum.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path

import numpy as np

from edge.clock import SystemClock
from edge.compose.core import new_id_maker
from edge.model.applying import apply
from edge.model.events import Event, ItemArrived, ItemMoved
from edge.model.ids import Epc, LocationId, Sku
from edge.model.places import Floor, Location, LocationKind
from edge.model.state import FloorState
from edge.store.store import CHECKPOINT_ROWS_MAX, Store
from tests.benchmarks.figures import Effort, Figure, in_turns

ITEMS = 20_000
COMMITS = 1_000
FACTS_A_COMMIT = (1, 10, 100)
BASELINE = "rows in SQLite with its defaults"
BINS = LocationId("A-01"), LocationId("B-01")


def disk_bytes_per_fact(effort: Effort) -> list[Figure]:
    """Bytes to the disk a fact, for each size of a commit."""
    return [_figure(effort, size) for size in FACTS_A_COMMIT]


def _figure(effort: Effort, size: int) -> Figure:
    commits = effort.of(COMMITS) // size + 50
    return Figure.less(
        f"disk_bytes_per_fact_{size}",
        f"B, {size} a commit",
        BASELINE,
        in_turns(effort, lambda: _ours(commits, size), lambda: _plain(commits, size)),
    )


def _moves(commits: int, size: int) -> Iterator[list[Event]]:
    """Facts of items that stand anywhere in the file, a commit at a time."""
    chance = np.random.default_rng(1)
    for _ in range(commits):
        yield [
            ItemMoved(_epc(int(number)), Sku("S-1"), *BINS, 0.9)
            for number in chance.integers(0, ITEMS, size)
        ]


def _epc(number: int) -> Epc:
    return Epc(f"3034{number * 2_654_435_761 % 2**32:08x}000000{number:06x}")


def _ours(commits: int, size: int) -> float:
    floor = Floor({one: Location(one, LocationKind.BIN) for one in BINS})
    state = FloorState(floor)
    with _folder() as name, ExitStack() as end:
        store = Store.open(Path(name) / "journal.sqlite", SystemClock(), new_id_maker())
        end.callback(store.close)
        store.load(state)

        def commit(events: list[Event]) -> None:
            for event in events:
                apply(state, event, 0)
            store.commit([(event, 0) for event in events], state, {})
            store.checkpoint()

        known: list[Event] = [
            ItemArrived(_epc(number), Sku("S-1"), BINS[0], 0.9) for number in range(ITEMS)
        ]
        for first in range(0, ITEMS, CHECKPOINT_ROWS_MAX // 4):
            commit(known[first : first + CHECKPOINT_ROWS_MAX // 4])
        before = _written_bytes()
        for events in _moves(commits, size):
            commit(events)
        end.close()
        return (_written_bytes() - before) / (commits * size)


def _plain(commits: int, size: int) -> float:
    with _folder() as name, closing(sqlite3.connect(Path(name) / "plain.sqlite")) as connection:
        connection.execute("CREATE TABLE facts(seq INTEGER PRIMARY KEY, body TEXT)")
        before = _written_bytes()
        for events in _moves(commits, size):
            with connection:
                connection.executemany(
                    "INSERT INTO facts(body) VALUES (?)",
                    [(json.dumps(asdict(event)),) for event in events],  # type: ignore[call-overload]
                )
        return (_written_bytes() - before) / (commits * size)


def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="bench-", dir="build")


def _written_bytes() -> int:
    for line in Path("/proc/self/io").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(": ")
        if name == "write_bytes":
            return int(value)
    raise OSError("/proc/self/io has no write_bytes: the kernel does not count them")
