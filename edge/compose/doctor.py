"""Looking a gateway over before it works, or while it does: every check, nothing changed.

A gateway that runs holds its readers, and each takes one client only: it is asked for them itself.
"""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

from drivers.llrp import compiled
from edge.clock import Clock
from edge.compose.checking import check_files
from edge.compose.core import STORE_FILE
from edge.compose.devices import module_settings, scanner_settings
from edge.compose.doctor_gates import gates_heard_poorly
from edge.compose.doctor_readers import Running, asked, held
from edge.compose.link import link_settings
from edge.compose.setting_up import certificates_in_use
from edge.daemon.checks import host
from edge.daemon.checks.certificates import certificate_dates
from edge.daemon.checks.finding import Finding, bad, good, warning
from edge.locating import kernel
from edge.rules import compiled_sweep
from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings, load
from edge.store.errors import StoreBusyError, StoreError
from edge.store.lock import StoreLock, lock_of
from edge.sync.mqtt.trial import Trial, try_broker
from edge.web.sessions import SessionKeyError, load_key

BATCH_BYTES = 65_536 + 2_048
"""The largest message of events with its topic and properties."""
_NOT_AUTHORISED = 0x87
WEDGE_LABEL = "(01)09521234543213(21)SELFTEST-1"
"""A label for trying a handheld scanner: article and serial number, so FNC1 must come through."""


Row = Mapping[str, object]
AskReady = Callable[[Settings], Row]
"""What the gateway of these settings, which runs, says at `/readyz`; ValueError: why not."""


def examine(path: Path, clock: Clock, ask_ready: AskReady) -> Iterator[Finding]:
    """Every finding, as soon as it is known; readers and broker are asked for real.

    Args:
        path: of the configuration.
        clock: of the host.
        ask_ready: asks the gateway itself where it runs.
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
        yield from gates_heard_poorly(settings, load_floor(settings.gateway.floor_file))
    yield from _folders(settings, clock)
    running = _running(settings, ask_ready)
    yield _daemon(settings, running)
    yield from _certificates(settings, clock)
    yield _pages(settings, running)
    yield from asked(settings, clock) if running is None else held(settings, running)
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
    """Whether this machine has the compiled libraries; without them numpy does their work."""
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
    yield _library(
        "planning",
        "compiled code measures walks",
        "a plan of 200 orders costs five times as much, and its walks are longer",
        None if compiled_sweep.SWEEP is not None else compiled_sweep.REASON,
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
        yield from _kept(data_dir)


def _kept(data_dir: Path) -> Iterator[Finding]:
    """What lies in the data folder and keeps the gateway from starting where it is not right."""
    if (store := data_dir / STORE_FILE).exists():
        yield host.file_usable("journal", store)
    if (key := data_dir / "session.key").exists():
        try:
            load_key(key)
        except SessionKeyError as error:
            yield bad("session key", str(error), "see what is said")
        else:
            yield good("session key", f"{key} can be used")


def _running(settings: Settings, ask_ready: AskReady) -> Running | None:
    """The gateway that runs; None where none does."""
    store = settings.gateway.data_dir / STORE_FILE
    if not os.path.exists(lock_of(store)):  # noqa: PTH110 - of a closed folder, too
        return None  # to make it would leave one that the service may not open
    try:
        StoreLock(store).release()
    except StoreBusyError:
        pass
    except StoreError:
        return None
    else:
        return None
    try:
        rows = cast("list[Row]", ask_ready(settings)["readers"])
    except (ValueError, OSError) as error:
        return Running(None, str(error))
    return Running({str(one["name"]): one for one in rows})


def _daemon(settings: Settings, running: Running | None) -> Finding:
    folder = settings.gateway.data_dir
    if running is None and folder.exists() and not os.access(folder, os.X_OK):
        text = f"{folder} may not be looked into: whether a gateway runs is not known"
        return warning("daemon", text, "ask as the service's own user")
    if running is None:
        return good("daemon", "none runs on this journal")
    if running.readers is None:
        text = f"one runs on this journal and could not be asked: {running.silent}"
        return warning("daemon", text, "ask as a user who may read its session key")
    return good("daemon", "one runs on this journal and answers")


def _pages(settings: Settings, running: Running | None) -> Finding:
    host_name, port = settings.web.host, settings.web.port
    if running is not None and running.readers is not None:
        return good("pages", f"{host_name}:{port} is served by the gateway that runs")
    return host.port_free("pages", host_name, port)


def _certificates(settings: Settings, clock: Clock) -> Iterator[Finding]:
    for about, path in certificates_in_use(settings):
        yield certificate_dates(about, path, clock.now_us())
    if settings.web.certificate_file is None:
        yield warning(
            "web certificate",
            "none: pages are served on this machine only",
            "give web.certificate_file and web.key_file before handhelds are to work",
        )


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
    try:
        link = link_settings(settings)
    except ConfigurationError as error:
        yield bad("broker", str(error), "see config/gateway.toml, [mqtt]")
        return
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
