"""The daemon with a journal that may turn out to be damaged: it goes on by itself."""

from collections.abc import Callable
from pathlib import Path

import structlog

from edge.clock import SystemClock
from edge.compose.core import STORE_FILE, new_id_maker
from edge.floor.alerts import Alert, Alerts
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings
from edge.store.errors import StoreDamagedError
from edge.store.mending import Mended, is_being_mended, mend, mended

STARTS_MAX = 4
"""In one process: a store that is sound and yet fails must not turn for ever."""
_log = structlog.get_logger("journal")


def run_and_mend(settings: Settings, run: Callable[[], None]) -> None:
    """Run the daemon; when its journal is damaged, at the start or later, mend it and run again.

    Everything begins anew in the same process: the state, the numbering and every reader of the
    journal are others than before.

    Raises:
        StoreDamagedError: it is damaged again and again.
        Whatever else `run` raises.
    """
    path = settings.gateway.data_dir / STORE_FILE
    if is_being_mended(path):
        _mend(settings, path, "an earlier mending was cut off")
    for _ in range(STARTS_MAX - 1):
        try:
            run()
        except StoreDamagedError as error:
            _mend(settings, path, str(error))
        else:
            return
    run()


def _mend(settings: Settings, path: Path, reason: str) -> None:
    _log.error("the journal is damaged", reason=reason)
    places = (settings.backup.folder, settings.backup.second_folder)
    folders = [one for one in places if one is not None]
    floor = load_floor(settings.gateway.floor_file)
    found = mend(path, folders, floor, new_id_maker(), SystemClock().now_us(), reason)
    if found is None:
        _log.warning("every row of the journal is as it was written: nothing was changed")
    else:
        _log.error("the journal was put aside", text=in_words(found))


class Quarantine:
    """An alert for as long as a damaged journal lies beside the one in use.

    Args:
        path: of the store.
        alerts: told.
    """

    def __init__(self, path: Path, alerts: Alerts) -> None:
        self._path = path
        self._alerts = alerts
        self._told: set[str] = set()

    def look(self) -> None:
        """What lies there now; to be called now and then, by one thread."""
        lying = {one.quarantined: one for one in mended(self._path)}
        for name, one in lying.items():
            alert_id = _alert_id(name)
            text = in_words(one)
            values = {"file": one.quarantined, "detail": text}
            alert = Alert(alert_id, "journal_damaged", "critical", text, one.at_us, values)
            self._alerts.begin(alert)
        for name in self._told - lying.keys():
            self._alerts.end(_alert_id(name))
        self._told = set(lying)


def _alert_id(quarantined: str) -> str:
    return f"journal-damaged-{quarantined.rpartition('-')[2].lower()}"


def in_words(one: Mended) -> str:
    """What happened and what is to be done, in one sentence or two."""
    empty = "an empty journal, for there was no sound backup"
    source = f"backup {one.backup}" if one.backup else empty
    last = one.fact.last_seq
    if last is None:
        gap = f"facts from {one.first_seq} on are missing"
    elif last < one.first_seq:
        gap = "no fact is missing"
    else:
        gap = f"facts {one.first_seq} to {last} are missing"
    epoch = f" (numbering {one.epoch})" if one.epoch else ""
    return (
        f"the journal was damaged and lies in {one.quarantined}; work goes on from {source}, "
        f"and {one.salvaged} facts that the file still told; {gap}{epoch}. "
        "Count what was moved since; see journal_damaged in docs/operations.md"
    )
