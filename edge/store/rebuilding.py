"""Proof that the state's tables are what the journal says: replay all of it and compare."""

from pathlib import Path
from typing import Any

from edge.model.applying import apply
from edge.model.places import Floor
from edge.model.state import FloorState, Table
from edge.store.database import open_reader, snapshot
from edge.store.journal import epochs, facts_from, read_cursor, sound_facts
from edge.store.tables import FORMS, ITEMS, load_state, sound_rows


def rebuild_and_compare(path: Path, floor: Floor) -> list[str]:
    """Replay the whole journal into a fresh state; gives the differences to the tables.

    Args:
        path: of a store, in use or not.
        floor: as configured.

    Returns:
        One sentence for each table that differs, with the first key that does. Items that departed
        may have been forgotten by pruning; that is no difference.

    Raises:
        StoreDamagedError: a row of the journal or of a table is not as it was written.
        StoreError: the file cannot be read.
    """
    connection = open_reader(path)
    try:
        with snapshot(connection, "rebuilding the state"):
            if read_cursor(connection).pruned_position:
                return ["the journal was pruned: a rebuild needs it from its first fact on"]
            replayed, stored = FloorState(floor), FloorState(floor)
            for fact in facts_from(sound_facts(connection, 0), epochs(connection)):
                apply(replayed, fact.event, fact.occurred_us)
            load_state(connection, stored)
            for columns in sound_rows(connection, ITEMS):
                stored.items.load(*ITEMS.from_columns(columns))
    finally:
        connection.close()
    _forget_departed(replayed, stored)
    return [
        difference
        for form in FORMS
        if (difference := _difference(form.name, form.table_of(replayed), form.table_of(stored)))
    ]


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
