"""Checking a configuration and the files that it names against each other."""

from collections import Counter
from pathlib import Path

from edge.locating.calibration import Calibration
from edge.model.ids import LocationId
from edge.model.places import Floor, LocationKind
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
    heard = {(antenna.reader, antenna.port) for antenna in floor.antennas}
    faults = _doubles(path, settings)
    faults += [
        f"{path}: scanner.station: {one.name} stands at {one.station}, which the floor file does "
        "not name as a station"
        for one in settings.scanner
        if floor.kind_of(LocationId(one.station)) is not LocationKind.STATION
    ]
    faults += [
        f"{path}: reader.name: the floor file has no [[antenna]] of {name}; its reads would "
        "mean nothing"
        for name in settings.reader_names
        if name not in {reader for reader, _ in heard}
    ]
    faults += [
        f"{path}: module.name: {one.name} has antenna 1 only, and the floor file does not name "
        "it; correct the port there"
        for one in settings.module
        if any(reader == one.name for reader, _ in heard) and (one.name, 1) not in heard
    ]
    return faults


def _doubles(path: Path, settings: Settings) -> list[str]:
    """Names and ports that two devices have, and badges that two people have."""
    badges = Counter(one.badge for one in settings.person)
    names = Counter(settings.reader_names + [one.name for one in settings.scanner])
    ports = Counter(one.path for one in settings.module)
    ports.update(one.path for one in settings.scanner)
    return (
        [
            f"{path}: name: {name} is used {times} times; each device has its own"
            for name, times in sorted(names.items())
            if times > 1
        ]
        + [
            f"{path}: path: {port} is used {times} times; two devices cannot share a port"
            for port, times in sorted(ports.items())
            if times > 1
        ]
        + [
            f"{path}: person.badge: {badge} is used {times} times; each person has their own"
            for badge, times in sorted(badges.items())
            if times > 1
        ]
    )
