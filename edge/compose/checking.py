"""Checking a configuration and the files that it names against each other."""

from collections import Counter
from pathlib import Path

from edge.locating.calibration import Calibration
from edge.model.fault_sentences import fault
from edge.model.ids import LocationId
from edge.model.places import Floor, LocationKind
from edge.rules.stacking import PALLET_PLACES
from edge.settings.calibration_file import load_calibration
from edge.settings.exceptions_file import load_troubles
from edge.settings.faults import ConfigurationError, read_toml
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings, load
from edge.web.pins import is_pin_hash

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def check_files(path: Path) -> list[str]:
    """Every fault of a configuration and of the files that it names; empty where it is good."""
    try:
        settings = load(path)
    except ConfigurationError as error:
        of_floor = _of_named_floor(path)
        return error.faults + [one for one in of_floor if one not in error.faults]
    faults = _people_and_pages(path, settings)
    gateway = settings.gateway
    floor: Floor | None = None
    try:
        floor = load_floor(gateway.floor_file)
    except ConfigurationError as error:
        faults += _of_named(path, "floor_file", gateway.floor_file, error.faults)
    try:
        load_troubles(gateway.exceptions_file)
    except ConfigurationError as error:
        faults += _of_named(path, "exceptions_file", gateway.exceptions_file, error.faults)
    return faults + (_against_floor(path, settings, floor) if floor else [])


def _of_named(path: Path, key: str, named: Path, faults: list[str]) -> list[str]:
    """The faults of a file that the configuration names; one that is missing, at its key."""
    if named.exists():
        return faults
    return [f"{path}: gateway.{key}: {fault('named_file_missing', named=named)}"]


def _of_named_floor(path: Path) -> list[str]:
    """The faults of the floor file that a faulty configuration names, so that all are told."""
    try:
        gateway = read_toml(path).get("gateway")
        named = gateway.get("floor_file") if isinstance(gateway, dict) else None
        if isinstance(named, str):
            load_floor(path.resolve().parent / named)
    except ConfigurationError as error:
        return error.faults
    return []


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


def _people_and_pages(path: Path, settings: Settings) -> list[str]:
    """What is wrong with sign-ins and with who can listen to them."""
    faults = [
        f"{path}: person.pin_hash: {fault('no_pin_hash', badge=one.badge)}"
        for one in settings.person
        if not is_pin_hash(one.pin_hash)
    ]
    web = settings.web
    if web.host not in LOOPBACK and web.certificate_file is None:
        faults.append(f"{path}: web.host: {fault('pins_in_the_open', host=web.host)}")
    if (web.certificate_file is None) is not (web.key_file is None):
        faults.append(f"{path}: web: {fault('key_without_certificate')}")
    return faults


def _contradictions(path: Path, settings: Settings, floor: Floor) -> list[str]:
    heard = {(antenna.reader, antenna.port) for antenna in floor.antennas}
    faults = _doubles(path, settings)
    faults += [
        f"{path}: scanner.station: "
        f"{fault('no_station_or_wall', name=one.name, station=one.station)}"
        for one in settings.scanner
        if floor.kind_of(LocationId(one.station)) not in {LocationKind.STATION, LocationKind.WALL}
    ]
    faults += [
        f"{path}: person.zone: {fault('person_in_no_zone', badge=one.badge, zone=one.zone)}"
        for one in settings.person
        if one.zone and floor.kind_of(LocationId(one.zone)) is not LocationKind.ZONE
    ]
    faults += [
        f"{path}: picking.zone_strategies: {fault('no_zone', zone=zone)}"
        for zone in settings.picking.zone_strategies
        if floor.kind_of(LocationId(zone)) is not LocationKind.ZONE
    ]
    faults += [
        f"{path}: reader.name: {fault('no_antenna_of', name=name)}"
        for name in settings.reader_names
        if name not in {reader for reader, _ in heard}
    ]
    faults += [
        f"{path}: module.name: {fault('module_port', name=one.name)}"
        for one in settings.module
        if any(reader == one.name for reader, _ in heard) and (one.name, 1) not in heard
    ]
    faults += [
        f"{path}: printer.station: "
        f"{fault('no_station_or_staging', name=one.name, station=one.station)}"
        for one in settings.printer
        if floor.kind_of(LocationId(one.station)) not in PALLET_PLACES
    ]
    faults += [
        f"{path}: door.portal: {fault('no_portal', portal=one.portal)}"
        for one in settings.door
        if floor.kind_of(LocationId(one.portal)) is not LocationKind.PORTAL
    ]
    faults += _of_lights(path, settings, floor)
    return faults + _of_the_partner(path, settings, floor)


def _of_the_partner(path: Path, settings: Settings, floor: Floor) -> list[str]:
    """What is wrong with the gateway beside this one."""
    partner, name = settings.partner, settings.gateway.name
    faults = [
        f"{path}: partner.places: {fault('no_place', place=one)}"
        for one in partner.places
        if LocationId(one) not in floor.locations
    ]
    if partner.name == name:
        faults.append(f"{path}: partner.name: {fault('partner_is_self', name=name)}")
    if bool(partner.name) is not bool(partner.places):
        faults.append(f"{path}: partner: {fault('partner_half')}")
    return faults


def _of_lights(path: Path, settings: Settings, floor: Floor) -> list[str]:
    readers = {one.name for one in settings.reader}
    lit = {LocationKind.STATION, LocationKind.WALL, LocationKind.SLOT}
    return [
        f"{path}: light.reader: {fault('no_reader', reader=one.reader)}"
        for one in settings.light
        if one.reader not in readers
    ] + [
        f"{path}: light.place: {fault('no_lit_place', place=one.place)}"
        for one in settings.light
        if one.place and floor.kind_of(LocationId(one.place)) not in lit
    ]


def _doubles(path: Path, settings: Settings) -> list[str]:
    """Names and ports that two devices have, and badges that two people have."""
    badges = Counter(one.badge for one in settings.person)
    names = Counter(settings.reader_names + [one.name for one in settings.scanner])
    names.update(one.name for one in settings.printer)
    stations = Counter(one.station for one in settings.printer)
    doors = Counter(one.portal for one in settings.door)
    cartons = Counter(one.name for one in settings.carton)
    ports = Counter(one.path for one in settings.module)
    ports.update(one.path for one in settings.scanner)
    return (
        [
            f"{path}: name: {fault('name_twice', name=name)}"
            for name, times in sorted(names.items())
            if times > 1
        ]
        + [
            f"{path}: path: {fault('port_twice', port=port)}"
            for port, times in sorted(ports.items())
            if times > 1
        ]
        + [
            f"{path}: printer.station: {fault('printers_two', station=station)}"
            for station, times in sorted(stations.items())
            if times > 1
        ]
        + [
            f"{path}: door.portal: {fault('door_twice', portal=portal)}"
            for portal, times in sorted(doors.items())
            if times > 1
        ]
        + [
            f"{path}: carton.name: {fault('carton_twice', name=name)}"
            for name, times in sorted(cartons.items())
            if times > 1
        ]
        + [
            f"{path}: person.badge: {fault('badge_used_twice', badge=badge)}"
            for badge, times in sorted(badges.items())
            if times > 1
        ]
    )
