"""What was learnt of the antennas, as a file beside the journal: JSON, written whole or not.

Nothing in it is precious: a file that is missing or damaged means that the antennas are learnt
anew within minutes, so it is neither checked at the start nor part of a backup.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Rows = Sequence[Mapping[str, object]]


def load_learnt(path: Path) -> list[Mapping[str, object]]:
    """What was learnt before; nothing where there is no file yet.

    Raises:
        ValueError: it is damaged.
        OSError: it cannot be read.
    """
    if not path.exists():
        return []
    told = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise ValueError("is no list of antennas")
    return told


def save_learnt(path: Path, rows: Rows) -> None:
    """Write what was learnt; a file that is there is replaced at once.

    Raises:
        OSError: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(json.dumps(list(rows)), encoding="utf-8")
    fresh.replace(path)
