"""Backups in a row: one more each time, the old ones taken away, copies in a second place.

A backup bears the moment of its making in its name. A full one, `journal-20261128T130500Z.sqlite`,
and the increments behind it, `journal-20261128T132000Z.jsonl.gz`, are a chain: it is restored as
one and goes as one, when its youngest file is old. None goes before a newer one is whole, and the
newest chain stays however old it is. Where a chain cannot be continued for whatever reason (a file
is gone or damaged, the journal is another one since or was pruned), the next backup is a full one.
"""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

from edge.store import backup, increment
from edge.store.durable import sync_to_disk
from edge.store.errors import StoreDamagedError, StoreError, told_by_store
from edge.store.increment import IncrementReport
from edge.store.journal import Head
from edge.store.verifying import VerifyReport

_MOMENT = "journal-%Y%m%dT%H%M%SZ"
_FULL, _INCREMENT = ".sqlite", ".jsonl.gz"
_NAME = re.compile(r"(journal-\d{8}T\d{6}Z)(\.sqlite|\.jsonl\.gz)")
_AHEAD_MAX = timedelta(minutes=1)
"""A newest backup that is further in the future was named by a wrong clock."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What one more backup has come to.

    Attributes:
        backup: the new file.
        copy: the same in the second place; None without one.
        removed: old ones that went, in both places.
        report: of a full backup or of an increment.
    """

    backup: Path
    copy: Path | None
    removed: tuple[Path, ...]
    report: VerifyReport | IncrementReport


def rotate(
    path: Path, folder: Path, second: Path | None, keep_us: int, now_us: int, full_us: int = 0
) -> Rotated:
    """Make one more backup of a store, in use or not.

    Args:
        path: of the store.
        folder: of the backups; made where it is missing.
        second: gets a copy of each; None for no second place.
        keep_us: older ones go, microseconds.
        now_us: UTC microseconds.
        full_us: a full one when the newest full one is as old, else an increment, microseconds;
            0 for full ones only.

    Raises:
        StoreDamagedError: the copy does not verify; nothing has changed.
        StoreError: a disk refused; no backup has gone.
    """
    with told_by_store(f"backup to {folder}"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = datetime.fromtimestamp(now_us / 1e6, UTC)
    made = _continued(path, folder, now, timedelta(microseconds=full_us))
    if made is None:
        full = folder / f"{now.strftime(_MOMENT)}{_FULL}"
        made = full, backup.create(path, full)
    target, report = made
    copy = _copy_chain(target, second) if second else None
    before = (now - timedelta(microseconds=keep_us)).strftime(_MOMENT)
    places = [folder, second] if second else [folder]
    removed = [old for place in places for old in _outlived(place, before)]
    for old in removed:
        with told_by_store(f"removing {old}"):
            old.unlink()
    return Rotated(target, copy, tuple(removed), report)


def backups(folder: Path) -> list[Path]:
    """The full backups of a folder, the oldest first."""
    return [one for one in files(folder) if one.suffix == _FULL]


def files(folder: Path) -> list[Path]:
    """The full backups and increments of a folder, the oldest first; others are nobody's."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted((one for one in found if _NAME.fullmatch(one.name)), key=_order)


def made_at(file: Path) -> datetime:
    """When a backup was made, by its name, UTC.

    Raises:
        ValueError: its name tells no moment.
    """
    return datetime.strptime(file.name.partition(".")[0], _MOMENT).replace(tzinfo=UTC)


def is_increment(file: Path) -> bool:
    """Whether a file is named as an increment, which does not restore alone."""
    return file.name.endswith(_INCREMENT)


def increments_of(full: Path, folder: Path) -> list[Path]:
    """The increments of a folder that follow a full backup, up to the next one, in their order."""
    if not _NAME.fullmatch(full.name):
        return []  # a single one, made by hand
    behind = [one for one in files(folder) if _order(one) > _order(full)]
    return list(takewhile(is_increment, behind))


def continued_by(file: Path) -> Path:
    """The backup beside an increment that it continues.

    Raises:
        StoreError: there is none, or it cannot be read.
    """
    before = [one for one in files(file.parent) if _order(one) < _order(file)]
    span = increment.read_span(file)
    if not before or _head_of(before[-1]) != span.base:
        raise StoreDamagedError(
            f"{file} continues a backup up to position {span.base.position}, "
            "and the one before it in its folder is another, or there is none"
        )
    return before[-1]


def _order(file: Path) -> tuple[str, bool]:
    """By moment, a full one before the increments of its second."""
    return file.name.partition(".")[0], is_increment(file)


def _chains(folder: Path) -> list[list[Path]]:
    """Each full backup with its increments, the oldest first; the first may lack its full one."""
    chains: list[list[Path]] = []
    for one in files(folder):
        if not chains or not is_increment(one):
            chains.append([])
        chains[-1].append(one)
    return chains


def _outlived(folder: Path, before: str) -> list[Path]:
    """Whole chains: a full one that a younger increment needs stays with all between."""
    return [
        one
        for chain in _chains(folder)[:-1]
        if chain[-1].name.partition(".")[0] < before
        for one in chain
    ]


def _continued(
    path: Path, folder: Path, now: datetime, full: timedelta
) -> tuple[Path, VerifyReport | IncrementReport] | None:
    """One more increment in the newest chain; None where a full backup is due or needed."""
    chains = _chains(folder)
    if not chains or is_increment(chains[-1][0]):
        return None
    chain = chains[-1]
    try:
        first, newest = made_at(chain[0]), made_at(chain[-1])
        end = _end_of(chain)
    except (ValueError, StoreError):  # not a moment; a file is damaged, gone or unreadable
        return None
    if newest > now + _AHEAD_MAX or max(now, newest) - first >= full:
        return None
    # two in one second, or a clock that was set back a little: the names still tell the order
    moment = max(now, newest + timedelta(seconds=1))
    target = folder / f"{moment.strftime(_MOMENT)}{_INCREMENT}"
    try:
        return target, increment.write(path, target, end)
    except StoreDamagedError:
        return None  # another past, or pruned; a damaged journal is told by the full backup


def _end_of(chain: list[Path]) -> Head:
    """Where a chain ends, each file found to continue the one before it."""
    head = backup.head_of(chain[0])
    for one in chain[1:]:
        span = increment.read_span(one)
        if span.base != head:
            raise StoreDamagedError(f"{one} does not continue the backup before it")
        head = span.last
    if len(chain) > 1:
        increment.verify(chain[-1])
    return head


def _head_of(file: Path) -> Head:
    return increment.read_span(file).last if is_increment(file) else backup.head_of(file)


def _copy_chain(target: Path, second: Path) -> Path:
    """Copy a backup, and what the second place lacks before it: it may have been away a while."""
    chain = next(one for one in _chains(target.parent) if target in one)
    for one in chain:
        if one == target or not (second / one.name).exists():
            _copy(one, second)
    return second / target.name


def _copy(target: Path, second: Path) -> None:
    unfinished = second / f".{target.name}.unfinished"
    with told_by_store(f"copy of the backup to {second}"):
        second.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy(target, unfinished)  # with its rights
        sync_to_disk(unfinished)
        unfinished.replace(second / target.name)
        sync_to_disk(second)
