"""The antennas' habits, kept over restarts: read at the start, written every half hour."""

from pathlib import Path

import structlog

from edge.floor.board import Board
from edge.locating.antennas import AntennaHealth
from edge.settings.radio_file import load_learnt, save_learnt

FILE = "radio.json"
_log = structlog.get_logger("radio")


def take_up_habits(path: Path, health: AntennaHealth) -> None:
    """Go on from what was learnt before; what is damaged is left, and learnt anew."""
    try:
        health.take_up(load_learnt(path))
    except (ValueError, OSError) as error:
        _log.warning("antennas are learnt anew", file=str(path), reason=str(error))


class Habits:
    """Writes what the floor loop shows; used by the thread that tells health."""

    def __init__(self, board: Board, path: Path) -> None:
        self._board = board
        self._path = path
        self._revision = 0

    def keep(self) -> None:
        """Write, if something new was shown; a full disk is told elsewhere."""
        sheet = self._board.look("radio/learnt")
        if sheet is None or sheet.revision == self._revision:
            return
        self._revision = sheet.revision
        rows = sheet.value["antennas"]
        try:
            save_learnt(self._path, rows if isinstance(rows, list) else [])
        except OSError as error:
            _log.warning("what was learnt of antennas is not kept", reason=str(error))
