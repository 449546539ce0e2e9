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
from edge.compose.devices import device_drivers, floor_listener, link_states, wire_of
from edge.compose.discovering import Discoverer, Joining
from edge.compose.finding import finder_desk, powering
from edge.compose.habits import FILE, take_up_habits
from edge.compose.health import Look
from edge.compose.info import Info
from edge.compose.lighting import stack_lights, switching
from edge.compose.link import Condition, Link, backlog, mqtt_link
from edge.compose.mending import Quarantine
from edge.compose.pages import web_server
from edge.compose.printing import label_desk
from edge.compose.reader_watch import ReaderWatch
from edge.compose.reloading import Reloader
from edge.compose.setting_up import SetUpDesk, SetUpDesks, certificates_in_use
from edge.compose.site import SiteDesk, SiteParts, Upkeep
from edge.compose.tag_port import TagPort
from edge.compose.tampering import look_for_changes
from edge.compose.terms import terms_of
from edge.daemon.health import disk_used_share, metrics_text
from edge.daemon.service import Daemon, OnSignal
from edge.daemon.supervisor import Service, Supervisor, guard
from edge.daemon.telling import log_alert
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.finding import FinderDesk
from edge.floor.found import FoundReaders
from edge.floor.handhelds import Handhelds
from edge.floor.housekeeping import Housekeeping, Retention
from edge.floor.inbox import Inbox
from edge.floor.labels import LabelDesk
from edge.floor.letter_box import LetterBox
from edge.floor.letters import Letters
from edge.floor.lights import Lights
from edge.floor.locating_desk import LocatingDesk
from edge.floor.lookups import Lookups
from edge.floor.loop import FloorLoop
from edge.floor.loop_parts import LoopParts
from edge.floor.planner import Planner
from edge.floor.radio import Radio
from edge.floor.rates import Rates
from edge.floor.showing import Showing
from edge.locating.locator import Locator
from edge.locating.settings import RadioSettings
from edge.model.inputs import Input
from edge.model.posted import TagWorkWanted
from edge.model.prompts import Answer
from edge.settings.exceptions_file import load_troubles
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings
from edge.settings.history import History, history_folder, texts_of
from edge.store.archive import FactArchive
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
    drivers = device_drivers(settings, clock, listener)
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


def floor_loop(
    core: Core,
    store: Store,
    planner: Planner,
    link: Link | None,
    work_on_tags: Callable[[TagWorkWanted], None] | None = None,
    answered: Callable[[Input, Answer], None] | None = None,
) -> FloorLoop:
    """The loop with all that it works with."""
    settings = core.settings
    names: Mapping[str, str] = {one.badge: one.name for one in settings.person}
    showing = Showing(
        core.board,
        Rates(
            core.clock.now_us(),
            settings.work.line_s,
            60 * settings.work.ready_before_minutes,
            core.floor,
        ),
        core.alerts,
        lambda: backlog(core, store, link),
        names,
    )
    wake = link.wake if link else _nobody_waits

    def committed() -> None:
        showing.articles()  # the link's EPCIS events name articles by them
        wake()

    locator = Locator(
        core.floor,
        calibration=calibration_in_use(core),
        radio=RadioSettings(**settings.radio.model_dump()),
    )
    take_up_habits(core.store_path.with_name(FILE), locator.health)
    return FloorLoop(
        LoopParts(
            floor=core.floor,
            terms=terms_of(settings, core.troubles),
            inbox=core.inbox,
            store=store,
            locator=locator,
            radio=Radio(locator, core.board, core.alerts),
            planner=planner,
            housekeeping=housekeeping(core, store),
            showing=showing,
            alerts=core.alerts,
            clock=core.clock,
            committed=committed,
            guard=guard,
            desk=core.desk,
            tick_ms=settings.timing.tick_ms,
            work_on_tags=work_on_tags or _nobody_works,
            answered=answered or _nobody_looks,
            silent=core.handhelds.silent,
            damaged=core.damage.tell,
            note_refused=core.letters.refused,
        )
    )


def housekeeping(core: Core, store: Store) -> Housekeeping:
    """What keeps the journal's disk bounded; a played one lies elsewhere than the gateway's."""
    journal, data_dir = core.settings.journal, core.store_path.parent
    return Housekeeping(
        store,
        core.clock,
        core.alerts,
        Retention(
            rows=journal.keep_facts_min,
            span_us=int(journal.keep_days * 86_400e6),
            archive=FactArchive(journal.archive_dir) if journal.archive_dir else None,
        ),
        lambda: disk_used_share(data_dir),
        data_dir / "reserve" if journal.reserve else None,
    )


def _nobody_works(_: TagWorkWanted) -> None:
    """Where a day is played there is no reader; none was asked for anything either."""


def _nobody_looks(_: Input, __: Answer) -> None:
    """Where a day is played there is no light."""


def _no_link() -> None:
    """Without a broker there is nothing to tell."""


def _nobody_waits() -> None:
    """Without a link nobody waits for commits."""
