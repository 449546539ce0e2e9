"""What a damaged file still tells behind a backup: facts whose chain holds, up to the first fault.

Facts are taken byte for byte: they continue the backup's chain, which proves both that they belong
behind it and that they are as they were written. Nothing behind a fault is taken, for it may rest
on what is missing. The tables follow from the facts, as in every turn of the floor loop.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from edge.model.applying import apply
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.chain import Row
from edge.store.codec import decode_data, decode_event
from edge.store.database import open_reader, transaction
from edge.store.errors import StoreDamagedError, told_by_store
from edge.store.histories import NOT_FOLLOWED, Newest, append_facts, list_subjects
from edge.store.journal import checksum_at, examined_facts, read_head
from edge.store.subjects import subjects_of
from edge.store.tables import changes_of, forget_touched, load_state, write_changes

ROWS_AT_ONCE = 1_000


def salvage(damaged: Path, fresh: sqlite3.Connection, floor: Floor) -> int:
    """Append the sound facts of a damaged file to a store that ends somewhere in its past.

    Args:
        damaged: the file, with its log beside it; it stays as it is.
        fresh: writes the other store; nobody else has it open.
        floor: as configured.

    Returns:
        How many facts were won back; 0 where the file tells nothing, or is of another past.

    Raises:
        StoreError: `fresh` cannot be read or written.
    """
    state, count = FloorState(floor), 0
    load_state(fresh, state)
    rows = _sound_rows(damaged, fresh)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        with transaction(fresh, "writing what was won back"):
            append_rows(fresh, state, some)
        count += len(some)
    return count


def append_rows(fresh: sqlite3.Connection, state: FloorState, rows: Sequence[Row]) -> None:
    """Rows that were found sound, and the tables as they follow, within the running transaction.

    Raises:
        StoreCodecError: a fact is of a type or version that is not known here.
    """
    newest = Newest()
    for row in rows:
        event = decode_event(row.type, row.version, row.body)
        followed = newest.follow(event, row.position)
        append_facts(fresh, [row], [followed or NOT_FOLLOWED])
        if followed is None:
            subjects = subjects_of(decode_data(row.body))
            list_subjects(fresh, [(subject, row.position) for subject in subjects])
        apply(state, event, row.occurred_us)
    write_changes(fresh, changes_of(state, newest))
    forget_touched(state)


def _sound_rows(damaged: Path, fresh: sqlite3.Connection) -> Iterator[Row]:
    """Rows behind the end of the other store, until the first that is not what it must be."""
    head = read_head(fresh)
    try:
        with closing(open_reader(damaged)) as connection, told_by_store("reading what is left"):
            if checksum_at(connection, head.position) != head.checksum:
                return
            for row, problem in examined_facts(connection, head.position):
                if problem:
                    return
                yield row
    except StoreDamagedError:
        return
