"""Checking a configuration and the files that it names against each other."""

from collections import Counter
from pathlib import Path

from edge.model.ids import LocationId
from edge.model.places import Floor, LocationKind
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
    return faults + (_contradictions(path, settings, floor) if floor else [])


def _contradictions(path: Path, settings: Settings, floor: Floor) -> list[str]:
    readers = [one.name for one in settings.reader]
    devices = Counter([*readers, *(one.name for one in settings.scanner)])
    badges = Counter(one.badge for one in settings.person)
    faults = [
        f"{path}: reader.name, scanner.name: {name} is used twice; each device has its own"
        for name, count in devices.items()
        if count > 1
    ]
    faults += [
        f"{path}: person.badge: {badge} is used twice; each person has their own"
        for badge, count in badges.items()
        if count > 1
    ]
    faults += [
        f"{path}: scanner.station: {one.name} stands at {one.station}, which the floor file does "
        "not name as a station"
        for one in settings.scanner
        if floor.kind_of(LocationId(one.station)) is not LocationKind.STATION
    ]
    heard = {antenna.reader for antenna in floor.antennas}
    faults += [
        f"{path}: reader.name: the floor file has no [[antenna]] of {name}; its reads would "
        "mean nothing"
        for name in readers
        if name not in heard
    ]
    return faults
