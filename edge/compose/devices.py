"""Readers and scanners, wired."""

from urllib.parse import parse_qs, urlsplit

import numpy as np

from drivers.driver import Driver, Listener
from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from drivers.serial.scanner import Scanner, ScannerSettings
from edge.clock import SystemClock
from edge.compose.core import Core
from edge.floor.listening import FloorListener
from edge.model.ids import DeviceName, LocationId

LLRP_PORT = 5084
"""Assigned to LLRP (LLRP 1.1, section 16)."""


def floor_listener(core: Core) -> FloorListener:
    """What the drivers talk to."""
    stations = {DeviceName(one.name): LocationId(one.station) for one in core.settings.scanner}
    return FloorListener(core.inbox, core.make_id, stations)


def device_drivers(core: Core, listener: FloorListener) -> list[tuple[str, Driver]]:
    """Every configured reader on one wire, and each scanner, with its name in the log."""
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


def device_at(
    address: str, antennas: tuple[int, ...], power_dbm: float | None, listener: Listener
) -> Driver:
    """A driver for one device that no configuration names.

    Args:
        address: `llrp://HOST[:PORT]` or `serial:PATH?kind=scanner`.
        antennas: ports to read on; empty for all.
        power_dbm: transmit power; None leaves the reader's own.
        listener: told what it reads.

    Raises:
        ValueError: no such kind of address; names those that there are.
    """
    parts = urlsplit(address)
    chance = np.random.default_rng()
    clock = SystemClock()
    if parts.scheme == "llrp" and parts.hostname:
        settings = LlrpSettings(
            device=address,
            host=parts.hostname,
            port=parts.port or LLRP_PORT,
            antennas=antennas,
            power_dbm=power_dbm,
        )
        return LlrpWire((settings,), listener, clock, chance)
    kind = parse_qs(parts.query).get("kind", ["scanner"])[0]
    if parts.scheme == "serial" and parts.path and kind == "scanner":
        return Scanner(ScannerSettings(address, parts.path), listener, clock, chance)
    raise ValueError(
        f"{address}: write llrp://HOST[:PORT] for a reader, serial:PATH?kind=scanner for a scanner"
    )
