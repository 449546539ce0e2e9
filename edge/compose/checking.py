"""Checking a configuration and the files that it names against each other."""

from pathlib import Path

from edge.locating.calibration import Calibration
from edge.model.ids import LocationId
from edge.model.places import Floor
from edge.settings.calibration_file import load_calibration
from edge.settings.exceptions_file import load_troubles
from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings, load


def check_files(path: Path) -> list[str]:
    """Every fault of a configuration and of the files that it names; empty where it is good."""
    try:
        settings = load(path)
    except ConfigurationError as error:
        return error.faults
    faults: list[str] = []
    floor: Floor | None = None
    try:
        floor = load_floor(settings.gateway.floor_file)
    except ConfigurationError as error:
        faults += error.faults
    try:
        load_troubles(settings.gateway.exceptions_file)
    except ConfigurationError as error:
        faults += error.faults
    return faults + (_against_floor(path, settings, floor) if floor else [])


def _against_floor(path: Path, settings: Settings, floor: Floor) -> list[str]:
    faults = _contradictions(path, settings, floor)
    try:
        calibration_of(settings, floor)
    except ConfigurationError as error:
        faults += error.faults
    return faults


def calibration_of(settings: Settings, floor: Floor) -> Calibration | None:
    """What was learnt about the floor; None where no file is configured.

    Raises:
        ConfigurationError: the file is missing, damaged, or of another floor.
    """
    path = settings.gateway.calibration_file
    return None if path is None else load_calibration(path, floor)


def _contradictions(path: Path, settings: Settings, floor: Floor) -> list[str]:
    readers = [one.name for one in settings.reader]
    faults = [
        f"{path}: reader.name: {name} is used twice; each device has its own"
        for name in sorted({one for one in readers if readers.count(one) > 1})
    ]
    faults += [
        f"{path}: scanner.station: {one.name} stands at {one.station}, which the floor file does "
        "not name"
        for one in settings.scanner
        if LocationId(one.station) not in floor.locations
    ]
    heard = {antenna.reader for antenna in floor.antennas}
    faults += [
        f"{path}: reader.name: the floor file has no [[antenna]] of {name}; its reads would "
        "mean nothing"
        for name in readers
        if name not in heard
    ]
    return faults
