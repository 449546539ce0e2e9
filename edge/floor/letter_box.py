"""Where dead letters lie on disk, so that a restart finds them, and what was still to be sent.

One small file, written anew and renamed at each change, and synced before anybody is told. It
belongs to one numbering of the journal: after a restore the numbers mean other facts, so letters
of another epoch are not taken up. A file that cannot be read is left under another name.

A disk that takes no file keeps no letter from being shown and sent.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import structlog

from edge.store.durable import sync_to_disk

_log = structlog.get_logger(__name__)


class Standing(StrEnum):
    """Where a letter is: aside, on its way again, or whole with the broker."""

    SET_ASIDE = "set_aside"
    SENDING = "sending"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Letter:
    """A fact that went without its data.

    Attributes:
        seq: its number in the journal.
        type: its kind, such as `order.planned`.
        reason: why the broker does not have it.
        since_us: since when it lies aside, UTC microseconds.
    """

    seq: int
    type: str
    reason: str
    since_us: int
    standing: Standing = Standing.SET_ASIDE


@dataclass(frozen=True, slots=True)
class Refused:
    """A message of the central system that could not be understood; `at_us` is UTC."""

    topic: str
    reason: str
    excerpt: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Kept:
    """All letters: facts in the order in which they were set aside, messages the newest first."""

    set_aside: tuple[Letter, ...] = field(default=())
    refused: tuple[Refused, ...] = field(default=())


class Box(Protocol):
    """Keeps letters over a restart."""

    def load(self) -> Kept:
        """What an earlier process has left."""
        ...

    def keep(self, letters: Kept) -> None:
        """On return they are on disk, or it was told in the log that they are not."""
        ...


class LetterBox:
    """Keeps letters in a file.

    Args:
        path: of the file; made when there is something to keep.
        epoch: of the journal that they are about.
    """

    def __init__(self, path: Path, epoch: str) -> None:
        self._path = path
        self._epoch = epoch

    def load(self) -> Kept:
        """What an earlier process has left; nothing where that is of another epoch."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            letters = tuple(
                Letter(**{**one, "standing": Standing(one["standing"])})
                for one in told["set_aside"]
            )
            refused = tuple(Refused(**one) for one in told["refused"])
            return Kept(letters if told["epoch"] == self._epoch else (), refused)
        except FileNotFoundError:
            return Kept()
        except (OSError, ValueError, TypeError, KeyError) as error:
            left = self._path.with_suffix(".unreadable")
            _log.warning("dead letters cannot be read", left=str(left), reason=str(error))
            with suppress(OSError):
                self._path.replace(left)
            return Kept()

    def keep(self, letters: Kept) -> None:
        """On return they are on disk, or it was told in the log that they are not."""
        fresh = self._path.with_suffix(".new")
        told = {
            "epoch": self._epoch,
            "set_aside": [asdict(one) for one in letters.set_aside],
            "refused": [asdict(one) for one in letters.refused],
        }
        try:
            fresh.write_text(json.dumps(told), encoding="utf-8")
            sync_to_disk(fresh)
            fresh.replace(self._path)
            sync_to_disk(self._path.parent)
        except OSError as error:
            _log.warning("dead letters are not kept over a restart", reason=str(error))


class NoBox:
    """Keeps nothing: for a gateway that is played."""

    def load(self) -> Kept:
        """Nothing."""
        return Kept()

    def keep(self, letters: Kept) -> None:
        """Forget them."""
