"""The table in docs/guarantees.md: rows that were measured replace those of the same name."""

import fcntl
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.lines.line import Found, Line

PAGE = Path(__file__).parents[2] / "docs" / "guarantees.md"
BEGIN, END = "<!-- measured: make faults -->", "<!-- end -->"
HEAD = "| | fault | tries | promise | measured | | day, seconds | command |\n|" + "---|" * 8
_ROW = re.compile(r"^\| `([\w-]+)` \|.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Measured:
    """One line with what came of it.

    Attributes:
        found: None where it could not be made; `complaint` says why.
    """

    line: Line
    scale: float
    spent_s: float
    found: Found | None
    complaint: str

    @property
    def good(self) -> bool:
        """Whether the promise held."""
        return self.found is not None and self.found.good

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.found is None:
            return "not made"
        return "held" if self.found.good else "**broken**"

    @property
    def text(self) -> str:
        """What was counted, or why not."""
        return self.found.text if self.found else self.complaint.replace("|", "/")

    @property
    def row(self) -> str:
        """As it stands in the table."""
        line, tries = self.line, self.found.tries if self.found else 0
        scale = "" if self.scale == 1.0 else f" --scale {self.scale:g}"
        return (
            f"| `{line.name}` | {line.fault} | {tries:,} | {line.promise} | {self.text} |"
            f" {self.verdict} | {time.strftime('%Y-%m-%d')}, {self.spent_s:.0f} |"
            f" `python -m tests.faults{scale} {line.name}` |"
        )


def write_table(measured: Sequence[Measured], order: Sequence[str], page: Path = PAGE) -> None:
    """Put the rows in; those of other lines stay as they are."""
    with page.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # several runs of single lines may go on at one time
        text = _with_rows(file.read(), measured, order)
        file.seek(0)
        file.write(text)
        file.truncate()


def _with_rows(text: str, measured: Sequence[Measured], order: Sequence[str]) -> str:
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = {found[1]: found[0] for found in _ROW.finditer(table)}
    rows |= {one.line.name: one.row for one in measured}
    body = "\n".join(rows[name] for name in order if name in rows)
    return f"{before}{BEGIN}\n{HEAD}\n{body}\n{END}{after}"
