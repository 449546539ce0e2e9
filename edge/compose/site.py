"""Setting a gateway up from a page: who and where it is, its people, places, broker, certificates.

What has been done is told by the files and by what works, never by a note of its own: so the way
through goes on where it was, after a reload of the page and after a restart of the gateway.
"""

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from threading import Event
from typing import TYPE_CHECKING

from drivers.driver import DeviceUp
from drivers.llrp.found import SearchPlan
from drivers.llrp.search import Search
from edge.clock import Clock
from edge.compose.configuring import ConfigurationDesk
from edge.compose.discovering import approved
from edge.compose.link import link_settings
from edge.floor.board import Board, Shown
from edge.floor.found import FoundReaders
from edge.model.fault_sentences import fault, fault_recognised
from edge.model.places import Floor
from edge.model.sentences import sentence
from edge.settings.editing import Placed, Value, with_antennas, with_person, with_values
from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Gateway, Settings
from edge.settings.history import write_whole
from edge.sync.mqtt.settings import LinkStatus
from edge.sync.mqtt.trial import try_broker
from edge.web.pins import hash_pin
from edge.web.setup_bodies import AntennaPlace

if TYPE_CHECKING:
    from edge.compose.page_certificates import PageCertificates

CERTIFICATES = "certificates"
"""The folder of the authority, beside the configuration."""
TRIAL_S_MAX = 6.0
"""A page waits eight seconds for an answer."""
_NOT_AUTHORISED = 0x87
_ITEMS_SHOWN = 5
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared, not listened on


@dataclass(slots=True)
class Upkeep:
    """What a running gateway can do about its configuration; wired when it is built.

    Attributes:
        waits: what of the configuration holds from the next start only.
        begin_anew: ends the gateway, to begin anew in the same process; returns at once.
    """

    waits: Callable[[], Sequence[str]] = tuple
    begin_anew: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class SiteParts:
    """What the desk works with.

    Attributes:
        running: what the gateway was started with.
        in_use: addresses with ports of readers that are run.
        devices: those that answer by now, by name.
        link: how the way to the broker is; None where there is none.
        upkeep: of the running gateway.
        located: at most so many items that are anywhere.
    """

    configuration: ConfigurationDesk
    running: Settings
    board: Board
    clock: Clock
    found: FoundReaders
    in_use: Callable[[], set[tuple[str, int]]]
    devices: Callable[[], Mapping[str, DeviceUp]]
    link: Callable[[], LinkStatus | None]
    upkeep: Upkeep
    located: Callable[[int], Sequence[Shown]]


