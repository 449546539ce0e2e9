"""Looking a gateway over before it works, or while it does: every check, nothing changed."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, Scan
from drivers.llrp import compiled
from drivers.llrp.reader import LlrpWire
from drivers.reads import ReadBatch
from edge.clock import Clock
from edge.compose.checking import check_files
from edge.compose.core import STORE_FILE, seeded
from edge.compose.devices import module_settings, reader_settings, scanner_settings
from edge.compose.link import link_settings
from edge.compose.setting_up import certificates_in_use
from edge.daemon.checks import host
from edge.daemon.checks.certificates import certificate_dates
from edge.daemon.checks.finding import Finding, bad, good, warning
from edge.locating import kernel
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import Settings, load
from edge.store.errors import StoreBusyError, StoreError
from edge.store.lock import StoreLock
from edge.sync.mqtt.trial import Trial, try_broker

READER_S_MAX = 8.0
BATCH_BYTES = 65_536 + 2_048
"""The largest message of events with its topic and properties."""
_NOT_AUTHORISED = 0x87
WEDGE_LABEL = "(01)09521234543213(21)SELFTEST-1"
"""A label for trying a handheld scanner: article and serial number, so FNC1 must come through."""


def examine(path: Path, clock: Clock) -> Iterator[Finding]:
    """Every finding, as soon as it is known; readers and broker are asked for real.

    Args:
        path: of the configuration.
        clock: of the host.
    """
    yield from _host(clock)
    faults = check_files(path)
    yield from (bad("configuration", fault, "see config/gateway.toml") for fault in faults)
    try:
        settings = load(path)
    except ConfigurationError:
        return
    if not faults:
        yield good("configuration", f"{path} and the files that it names are good")
    yield from _folders(settings, clock)
    yield from _certificates(settings, clock)
    yield host.port_free("pages", settings.web.host, settings.web.port)
    yield from _readers(settings, clock)
    yield from _serial_ports(settings)
    if settings.mqtt.enabled:
        yield from _broker(settings, clock)
    yield good("handheld", f"make a GS1 DataMatrix of {WEDGE_LABEL} and scan it at /pick")


def _host(clock: Clock) -> Iterator[Finding]:
    del clock
    yield host.clock_synchronised()
    yield host.sqlite()
    yield from _libraries()


def _libraries() -> Iterator[Finding]:
    """Whether this machine has the two compiled libraries; without them numpy does their work."""
    yield _library(
        "locating",
        "compiled code works on reads",
        "reads cost two to three times as much",
        None if kernel.KERNEL is not None else kernel.REASON,
    )
    yield _library(
        "decoding",
        "compiled code decodes tag reports",
        "tag reports of many readers cost twice as much",
        None if compiled.READING is not None else compiled.REASON,
    )


def _library(about: str, works: str, costs: str, absent: str | None) -> Finding:
    if absent is None:
        return good(about, works)
    remedy = "install the package for this machine, or a C compiler and then the product once more"
    return warning(about, f"{costs}: {absent}", remedy)


def _folders(settings: Settings, clock: Clock) -> Iterator[Finding]:
    data_dir = settings.gateway.data_dir
    writable = host.folder_writable("gateway.data_dir", data_dir)
    yield writable
    yield host.disk_room(data_dir)
    if writable.status == "good":
        yield host.disk_sync(data_dir, clock)
    if data_dir.exists():
        yield _journal(data_dir / STORE_FILE)


def _journal(path: Path) -> Finding:
    try:
        StoreLock(path).release()
    except StoreBusyError as error:
        return good("daemon", str(error))
    except StoreError as error:
        return bad("daemon", str(error), "look at the folder's owner")
    return good("daemon", "none runs on this journal")


def _certificates(settings: Settings, clock: Clock) -> Iterator[Finding]:
    for about, path in certificates_in_use(settings):
        yield certificate_dates(about, path, clock.now_us())
    if settings.web.certificate_file is None:
        yield warning(
            "web certificate",
            "none: pages are served on this machine only",
            "give web.certificate_file and web.key_file before handhelds are to work",
        )


class _Greeting:
    """A listener that waits for each reader to answer or to be given up."""

    def __init__(self, names: list[str]) -> None:
        self._missing = set(names)
        self._lock = threading.Lock()
        self.done = threading.Event()
        self.up: dict[str, DeviceUp] = {}
        self.down: dict[str, DeviceDown] = {}

    def reads(self, batch: ReadBatch) -> None:
        """Not asked for."""

    def scan(self, scan: Scan) -> None:
        """Not asked for."""

    def device_event(self, event: DeviceEvent) -> None:
        """Not asked for."""

    def device_up(self, change: DeviceUp) -> None:
        """It answers."""
        self.up[change.device] = change
        self._heard(change.device)

    def device_down(self, change: DeviceDown) -> None:
        """It does not; the reason tells why."""
        self.down[change.device] = change
        self._heard(change.device)

    def _heard(self, device: str) -> None:
        with self._lock:
            self._missing.discard(device)
            if not self._missing:
                self.done.set()


def _readers(settings: Settings, clock: Clock) -> Iterator[Finding]:
    wanted = reader_settings(settings)
    if not wanted:
        return
    greeting = _Greeting([one.device for one in wanted])
    wire = LlrpWire(wanted, greeting, clock, seeded(0))
    wire.start()
    try:
        greeting.done.wait(READER_S_MAX)
    finally:
        wire.stop()
    for one in wanted:
        yield from _reader(one.device, greeting.up.get(one.device), greeting.down.get(one.device))


def _reader(name: str, up: DeviceUp | None, down: DeviceDown | None) -> Iterator[Finding]:
    about = f"reader {name}"
    if up is None:
        reason = down.reason if down else f"no answer within {READER_S_MAX:.0f} s"
        yield bad(about, reason, "look at power, cable and address; a running daemon holds it")
        return
    ports = ", ".join(map(str, up.antennas))
    yield good(about, f"{up.manufacturer} {up.model}, firmware {up.firmware}, antennas {ports}")
    for note in up.notes:
        yield warning(f"{about} settings", note, "change them, or accept what it offers")


def _serial_ports(settings: Settings) -> Iterator[Finding]:
    named = [(one.device, one.path) for one in scanner_settings(settings)]
    named += [(one.device, one.path) for one in module_settings(settings)]
    for device, path in named:
        if not path.startswith("/"):
            continue
        about, there = f"port of {device}", Path(path)
        if not there.exists():
            yield bad(about, f"{path} is not there", "plug it in; ls /dev/serial/by-id names it")
        else:
            yield host.port_usable(about, there)


def _broker(settings: Settings, clock: Clock) -> Iterator[Finding]:
    link = link_settings(settings)
    about = "broker {}:{}".format(*link.brokers[0])
    wake, held = socket.socketpair()
    with wake, held:
        trial = try_broker(link, clock, wake.fileno())
    if not trial.reached:
        yield bad(about, trial.trouble, "look at mqtt.host, port, names and certificates")
        return
    yield good(about, "takes us")
    yield from _rights(about, trial)
    if trial.packet_max < BATCH_BYTES:
        yield warning(
            about,
            f"takes packets of {trial.packet_max} bytes at most",
            f"raise max_packet_size to {BATCH_BYTES}: larger facts go without their data",
        )


def _rights(about: str, trial: Trial) -> Iterator[Finding]:
    if not trial.listens:
        yield bad(about, "does not let us listen to orders", "let the ACL allow our subtree")
    elif trial.delivers is False:
        yield bad(
            about,
            "lets us subscribe, but delivers nothing to us",
            "let the ACL allow us to read ack, order, return, master/# and request/#",
        )
    elif trial.delivers is None:
        yield warning(
            about,
            "whether it delivers to us could not be tried: no acknowledgement lies there, and we "
            "may not write to request/identify",
            "look once more when the central system has acknowledged something",
        )
    else:
        yield good(about, "delivers to us")
    if trial.publish_reason == _NOT_AUTHORISED:
        yield bad(about, "does not let us publish", "let the ACL allow our subtree")
    elif trial.publish_reason is None:
        yield bad(about, trial.trouble, "look at the broker's log")
    else:
        yield good(about, "lets us publish")
