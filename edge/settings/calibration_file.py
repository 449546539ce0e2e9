"""A calibration as a file: JSON, written whole or not at all."""

import json
import os
from pathlib import Path

from edge.locating.calibration import Calibration, CalibrationError
from edge.model.fault_sentences import fault
from edge.model.places import Floor
from edge.settings.faults import ConfigurationError


def load_calibration(path: Path, floor: Floor) -> Calibration:
    """The calibration of a file, if it was made on this floor.

    Raises:
        ConfigurationError: it is missing, damaged, or was made for another floor.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        calibration = Calibration.from_dict(value if isinstance(value, dict) else {})
        calibration.check(floor)
    except OSError as error:
        reason = fault("file_unreadable", error=error.strerror or error)
        raise ConfigurationError([f"{path}: {reason}"]) from None
    except CalibrationError as error:
        raise ConfigurationError([f"{path}: {error}"]) from None
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, numbers without end
        raise ConfigurationError([f"{path}: {fault('no_json', error=error)}"]) from None
    return calibration


def save_calibration(path: Path, calibration: Calibration) -> None:
    """Write a calibration; a file that is there is replaced at once, when the new one is on disk.

    Raises:
        OSError: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(json.dumps(calibration.to_dict(), indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    fresh.replace(path)
