"""Readers and scanners, wired."""

import ssl
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import structlog
from typing_extensions import override

from drivers.driver import DeviceUp, Driver, Listener
from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from drivers.serial.scanner import Scanner, ScannerSettings
from edge.clock import SystemClock
from edge.compose.core import Core
from edge.floor.listening import FloorListener
from edge.model.ids import DeviceName, LocationId
from edge.settings.gateway import Reader

_log = structlog.get_logger("devices")
_PORTS = {"llrp": 5084, "llrps": 5085}  # assigned to LLRP, plain and with TLS


class NotingListener(FloorListener):
    """Also logs what a reader does not offer, once until that changes."""

    _noted: tuple[DeviceUp, ...] = ()

    @override
    def device_up(self, change: DeviceUp) -> None:
        known = {one.device: one.notes for one in self._noted}
        if change.notes and known.get(change.device) != change.notes:
            others = (one for one in self._noted if one.device != change.device)
            self._noted = (*others, change)
            _log.info("reader lacks what was wanted", device=change.device, notes=change.notes)
        super().device_up(change)


def floor_listener(core: Core) -> FloorListener:
    """What the drivers talk to."""
    stations = {DeviceName(one.name): LocationId(one.station) for one in core.settings.scanner}
    return NotingListener(core.inbox, core.make_id, stations)


def device_drivers(core: Core, listener: FloorListener) -> list[tuple[str, Driver]]:
    """Every configured reader on one wire, and each scanner, with its name in the log."""
    settings = core.settings
    found: list[tuple[str, Driver]] = []
    generator = np.random.default_rng()
    if settings.reader:
        wanted = tuple(_reader(one) for one in settings.reader)
        found.append(("readers", LlrpWire(wanted, listener, core.clock, generator)))
    for scanner in settings.scanner:
        wanted_scanner = ScannerSettings(scanner.name, scanner.path, scanner.baud)
        found.append((scanner.name, Scanner(wanted_scanner, listener, core.clock, generator)))
    return found


def _reader(one: Reader) -> LlrpSettings:
    plain = one.model_dump(exclude={"name", "tls", "ca_file"})
    if one.tls and "port" not in one.model_fields_set:
        plain["port"] = _PORTS["llrps"]
    tls = _trusted(one.ca_file, one.certificate_sha256) if one.tls else None
    return LlrpSettings(device=one.name, tls=tls, **plain)


def _trusted(ca_file: Path | None, pin: str) -> ssl.SSLContext:
    """Whom to believe: an authority, or just the one certificate that is pinned."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    if pin and ca_file is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the connection compares the certificate itself
    return context


def device_at(
    address: str, antennas: tuple[int, ...], power_dbm: float | None, listener: Listener
) -> Driver:
    """A driver for one device that no configuration names.

    Args:
        address: `llrp://HOST[:PORT]`, `llrps://HOST[:PORT][?sha256=PIN]` for TLS, or
            `serial:PATH?kind=scanner`.
        antennas: ports to read on; empty for all.
        power_dbm: transmit power; None leaves the reader's own.
        listener: told what it reads.

    Raises:
        ValueError: no such kind of address; names those that there are.
    """
    parts = urlsplit(address)
    chance = np.random.default_rng()
    clock = SystemClock()
    query = parse_qs(parts.query)
    if parts.scheme in _PORTS and parts.hostname:
        pin = query.get("sha256", [""])[0].lower()
        settings = LlrpSettings(
            device=address,
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            tls=_trusted(None, pin) if parts.scheme == "llrps" else None,
            certificate_sha256=pin,
            antennas=antennas,
            power_dbm=power_dbm,
        )
        return LlrpWire((settings,), listener, clock, chance)
    kind = query.get("kind", ["scanner"])[0]
    if parts.scheme == "serial" and parts.path and kind == "scanner":
        return Scanner(ScannerSettings(address, parts.path), listener, clock, chance)
    raise ValueError(
        f"{address}: write llrp://HOST[:PORT] or llrps://HOST[:PORT] for a reader, "
        "serial:PATH?kind=scanner for a scanner"
    )
