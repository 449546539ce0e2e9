"""Labels that are not out yet, one small file each, so that a restart prints what still waits.

A file's name tells its state: `wait` until its printer is about to get it, `sent` from then on,
`done` when it is out. After a restart what waited is printed, once; what was sent may be out
already, which nobody but a person can see, so it is told and not printed by itself. The newest
files of labels that are out are kept, so that a request that is repeated prints nothing twice.

A disk that takes no file keeps no label from being printed.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

from edge.store.durable import sync_to_disk

DONE_KEPT = 256
WAIT, SENT, DONE = ".wait", ".sent", ".done"


@dataclass(frozen=True, slots=True)
class KeptLabel:
    """A label that was asked for.

    Attributes:
        job: the request that asked for it.
        station: where it is to come out.
        data: what it says, plain values.
        is_sent: whether its printer had got it, or part of it, when the gateway ended.
    """

    job: str
    station: str
    data: Mapping[str, object]
    is_sent: bool = False


class LabelSpool:
    """Keeps labels in a folder; for one process, from any of its threads.

    Args:
        folder: made when there is something to keep.
        done_kept: how many of those that are out are remembered.
    """

    def __init__(self, folder: Path, done_kept: int = DONE_KEPT) -> None:
        self._folder = folder
        self._done_kept = done_kept
        self._files: dict[str, Path] = {}
        self._numbers = count(1)
        self._done: list[Path] = []

    def load(self) -> list[KeptLabel]:
        """What an earlier process has left, the oldest first; a file that is no label is left."""
        found: list[KeptLabel] = []
        for file in sorted(self._folder.glob("*-*")):
            if file.suffix == DONE:
                self._done.append(file)
            elif file.suffix in {WAIT, SENT} and (kept := _read(file)) is not None:
                self._files[kept.job] = file
                found.append(kept)
        newest = max((_number(one) for one in self._folder.glob("*-*")), default=0)
        self._numbers = count(newest + 1)
        return found

    def knows(self, job: str) -> bool:
        """Whether a label was asked for by this request already."""
        name = _name(job)
        return job in self._files or any(one.stem.endswith(name) for one in self._done)

    def keep(self, label: KeptLabel) -> None:
        """Remember a label before its printer is asked to take it."""
        file = self._folder / f"{next(self._numbers):012d}-{_name(label.job)}{WAIT}"
        text = json.dumps({"job": label.job, "station": label.station, "data": label.data})
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            sync_to_disk(file)
            sync_to_disk(self._folder)
            self._files[label.job] = file

    def sent(self, job: str) -> None:
        """Its printer is about to get it."""
        self._rename(job, SENT)

    def done(self, job: str) -> None:
        """It is out, or somebody has seen to it."""
        file = self._rename(job, DONE)
        if file is None:
            return
        self._files.pop(job, None)
        self._done.append(file)
        while len(self._done) > self._done_kept:
            with suppress(OSError):
                self._done.pop(0).unlink()

    def _rename(self, job: str, suffix: str) -> Path | None:
        file = self._files.get(job)
        if file is None or file.suffix == suffix:
            return file
        with suppress(OSError):
            self._files[job] = file.rename(file.with_suffix(suffix))
            sync_to_disk(self._folder)
        return self._files[job]


def _read(file: Path) -> KeptLabel | None:
    try:
        told = json.loads(file.read_text())
        return KeptLabel(
            str(told["job"]), str(told["station"]), dict(told["data"]), file.suffix == SENT
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # half written when the power went: its request is repeated by its page


def _name(job: str) -> str:
    """A request may be called anything; a file may not."""
    return sha256(job.encode()).hexdigest()[:24]


def _number(file: Path) -> int:
    number = file.name.partition("-")[0]
    return int(number) if number.isdecimal() else 0
