"""Readers, UHF modules and scanners, wired."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import numpy as np

from drivers.driver import Driver, Listener
from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.telling import LinkState
from drivers.serial.codes import CodeForm
from drivers.serial.scanner import Scanner, ScannerSettings, ScanProtocol
from drivers.serial.uhf_frames import Region
from drivers.serial.uhf_module import BAUD, UhfModule, UhfSettings
from drivers.tap import Tap
from edge.clock import Clock, SystemClock
from edge.compose.core import Core
from edge.compose.noting import NotingListener
from edge.compose.readers import PORTS, configured_reader, reader_at, split_address
from edge.floor.listening import FloorListener
from edge.model.ids import DeviceName, LocationId
from edge.model.places import LightBarrier
from edge.settings.gateway import Settings

ADDRESSES = (
    "write llrp://HOST[:PORT] or llrps://HOST[:PORT] for a reader, "
    "serial:PATH?kind=scanner[&protocol=line|ssi][&baud=N] for a scanner, "
    "serial:PATH?kind=uhf[&region=NAME][&baud=N] for a UHF module; PATH is /dev/…, "
    "usb:VID:PID[:SERIAL], usb-path:1-1.2, socket://HOST:PORT or rfc2217://HOST:PORT"
)


def floor_listener(core: Core) -> FloorListener:
    """What the drivers talk to."""
    stations = {DeviceName(one.name): LocationId(one.station) for one in core.settings.scanner}
    return NotingListener(core.inbox, core.make_id, stations)


def reader_settings(
    settings: Settings, barriers: Collection[LightBarrier] = ()
) -> tuple[LlrpSettings, ...]:
    """Every configured reader as its driver wants it, with the inputs of its light barriers."""
    found = (configured_reader(one) for one in settings.reader)
    return tuple(replace(one, inputs=(*one.inputs, *_wired(one, barriers))) for one in found)


def _wired(reader: LlrpSettings, barriers: Collection[LightBarrier]) -> Iterator[int]:
    return (one.input for one in barriers if one.device == reader.device)


def scanner_settings(settings: Settings) -> tuple[ScannerSettings, ...]:
    """Every configured scanner as its driver wants it."""
    return tuple(
        ScannerSettings(
            one.name,
            one.path,
            one.baud,
            CodeForm(one.prefix, one.suffix, one.fnc1),
            ScanProtocol(one.protocol),
        )
        for one in settings.scanner
    )


def module_settings(settings: Settings) -> tuple[UhfSettings, ...]:
    """Every configured UHF module as its driver wants it."""
    return tuple(
        UhfSettings(one.name, one.path, one.baud, Region(one.region), one.power_dbm)
        for one in settings.module
    )


def device_drivers(
    settings: Settings,
    clock: Clock,
    listener: Listener,
    tap: Tap | None = None,
    barriers: Collection[LightBarrier] = (),
) -> list[tuple[str, Driver]]:
    """The readers on one wire, each module and each scanner, with its name in the log.

    Args:
        settings: of the gateway.
        clock: the host's.
        listener: told what they read.
        tap: told of every byte; None for nobody.
        barriers: of the floor, on inputs of readers.
    """
    generator = np.random.default_rng()
    # readers that are approved later join it
    readers = reader_settings(settings, barriers)
    wire = LlrpWire(readers, listener, clock, generator, settings.timing.tick_ms)
    found: list[tuple[str, LlrpWire | Scanner | UhfModule]] = [("readers", wire)]
    found += [
        (one.device, Scanner(one, listener, clock, generator))
        for one in scanner_settings(settings)
    ]
    found += [
        (one.device, UhfModule(one, listener, clock, generator))
        for one in module_settings(settings)
    ]
    if tap is not None:
        for _, driver in found:
            driver.tell(tap)
    return [*found]


def wire_of(drivers: Iterable[tuple[str, Driver]]) -> LlrpWire:
    """The wire of the LLRP readers among these drivers."""
    return next(driver for _, driver in drivers if isinstance(driver, LlrpWire))


def link_states(drivers: Iterable[tuple[str, Driver]]) -> dict[str, LinkState]:
    """What went through the link of each LLRP reader among these drivers, by its name."""
    found: dict[str, LinkState] = {}
    for _, driver in drivers:
        if isinstance(driver, LlrpWire):
            found |= driver.states()
    return found


def device_at(
    address: str, antennas: tuple[int, ...], power_dbm: float | None, listener: Listener
) -> Driver:
    """A driver for one device that no configuration names.

    Args:
        address: `llrp://HOST[:PORT]`, `llrps://HOST[:PORT][?sha256=PIN]`,
            `serial:PATH?kind=scanner` or `serial:PATH?kind=uhf`; a serial one may add `&baud=N`, a
            scanner `&protocol=ssi`, a module `&region=NAME`, without which it keeps its own.
        antennas: ports to read on; empty for all.
        power_dbm: transmit power; None leaves the reader's own.
        listener: told what it reads.

    Raises:
        ValueError: no such kind of address; names those that there are.
    """
    parts = split_address(address)
    if parts.scheme in PORTS and parts.hostname:
        settings = reader_at(parts, antennas, power_dbm)
        return LlrpWire((settings,), listener, SystemClock(), np.random.default_rng())
    if parts.scheme == "serial" and parts.path:
        return _serial_device(address, parts.path, parse_qs(parts.query), power_dbm, listener)
    raise ValueError(f"{address}: {ADDRESSES}")


def _serial_device(
    address: str,
    path: str,
    query: dict[str, list[str]],
    power_dbm: float | None,
    listener: Listener,
) -> Driver:
    """The driver of a serial address.

    Raises:
        ValueError: an unknown kind, key, rate or region; names those that there are.
    """
    said = {key: values[-1] for key, values in query.items()}
    kind = said.pop("kind", "scanner")
    baud = said.pop("baud", "")
    region = said.pop("region", None) if kind == "uhf" else None
    protocol = said.pop("protocol", "line") if kind == "scanner" else "line"
    if said or (baud and not baud.isdecimal()) or protocol not in list(ScanProtocol):
        raise ValueError(f"{address}: {ADDRESSES}")
    clock, chance = SystemClock(), np.random.default_rng()
    if kind == "scanner":
        scanner = ScannerSettings(
            address, path, int(baud or 9600), protocol=ScanProtocol(protocol)
        )
        return Scanner(scanner, listener, clock, chance)
    if kind != "uhf":
        raise ValueError(f"{address}: {ADDRESSES}")
    if region is not None and region not in list(Region):
        raise ValueError(f"{address}: no region {region}; there are {', '.join(Region)}")
    law = Region(region) if region else None
    module = UhfSettings(address, path, int(baud or BAUD), law, power_dbm)
    return UhfModule(module, listener, clock, chance)
