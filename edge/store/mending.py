"""A damaged store is put aside whole, and the gateway works on from its newest sound backup.

Facts behind the backup that the damaged file still tells are won back (`edge.store.salvaging`).

The order of steps makes a cut at any instant harmless. A mark beside the store is on the disk
first: while it is there nothing may open the store, whose log and file are no longer moved
together, and the next start goes on from the mark. The new store is made under another name and
holds the fact that tells of the gap; it takes the old one's place in one step. Last the mark
becomes the record that lies with what was put aside:

    journal.sqlite.damaged-20261128T130500000000Z        the file as it was found
    journal.sqlite.damaged-20261128T130500000000Z-wal    its log, where there was one
    journal.sqlite.damaged-20261128T130500000000Z.json   when, why, and what is missing since

None of them is ever taken away by the program: a person does that when nothing more is wanted of
them, and may win facts back with `sqlite3` or put a better backup in place before.
"""

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from edge.model.events import JournalRestored
from edge.model.ids import IdMaker
from edge.model.places import Floor
from edge.store.appending import append, put_in_words
from edge.store.backup import mark_of, prepare, set_aside_under
from edge.store.backup import verify as verify_backup
from edge.store.database import open_reader, open_writer, transaction
from edge.store.durable import sync_to_disk
from edge.store.errors import StoreDamagedError, StoreError, told_by_store
from edge.store.increment import continue_with
from edge.store.journal import Epoch, begin_epoch, epochs, read_head
from edge.store.lock import StoreLock
from edge.store.rotating import backups, increments_of
from edge.store.salvaging import salvage
from edge.store.verifying import verify

