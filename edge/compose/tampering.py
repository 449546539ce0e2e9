"""Files that changed since the last start: the program, its unit file, the configuration.

Digests of the last start lie beside the journal. A new version brings new files, and a reload
takes a changed configuration up; both are accounted for. Everything else wants a person. Whoever
may write beside the journal can hide from this: it is for the careless and the curious.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import structlog

import drivers
import edge
from edge.compose.core import VERSION
from edge.model.inputs import IntrusionNoticed
from edge.model.sentences import sentence
from edge.settings.history import Texts, write_whole

FILE = "files.json"
UNIT = Path("/lib/systemd/system/warehouse-edge.service")
NAMES_TOLD = 5
_SOURCES = {".py", ".js", ".html", ".css", ".json"}
_log = structlog.get_logger("tampering")


def program_digests() -> dict[str, str]:
    """Every file of the program and its unit file, by its name."""
    found = {str(UNIT): _digest(UNIT.read_bytes())} if UNIT.exists() else {}
    for package in (edge, drivers):
        folder = Path(package.__file__ or "").parent
        found |= {
            f"{folder.name}/{file.relative_to(folder)}": _digest(file.read_bytes())
            for file in sorted(folder.rglob("*"))
            if file.suffix in _SOURCES
        }
    return found


def changed_since(before: Mapping[str, object], now: Mapping[str, str], version: str) -> list[str]:
    """The names of files that are other, new or gone; none where the version is another."""
    files = before.get("files")
    if before.get("version") != version or not isinstance(files, dict):
        return []
    return sorted(name for name in {*files, *now} if files.get(name) != now.get(name))


def look_for_changes(
    data_dir: Path, texts: Texts, kept: Texts | None, at_us: int
) -> IntrusionNoticed | None:
    """Compare with the last start, and remember this one.

    Args:
        data_dir: where the digests lie.
        texts: the configuration in use.
        kept: the newest that the gateway took up before, by start or reload; None for none.
        at_us: now, UTC microseconds.

    Returns:
        What to tell; None where everything is as it was.
    """
    now, file = program_digests(), data_dir / FILE
    changed = changed_since(_read(file), now, VERSION)
    if kept is not None:
        changed += sorted(
            f"{what}.toml" for what in {*kept, *texts} if kept.get(what) != texts.get(what)
        )
    try:
        write_whole(file, json.dumps({"version": VERSION, "files": now}))
    except OSError as error:
        _log.warning("digests not kept", error=str(error))
    if not changed:
        return None
    more = len(changed) - NAMES_TOLD
    code = "files_changed_more" if more > 0 else "files_changed"
    detail = sentence(code, files=", ".join(changed[:NAMES_TOLD]), count=more)
    return IntrusionNoticed("files_changed", "files", detail, at_us)


def _read(file: Path) -> dict[str, object]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
