"""The configuration: what an operator writes, checked whole, handed down as plain values.

`config/gateway.toml` shows every key with its default, its unit and why one would change it.
Unknown keys are refused with the nearest name; all errors are told at once.
"""

import re
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from drivers.llrp.found import PORT, SearchPlan
from edge.model.fault_sentences import fault
from edge.settings.epcis import Epcis
from edge.settings.faults import Section, SomeSection, Spelled, read_model
from edge.settings.packing import Carton, Packing
from edge.settings.picking import Picking, Substitute
from edge.settings.reader import Host, Name, Reader

Baud = Annotated[int, Field(ge=300, le=921_600)]

_PORT = re.compile(
    r"/.+|(socket|rfc2217)://[^/\s]+:\d+.*|"
    r"usb:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}(:.+)?|usb-path:\d+-\d+(\.\d+)*(:\d+\.\d+)?"
)


def _port_named(text: str) -> str:
    """A serial port's address.

    Raises:
        ValueError: it is none; names the kinds.
    """
    if not _PORT.fullmatch(text):
        raise ValueError(fault("write_serial_port"))
    return text


def _network_named(text: object) -> object:
    """A subnet's address.

    Raises:
        ValueError: it is none.
    """
    try:
        if isinstance(text, str):
            IPv4Network(text)
    except ValueError:
        raise ValueError(fault("write_network")) from None
    return text


PortPath = Annotated[str, AfterValidator(_port_named)]
Subnet = Annotated[IPv4Network, BeforeValidator(_network_named)]
RAW_PORT = 9100
"""Of a printer that takes what comes as it is."""
BrokerAddress = Annotated[str, Spelled(r"^[^\s/:]+:\d{1,5}$", "write_host_and_port")]


class Gateway(Section):
    """Who and where this gateway is."""

    site: Name = "site"
    name: Name = "gateway"
    data_dir: Path = Path("/var/lib/warehouse-edge")
    floor_file: Path = Path("floor.toml")
    exceptions_file: Path = Path("exceptions.toml")
    calibration_file: Path | None = None
    gs1_company_prefix: Annotated[str, Spelled(r"^\d{6,12}$", "write_company_prefix")] = "4012345"
    sscc_extension: Annotated[int, Field(ge=0, le=9)] = 3
    sscc_serials_above: Annotated[int, Field(ge=0, lt=10**10)] = 0


class Timing(Section):
    """The floor loop's beat and its bounds."""

    tick_ms: Annotated[int, Field(ge=1, le=1000)] = 20
    inputs_max: Annotated[int, Field(ge=100)] = 10_000
    reads_max: Annotated[int, Field(ge=1000)] = 400_000


class Journal(Section):
    """How long facts stay in the journal after the central system has stored them."""

    keep_days: Annotated[float, Field(ge=0, le=3650)] = 30.0
    keep_facts_min: Annotated[int, Field(ge=0)] = 10_000
    archive_dir: Path | None = None
    reserve: bool = True


class Backup(Section):
    """Where copies of the journal go."""

    folder: Path = Path("/var/lib/warehouse-edge/backups")
    second_folder: Path | None = None
    keep_days: Annotated[float, Field(ge=0, le=3650)] = 30.0
    full_hours: Annotated[float, Field(gt=0, le=744)] = 24.0
    incremental: bool = True


LEASE_S_MIN = 90.0
"""Three beats of a handheld: two may be lost on the air."""


class Work(Section):
    """How orders are put together and checked."""

    quantity_max: Annotated[int, Field(ge=1)] = 999
    orders_per_walk: Annotated[int, Field(ge=1, le=60)] = 8
    pieces_per_walk: Annotated[int, Field(ge=1, le=1000)] = 40
    volume_l_per_walk: Annotated[float, Field(ge=0, le=100_000)] = 0.0
    weight_kg_per_walk: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    apart: tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...] = ()
    rush_priority: Annotated[int, Field(ge=-1000, le=1000)] = 5
    sure_wait_minutes: Annotated[float, Field(ge=0, le=1440)] = 0.0
    line_s: Annotated[float, Field(ge=0.1, le=3600)] = 20.0
    ready_before_minutes: Annotated[float, Field(ge=0, le=1440)] = 30.0
    lease_s: Annotated[float, Field(ge=0, le=86_400)] = 600.0

    @field_validator("lease_s")
    @classmethod
    def _longer_than_a_beat(cls, seconds: float) -> float:
        if 0 < seconds < LEASE_S_MIN:
            raise ValueError(fault("lease_short", least=f"{LEASE_S_MIN:.0f}"))
        return seconds


