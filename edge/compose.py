"""Settings in, wired daemon out: the only file that names concrete parts."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drivers.driver import Driver
from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from drivers.serial.scanner import Scanner, ScannerSettings
from edge.clock import Clock, SystemClock
from edge.daemon.health import Health, disk_free_bytes, metrics_text
from edge.daemon.service import Daemon
from edge.daemon.supervisor import Service, Supervisor, guard
from edge.floor.alerts import Alert, Alerts
from edge.floor.board import Board
from edge.floor.inbox import Inbox, InboxFullError
from edge.floor.listening import FloorListener
from edge.floor.lookups import Lookups
from edge.floor.loop import FloorLoop, LoopParts
from edge.floor.planner import Planner
from edge.floor.rates import Rates
from edge.floor.showing import Showing
from edge.locating.locator import Locator
from edge.model.ids import Badge, DeviceName, Gtin, IdMaker, LocationId, Sku, uuid7
from edge.model.places import Floor
from edge.rules.terms import Effect, Terms
from edge.settings.exceptions_file import TroubleTable, load_troubles
from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings, load
from edge.store.errors import StoreError
from edge.store.reader import JournalReader
from edge.store.store import Store
from edge.sync.epcis.events import EpcisWriter
from edge.sync.epcis.names import EpcisNames
from edge.sync.mqtt.link import MqttLink
from edge.sync.mqtt.settings import LinkParts, LinkSettings, LinkStatus, TlsSettings
from edge.sync.wire.outgoing import ClockQuality, alert_payload
from edge.web.app import create_app
from edge.web.dependencies import SessionTimes, Trouble, WebDependencies
from edge.web.people import Person, Role, Scope, ServiceToken
from edge.web.server import TlsFiles, WebServer

STORE_FILE = "journal.sqlite"
VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class JournalCounts:
    """How far the journal and the central system are."""

    last_seq: int
    acknowledged: int


def journal_counts(data_dir: Path) -> JournalCounts:
    """How far a gateway's journal and its central system are, read from outside."""
    reader = JournalReader(data_dir / STORE_FILE)
    try:
        return JournalCounts(reader.last_seq(), reader.acknowledged())
    finally:
        reader.close()


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


@dataclass(frozen=True, slots=True)
class Core:
    """What every part of the daemon is wired to."""

    settings: Settings
    floor: Floor
    troubles: tuple[TroubleTable, ...]
    clock: Clock
    make_id: IdMaker
    inbox: Inbox
    board: Board
    alerts: Alerts
    store_path: Path


def build(settings: Settings) -> Daemon:
    """The daemon of these settings, not started.

    Raises:
        ConfigurationError: a file that the settings name is wrong.
        StoreError: the journal cannot be opened, or another daemon has it.
    """
    clock = SystemClock()
    core = Core(
        settings=settings,
        floor=load_floor(settings.gateway.floor_file),
        troubles=load_troubles(settings.gateway.exceptions_file),
        clock=clock,
        make_id=lambda: uuid7(clock.now_us(), secrets.randbits(74)),
        inbox=Inbox(
            clock,
            inputs_max=settings.timing.inputs_max,
            reads_max=settings.timing.reads_max,
        ),
        board=Board(),
        alerts=Alerts(),
        store_path=settings.gateway.data_dir / STORE_FILE,
    )
    settings.gateway.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store.open(core.store_path, clock, core.make_id)
    link = _link(core) if settings.mqtt.enabled else None
    listener = _listener(core)
    planner = Planner(core.inbox, clock, core.make_id, np.random.default_rng(), guard)
    loop = _loop(core, store, planner, link)
    health = _Look(core, link, listener, loop, store)
    web = _web(core, health)
    services = [Service("planner", planner), Service("floor", loop)]
    services += [Service("link", link)] if link else []
    services += [Service(name, driver) for name, driver in _drivers(core, listener)]
    services.append(Service("web", web))
    return Daemon(
        Supervisor([Service("store", _Closing(store)), *services]),
        clock,
        lambda: loop.progressed_us,
        health.tell,
        lambda: {"ready": True, "url": _url(settings, web.port)},
    )


def _url(settings: Settings, port: int) -> str:
    scheme = "https" if settings.web.certificate_file else "http"
    return f"{scheme}://{settings.web.host}:{port}"


