"""The store as the floor loop uses it: load once, then one commit a turn.

Threads: one at a time. Those who only read have connections of their own (`reader`, `queries`).

After a commit that failed nobody knows whether the disk kept some of it. So the connection is
given up: the caller makes a fresh state and calls `load`, which opens the file anew and reads what
is really there; until then nothing else is accepted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Self

from edge.clock import Clock
from edge.model.events import Event, Fact
from edge.model.goods import PresentItem, PresentItems
from edge.model.ids import IdMaker, RequestId
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.store.answers import AnswerCache, answer_rows, forget_answers, write_answers
from edge.store.appending import append, put_in_words
from edge.store.chain import CHAIN_START
from edge.store.database import checkpoint, open_writer, transaction
from edge.store.errors import StoreError, StoreFailedError, told_by_store
from edge.store.journal import (
    Head,
    begin_epoch,
    epochs,
    move_cursor,
    numbered_from_s,
    read_cursor,
    read_head,
    sound_facts,
)
from edge.store.lock import StoreLock
from edge.store.present import ReadAhead
from edge.store.pruning import Archive, prune
from edge.store.recent import RecentFacts
from edge.store.tables import (
    NamedStretch,
    changes_of,
    forget_touched,
    items_named_otherwise,
    load_state,
    write_changes,
)
from edge.store.verifying import VerifyReport, verify

TAIL_CHECKED_COUNT = 200
"""Rows at the journal's end whose chain is checked at each opening; `verify` checks all."""
CHECKPOINT_ROWS_MIN = 20_000
"""Rows written before a checkpoint between two commits: a page that changes often in between is
written back once. Some 20 MB of log, read again within 0.2 s after a crash."""
CHECKPOINT_ROWS_BUSY, BUSY_US = 2_700, 10_000_000
"""So many are enough where they came within so long: a log is copied all at once, and the next
commit waits for that. Then few pages change twice in 20,000 rows either."""
CHECKPOINT_ROWS_MAX = 60_000
"""Rows written before a commit makes a checkpoint first, where nothing ever lies between two."""
FORGET_ROWS = 20_000
"""Rows written before answers past their time are looked for."""
CURSOR_PAUSE_US = 5_000_000
"""A moved cursor that no commit takes along waits so long for a write of its own."""

Opener = Callable[[Path], Connection]
"""Opens the one writing connection; raises StoreError where it cannot."""