class Review(Section):
    """What an order has to bear, and when it is taken for one that came before."""

    required: Literal["as-used"] | tuple[Literal["carrier", "ship_to", "due_at"], ...] = "as-used"
    duplicate_hours: Annotated[float, Field(ge=0, le=744)] = 24.0


class Hold(Section):
    """Orders that a person has to look at: those that fit every condition that is given."""

    name: Name
    why: Annotated[str, Field(min_length=1, max_length=200)]
    skus: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    ship_to: tuple[Annotated[str, Field(min_length=2)], ...] = ()
    pieces_min: Annotated[int, Field(ge=1)] | None = None
    priority_min: Annotated[int, Field(ge=-1000, le=1000)] | None = None

    @model_validator(mode="after")
    def _some_condition(self) -> Self:
        limits = (self.pieces_min, self.priority_min)
        if not (
            self.skus or self.carriers or self.ship_to or any(one is not None for one in limits)
        ):
            raise ValueError(fault("hold_always"))
        return self


class Scanner(Section):
    """One serial barcode scanner at a pack station."""

    name: Name
    path: PortPath
    station: str
    baud: Baud = 9600
    protocol: Literal["line", "ssi"] = "line"
    prefix: str = ""
    suffix: str = ""
    fnc1: Annotated[
        str,
        Spelled(r"^$|^.{0,15}[^0-9A-Za-z].{0,15}$", "write_mark"),
    ] = ""


class Module(Section):
    """One serial UHF module: a reader with one antenna, port 1 in the floor file.

    Region and power are law where it hangs, so they have no default.
    """

    name: Name
    path: PortPath
    region: Literal["cn900", "us", "eu", "cn800", "kr"]
    power_dbm: Annotated[float, Field(ge=0, le=33)]
    baud: Baud = 115_200


class Mqtt(Section):
    """The broker that leads to the central system."""

    enabled: bool = True
    host: Host = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    standby: tuple[BrokerAddress, ...] = ()
    stay_s: Annotated[float, Field(ge=1, le=86_400)] = 60.0
    absent_s: Annotated[float, Field(ge=1, le=3600)] = 30.0
    prefix: Annotated[
        str,
        Spelled(r"^[a-z0-9][a-z0-9-]{0,30}$", "write_prefix"),
    ] = "we1"
    client_id: str = ""
    username: str = ""
    password_file: Path | None = None
    tls: bool = False
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    keepalive_s: Annotated[int, Field(ge=2, le=600)] = 15
    window: Annotated[int, Field(ge=1, le=100)] = 20
    reconnect_s_max: Annotated[float, Field(ge=1, le=3600)] = 60.0


class Delivery(Section):
    """Whose word frees the journal, and how fast it is sent."""

    confirmed_by: Literal["central", "broker"] = "central"
    events_per_s_max: Annotated[float, Field(ge=0, le=1_000_000)] = 0.0
    bytes_per_s_max: Annotated[float, Field(ge=0, le=1e9)] = 0.0


