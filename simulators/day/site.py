"""The gateway's site in a simulated day: a file's settings, the day's own hall and people."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from edge.model.ids import LocationId
from edge.model.places import STORAGE_KINDS, Floor
from edge.settings.exceptions_file import SHIPPED
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Door, Hold, Module, Person, Scanner, Settings, load
from edge.settings.packing import Carton
from edge.settings.picking import Substitute
from edge.settings.reader import Reader
from simulators.catalogue import COMPANY_PREFIX
from simulators.day.flows import Flow
from simulators.day.grounds import GATE_READER, MODULE, SECOND_DOCK, day_hall, zones_of
from simulators.day.radio import pace_of
from simulators.day.scales import CARTONS
from simulators.day.ways import Way
from simulators.hall import DOCK, PACK_STATION, STATION_READER, ZONE_READER, floor_toml

SCANNER = "pack-scanner"
READERS = (ZONE_READER, STATION_READER)
"""Those of every day; a gate has one of its own besides (`readers_of`)."""
BROKERS = ("broker-1", "broker-2")
PICKERS_MAX = 9
PACKERS = ("2001", "2002")
SORTER = "2003"
LEADER = "3001"
LEADER_PIN = "4711"
PORT = 1883
DOORS = {DOCK: ("Northpost", "Parcelline"), SECOND_DOCK: ("Swiftvan",)}
"""Who loads where, on days on which doors are told apart."""
_LEASE_S = 120.0
_HELD_PIECES = 5
_GATE_READS = 256
"""A report of the gate's reader: its reads of a moment, each by itself."""
_GATE_WAIT_MS = 250
"""With the second until it is looked at less than what ends a tag's stay there."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the gateway of the day stands."""

    settings: Settings
    floor: Floor
    way: Way

    @property
    def base(self) -> str:
        """What the topics of the gateway begin with."""
        gateway = self.settings.gateway
        return f"{self.settings.mqtt.prefix}/{gateway.site}/{gateway.name}/"


def readers_of(flows: Collection[Flow]) -> tuple[str, ...]:
    """The readers of a day."""
    return (*READERS, GATE_READER) if Flow.GATE in flows else READERS


def picker_badges(count: int) -> list[str]:
    """Badges of so many pickers."""
    return [str(1001 + number) for number in range(count)]


def site_of(
    config: Path | None, data_dir: Path, way: Way, substitutes: tuple[Substitute, ...] = ()
) -> Site:
    """The site of a day.

    Args:
        config: a gateway's file; its way of working is taken, its devices and people are the
            day's. None for the defaults.
        data_dir: where the journal lies.
        way: how the warehouse works where no file says so.
        substitutes: what may be taken instead, where that is done there.

    Raises:
        ConfigurationError: the file is wrong.
    """
    way = way if config is None else Way()
    base = load(config) if config is not None else _working(Settings(), way, substitutes)
    gateway = base.gateway.model_copy(
        update={
            "data_dir": data_dir,
            "exceptions_file": SHIPPED,
            "calibration_file": None,
            "gs1_company_prefix": COMPANY_PREFIX,
        }
    )
    return Site(
        base.model_copy(
            update={
                "gateway": gateway,
                "journal": base.journal.model_copy(update={"archive_dir": None, "reserve": False}),
                "mqtt": base.mqtt.model_copy(
                    update={
                        "enabled": True,
                        "host": BROKERS[0],
                        "port": PORT,
                        "standby": [f"{BROKERS[1]}:{PORT}"],
                    }
                ),
                "reader": tuple(_reader(name) for name in readers_of(way.flows)),
                "scanner": (Scanner(name=SCANNER, path="/dev/simulated", station=PACK_STATION),),
                "module": tuple(_modules(way)),
                "light": (),
                "person": tuple(_people(way)),
            }
        ),
        base.picking.checked(_hall_floor(way.flows)),
        way,
    )


def _working(base: Settings, way: Way, substitutes: tuple[Substitute, ...]) -> Settings:
    """On a day without a file of its own a picker looks where nobody has counted in time."""
    flows = way.flows
    lease = {"lease_s": _LEASE_S} if Flow.SHORT_LEASE in flows else {}
    work = base.work.model_copy(update={"sure_wait_minutes": 5.0, **lease})
    picking = way.picking(base.picking)
    if Flow.CHECK_DIGITS in flows:
        picking = picking.model_copy(update={"check_digits": "required"})
    return base.model_copy(
        update={
            "work": work,
            "picking": picking,
            "door": tuple(_doors()) if Flow.DOORS in flows else (),
            "hold": tuple(_holds()) if Flow.HOLDS in flows else (),
            "substitute": substitutes if Flow.SUBSTITUTES in flows else (),
            "packing": base.packing.model_copy(update={"weigh": way.weigh}),
            "carton": tuple(_cartons()) if Flow.WEIGHING in flows else (),
        }
    )


def _doors() -> Iterator[Door]:
    for portal, carriers in DOORS.items():
        yield Door(portal=portal, carriers=carriers)


def _holds() -> Iterator[Hold]:
    yield Hold(
        name="large", why="an order of so many pieces is looked at", pieces_min=_HELD_PIECES
    )


def _cartons() -> Iterator[Carton]:
    for name, tare_g in CARTONS.items():
        yield Carton(name=name, tare_g=tare_g)


def _reader(name: str) -> Reader:
    """Reports gathered for a moment, so that a day has few; a gate needs every read, and soon."""
    if name == GATE_READER:
        reads, wait_ms = _GATE_READS, _GATE_WAIT_MS
    else:
        reads, wait_ms = 0, round(pace_of(name).step_s * 1000)
    return Reader(name=name, host="192.0.2.1", report_every=reads, report_after_ms=wait_ms)


def _modules(way: Way) -> Iterator[Module]:
    if Flow.UHF in way.flows:
        yield Module(name=MODULE, path="/dev/simulated-uhf", region="cn900", power_dbm=26.0)


def _people(way: Way) -> Iterator[Person]:
    zones = zones_of(day_hall())
    for place, badge in enumerate(picker_badges(PICKERS_MAX)):
        yield _person(badge, "picker", way.zone_of(place, zones))
    for badge in (*PACKERS, SORTER):
        yield _person(badge, "packer")
    yield _person(LEADER, "supervisor", pin=LEADER_PIN)


def _person(badge: str, role: str, zone: str = "", pin: str = "") -> Person:
    """Somebody whose PIN is kept as it is: hashing it would take as long as a played minute."""
    return Person.model_construct(
        badge=badge, name=f"Badge {badge}", role=role, zone=zone, pin_hash=pin
    )


@cache
def _hall_floor(flows: frozenset[Flow]) -> Floor:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "floor.toml"
        file.write_text(floor_toml(day_hall(flows)), encoding="utf-8")
        floor = load_floor(file)
    return _with_digits(floor) if Flow.CHECK_DIGITS in flows else floor


def _with_digits(floor: Floor) -> Floor:
    """Three columns at each place of storage; no two places have the same."""
    digits: dict[LocationId, tuple[str, ...]] = {}
    for name, place in floor.locations.items():
        if place.kind in STORAGE_KINDS:
            number = len(digits)
            digits[name] = tuple(f"{(number + 37 * one) % 1000:03d}" for one in range(3))
    return replace(
        floor,
        locations={
            name: replace(place, check_digits=digits.get(name, ()))
            for name, place in floor.locations.items()
        },
    )
