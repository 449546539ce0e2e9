"""Facts that left the journal, as compressed files that anybody can read.

One file for each piece that was pruned: `facts-FIRST-LAST.jsonl.gz`, a JSON object a line with the
row's columns, its checksum in hex. A file is whole before it has its name, and on the disk before
the rows go; the same piece again, after a crash in between, writes the same file again.
"""

import gzip
import json
import os
from collections.abc import Sequence
from pathlib import Path

from edge.store.chain import Row
from edge.store.durable import sync_to_disk
from edge.store.errors import told_by_store

_LEVEL = 6


class FactArchive:
    """Writes pieces into one folder.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, rows: Sequence[Row]) -> None:
        """Keep a piece of the journal for good.

        Args:
            rows: one or more, in their order.

        Raises:
            StoreError: the disk refused; nothing bears the piece's name.
        """
        name = f"facts-{rows[0].position:012d}-{rows[-1].position:012d}.jsonl.gz"
        with told_by_store(f"archiving to {self._folder / name}"):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished = self._folder / f".{name}.unfinished"
            with unfinished.open("wb") as file:
                # no name and no time inside: the same piece gives the same bytes
                with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
                    packed.writelines(_line(row) for row in rows)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._folder / name)
            sync_to_disk(self._folder)


def _line(row: Row) -> bytes:
    columns = {**row._asdict(), "body": json.loads(row.body), "checksum": row.checksum.hex()}
    return (json.dumps(columns, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
