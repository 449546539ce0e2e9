"""Changing the configuration from a page: checked whole before it is in place, kept, taken back.

The files stay what an operator wrote; a change replaces one of them in one step. Its candidate is
written beside it and checked with everything that it names, so a file with a fault is never in
place, not even for a moment.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from edge.compose.checking import check_files
from edge.model.fault_sentences import fault
from edge.settings.editing import EditingError, with_values
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import Settings, load
from edge.settings.history import History, Kept, history_folder, texts_of, write_whole

Edit = Callable[[str], str]
"""The text of a file as it is to be; raises `EditingError`."""


class ConfigurationDesk:
    """Thread-safe; one change at a time.

    Args:
        file: of the gateway.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._reload: Callable[[], None] = _nobody
        self._history = History(history_folder(file))

    def attach(self, reload: Callable[[], None]) -> None:
        """What takes a changed file up."""
        self._reload = reload

    def settings(self) -> Settings:
        """As the file says now, in use or not.

        Raises:
            ConfigurationError: it is broken.
        """
        return load(self.file)

    def faults(self) -> list[str]:
        """Of the files as they are."""
        return check_files(self.file)

    def change(self, what: str, edit: Edit) -> list[str]:
        """Change one file, and have it taken up.

        Args:
            what: `gateway` or `floor`.
            edit: makes the new text of the old one.

        Returns:
            Why not; nothing where it is done. Then nothing has changed.
        """
        with self._lock:
            try:
                texts = dict(texts_of(self.file, self.settings()))
                texts[what] = edit(texts.get(what, ""))
                faults = self._faults_of(texts)
                if not faults:
                    place = self.file if what == "gateway" else self._place_of(what)
                    write_whole(place, texts[what])
            except (ConfigurationError, EditingError) as error:
                return str(error).splitlines()
            except OSError as error:
                return [_unwritable(error)]
        if not faults:
            self._reload()
        return faults

    def kept(self) -> list[Kept]:
        """What worked, the newest first."""
        return self._history.all()

    def roll_back(self, number: int) -> list[str]:
        """Write a kept configuration back and have it taken up; why not, as `change`."""
        kept = self._history.all()
        if not 1 <= number <= len(kept):
            return [fault("not_kept", count=len(kept), number=number)]
        try:
            with self._lock:
                roll_back(self.file, kept[number - 1])
        except ConfigurationError as error:
            return error.faults
        except OSError as error:
            return [_unwritable(error)]
        self._reload()
        return []

    def _place_of(self, what: str) -> Path:
        gateway = self.settings().gateway
        return {"floor": gateway.floor_file, "exceptions": gateway.exceptions_file}[what]

    def _faults_of(self, texts: dict[str, str]) -> list[str]:
        """The faults of files that are not in place yet; named as if they were.

        Raises:
            OSError: they cannot be written beside the others.
        """
        floor = self._place_of("floor")
        new_floor = floor.with_name(f".{floor.name}.wanted")
        new_file = self.file.with_name(f".{self.file.name}.wanted")
        named = {"gateway": {"floor_file": str(new_floor.resolve())}}
        try:
            write_whole(new_floor, texts.get("floor", ""))
            write_whole(new_file, with_values(texts["gateway"], named))
            faults = check_files(new_file)
        finally:
            new_file.unlink(missing_ok=True)
            new_floor.unlink(missing_ok=True)
        names = {str(new_file): str(self.file), str(new_floor.resolve()): str(floor)}
        for wanted, place in names.items():
            faults = [one.replace(wanted, place) for one in faults]
        return faults


def roll_back(file: Path, kept: Kept) -> None:
    """Write a kept configuration back; what stood there is kept as FILE.before-rollback.

    Raises:
        ConfigurationError: this version has faults to find in it.
        OSError: a file cannot be written.
    """
    _replaced(file, kept.texts["gateway"])
    gateway = load(file).gateway
    for what, place in (("floor", gateway.floor_file), ("exceptions", gateway.exceptions_file)):
        if what in kept.texts:
            _replaced(place, kept.texts[what])
    faults = check_files(file)
    if faults:
        raise ConfigurationError(faults)


def _replaced(file: Path, text: str) -> None:
    before = file.read_text(encoding="utf-8", errors="replace") if file.exists() else None
    if before == text:
        return
    if before is not None:
        write_whole(file.with_name(f"{file.name}.before-rollback"), before)
    write_whole(file, text)


def _unwritable(error: OSError) -> str:
    return f"{error.filename}: {fault('folder_unwritable', error=error.strerror)}"


def _nobody() -> None:
    """Nothing runs that would take it up."""