class Store:
    """The journal, the state's tables and the answers in one file; made by `open`."""

    def __init__(
        self, path: Path, clock: Clock, make_id: IdMaker, lock: StoreLock, opener: Opener
    ) -> None:
        self._path = path
        self._opener = opener
        self._clock = clock
        self._make_id = make_id
        self._lock = lock
        self._answers = AnswerCache()
        self.recent = RecentFacts()
        """The newest facts, for those who send them on."""
        self._connection = opener(path)
        self._sound = True
        self._ahead: ReadAhead | None = None
        self._head = Head(0, CHAIN_START)
        self._acknowledged_position = 0
        self._cursor_moved = False
        self._cursor_written_us = clock.monotonic_us()
        self._read_position()

    @classmethod
    def open(
        cls,
        path: Path,
        clock: Clock,
        make_id: IdMaker,
        opener: Opener = open_writer,
        ahead: ReadAhead | None = None,
    ) -> Self:
        """Open or make a store; the schema is brought up to date, a new store gets its epoch.

        Args:
            path: of the file.
            clock: for stamps and pauses.
            make_id: names facts and epochs.
            opener: gives the writing connection; another one than usual to exercise bad disks.
            ahead: reads the items of this file already, for the first `load`.

        Raises:
            StoreBusyError: another daemon holds it.
            StoreTooNewError: a newer version wrote it.
            StoreDamagedError: the journal's end is not as it was written.
            StoreError: it cannot be opened for another reason.
        """
        lock = StoreLock(path)
        try:
            store = cls(path, clock, make_id, lock, opener)
        except BaseException:
            lock.release()
            raise
        store._ahead = ahead
        return store

    @property
    def epoch(self) -> str:
        """Name of the numbering in force; made anew when a backup is restored."""
        return self._epoch.name

    @property
    def last_seq(self) -> int:
        """Number of the last fact in this epoch; 0 before the first."""
        return self._epoch.seq_of(self._head.position)

    @property
    def acknowledged(self) -> int:
        """The central system has stored every fact of this epoch up to here; 0 for none."""
        return self._epoch.seq_of(self._acknowledged_position)

    def load(
        self, state: FloorState, present: Callable[[PresentItems], None] | None = None
    ) -> None:
        """Fill a fresh state from the tables.

        After a failed commit this also opens the file anew.

        Args:
            state: without anything in it yet.
            present: told of the items that are somewhere, some thousands at a time.

        Raises:
            StoreDamagedError: a row is not as it was written.
            StoreError: the file cannot be opened or read; it may be tried again.
        """
        if not self._sound:
            self._connection.close()
            self._answers.clear()
            self._connection = self._opener(self._path)
            self._read_position()
            self._sound = True
        with told_by_store("reading the state"):
            state.numbered_from_s = numbered_from_s(self._connection)
            load_state(self._connection, state, present, self._items_read_ahead())

    def _items_read_ahead(self) -> Iterable[PresentItems] | None:
        ahead, self._ahead = self._ahead, None
        return ahead.take(*self._head) if ahead is not None else None

    def commit(
        self,
        happenings: Sequence[tuple[Event, int]],
        state: FloorState,
        answers: Mapping[RequestId, Answer],
    ) -> list[Fact]:
        """Make one turn of the loop true: all of it, on the disk, or none of it.

        Args:
            happenings: each event, applied to `state` already, with the UTC microseconds at which
                it occurred.
            state: its touched rows are written; afterwards nothing is touched, and item rows are
                no longer in memory.
            answers: to posted requests.

        Returns:
            The facts as they stand in the journal.

        Raises:
            StoreCodecError: something cannot be written; nothing has changed.
            StoreError: nothing of it has happened; `load` a fresh state before going on.
        """
        self._require_sound()
        self._checkpoint_if(CHECKPOINT_ROWS_MAX)
        now_us = self._clock.now_us()
        words = put_in_words(happenings, self._head, self._epoch, now_us, self._make_id)
        changes = changes_of(state, words.newest)
        answered = answer_rows(answers, now_us)
        if words.rows or changes or answered or self._cursor_moved:
            with self._one_transaction(f"committing {len(words.rows)} facts"):
                append(self._connection, words)
                write_changes(self._connection, changes)
                write_answers(self._connection, answered)
        self._head = words.head
        self.recent.add(words.facts)
        self._answers.keep(answers)
        forget_touched(state)
        return words.facts

    def acknowledge(self, epoch: str, upto: int) -> bool:
        """Move the cursor: the central system has stored every fact of `epoch` up to `upto`.

        It never goes back. It is kept in memory and written with the next commit, or by
        `checkpoint` or `close`; a crash in between only makes the last facts be sent again.

        Returns:
            False where it cannot be about this journal: another epoch, or facts that are not here.
        """
        if epoch != self.epoch or upto > self.last_seq:
            return False
        position = self._epoch.position_of(upto)
        if position > self._acknowledged_position:
            self._acknowledged_position = position
            self._cursor_moved = True
        return True

    def start_epoch(self) -> str:
        """Number the facts that are not acknowledged, and all later ones, anew from 1.

        For a store that turns out to be an old copy: the central system knows facts of this epoch
        that are not here, and would take new ones with their numbers for repetitions.

        Returns:
            The new epoch's name.

        Raises:
            StoreError: as `commit`.
        """
        self._require_sound()
        with self._one_transaction("starting an epoch"):
            begin_epoch(self._connection, self._make_id())
        self._read_position()
        return self.epoch

    def answer_to(self, request_id: RequestId) -> Answer | None:
        """The answer that was committed for a request; None where there is none, or no longer.

        Raises:
            StoreError: the file cannot be read.
        """
        self._require_sound()
        return self._answers.find(self._connection, request_id)

    def items_named_otherwise(
        self, stretches: Iterable[NamedStretch], most: int
    ) -> list[PresentItem]:
        """Tagged items that are somewhere and bear another name than they should, as committed.

        Args:
            stretches: where to look, and for which names not.
            most: so many, the first ones by their EPCs.

        Raises:
            StoreDamagedError: a row is not as it was written.
            StoreError: the file cannot be read.
        """
        self._require_sound()
        with told_by_store("looking for items"):
            return items_named_otherwise(self._connection, stretches, most)

    def verify(self) -> VerifyReport:
        """Check every row; takes seconds for a million facts.

        Raises:
            StoreError: the file cannot be read at all.
        """
        self._require_sound()
        return verify(self._connection)

    def prune(self, keep_rows: int, keep_us: int, archive: Archive | None = None) -> int:
        """Take away some of the oldest facts that are acknowledged: the disk stays bounded.

        Args:
            keep_rows: this many of the newest facts stay.
            keep_us: facts recorded within so many microseconds stay, and items that departed
                within.
            archive: is given the facts before they go.

        Returns:
            How many facts went; a bounded number, so call again until it is 0.

        Raises:
            StoreError: as `commit`.
        """
        self._require_sound()
        before_us = self._clock.now_us() - keep_us
        upto = min(self._acknowledged_position, self._head.position - keep_rows)
        with self._one_transaction("pruning"):
            return prune(self._connection, upto, before_us, archive)

    def checkpoint(self) -> None:
        """To be called when nobody waits for a commit: tidies up what is worth a write.

        Raises:
            StoreError: as `commit`.
        """
        self._require_sound()
        waited_us = self._clock.monotonic_us() - self._cursor_written_us
        if self._cursor_moved and waited_us >= CURSOR_PAUSE_US:
            with self._one_transaction("writing the cursor"):
                pass
        busy = self._clock.monotonic_us() - self._checkpointed_us < BUSY_US
        self._checkpoint_if(CHECKPOINT_ROWS_BUSY if busy else CHECKPOINT_ROWS_MIN)

    def close(self) -> None:
        """Write what is left, close the file and let it go.

        Raises:
            StoreError: the cursor could not be written; the file is closed all the same.
        """
        try:
            if self._sound and self._cursor_moved:
                with self._one_transaction("writing the cursor"):
                    pass
        finally:
            self._connection.close()
            self._lock.release()

    def _require_sound(self) -> None:
        if not self._sound:
            raise StoreFailedError("a commit failed before: load a fresh state first")

    @contextmanager
    def _one_transaction(self, doing: str) -> Iterator[None]:
        """All or nothing; takes the cursor along. A failure makes the store wait for `load`."""
        try:
            with transaction(self._connection, doing):
                if self._cursor_moved:
                    move_cursor(self._connection, self._acknowledged_position)
                yield
        except BaseException:
            self._sound = False
            raise
        self._cursor_moved = False
        self._cursor_written_us = self._clock.monotonic_us()

    def _read_position(self) -> None:
        with told_by_store(f"reading the journal of {self._path}"):
            if not epochs(self._connection):
                with transaction(self._connection, "starting the first epoch"):
                    begin_epoch(self._connection, self._make_id())
            self._epoch = epochs(self._connection)[-1]
            self._head = read_head(self._connection)
            cursor = read_cursor(self._connection)
            tail = max(cursor.pruned_position, self._head.position - TAIL_CHECKED_COUNT)
            for _ in sound_facts(self._connection, tail):
                pass
        self._acknowledged_position = cursor.acknowledged_position
        self._cursor_moved = False
        self.recent.begin(self.last_seq)
        # the first moment without a commit takes in what an earlier process has left in the log
        self._rows_checkpointed = self._connection.total_changes - CHECKPOINT_ROWS_MIN
        self._checkpointed_us = self._clock.monotonic_us()
        self._rows_forgotten = self._connection.total_changes - FORGET_ROWS

    def _checkpoint_if(self, rows_min: int) -> None:
        if self._connection.total_changes - self._rows_checkpointed < rows_min:
            return
        if self._connection.total_changes - self._rows_forgotten >= FORGET_ROWS:
            with self._one_transaction("forgetting old answers"):
                forget_answers(self._connection, self._clock.now_us())
            self._rows_forgotten = self._connection.total_changes
        try:
            checkpoint(self._connection, self._path)
        except StoreError:
            self._sound = False
            raise
        self._rows_checkpointed = self._connection.total_changes
        self._checkpointed_us = self._clock.monotonic_us()
