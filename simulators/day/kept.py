"""Days that were played before, a line of JSON each: a thousand may be played in several goes.

A day is the same each time that one version of the program plays it, so what that version has
played need not be played again. The version is a print of the program's own files.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.day.plan import Story

_ROOT = Path(__file__).parents[2]
_ROOMS = ("edge", "drivers", "simulators")


@dataclass(frozen=True, slots=True)
class Played:
    """One day of many.

    Attributes:
        report: as `warehouse-sim day` tells it; empty where the simulation itself failed.
        failure: what failed in the simulation; empty for nothing.
        cpu_s: processor seconds.
    """

    story: Story
    report: dict[str, Any]
    failure: str
    cpu_s: float


def version() -> str:
    """A print of all files that the program is made of."""
    found = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((_ROOT / room).rglob("*")):
            if path.suffix in {".py", ".so"}:
                found.update(path.read_bytes())
    return found.hexdigest()[:16]


class Kept:
    """The days in a file.

    Args:
        path: of the file; it need not be there yet.

    Raises:
        OSError: it cannot be read.
        ValueError: something else stands in it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version = version()
        rows = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._rows = {row["command"]: row for row in map(json.loads, rows) if self._is_ours(row)}

    def _is_ours(self, row: dict[str, Any]) -> bool:
        return bool(row["version"] == self._version)

    def known(self, stories: Iterable[Story]) -> Iterator[Played]:
        """Those of these days that this version has played."""
        for story in stories:
            row = self._rows.get(story.command())
            if row is not None:
                yield Played(story, row["report"], "", row["cpu_s"])

    def keep(self, played: Played) -> None:
        """Write a day down, unless the simulation failed in it."""
        if played.failure:
            return
        row = {
            "version": self._version,
            "command": played.story.command(),
            "cpu_s": round(played.cpu_s, 2),
            "report": played.report,
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