class _Closing:
    """The store as a service: open already, closed last."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def start(self) -> None:
        """Nothing is left to do."""

    def stop(self) -> None:
        """Close the file and let the lock go."""
        self._store.close()


def _loop(core: Core, store: Store, planner: Planner, link: MqttLink | None) -> FloorLoop:
    settings = core.settings
    names: Mapping[str, str] = {one.badge: one.name for one in settings.person}
    showing = Showing(
        core.board,
        Rates(core.clock.now_us()),
        core.alerts,
        lambda: _backlog(core, store, link),
        names,
    )
    terms = Terms(
        company_prefix=settings.gateway.gs1_company_prefix,
        sscc_extension=settings.gateway.sscc_extension,
        quantity_max=settings.work.quantity_max,
        orders_per_walk=settings.work.orders_per_walk,
        pieces_per_walk=settings.work.pieces_per_walk,
        troubles={one.code: Effect(one.effect) for one in core.troubles},
    )
    return FloorLoop(
        LoopParts(
            floor=core.floor,
            terms=terms,
            inbox=core.inbox,
            store=store,
            locator=Locator(core.floor),
            planner=planner,
            showing=showing,
            alerts=core.alerts,
            clock=core.clock,
            committed=link.wake if link else _nobody_waits,
            guard=guard,
            tick_ms=settings.timing.tick_ms,
        )
    )


def _nobody_waits() -> None:
    """Without a link nobody waits for commits."""


def _backlog(core: Core, store: Store, link: MqttLink | None) -> dict[str, object]:
    status = link.status() if link else None
    oldest_us = status.oldest_unsent_us if status else None
    age_s = (core.clock.now_us() - oldest_us) / 1e6 if oldest_us else 0.0
    return {
        "unsent": store.last_seq - store.acknowledged,
        "oldest_unsent_s": round(max(0.0, age_s), 1),
        "connected": status.connected if status else False,
        "phase": status.phase if status else "off",
    }


def _link(core: Core) -> MqttLink:
    settings = core.settings
    mqtt, gateway = settings.mqtt, settings.gateway
    link = MqttLink(
        LinkSettings(
            brokers=((mqtt.host, mqtt.port),),
            site=gateway.site,
            gateway=gateway.name,
            prefix=mqtt.prefix,
            username=mqtt.username or None,
            password=_secret(mqtt.password_file),
            tls=_tls(settings) if mqtt.tls else None,
            keepalive_s=mqtt.keepalive_s,
            reconnect_s_max=mqtt.reconnect_s_max,
            confirmed_by=settings.delivery.confirmed_by,
            window_messages=mqtt.window,
        ),
        LinkParts(
            clock=core.clock,
            generator=np.random.default_rng(),
            make_id=core.make_id,
            journal=JournalReader(core.store_path),
            journal_error=StoreError,
            deliver=lambda input_, settle: core.inbox.put(input_, settle, wait_ms=0),
            inbox_full=InboxFullError,
            clock_quality=lambda: ClockQuality(synced=True, offset_ms=0),
            epcis=EpcisWriter(
                EpcisNames(
                    base=f"urn:warehouse-edge:{gateway.site}",
                    gtin_of=lambda sku: _gtin_of(core.board, sku),
                    kind_of=core.floor.kind_of,
                )
            ),
        ),
    )
    core.alerts.listen(lambda name, alert: link.alert(name, _alert_payload(alert)))
    link.set_state("ready")
    link.publish_info(_info(core))
    return link


def _gtin_of(board: Board, sku: Sku) -> Gtin | None:
    sheet = board.look("articles")
    article = sheet.value.get(sku) if sheet else None
    return Gtin(str(article["gtin"])) if isinstance(article, dict) and article["gtin"] else None


def _alert_payload(alert: Alert | None) -> bytes | None:
    if alert is None:
        return None
    return alert_payload(alert.code, alert.severity, alert.since_us, alert.text)


def _info(core: Core) -> dict[str, object]:
    text = core.settings.model_dump_json().encode()
    return {
        "version": VERSION,
        "readers": [one.name for one in core.settings.reader],
        "antennas": [
            {"reader": one.reader, "port": one.port, "location": one.location}
            for one in core.floor.antennas
        ],
        "locations": list(core.floor.locations),
        "configuration_sha256": hashlib.sha256(text).hexdigest(),
    }


def _secret(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, IndexError):
        raise ConfigurationError(
            [f"{path}: holds no password; write it on the first line"]
        ) from None


def _tls(settings: Settings) -> TlsSettings:
    mqtt = settings.mqtt
    return TlsSettings(mqtt.ca_file, mqtt.certificate_file, mqtt.key_file)


def _listener(core: Core) -> FloorListener:
    stations = {DeviceName(one.name): LocationId(one.station) for one in core.settings.scanner}
    return FloorListener(core.inbox, core.make_id, stations)


def _drivers(core: Core, listener: FloorListener) -> list[tuple[str, Driver]]:
    settings = core.settings
    found: list[tuple[str, Driver]] = []
    generator = np.random.default_rng()
    if settings.reader:
        wanted = tuple(
            LlrpSettings(device=one.name, **one.model_dump(exclude={"name"}))
            for one in settings.reader
        )
        found.append(("readers", LlrpWire(wanted, listener, core.clock, generator)))
    for scanner in settings.scanner:
        wanted_scanner = ScannerSettings(scanner.name, scanner.path, scanner.baud)
        found.append((scanner.name, Scanner(wanted_scanner, listener, core.clock, generator)))
    return found


def _web(core: Core, health: "_Look") -> WebServer:
    settings = core.settings
    web = settings.web
    files = (
        TlsFiles(web.certificate_file, web.key_file)
        if web.certificate_file and web.key_file
        else None
    )
    dependencies = WebDependencies(
        inbox=core.inbox,
        board=core.board,
        clock=core.clock,
        floor=core.floor,
        people=tuple(
            Person(Badge(one.badge), one.name, Role(one.role), one.pin_hash)
            for one in settings.person
        ),
        tokens=tuple(
            ServiceToken(one.name, one.sha256, frozenset(Scope(scope) for scope in one.scopes))
            for one in settings.token
        ),
        session_key_path=settings.gateway.data_dir / "session.key",
        lookups=Lookups(core.store_path, core.board),
        troubles=tuple(Trouble(one.code, one.at, one.en, one.zh) for one in core.troubles),
        metrics=lambda: metrics_text(health.look),
        ready=health.ready,
        secure=files is not None,
        session_times=SessionTimes(web.idle_minutes_max * 60, web.session_hours_max * 3600),
    )
    return WebServer(create_app(dependencies), web.host, web.port, tls=files)


class _Look:
    """Gathers the figures of health from the parts."""

    def __init__(
        self,
        core: Core,
        link: MqttLink | None,
        listener: FloorListener,
        loop: FloorLoop,
        store: Store,
    ) -> None:
        self._core = core
        self._link = link
        self._listener = listener
        self._loop = loop
        self._store = store

    def look(self) -> Health:
        """One look at everything."""
        core = self._core
        status: LinkStatus | None = self._link.status() if self._link else None
        backlog = _backlog(core, self._store, self._link)
        up = sum(one.name in self._listener.devices for one in core.settings.reader)
        return Health(
            backlog=self._store.last_seq - self._store.acknowledged,
            oldest_unsent_s=float(str(backlog["oldest_unsent_s"])),
            connected=status.connected if status else False,
            readers_up=up,
            readers_down=len(core.settings.reader) - up,
            reads_total=self._listener.reads_count,
            loop_lag_ms=(core.clock.monotonic_us() - self._loop.progressed_us) / 1000,
            disk_free_bytes=disk_free_bytes(core.settings.gateway.data_dir),
            alerts=len(core.alerts.active()),
        )

    def ready(self) -> Mapping[str, object]:
        """Whether work can be done: the floor loop turns and the store takes facts."""
        alive = (self._core.clock.monotonic_us() - self._loop.progressed_us) < 5_000_000  # noqa: PLR2004 - five seconds
        failing = any(one.code == "store_failed" for one in self._core.alerts.active())
        return {"ready": alive and not failing, **self.look().as_plain()}

    def tell(self) -> None:
        """Publish health to the central system."""
        if self._link:
            self._link.publish_health(self.look().as_plain())