class SiteDesk:
    """As `edge.web.dependencies.Configuring` says; called from worker threads.

    Args:
        parts: see there.
    """

    def __init__(self, parts: SiteParts) -> None:
        self._parts = parts
        self._configuration = parts.configuration

    def picture(self) -> Shown:
        """The configuration as the files have it, and how far the way through is."""
        try:
            settings = self._configuration.settings()
            floor = load_floor(settings.gateway.floor_file)
        except ConfigurationError as error:
            told = {
                "faults": error.faults,
                "faults_said": [fault_recognised(one) for one in error.faults],
            }
            return {**told, "steps": [], "waits": [], "kept": self._kept()}
        return {
            "faults": [],
            "faults_said": [],
            "site": settings.gateway.model_dump(include={"site", "name", "gs1_company_prefix"}),
            "broker": settings.mqtt.model_dump(
                include={"enabled", "host", "port", "tls", "username"}
            ),
            "pages": {
                "host": settings.web.host,
                "port": settings.web.port,
                "secure": settings.web.certificate_file is not None,
                "names": self._certificates().names(),
            },
            "people": [
                {"badge": one.badge, "name": one.name, "role": one.role} for one in settings.person
            ],
            "places": [
                {"id": place.id, "kind": place.kind.value} for place in floor.locations.values()
            ],
            "antennas": [
                {"reader": one.reader, "port": one.port, "location": one.location}
                for one in floor.antennas
            ],
            "readers": self._ports(),
            "located": list(self._parts.located(_ITEMS_SHOWN)),
            "steps": self._steps(settings, floor),
            "waits": list(self._parts.upkeep.waits()),
            "kept": self._kept(),
        }

    def set_site(self, site: Mapping[str, Value]) -> Sequence[str]:
        """Who and where the gateway is; why not, or nothing."""
        return self._configuration.change(
            "gateway", lambda text: with_values(text, {"gateway": site})
        )

    def set_broker(self, broker: Mapping[str, Value]) -> Sequence[str]:
        """The way to the central system; likewise. `password` goes into a file of its own."""
        values = dict(broker)
        password = values.pop("password", None)
        if password is not None:
            place = self._configuration.file.resolve().with_name("mqtt.password")
            try:
                write_whole(place, f"{password}\n")
            except OSError as error:
                return [f"{place}: {fault('file_unwritable', error=error.strerror)}"]
            values["password_file"] = place.name
        return self._configuration.change(
            "gateway", lambda text: with_values(text, {"mqtt": values})
        )

    def add_person(self, person: Mapping[str, Value], pin: str) -> Sequence[str]:
        """Somebody who may sign in from now on; likewise."""
        whole = {**person, "pin_hash": hash_pin(pin)}
        return self._configuration.change("gateway", lambda text: with_person(text, whole))

    def place_antennas(self, reader: str, antennas: Sequence[AntennaPlace]) -> Sequence[str]:
        """These are the antennas of a reader, each at its place; likewise."""
        placed = [
            Placed(one.port, one.location, one.kind.value, one.x_m, one.y_m) for one in antennas
        ]
        return self._configuration.change(
            "floor", lambda text: with_antennas(text, reader, placed)
        )

    def try_broker(self, broker: Mapping[str, Value]) -> Shown:
        """Whether a broker takes us, lets us listen and publish; nothing is changed."""
        trouble = self._trouble_of(dict(broker))
        return {"good": not trouble, "text": trouble, "text_said": fault_recognised(trouble)}

    def _trouble_of(self, values: dict[str, Value]) -> str:
        """Why a broker is of no use to us; empty where it is."""
        password = values.pop("password", None)
        try:
            settings = self._configuration.settings()
            mqtt = settings.mqtt.model_copy(update=values)
            link = link_settings(settings.model_copy(update={"mqtt": mqtt}))
        except ConfigurationError as error:
            return error.faults[0]
        if password is not None:
            link = replace(link, password=str(password))
        wake, held = socket.socketpair()
        with wake, held:
            trial = try_broker(link, self._parts.clock, wake.fileno(), int(TRIAL_S_MAX * 1e6))
        if not trial.reached:
            return trial.trouble
        if not trial.listens:
            return sentence("not_listening")
        if trial.publish_reason == _NOT_AUTHORISED:
            return sentence("not_publishing")
        if trial.delivers is False:
            return sentence("delivers_nothing")
        return trial.trouble

    def look_at(self, host: str, port: int) -> str:
        """Look for a reader at an address that somebody typed; it then waits like a found one.

        Returns:
            `found`, `silent`, `in_use` or `unknown_host`.
        """
        try:
            address = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][4][0]
        except (OSError, UnicodeError):  # a name may be no name at all
            return "unknown_host"
        if (address, port) in self._parts.in_use():
            return "in_use"
        plan = SearchPlan(
            multicast=False, subnets=(IPv4Network(f"{address}/32"),), ports=(port, port)
        )
        reader = next(Search(plan, self._parts.clock, Event()).run(), None)
        if reader is None:
            return "silent"
        self._parts.found.note(reader)
        return "found"

    def make_certificates(self, names: Sequence[str], host: str) -> Sequence[str]:
        """An authority for these names, where there is none, and pages by TLS; likewise."""
        trouble = self._certificates().make(names)
        if trouble:
            return [trouble]
        web: Mapping[str, Value] = {
            "host": host,
            "certificate_file": f"{CERTIFICATES}/web.pem",
            "key_file": f"{CERTIFICATES}/web.key",
        }
        return self._configuration.change("gateway", lambda text: with_values(text, {"web": web}))

    def roll_back(self, number: int) -> Sequence[str]:
        """Go back to a configuration that worked, as `picture` counts them; likewise."""
        return self._configuration.roll_back(number)

    def doors(self) -> Mapping[str, str]:
        """Where handhelds come in, and the authority that they are to trust; empty without one."""
        web, certificates = self._parts.running.web, self._certificates()
        scheme = "https" if web.certificate_file else "http"
        host = certificates.names()[0] if web.host == _EVERYWHERE else web.host
        own = certificates.authority()
        return {"url": f"{scheme}://{host}:{web.port}", "ca_sha256": own.sha256, "ca_pem": own.pem}

    def faults(self) -> Sequence[str]:
        """Why the files would not be taken up; nothing where they are good."""
        return self._configuration.faults()

    def begin_anew(self) -> None:
        """Take up what waits: the gateway is away for some seconds."""
        self._parts.upkeep.begin_anew()

    def _kept(self) -> list[int]:
        return [one.at_us for one in self._configuration.kept()]

    def _certificates(self) -> "PageCertificates":
        from edge.compose.page_certificates import PageCertificates  # noqa: PLC0415 - 7 MiB

        folder = self._configuration.file.resolve().with_name(CERTIFICATES)
        return PageCertificates(folder, self._parts.clock)

    def _ports(self) -> list[Shown]:
        """Every reader that is run, with the ports that it has or is read on."""
        sheet = self._parts.board.look("readers/decided")
        joined = {one.device: one.antennas for one in approved(sheet.value if sheet else {})}
        wanted = {one.name: one.antennas for one in self._parts.running.reader}
        wanted |= {one.name: (1,) for one in self._parts.running.module}
        devices = self._parts.devices()
        return [
            {
                "name": name,
                "up": name in devices,
                "ports": list(ports or (devices[name].antennas if name in devices else ())),
            }
            for name, ports in {**wanted, **joined}.items()
        ]

    def _steps(self, settings: Settings, floor: Floor) -> list[Shown]:
        """How far the way through is, in its order."""
        status, readers = self._parts.link(), self._ports()
        placed = {one.reader for one in floor.antennas}
        untouched = Gateway()
        done = {
            "badge": any(one.role == "administrator" for one in settings.person),
            "site": (settings.gateway.site, settings.gateway.name)
            != (untouched.site, untouched.name),
            "readers": any(one["up"] for one in readers),
            "places": bool(readers) and all(one["name"] in placed for one in readers),
            "broker": not settings.mqtt.enabled or (status is not None and status.connected),
            "certificates": settings.web.certificate_file is not None,
            "tag": bool(self._parts.located(1)),
        }
        return [{"step": step, "done": is_done} for step, is_done in done.items()]
