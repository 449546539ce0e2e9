"""Backups in a row: one more each time, the old ones taken away, copies in a second place.

A backup bears the moment of its making in its name, `journal-20261128T130500Z.sqlite`. None goes
before a newer one is whole, and the newest stays however old it is.
"""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from edge.store import backup
from edge.store.durable import sync_to_disk
from edge.store.errors import told_by_store
from edge.store.verifying import VerifyReport

FORM = "journal-%Y%m%dT%H%M%SZ.sqlite"
"""How a backup is named: by the moment of its making, in UTC."""
_NAME = re.compile(r"journal-\d{8}T\d{6}Z\.sqlite")


@dataclass(frozen=True, slots=True)
class Rotated:
    """What one more backup has come to.

    Attributes:
        backup: the new file.
        copy: the same in the second place; None without one.
        removed: old ones that went, in both places.
    """

    backup: Path
    copy: Path | None
    removed: tuple[Path, ...]
    report: VerifyReport


def rotate(path: Path, folder: Path, second: Path | None, keep_us: int, now_us: int) -> Rotated:
    """Make one more backup of a store, in use or not.

    Args:
        path: of the store.
        folder: of the backups; made where it is missing.
        second: gets a copy of each; None for no second place.
        keep_us: older ones go, microseconds.
        now_us: UTC microseconds.

    Raises:
        StoreDamagedError: the copy does not verify; nothing has changed.
        StoreError: a disk refused; no backup has gone.
    """
    with told_by_store(f"backup to {folder}"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / datetime.fromtimestamp(now_us / 1e6, UTC).strftime(FORM)
    report = backup.create(path, target)
    copy = _copied(target, second) if second else None
    before = datetime.fromtimestamp((now_us - keep_us) / 1e6, UTC).strftime(FORM)
    removed = [
        old
        for place in (folder, second)
        if place is not None
        for old in backups(place)[:-1]
        if old.name < before
    ]
    for old in removed:
        with told_by_store(f"removing {old}"):
            old.unlink()
    return Rotated(target, copy, tuple(removed), report)


def backups(folder: Path) -> list[Path]:
    """The backups of a folder, the oldest first; other files are nobody's."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(one for one in found if _NAME.fullmatch(one.name))


def _copied(target: Path, second: Path) -> Path:
    copy = second / target.name
    unfinished = second / f".{target.name}.unfinished"
    with told_by_store(f"copy of the backup to {second}"):
        second.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy(target, unfinished)  # with its rights
        sync_to_disk(unfinished)
        unfinished.replace(copy)
        sync_to_disk(second)
    return copy
