"""The table in docs/guarantees.md: rows that were measured replace those of the same name.

A row that held stays where the fault was made less often this time, unless it broke.
"""

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
_TIME = re.compile(r"\d{4}-\d\d-\d\d, (\d+) \| `python -m tests\.faults(?: --scale ([\d.e-]+))? ")
_WHOLE = re.compile(r"^All lines in one run:.*$", re.MULTILINE)


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
    def is_broken(self) -> bool:
        """Whether it was made, and the promise did not hold."""
        return self.found is not None and not self.found.good

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.found is None:
            return "not made"
        return "**broken**" if self.is_broken else "held"

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


def write_table(
    measured: Sequence[Measured],
    order: Sequence[str],
    page: Path = PAGE,
    whole_s: float | None = None,
) -> None:
    """Put the rows in; those of other lines stay as they are.

    Args:
        measured: what was found.
        order: names of all lines.
        page: to write.
        whole_s: how long all lines together took, where they were made in full in one run.
    """
    with page.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # several runs of single lines may go on at one time
        text = _with_rows(file.read(), measured, order, whole_s)
        file.seek(0)
        file.write(text)
        file.truncate()


def seconds_of_page(page: Path = PAGE) -> dict[str, float]:
    """How long each line takes in full, by its row."""
    found = {}
    for name, row in _rows(_table(page.read_text(encoding="utf-8"))).items():
        if time_of := _TIME.search(row):
            found[name] = float(time_of[1]) / float(time_of[2] or 1)
    return found


def _table(text: str) -> str:
    return text.partition(BEGIN)[2].partition(END)[0]


def _rows(table: str) -> dict[str, str]:
    return {found[1]: found[0] for found in _ROW.finditer(table)}


def _with_rows(
    text: str, measured: Sequence[Measured], order: Sequence[str], whole_s: float | None
) -> str:
    before, after, table = text.partition(BEGIN)[0], text.partition(END)[2], _table(text)
    rows = _rows(table)
    for one in measured:
        if one.scale >= _scale_that_held(rows.get(one.line.name, "")) or one.is_broken:
            rows[one.line.name] = one.row
    body = "\n".join(rows[name] for name in order if name in rows)
    if whole_s is not None:
        told = (
            f"\nAll lines in one run: {time.strftime('%Y-%m-%d')}, {whole_s / 60:.0f} minutes.\n"
        )
    else:
        told = "".join(f"\n{one}\n" for one in _WHOLE.findall(table))
    return f"{before}{BEGIN}\n{HEAD}\n{body}\n{told}{END}{after}"


def _scale_that_held(row: str) -> float:
    """How large a part of a line a row tells of; 0 where it was not made, or broke."""
    time_of = _TIME.search(row)
    return float(time_of[2] or 1) if time_of and " | held | " in row else 0.0
