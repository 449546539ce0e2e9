"""Taking up a changed configuration without a restart, and starting though it is broken.

What can change while work goes on is changed: the log's level, people, tokens. What cannot is
named and waits for the next start. A configuration with any fault changes nothing: the one in use
goes on, and why is told (`configuration_broken`).
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from edge.clock import Clock
from edge.compose.checking import check_files
from edge.floor.alerts import Alert, Alerts
from edge.model.sentences import sentence
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import Settings, load
from edge.settings.history import History, history_folder, kept_settings, texts_of

LIVE = frozenset({"log", "person", "token"})
BROKEN, WAITS = "configuration-broken", "configuration-waits"
FAULTS_TOLD = 3
_log = structlog.get_logger("configuration")


def start_settings(config_file: Path) -> tuple[Settings, list[str]]:
    """What to start with: the file, or the last known good where it is broken.

    Returns:
        The settings, and the faults of the file; none where it is good.

    Raises:
        ConfigurationError: it is broken, and none is known that worked.
    """
    faults = check_files(config_file)
    if not faults:
        return load(config_file), []
    folder = history_folder(config_file)
    kept = History(folder).newest()
    if kept is None:
        raise ConfigurationError(faults)
    try:
        return kept_settings(kept, config_file, folder / "in-use"), faults
    except (ValueError, OSError, ConfigurationError):
        raise ConfigurationError(faults) from None


class Reloader:
    """Thread-safe: signals come by the main thread, changes of a page by a worker.

    Args:
        config_file: of the gateway.
        running: what the gateway was started with.
        faults: of the file at the start, where the last known good runs instead.
        take_up: given the settings whose live sections are to hold from now on.
        alerts: `configuration_broken` and `configuration_waits` are raised and ended here.
        clock: the host's.
    """

    def __init__(
        self,
        config_file: Path,
        running: Settings,
        faults: list[str],
        take_up: Callable[[Settings], None],
        alerts: Alerts,
        clock: Clock,
    ) -> None:
        self._file = config_file
        self._running = running
        self._take_up = take_up
        self._alerts = alerts
        self._clock = clock
        self._history = History(history_folder(config_file))
        self._lock = threading.Lock()
        self.waits: list[str] = []
        """What was changed and holds from the next start only."""
        self._texts = None if faults else texts_of(config_file, running)
        if faults:
            self._refuse(faults, sentence("known_good_runs"))
        else:
            self._keep(running)

    def reload(self) -> None:
        """Look at the file again."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        faults = check_files(self._file)
        if faults:
            self._refuse(faults, sentence("running_goes_on"))
            return
        wanted = load(self._file)
        self._alerts.end(BROKEN)
        waiting = self.waits = self._waiting(wanted)
        self._take_up(wanted)
        self._keep(wanted)
        _log.info("configuration taken up", needs_restart=waiting)
        self._alerts.end(WAITS)
        if waiting:
            text = f"changed and not in use before the next start: {', '.join(waiting)}"
            self._begin(WAITS, [text])

    def _waiting(self, wanted: Settings) -> list[str]:
        """Sections and files that differ from those that the gateway was started with."""
        before, after = self._running.model_dump(), wanted.model_dump()
        sections = [name for name in before if name not in LIVE and before[name] != after[name]]
        texts, started = texts_of(self._file, wanted), self._texts
        if started is None:
            return [*sections, "floor", "exceptions"]
        files = [what for what in ("floor", "exceptions") if texts.get(what) != started.get(what)]
        return sections + files

    def _keep(self, settings: Settings) -> None:
        try:
            self._history.keep(texts_of(self._file, settings), self._clock.now_us())
        except OSError as error:
            _log.warning("configuration not kept in the history", error=str(error))

    def _refuse(self, faults: list[str], meanwhile: str) -> None:
        _log.error("configuration refused", faults=faults, meanwhile=meanwhile)
        self._alerts.end(BROKEN)  # the newest faults are told, not the first
        self._begin(BROKEN, [*faults[:FAULTS_TOLD], meanwhile])

    def _begin(self, alert_id: str, sentences: Sequence[str]) -> None:
        code = alert_id.replace("-", "_")
        now_us = self._clock.now_us()
        values = {"detail": "\n".join(sentences)}
        self._alerts.begin(Alert(alert_id, code, "warning", "; ".join(sentences), now_us, values))
