"""Calibrating, wired: learning runs as the command `calibrate` in a child, at the lowest priority.

A child keeps a core's worth of counting out of the gateway's own process, where it would hold up
the floor loop; and what a page learns is what the command learns.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path

from edge.compose.core import Core
from edge.floor.alerts import Alert
from edge.floor.calibrating import CalibratingParts, CalibrationBench, LearningError
from edge.floor.calibration_recording import Recording
from edge.locating.calibration import Calibration
from edge.model.places import Floor
from edge.model.sentences import sentence
from edge.settings.calibration_file import load_calibration, save_calibration
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import Settings

LEARN_S_MAX = 900.0
_NICE = 15
OWN_FILE = "calibration.json"
"""Where the page keeps a calibration when the settings name no file, in the data folder."""


def calibration_path(settings: Settings) -> Path:
    """The file that the page writes: the configured one, else one of its own."""
    return settings.gateway.calibration_file or settings.gateway.data_dir / OWN_FILE


def calibration_in_use(core: Core) -> Calibration | None:
    """What is located with: the configured file, else the page's own.

    The page's own file stops nothing: where it does not fit any more a person is told, and
    antennas count alike until somebody calibrates again.

    Raises:
        ConfigurationError: the configured file is missing, damaged, or of another floor.
    """
    path = calibration_path(core.settings)
    if core.settings.gateway.calibration_file is not None:
        return load_calibration(path, core.floor)
    if not path.exists():
        return None
    try:
        return load_calibration(path, core.floor)
    except ConfigurationError as error:
        text = f"{error}; antennas count alike until then"
        now_us = core.clock.now_us()
        core.alerts.begin(
            Alert(
                "calibration-refused",
                "calibration_refused",
                "warning",
                text,
                now_us,
                {"detail": str(error)},
            )
        )
        return None


class CommandLearner:
    """Runs `warehouse-edge calibrate`.

    Args:
        floor_file: the floor's own file.
        floor: what it says, for the check of the result.
    """

    def __init__(self, floor_file: Path, floor: Floor) -> None:
        self._floor_file = floor_file
        self._floor = floor
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None

    def learn(self, recording: Recording) -> Calibration:
        """As `Learner` says."""
        out = recording.folder / OWN_FILE
        with self._lock:
            self._child = child = subprocess.Popen(  # noqa: S603 - our own command, no shell
                self._command(recording, out),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        try:
            _, told = child.communicate(timeout=LEARN_S_MAX)
        except subprocess.TimeoutExpired:
            self.cancel()
            child.communicate()
            raise LearningError(sentence("learning_long")) from None
        if child.returncode != 0:
            *_, reason = [sentence("learning_broken"), *told.splitlines()]
            raise LearningError(reason)
        try:
            return load_calibration(out, self._floor)
        except ConfigurationError as error:
            raise LearningError(str(error)) from error

    def cancel(self) -> None:
        """As `Learner` says."""
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                self._child.kill()

    def _command(self, recording: Recording, out: Path) -> list[str]:
        return [
            *("nice", "-n", str(_NICE), sys.executable, "-m", "edge", "calibrate"),
            *("--floor", str(self._floor_file), "--reads", str(recording.reads_path)),
            *("--truth", str(recording.truth_path), "--out", str(out)),
        ]


def calibration_bench(core: Core, known: Calibration | None) -> CalibrationBench:
    """The bench, not started.

    Args:
        core: what it is wired to.
        known: the calibration in use.
    """
    gateway = core.settings.gateway
    return CalibrationBench(
        CalibratingParts(
            floor=core.floor,
            clock=core.clock,
            board=core.board,
            desk=core.desk,
            learner=CommandLearner(gateway.floor_file, core.floor),
            folder=gateway.data_dir / "calibrations",
            save=lambda made: save_calibration(calibration_path(core.settings), made),
            known=known,
        )
    )
