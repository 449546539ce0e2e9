"""A gateway's journal, looked at from outside."""

from dataclasses import dataclass
from pathlib import Path

from edge.compose.core import STORE_FILE
from edge.store.reader import JournalReader


@dataclass(frozen=True, slots=True)
class JournalCounts:
    """How far the journal and the central system are."""

    last_seq: int
    acknowledged: int


def journal_counts(data_dir: Path) -> JournalCounts:
    """How far a gateway's journal and its central system are, read from outside."""
    reader = JournalReader(data_dir / STORE_FILE)
    try:
        return JournalCounts(reader.last_seq(), reader.acknowledged())
    finally:
        reader.close()
