"""The whole daemon of one gateway, wired but not started."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np

from drivers.driver import DeviceUp
from drivers.llrp.reader import LlrpWire
from edge import log
from edge.clock import Clock, SystemClock
from edge.compose.backing_up import BackupDesk
from edge.compose.beginning import BeginAnewError, first_run_of
from edge.compose.calibrating import calibration_bench, calibration_in_use
from edge.compose.certificate_watch import CertificateWatch
from edge.compose.configuring import ConfigurationDesk
from edge.compose.core import LETTERS_FILE, STORE_FILE, Core, make_data_dir, new_id_maker
from edge.compose.deciding import floor_loop
from edge.compose.devices import device_drivers, floor_listener, link_states, wire_of
from edge.compose.discovering import Discoverer, Joining
from edge.compose.finding import finder_desk, powering
from edge.compose.health import Look
from edge.compose.info import Info
from edge.compose.lighting import stack_lights, switching
from edge.compose.link import Condition, mqtt_link
from edge.compose.mending import Quarantine
from edge.compose.pages import web_server
from edge.compose.printing import label_desk
from edge.compose.reader_watch import ReaderWatch
from edge.compose.reloading import Reloader
from edge.compose.setting_up import SetUpDesk, SetUpDesks, certificates_in_use
from edge.compose.site import SiteDesk, SiteParts, Upkeep
from edge.compose.tag_port import TagPort
from edge.compose.tampering import look_for_changes
from edge.daemon.health import metrics_text
from edge.daemon.service import Daemon, OnSignal
from edge.daemon.supervisor import Service, Supervisor, guard
from edge.daemon.telling import log_alert
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.finding import FinderDesk
from edge.floor.found import FoundReaders
from edge.floor.handhelds import Handhelds
from edge.floor.inbox import Inbox
from edge.floor.labels import LabelDesk
from edge.floor.letter_box import LetterBox
from edge.floor.letters import Letters
from edge.floor.lights import Lights
from edge.floor.locating_desk import LocatingDesk
from edge.floor.lookups import Lookups
from edge.floor.planner import Planner
from edge.model.inputs import Input
from edge.model.prompts import Answer
from edge.settings.exceptions_file import load_troubles
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings
from edge.settings.history import History, history_folder, texts_of
from edge.store.present import ReadAhead
from edge.store.store import Store
from edge.sync.mqtt.link import MqttLink


def build(
    settings: Settings,
    config_file: Path,
    faults: list[str],
    stop_wanted: Event,
    ahead: ReadAhead | None = None,
) -> Daemon:
    """The daemon of these settings, not started.

    Args:
        settings: of the gateway.
        config_file: where they stand, to be looked at again.
        faults: of that file, where the settings are the last known good instead.
        stop_wanted: of the process, which may run several daemons one after the other.
        ahead: reads the items already.

    Raises:
        ConfigurationError: a file that the settings name is wrong.
        StoreError: the journal cannot be opened, or another daemon has it.
    """
    clock = SystemClock()
    core = _core(settings, clock)
    store = _open_store(core, ahead)
    listener = floor_listener(core)
    info = Info(settings, core.floor, listener.devices.copy)
    link = mqtt_link(core, store, info) if settings.mqtt.enabled else None
    planner = Planner(core.inbox, clock, core.make_id, np.random.default_rng(), guard)
    tag_port = TagPort(core.inbox, clock)
    lights, finder = stack_lights(core), finder_desk(core, listener)
    labels, printers = label_desk(core)
    loop = floor_loop(core, store, planner, link, tag_port, _both(lights, labels))
    drivers = device_drivers(settings, clock, listener, barriers=core.floor.light_barriers)
    wire = wire_of(drivers)
    _attach(wire, tag_port, lights, finder)
    Joining(core.board, wire, settings.reader_names)
    found = FoundReaders(core.board, core.alerts, clock)
    discoverer = Discoverer(settings.discovery, clock, wire.peers, found)
    watch = ReaderWatch(lambda: link_states(drivers), listener.devices.copy, core.alerts, clock)
    health = Look(core, link, listener, loop, store, watch)
    bench = calibration_bench(core, calibration_in_use(core))
    backups = BackupDesk(config_file, settings.backup)
    desks = _set_up_desks(
        core, config_file, _Found(found, wire, listener.devices.copy, link, backups)
    )
    web, take_people = web_server(
        *(core, bench, finder, desks),
        lambda: metrics_text(health.look, health.details),
        health.ready,
    )
    services = [
        *(Service("planner", planner), Service("floor", loop), Service("lights", lights)),
        *([Service("link", link)] if link else []),
        *(Service(name, driver) for name, driver in (*drivers, *printers)),
        *(Service("discovery", discoverer), Service("calibration", bench)),
        *(Service("finder", finder), Service("backups", backups), Service("web", web)),
    ]
    reloader = _reloader(core, config_file, faults, take_people)
    desks.attach(reloader)
    daemon = Daemon(
        Supervisor([Service("store", _Closing(store)), *services]),
        clock,
        lambda: loop.progressed_us,
        _beat(core, health, link, info),
        lambda: _announcement(_url(settings, web.port), desks.token),
        OnSignal(
            ending=Condition(core, link).drain if link else _nobody_waits,
            reload=reloader.reload,
            stop_wanted=stop_wanted,
        ),
    )
    desks.upkeep.begin_anew = lambda: daemon.end_because(BeginAnewError())
    core.damage.listen(daemon.end_because)
    return daemon


def _announcement(url: str, token: str | None) -> dict[str, object]:
    """What is printed when everything has started; the token stands nowhere else."""
    told: dict[str, object] = {"ready": True, "url": url}
    if token is not None:
        told["first_badge"] = f"{url}/#first={token}"
    return told


def _beat(core: Core, health: Look, link: MqttLink | None, info: Info) -> Callable[[], None]:
    """What is looked at and told every two seconds."""
    quarantine = Quarantine(core.store_path, core.alerts)
    files = certificates_in_use(core.settings)
    certificates = CertificateWatch(files, core.alerts, core.clock)

    def tell() -> None:
        health.tell()
        if link is not None:
            info.tell(link.publish_info)
        quarantine.look()
        certificates.look()

    return tell


def _both(lights: Lights, labels: LabelDesk) -> Callable[[Input, Answer], None]:
    """Lights and labels follow from the same answers."""

    def answered(input_: Input, answer: Answer) -> None:
        lights.answered(input_, answer)
        labels.answered(input_, answer)

    return answered


def _attach(wire: LlrpWire, tag_port: TagPort, lights: Lights, finder: FinderDesk) -> None:
    """Give the readers' wire to all that ask something of readers."""
    tag_port.attach(wire)
    lights.attach(switching(wire))
    finder.attach(powering(wire))


