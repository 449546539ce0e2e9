"""Every configuration that worked, kept beside the journal: to compare, to go back, to fall back.

A kept one is the text of the three files that an operator writes, under the moment at which the
gateway took it up. Only good ones are kept, so the newest is the last known good. The files hold
hashes of PINs, so they are closed to others.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from edge.settings.gateway import Gateway, Settings

KEPT_MOST = 50
_FORM = "%Y%m%dT%H%M%S.%fZ"
_DATA_DIR = re.compile(r"""^\s*data_dir\s*=\s*(["'])(.+?)\1""", re.MULTILINE)

Texts = Mapping[str, str]
"""The files by what they are: gateway, floor, exceptions."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One configuration that worked; `at_us` is when it was taken up, UTC microseconds."""

    at_us: int
    texts: Texts


def history_folder(config_file: Path) -> Path:
    """Where a gateway's configurations are kept, told even by a file that is broken."""
    try:
        is_file = config_file.is_file()  # of a pipe, reading would not come to an end
        text = config_file.read_text(encoding="utf-8", errors="replace") if is_file else ""
    except OSError:
        text = ""
    told = _DATA_DIR.search(text)
    data_dir = Path(told[2]) if told else Gateway().data_dir
    return config_file.resolve().parent / data_dir / "configurations"


def texts_of(config_file: Path, settings: Settings) -> Texts:
    """The files as they are now.

    Raises:
        OSError: one of them cannot be read.
    """
    gateway = settings.gateway
    files = {
        "gateway": config_file,
        "floor": gateway.floor_file,
        "exceptions": gateway.exceptions_file,
    }
    return {
        what: file.read_text(encoding="utf-8") for what, file in files.items() if file.exists()
    }


class History:
    """The configurations of one gateway; the newest is number 1.

    Args:
        folder: from `history_folder`; made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, texts: Texts, at_us: int) -> None:
        """Keep a configuration that works, unless it is the newest already.

        Raises:
            OSError: it cannot be written; what was kept is as it was.
        """
        newest = self.newest()
        if newest is not None and newest.texts == texts:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = datetime.fromtimestamp(at_us / 1e6, UTC).strftime(_FORM)
        write_whole(self._folder / f"{name}.json", json.dumps({"at_us": at_us, "texts": texts}))
        for old in self._files()[KEPT_MOST:]:
            old.unlink()

    def all(self) -> list[Kept]:
        """The newest first; a damaged one is left out."""
        return [one for one in map(_read, self._files()) if one is not None]

    def newest(self) -> Kept | None:
        """The last known good; None before the first."""
        return next((one for one in map(_read, self._files()) if one is not None), None)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*Z.json"), reverse=True)


def _read(file: Path) -> Kept | None:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return Kept(int(told["at_us"]), {str(k): str(v) for k, v in told["texts"].items()})
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def write_whole(file: Path, text: str) -> None:
    """Replace a file in one step; one that was there keeps its rights.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
    handle = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        os.fchmod(handle, mode)  # whatever the process masks
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)


def kept_settings(kept: Kept, config_file: Path, folder: Path) -> Settings:
    """The settings of a kept configuration, with its own floor and exceptions.

    Args:
        kept: from the history.
        config_file: whose folder its relative paths are taken from.
        folder: where its floor and exceptions are written, to be read from there.

    Raises:
        ValueError: this version does not understand it any more.
        OSError: the folder cannot be written.
    """
    settings = Settings.model_validate(tomllib.loads(kept.texts["gateway"]))
    anchored = settings.anchored(config_file.resolve().parent)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    placed = {}
    for what in ("floor", "exceptions"):
        file = folder / f"{what}.toml"
        file.unlink(missing_ok=True)
        if what in kept.texts:
            write_whole(file, kept.texts[what])
        placed[f"{what}_file"] = file
    return anchored.model_copy(update={"gateway": anchored.gateway.model_copy(update=placed)})
