"""Where the keys of a configuration file stand, found once for all of its faults.

A floor may have 100,000 places and the same mistake in each: to look for every key anew would take
hours.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import zip_longest

Key = str | int
"""A key of a table, or the number of a table (from 0) among those of its name."""
_HEADER = re.compile(r"\s*\[+(?:[\w-]+\.)*([\w-]+)\]")
_ENTRY = re.compile(r"\s*([^=\s]+)\s*=")


class Lines:
    """The lines of tables and keys of a TOML text.

    Args:
        text: of the file; what is no TOML in it is passed over.
    """

    def __init__(self, text: str) -> None:
        self._headers: dict[str, list[int]] = defaultdict(list)
        self._entries: dict[str, list[int]] = defaultdict(list)
        self._tables: list[int] = []
        for number, line in enumerate(text.splitlines()):
            if line.lstrip().startswith("["):
                self._tables.append(number)
            if header := _HEADER.match(line):
                self._headers[header[1]].append(number)
            elif entry := _ENTRY.match(line):
                self._entries[entry[1]].append(number)

    def of(self, keys: Sequence[Key]) -> int | None:
        """The line (from 1) on which a key stands, or its table; None where neither is found."""
        table: int | None = None
        for key, following in zip_longest(keys, keys[1:]):
            if not isinstance(key, int):
                table = self._below(table, key, following)
        return None if table is None else table + 1

    def _below(self, table: int | None, key: str, following: Key | None) -> int | None:
        """Where a key stands in the table that begins at a line, or the table of that name."""
        at = table or 0
        headers = self._headers.get(key, ())
        first = bisect_left(headers, at)
        if first < len(headers) and isinstance(following, int):
            return headers[min(first + following, len(headers) - 1)]
        if first < len(headers) and table is None:
            return headers[first]
        entries = self._entries.get(key, ())
        entry = bisect_left(entries, at)
        end = bisect_left(self._tables, at + 1)  # the next table may have a key of this name, too
        if entry < len(entries) and (
            end == len(self._tables) or entries[entry] < self._tables[end]
        ):
            return entries[entry]
        return table
