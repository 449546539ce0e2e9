"""Checking a configuration and the files that it names against each other."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from pathlib import Path

from edge.locating.calibration import Calibration
from edge.model.fault_sentences import fault
from edge.model.ids import LocationId
from edge.model.places import Floor, LocationKind
from edge.rules.stacking import PALLET_PLACES
from edge.settings.calibration_file import load_calibration
from edge.settings.exceptions_file import load_troubles
from edge.settings.faults import ConfigurationError, SomeSection, text_of
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings, load
from edge.settings.lines import Key, Lines
from edge.web.pins import is_pin_hash

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
CREDENTIALS = Path("/run/credentials")
"""Of systemd: what lies there is there for the service alone, and while it runs."""
Found = Iterator[tuple[tuple[Key, ...], str]]
"""What is wrong: at which key, and why."""


def check_files(path: Path) -> list[str]:
    """Every fault of a configuration and of the files that it names; empty where it is good."""
    try:
        settings = load(path)
    except ConfigurationError as error:
        return error.faults + _of_the_others(path)
    faults = _with_lines(path, chain(_people_and_pages(settings), _secrets(settings)))
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
    if floor is None:
        return faults
    faults += _with_lines(path, _contradictions(settings, floor))
    try:
        calibration_of(settings, floor)
    except ConfigurationError as error:
        faults += error.faults
    return faults


def _with_lines(path: Path, found: Found) -> list[str]:
    """The sentences of what was found in the file itself, each with its line where it is known."""
    faults: list[str] = []
    lines: Lines | None = None
    for keys, reason in found:
        lines = lines or Lines(text_of(path))
        line = lines.of(keys)
        dotted = ".".join(key for key in keys if isinstance(key, str))
        faults.append(f"{path}{f':{line}' if line else ''}: {dotted}: {reason}")
    return faults


def _of_named(path: Path, key: str, named: Path, faults: list[str]) -> list[str]:
    """The faults of a file that the configuration names; one that is missing, at its key."""
    try:
        named.stat()
    except FileNotFoundError:
        missing = (("gateway", key), fault("named_file_missing", named=named))
        return _with_lines(path, iter([missing]))
    except (OSError, ValueError):  # in a closed folder, or a name that no file can have
        return faults
    return faults


def _of_the_others(path: Path) -> list[str]:
    """The faults of the files that a faulty configuration names, so that all are told at once."""
    faults: list[str] = []
    try:
        text = text_of(path)
    except ConfigurationError:
        return []
    for key, read in (("floor_file", load_floor), ("exceptions_file", load_troubles)):
        told = re.search(rf"""^\s*{key}\s*=\s*(["'])(.+?)\1""", text, re.MULTILINE)
        named = path.resolve().parent / (told[2] if told else f"{key.removesuffix('_file')}.toml")
        try:
            if told or named.is_file():
                read(named)
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


def _people_and_pages(settings: Settings) -> Found:
    """What is wrong with sign-ins and with who can listen to them."""
    for at, one in enumerate(settings.person):
        if not is_pin_hash(one.pin_hash):
            yield ("person", at, "pin_hash"), fault("no_pin_hash", badge=one.badge)
    web = settings.web
    if web.host not in LOOPBACK and web.certificate_file is None:
        yield ("web", "host"), fault("pins_in_the_open", host=web.host)
    if (web.certificate_file is None) is not (web.key_file is None):
        yield ("web",), fault("key_without_certificate")


def _secrets(settings: Settings) -> Found:
    """Certificates, keys and passwords that are named and not there."""
    web, mqtt = settings.web, settings.mqtt
    named: list[tuple[tuple[Key, ...], Path | None]] = [
        (("web", "certificate_file"), web.certificate_file),
        (("web", "key_file"), web.key_file),
        (("mqtt", "password_file"), mqtt.password_file),
        (("mqtt", "ca_file"), mqtt.ca_file),
        (("mqtt", "certificate_file"), mqtt.certificate_file),
        (("mqtt", "key_file"), mqtt.key_file),
        *((("reader", at, "ca_file"), one.ca_file) for at, one in enumerate(settings.reader)),
    ]
    for keys, file in named:
        if file is not None and not file.is_relative_to(CREDENTIALS) and _is_missing(file):
            yield keys, fault("named_file_missing", named=file)


def _is_missing(file: Path) -> bool:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):  # in a folder that is closed to us, or told by who opens it
        return False
    return False


def _contradictions(settings: Settings, floor: Floor) -> Found:
    yield from _doubles(settings)
    yield from _places(settings, floor)
    yield from _antennas(settings, floor)
    yield from _lights(settings, floor)
    yield from _partner(settings, floor)