class Partner(Section):
    """A gateway that covers some of the same places: both tell, and one event of two is kept."""

    name: Annotated[
        str,
        Spelled(r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$", "write_partner"),
    ] = ""
    places: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = ()
    within_s: Annotated[float, Field(ge=1, le=3600)] = 60.0


class Web(Section):
    """The pages and the API."""

    host: Host = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    certificate_file: Path | None = None
    key_file: Path | None = None
    idle_minutes_max: Annotated[int, Field(ge=1)] = 60
    session_hours_max: Annotated[int, Field(ge=1)] = 12
    lock_minutes: Annotated[int, Field(ge=0, le=720)] = 15
    enrolled_devices_only: bool = False


class Discovery(Section):
    """Looking for readers that nobody has configured."""

    mdns: bool = True
    subnets: tuple[Subnet, ...] = ()
    port: Annotated[int, Field(ge=1, le=65535)] = PORT
    every_minutes: Annotated[float, Field(ge=0.01, le=10_080)] = 60.0

    @model_validator(mode="after")
    def _a_neighbourhood(self) -> Self:
        """The search says itself what is too much."""
        SearchPlan(subnets=self.subnets)
        return self


class Radio(Section):
    """When an antenna is told to be at fault; the defaults are `locating.settings`' own."""

    rate_low_share: Annotated[float, Field(ge=0.05, le=0.9)] = 0.4
    rssi_jump_db: Annotated[float, Field(ge=3, le=40)] = 8.0
    reference_missing_s: Annotated[float, Field(ge=5, le=86_400)] = 60.0


class Person(Section):
    """Somebody who may sign in; `pin_hash` as `warehouse-edge people hash-pin` prints it."""

    badge: Annotated[
        str,
        Spelled(r"^[A-Za-z0-9._-]{1,40}$", "write_badge"),
    ]
    name: str
    role: Literal["picker", "packer", "supervisor", "administrator"]
    pin_hash: Annotated[str, Spelled(r"^\$argon2id\$", "write_pin_hash")]
    zone: str = ""


class Light(Section):
    """One output of a reader that a result switches: a stack light, a buzzer, a slot's lamp."""

    on: Literal["right", "wrong", "complete", "slot", "critical"]
    reader: Name
    output: Annotated[int, Field(ge=1, le=65_535)]
    place: str = ""
    seconds: Annotated[float, Field(ge=0.1, le=600)] = 2.0


class Printer(Section):
    """One label printer of a pack station."""

    name: Name
    address: Annotated[str, Spelled(r"^tcp://[^\s/:]+(:\d{1,5})?$", "write_printer")]
    station: str
    answers: bool = True
    width_mm: Annotated[float, Field(ge=95, le=220)] = 100.0
    height_mm: Annotated[float, Field(ge=125, le=320)] = 150.0
    dots_per_mm: Literal[6, 8, 12, 24] = 8

    @property
    def host_and_port(self) -> tuple[str, int]:
        """Where it takes raw ZPL."""
        host, _, port = self.address.removeprefix("tcp://").partition(":")
        return host, int(port or RAW_PORT)


class Door(Section):
    """A portal of the floor file, and the carriers that load there."""

    portal: Annotated[str, Field(min_length=1, max_length=64)]
    carriers: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(min_length=1)
    ]


class Token(Section):
    """A machine that may ask; `sha256` of its token in hex."""

    name: Name
    sha256: Annotated[str, Spelled(r"^[0-9a-f]{64}$", "write_sha256")]
    scopes: tuple[Literal["ready", "metrics", "look"], ...] = ("metrics",)


class Log(Section):
    """What is written to the log."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(Section):
    """The whole file."""

    gateway: Gateway = Gateway()
    timing: Timing = Timing()
    journal: Journal = Journal()
    backup: Backup = Backup()
    work: Work = Work()
    review: Review = Review()
    picking: Picking = Picking()
    packing: Packing = Packing()
    mqtt: Mqtt = Mqtt()
    delivery: Delivery = Delivery()
    partner: Partner = Partner()
    epcis: Epcis = Epcis()
    web: Web = Web()
    log: Log = Log()
    radio: Radio = Radio()
    discovery: Discovery = Discovery()
    reader: tuple[Reader, ...] = ()
    module: tuple[Module, ...] = ()
    scanner: tuple[Scanner, ...] = ()
    person: tuple[Person, ...] = ()
    token: tuple[Token, ...] = ()
    light: tuple[Light, ...] = ()
    printer: tuple[Printer, ...] = ()
    door: tuple[Door, ...] = ()
    hold: tuple[Hold, ...] = ()
    substitute: tuple[Substitute, ...] = ()
    carton: tuple[Carton, ...] = ()

    @property
    def reader_names(self) -> list[str]:
        """Everything that reads tags: LLRP readers, then serial modules."""
        return [one.name for one in self.reader] + [one.name for one in self.module]

    def anchored(self, folder: Path) -> Self:
        """The settings with every relative path taken from a folder."""
        return self.model_copy(
            update={
                "gateway": _anchor(self.gateway, folder),
                "journal": _anchor(self.journal, folder),
                "backup": _anchor(self.backup, folder),
                "mqtt": _anchor(self.mqtt, folder),
                "web": _anchor(self.web, folder),
                "reader": tuple(_anchor(one, folder) for one in self.reader),
            }
        )


def load(path: Path) -> Settings:
    """The settings of a file; relative paths in it are taken from the file's own folder.

    Raises:
        ConfigurationError: with every fault at once.
    """
    return read_model(path, Settings).anchored(path.resolve().parent)


def _anchor(section: SomeSection, folder: Path) -> SomeSection:
    paths = {name: folder / value for name, value in section if isinstance(value, Path)}
    return section.model_copy(update=paths)