MENDS_MAX = 3
"""So many within an hour, and the disk is at fault: more backups would only be ground up."""
_HOUR_US = 3_600_000_000
_FORM = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a damaged store.

    Attributes:
        at_us: when it was found, UTC microseconds.
        reason: what was found.
        quarantined: name of the file that was put aside, in the store's folder.
        epoch: the numbering of that file; empty where it cannot be read.
        epoch_position: where in the journal that numbering began.
        known_seq: its last fact's number; 0 where that cannot be read, or there was none.
        backup: name of the backup in its place, of its last increment where there are any; empty
            where the store begins empty.
        salvaged: facts behind the backup that the damaged file still told.
        first_seq: the first number of `epoch` that the new store does not have.
    """

    at_us: int
    reason: str
    quarantined: str
    epoch: str
    epoch_position: int
    known_seq: int
    backup: str = ""
    salvaged: int = 0
    first_seq: int = 1

    @property
    def fact(self) -> JournalRestored:
        """What the journal, and with it the central system, is told."""
        last_seq = max(self.known_seq, self.first_seq - 1) if self.known_seq else None
        return JournalRestored(self.epoch, self.first_seq, last_seq, self.backup, self.reason)


def is_being_mended(path: Path) -> bool:
    """Whether a mending of the store at `path` was cut off: it must be gone on with first."""
    return mark_of(path).exists()


def mend(
    path: Path,
    folders: Sequence[Path],
    floor: Floor,
    make_id: IdMaker,
    now_us: int,
    reason: str,
) -> Mended | None:
    """Put a damaged store aside and a sound one in its place; no daemon may run on it.

    Args:
        path: of the store.
        folders: with backups; the newest sound one of all is taken.
        floor: as configured.
        make_id: names the new epoch and the fact that tells of it.
        now_us: UTC microseconds.
        reason: what was found.

    Returns:
        What was done; None where every row of the store is as it was written after all, and
        nothing was changed.

    Raises:
        StoreBusyError: a daemon runs on `path`.
        StoreDamagedError: it was mended several times within the hour; nothing was changed.
        StoreError: the disk refused; call again.
    """
    lock = StoreLock(path)
    try:
        with told_by_store(f"mending {path}"):
            if is_being_mended(path):
                found = _read(mark_of(path))
            elif _is_sound(path):
                return None
            else:
                _require_few(path, now_us)
                found = _found(path, now_us, reason)
                _write(mark_of(path), found)
            return _replaced(path, folders, floor, make_id, found)
    finally:
        lock.release()


def mended(path: Path) -> list[Mended]:
    """Whatever lies put aside beside the store, the oldest first.

    Raises:
        StoreError: a record cannot be read.
    """
    with told_by_store(f"looking for what was put aside of {path}"):
        beside = sorted(path.parent.glob(f"{path.name}.damaged-*.json"))
        return [_read(one) for one in beside]


def _is_sound(path: Path) -> bool:
    """A memory that failed for once must not cost what came after the last backup."""
    try:
        with closing(open_reader(path)) as connection:
            return verify(connection).good
    except StoreDamagedError:
        return False


def _require_few(path: Path, now_us: int) -> None:
    recent = [one for one in mended(path) if now_us - one.at_us < _HOUR_US]
    if len(recent) >= MENDS_MAX:
        raise StoreDamagedError(
            f"{path} is damaged, and was put aside {len(recent)} times within the hour: "
            "replace the disk, then restore a backup"
        )


def _found(path: Path, now_us: int, reason: str) -> Mended:
    stamp = datetime.fromtimestamp(now_us / 1e6, UTC).strftime(_FORM)
    epoch, known_seq = _last_known(path)
    quarantined = f"{path.name}.damaged-{stamp}"
    return Mended(now_us, reason, quarantined, epoch.name, epoch.first_position, known_seq)


def _last_known(path: Path) -> tuple[Epoch, int]:
    """Epoch and last number, as far as the file still tells."""
    epoch, seq = Epoch(1, ""), 0
    try:
        with closing(open_reader(path)) as connection, told_by_store("reading what is left"):
            for last in epochs(connection)[-1:]:
                epoch = Epoch(int(last.first_position), str(last.name))
                seq = epoch.seq_of(read_head(connection).position)
    except (StoreError, TypeError, ValueError, OverflowError):  # a number may have become a text
        return epoch, 0
    return epoch, seq


def _replaced(
    path: Path, folders: Sequence[Path], floor: Floor, make_id: IdMaker, found: Mended
) -> Mended:
    kept, fresh = path.with_name(found.quarantined), path.with_name(f".{path.name}.mended")
    set_aside_under(path, kept)
    fresh.unlink(missing_ok=True)
    backup = _newest_sound(folders)
    if backup is None:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    else:
        prepare(backup, fresh)
    with closing(open_writer(fresh)) as connection:
        if backup is not None:
            found = replace(found, backup=_with_increments(connection, backup, folders, floor))
        count = salvage(kept, connection, floor)
        found = _measured(connection, replace(found, salvaged=count))
        _begin(connection, found, make_id)
    sync_to_disk(fresh)
    fresh.replace(path)
    sync_to_disk(path.parent)
    _write(mark_of(path), found)
    mark_of(path).replace(path.with_name(f"{found.quarantined}.json"))
    sync_to_disk(path.parent)
    return found


def _newest_sound(folders: Sequence[Path]) -> Path | None:
    """Names tell the age, so the newest of all folders comes first; unsound ones are passed."""
    found = [one for folder in folders for one in backups(folder)]
    for backup in sorted(found, key=lambda one: one.name, reverse=True):
        try:
            report = verify_backup(backup)
        except StoreError:
            continue  # the disk that spoilt the store may have spoilt its backup
        if report.good:
            return backup
    return None


def _with_increments(
    connection: sqlite3.Connection, backup: Path, folders: Sequence[Path], floor: Floor
) -> str:
    """Take up what follows the backup; where a file is spoilt, its copy in another folder."""
    taken = [backup.name]
    for folder in folders:
        left = [one for one in increments_of(backup, folder) if one.name not in taken]
        taken += continue_with(connection, left, floor).taken
    return taken[-1]


def _measured(connection: sqlite3.Connection, found: Mended) -> Mended:
    """Where the gap begins, in the numbers of what was put aside."""
    known = epochs(connection)
    epoch = Epoch(found.epoch_position, found.epoch)
    if not found.epoch and known:
        epoch = known[-1]
    for one in known:
        if one.name == epoch.name:
            epoch = one  # the backup was verified, what was put aside was not
    first_seq = max(1, epoch.seq_of(read_head(connection).position) + 1)
    return replace(found, epoch=epoch.name, first_seq=first_seq)


def _begin(connection: sqlite3.Connection, found: Mended, make_id: IdMaker) -> None:
    """A new epoch whose facts end with the one that tells of the gap."""
    with transaction(connection, "starting an epoch"):
        begin_epoch(connection, make_id())
        words = put_in_words(
            [(found.fact, found.at_us)],
            read_head(connection),
            epochs(connection)[-1],
            found.at_us,
            make_id,
        )
        append(connection, words)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _write(record: Path, found: Mended) -> None:
    unfinished = record.with_name(f".{record.name}.unfinished")
    unfinished.write_text(json.dumps(asdict(found), ensure_ascii=False) + "\n", encoding="utf-8")
    sync_to_disk(unfinished)
    unfinished.replace(record)
    sync_to_disk(record.parent)


def _read(record: Path) -> Mended:
    try:
        return Mended(**json.loads(record.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise StoreError(f"{record} is no record of a mending: {error}; move it away") from error