def _places(settings: Settings, floor: Floor) -> Found:
    """What names a place that is of another kind, or none."""
    posts = frozenset({LocationKind.STATION, LocationKind.WALL})
    zones = frozenset({LocationKind.ZONE})
    for at, one in _elsewhere(settings.scanner, "station", floor, posts):
        told = fault("no_station_or_wall", name=one.name, station=one.station)
        yield ("scanner", at, "station"), told
    for at, person in _elsewhere(settings.person, "zone", floor, zones):
        told = fault("person_in_no_zone", badge=person.badge, zone=person.zone)
        yield ("person", at, "zone"), told
    for zone in settings.picking.zone_strategies:
        if floor.kind_of(LocationId(zone)) not in zones:
            yield ("picking", "zone_strategies"), fault("no_zone", zone=zone)
    for at, printer in _elsewhere(settings.printer, "station", floor, PALLET_PLACES):
        told = fault("no_station_or_staging", name=printer.name, station=printer.station)
        yield ("printer", at, "station"), told
    for at, door in _elsewhere(settings.door, "portal", floor, frozenset({LocationKind.PORTAL})):
        yield ("door", at, "portal"), fault("no_portal", portal=door.portal)


def _elsewhere(
    sections: Sequence[SomeSection], key: str, floor: Floor, kinds: AbstractSet[LocationKind]
) -> Iterator[tuple[int, SomeSection]]:
    """Those whose place at this key is given and of none of these kinds, with their numbers."""
    for at, one in enumerate(sections):
        place = getattr(one, key)
        if place and floor.kind_of(LocationId(place)) not in kinds:
            yield at, one


def _antennas(settings: Settings, floor: Floor) -> Found:
    """Readers and modules whose reads would mean nothing."""
    heard = {(str(antenna.reader), antenna.port) for antenna in floor.antennas}
    readers = {reader for reader, _ in heard}
    for at, reader in enumerate(settings.reader):
        if reader.name not in readers:
            yield ("reader", at, "name"), fault("no_antenna_of", name=reader.name)
    for at, module in enumerate(settings.module):
        if module.name not in readers:
            yield ("module", at, "name"), fault("no_antenna_of", name=module.name)
        elif (module.name, 1) not in heard:
            yield ("module", at, "name"), fault("module_port", name=module.name)


def _lights(settings: Settings, floor: Floor) -> Found:
    readers = {one.name for one in settings.reader}
    lit = {LocationKind.STATION, LocationKind.WALL, LocationKind.SLOT}
    for at, one in enumerate(settings.light):
        if one.reader not in readers:
            yield ("light", at, "reader"), fault("no_reader", reader=one.reader)
        if one.place and floor.kind_of(LocationId(one.place)) not in lit:
            yield ("light", at, "place"), fault("no_lit_place", place=one.place)


def _partner(settings: Settings, floor: Floor) -> Found:
    """What is wrong with the gateway beside this one."""
    partner, name = settings.partner, settings.gateway.name
    for one in partner.places:
        if LocationId(one) not in floor.locations:
            yield ("partner", "places"), fault("no_place", place=one)
    if partner.name == name:
        yield ("partner", "name"), fault("partner_is_self", name=name)
    if bool(partner.name) is not bool(partner.places):
        yield ("partner",), fault("partner_half")


def _doubles(settings: Settings) -> Found:
    """Names and ports that two devices have, badges that two people have: the second of them."""
    devices = ("reader", "module", "scanner", "printer")
    for keys, name in _second(settings, devices, "name"):
        yield keys, fault("name_twice", name=name)
    for keys, port in _second(settings, ("module", "scanner"), "path"):
        yield keys, fault("port_twice", port=port)
    for keys, station in _second(settings, ("printer",), "station"):
        yield keys, fault("printers_two", station=station)
    for keys, portal in _second(settings, ("door",), "portal"):
        yield keys, fault("door_twice", portal=portal)
    for keys, name in _second(settings, ("carton",), "name"):
        yield keys, fault("carton_twice", name=name)
    for keys, badge in _second(settings, ("person",), "badge"):
        yield keys, fault("badge_used_twice", badge=badge)


def _second(settings: Settings, sections: Sequence[str], key: str) -> Found:
    """Every value that stands more than once at this key of these tables, where its second is."""
    times: Counter[str] = Counter()
    for section in sections:
        for at, one in enumerate(getattr(settings, section)):
            value = str(getattr(one, key))
            times[value] += 1
            if times[value] == 2:  # noqa: PLR2004 - told once, however often it stands there
                yield (section, at, key), value
