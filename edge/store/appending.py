"""New facts on their way into the journal: put into words first, then written all at once."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from edge.model.events import Event, Fact
from edge.model.ids import IdMaker
from edge.store.chain import Row, checksum_of
from edge.store.codec import encode_event, event_data
from edge.store.histories import NOT_FOLLOWED, Followed, Newest, append_facts, list_subjects
from edge.store.journal import Epoch, Head
from edge.store.subjects import subjects_of


class Words(NamedTuple):
    """Facts ready to be written.

    Attributes:
        facts: as they will stand in the journal.
        rows: the same as rows.
        followed: how each is found by its item, if by one.
        newest: the position of the newest fact of each item.
        subjects: what the others are about, with their positions.
        head: the journal's end when they are written.
    """

    facts: list[Fact]
    rows: list[Row]
    followed: list[Followed]
    newest: Newest
    subjects: list[tuple[str, int]]
    head: Head


def put_in_words(
    happenings: Sequence[tuple[Event, int]],
    head: Head,
    epoch: Epoch,
    recorded_us: int,
    make_id: IdMaker,
) -> Words:
    """Number the events behind `head`, give them ids, and chain their rows; writes nothing.

    Raises:
        StoreCodecError: an event cannot be written.
    """
    facts: list[Fact] = []
    rows: list[Row] = []
    followed: list[Followed] = []
    newest = Newest()
    subjects: list[tuple[str, int]] = []
    position, checksum = head
    to_seq = epoch.seq_of(0)
    for event, occurred_us in happenings:
        position += 1
        id_ = make_id()
        kind, version, body = encode_event(event)
        checksum = checksum_of(
            checksum, position, id_, occurred_us, recorded_us, kind, version, body
        )
        rows.append(Row(position, id_, occurred_us, recorded_us, kind, version, body, checksum))
        found = newest.follow(event, position)
        if found is None:
            found = NOT_FOLLOWED
            subjects.extend([(subject, position) for subject in subjects_of(event_data(event))])
        followed.append(found)
        facts.append(
            Fact(to_seq + position, id_, epoch.name, occurred_us, recorded_us, event, body)
        )
    return Words(facts, rows, followed, newest, subjects, Head(position, checksum))


def append(connection: sqlite3.Connection, words: Words) -> None:
    """Write facts within the running transaction."""
    if words.rows:
        append_facts(connection, words.rows, words.followed)
        list_subjects(connection, words.subjects)
