"""Proof that the state's tables are what the journal says, and the cure where they are not.

The journal is the truth: all of it replayed into a fresh state must give the tables. Where it does
not (a row of a table was spoilt, a rule has changed the state without a fact), the tables can be
written anew from it, in one transaction.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from edge.model.applying import apply
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.model.table import Table
from edge.store.database import open_reader, open_writer, snapshot, transaction
from edge.store.errors import StoreDamagedError, StoreError
from edge.store.histories import find_newest
from edge.store.journal import epochs, facts_from, read_cursor, read_head, sound_facts
from edge.store.lock import StoreLock
from edge.store.tables import (
    FORMS,
    ITEMS,
    changes_of,
    load_state,
    sound_rows,
    write_changes,
)
from edge.store.verifying import Watch, counted, unwatched


class PrunedError(StoreError):
    """The operator: the journal does not go back to its first fact any more."""


def rebuild_and_compare(path: Path, floor: Floor, watch: Watch = unwatched) -> list[str]:
    """Replay the whole journal into a fresh state; gives the differences to the tables.

    Args:
        path: of a store, in use or not.
        floor: as configured.
        watch: told how far the journal is replayed.

    Returns:
        One sentence for each table that differs, with the first key that does; or the one about a
        row that is not as it was written. Items that departed may have been forgotten by pruning;
        that is no difference.

    Raises:
        PrunedError: facts were taken away.
        StoreDamagedError: a row of the journal is not as it was written.
        StoreError: the file cannot be read.
    """
    with closing(open_reader(path)) as connection, snapshot(connection, "replaying the journal"):
        return _differences(connection, _replayed(connection, floor, watch), floor)


def rebuild(path: Path, floor: Floor, watch: Watch = unwatched) -> list[str]:
    """Write the tables anew from the journal where they differ; no daemon may run on the store.

    Facts, answers and the cursor stay as they are.

    Returns:
        The differences that were there, as `rebuild_and_compare`; empty where nothing was done.

    Raises:
        StoreBusyError: a daemon runs on `path`.
        StoreAbsentError: there is nothing; nothing is made either.
        PrunedError, StoreDamagedError, StoreError: as `rebuild_and_compare`; nothing has changed.
    """
    open_reader(path).close()  # before the lock, whose file would stay where there is no store
    lock = StoreLock(path)
    try:
        found = rebuild_and_compare(path, floor, watch)
        if found:
            with closing(open_writer(path)) as connection:
                _rewrite(connection, floor, watch)
        return found
    finally:
        lock.release()


def _replayed(connection: sqlite3.Connection, floor: Floor, watch: Watch) -> FloorState:
    if read_cursor(connection).pruned_position:
        raise PrunedError("the journal was pruned: a rebuild needs it from its first fact on")
    state = FloorState(floor)
    facts = facts_from(sound_facts(connection, 0), epochs(connection))
    for fact in counted(facts, read_head(connection).position, watch):
        apply(state, fact.event, fact.occurred_us)
    return state


def _differences(connection: sqlite3.Connection, replayed: FloorState, floor: Floor) -> list[str]:
    stored = FloorState(floor)
    try:
        load_state(connection, stored)
        for columns in sound_rows(connection, ITEMS):
            stored.items.load(*ITEMS.from_columns(columns))
    except StoreDamagedError as error:
        return [str(error)]
    _forget_departed(replayed, stored)
    return [
        difference
        for form in FORMS
        if (difference := _difference(form.name, form.table_of(replayed), form.table_of(stored)))
    ]


def _rewrite(connection: sqlite3.Connection, floor: Floor, watch: Watch) -> None:
    """All tables, for a row that is damaged may lie under any key; checked before the commit."""
    with transaction(connection, "rebuilding the tables"):
        replayed = _replayed(connection, floor, watch)
        for form in FORMS:
            connection.execute(f"DELETE FROM {form.name}")  # noqa: S608 - names of our tables
        write_changes(connection, changes_of(replayed, {}))
        find_newest(connection)
        left = _differences(connection, replayed, floor)
        if left:
            raise StoreDamagedError(f"what was written does not read back: {left[0]}")


def _forget_departed(replayed: FloorState, stored: FloorState) -> None:
    for epc, item in list(replayed.items.items()):
        if item.location is None and epc not in stored.items:
            del replayed.items[epc]


def _difference(name: str, replayed: Table[Any, Any], stored: Table[Any, Any]) -> str:
    keys = [*replayed, *(key for key in stored if key not in replayed)]
    wrong = [key for key in keys if replayed.get(key) != stored.get(key)]
    if not wrong:
        return ""
    return (
        f"{name}: {len(wrong)} rows differ, first {wrong[0]!r}: "
        f"the journal says {replayed.get(wrong[0])!r}, the table {stored.get(wrong[0])!r}"
    )
