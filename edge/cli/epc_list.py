"""A list of EPCs that somebody wrote: one a line, in any form, ranges of serial numbers too."""

import re
from collections.abc import Iterator
from pathlib import Path

from edge.cli import tag_words as words
from edge.cli.console import read_text
from edge.model.ids import Epc

EPCS_MAX = 100_000
_RANGE = re.compile(r"(?P<key>\(01\)\d{14}\(21\))(?P<first>\d{1,12})\.\.(?P<last>\d{1,12})")


def read_list(file: Path, company_prefix_length: int | None) -> tuple[Epc, ...]:
    """The EPCs of a list: one a line, as hex, tag URI or GS1 key; `#` begins a comment.

    `(01)04012345000016(21)100..199` stands for a hundred of them.

    Raises:
        ValueError: a line is none of these, or an EPC stands twice; says where.
        OSError: the file cannot be read.
    """
    places: dict[Epc, int] = {}
    for number, line in enumerate(read_text(file).splitlines(), 1):
        text = line.partition("#")[0].strip()
        for one in _expanded(text):
            try:
                epc = Epc(words.epc_hex(one, company_prefix_length))
            except ValueError as error:
                raise ValueError(f"{file}:{number}: {error}") from None
            if epc in places:
                raise ValueError(f"{file}:{number}: {epc} stands in line {places[epc]} already")
            places[epc] = number
            if len(places) > EPCS_MAX:
                raise ValueError(f"{file}:{number}: a job has {EPCS_MAX} EPCs at most")
    if not places:
        raise ValueError(f"{file}: there is no EPC in it")
    return tuple(places)


def _expanded(text: str) -> Iterator[str]:
    """A line's EPCs: one, those of a range, or none."""
    found = _RANGE.fullmatch(text)
    if found is None:
        if text:
            yield text
        return
    first, last = int(found["first"]), int(found["last"])
    if not first <= last < first + EPCS_MAX:
        raise ValueError(f"{text}: goes from low to high, over {EPCS_MAX} at most")
    for serial in range(first, last + 1):
        yield f"{found['key']}{serial}"