def _core(settings: Settings, clock: Clock) -> Core:
    floor = settings.picking.checked(load_floor(settings.gateway.floor_file))
    alerts = Alerts()
    board = Board()
    core = Core(
        settings=settings,
        floor=floor,
        troubles=load_troubles(settings.gateway.exceptions_file),
        clock=clock,
        make_id=new_id_maker(),
        inbox=Inbox(
            clock,
            inputs_max=settings.timing.inputs_max,
            reads_max=settings.timing.reads_max,
        ),
        board=board,
        alerts=alerts,
        desk=LocatingDesk(floor, alerts),
        store_path=settings.gateway.data_dir / STORE_FILE,
        letters=Letters(board, clock),
        handhelds=Handhelds(alerts, settings.work.lease_s),
    )
    make_data_dir(settings.gateway.data_dir)
    core.alerts.listen(log_alert)
    return core


def _open_store(core: Core, ahead: ReadAhead | None) -> Store:
    """The journal, and the dead letters that are about it."""
    store = Store.open(core.store_path, core.clock, core.make_id, ahead=ahead)
    core.letters.open(LetterBox(core.store_path.with_name(LETTERS_FILE), store.epoch))
    return store


def _reloader(
    core: Core, config_file: Path, faults: list[str], take_people: Callable[[Settings], None]
) -> Reloader:
    def take_up(wanted: Settings) -> None:
        log.configure(wanted.log.level)
        take_people(wanted)

    if not faults:
        _look_for_changes(core, config_file)
    return Reloader(config_file, core.settings, faults, take_up, core.alerts, core.clock)


def _look_for_changes(core: Core, config_file: Path) -> None:
    """Before the configuration in use is kept: what somebody changed while nobody ran."""
    kept = History(history_folder(config_file)).newest()
    notice = look_for_changes(
        core.settings.gateway.data_dir,
        texts_of(config_file, core.settings),
        kept.texts if kept else None,
        core.clock.now_us(),
    )
    if notice is not None:
        core.inbox.put(notice)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the page /setup looks at besides the core."""

    readers: FoundReaders
    wire: LlrpWire
    devices: Callable[[], Mapping[str, DeviceUp]]
    link: MqttLink | None
    backups: BackupDesk


def _set_up_desks(core: Core, config_file: Path, found: _Found) -> SetUpDesks:
    status = found.link.status if found.link else _no_link
    first_run, token = first_run_of(core.settings, core.clock)
    parts = SiteParts(
        configuration=ConfigurationDesk(config_file),
        running=core.settings,
        board=core.board,
        clock=core.clock,
        found=found.readers,
        in_use=found.wire.peers,
        devices=found.devices,
        link=status,
        upkeep=Upkeep(),
        located=Lookups(core.store_path, core.board).located,
    )
    looking = SetUpDesk(
        *(core.settings, core.board, core.clock, found.devices, status, found.backups)
    )
    return SetUpDesks(looking, SiteDesk(parts), first_run, token, parts)


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


def _no_link() -> None:
    """Without a broker there is nothing to tell."""


def _nobody_waits() -> None:
    """Without a link nobody waits for an end of it."""
