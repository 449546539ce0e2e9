"""Readers and scanners, wired."""

from urllib.parse import parse_qs, urlsplit

import numpy as np

from drivers.driver import Driver, Listener
from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from drivers.serial.scanner import Scanner, ScannerSettings
from drivers.tap import Tap
from edge.clock import Clock, SystemClock
from edge.compose.core import Core
from edge.floor.listening import FloorListener
from edge.model.ids import DeviceName, LocationId
from edge.settings.gateway import Settings

LLRP_PORT = 5084
"""Assigned to LLRP (LLRP 1.1, section 16)."""


def floor_listener(core: Core) -> FloorListener:
    """What the drivers talk to."""
    stations = {DeviceName(one.name): LocationId(one.station) for one in core.settings.scanner}
    return FloorListener(core.inbox, core.make_id, stations)


def reader_settings(settings: Settings) -> tuple[LlrpSettings, ...]:
    """Every configured reader as its driver wants it."""
    return tuple(
        LlrpSettings(device=one.name, **one.model_dump(exclude={"name"}))
        for one in settings.reader
    )


def scanner_settings(settings: Settings) -> tuple[ScannerSettings, ...]:
    """Every configured scanner as its driver wants it."""
    return tuple(ScannerSettings(one.name, one.path, one.baud) for one in settings.scanner)


def device_drivers(
    settings: Settings, clock: Clock, listener: Listener, tap: Tap | None = None
) -> list[tuple[str, Driver]]:
    """Every configured reader on one wire, and each scanner, with its name in the log.

    Args:
        settings: of the gateway.
        clock: the host's.
        listener: told what they read.
        tap: told of every byte; None for nobody.
    """
    found: list[tuple[str, LlrpWire | Scanner]] = []
    generator = np.random.default_rng()
    if settings.reader:
        wire = LlrpWire(reader_settings(settings), listener, clock, generator)
        found.append(("readers", wire))
    found += [
        (one.device, Scanner(one, listener, clock, generator))
        for one in scanner_settings(settings)
    ]
    if tap is not None:
        for _, driver in found:
            driver.tell(tap)
    return [*found]


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
