"""The one ROSpec that a reader gets, as a mapping of the standard's names.

It inventories all wanted antennas in turn, each with its own power, mode, session and filters,
starts at once or by an input, and reports every so many tags. What the reader has refused before
is left out (`attempt`); what it does not tell of itself is not asked for.
"""

from collections.abc import Iterator
from typing import Any

from drivers.llrp.attempt import Attempt, Wish
from drivers.llrp.capabilities import Capabilities
from drivers.llrp.settings import Air, InputTrigger, LlrpSettings, Select
from drivers.llrp.vendors import GENERIC, IMPINJ, ZEBRA, ZEBRA_NUMBER, Vendor

Parameters = dict[str, Any]

ROSPEC_ID = 1
ALL_ANTENNAS = 0
_IMMEDIATE, _BY_INPUT = 1, 3  # start triggers
_NEVER, _STOP_BY_INPUT = 0, 2  # stop triggers
_DURATION = 1
_TAGS_OR_END_OF_AISPEC = 1
_GEN2 = 1
_CONTENT = {
    "EnableROSpecID": 0,
    "EnableSpecIndex": 0,
    "EnableInventoryParameterSpecID": 0,
    "EnableAntennaID": 1,
    "EnableChannelIndex": 1,
    "EnablePeakRSSI": 1,
    "EnableFirstSeenTimestamp": 1,
    "EnableLastSeenTimestamp": 1,
    "EnableTagSeenCount": 1,
    "EnableAccessSpecID": 0,
    "C1G2EPCMemorySelector": {"EnableCRC": 0, "EnablePCBits": 0},
}
# What tags do that match, and all others (LLRP 1.0.1, section 15.2.1.2.1.1.3). The first filter
# decides for every tag; each later one may only silence more, so that all of them have to be met.
_INCLUDE, _EXCLUDE = (0, 2), (4, 3)


def vendor_of(attempt: Attempt, told: Capabilities) -> Vendor:
    """Which make a reader is, by what it has taken and told."""
    if attempt.has(Wish.EXTENSIONS):
        return IMPINJ
    return ZEBRA if ZEBRA_NUMBER in told.vendors else GENERIC


def antennas(settings: LlrpSettings, attempt: Attempt, told: Capabilities) -> tuple[int, ...]:
    """Ports that are asked for; 0 is LLRP's word for all of them."""
    wanted = settings.antennas
    if told.antennas and not wanted and settings.overrides:
        wanted = tuple(range(1, told.antennas + 1))
    if told.antennas and not attempt.has(Wish.BEYOND):
        wanted = tuple(port for port in wanted if port <= told.antennas)
    return wanted or (ALL_ANTENNAS,)


def mode_identifier(air: Air, told: Capabilities, vendor: Vendor) -> int | None:
    """The mode that an antenna is to use; None leaves it to the reader."""
    if isinstance(air.mode, str):
        return told.mode_for(air.mode, vendor)
    return air.mode


def rospec(settings: LlrpSettings, attempt: Attempt, told: Capabilities) -> Parameters:
    """The ROSpec parameter."""
    vendor = vendor_of(attempt, told)
    ports = antennas(settings, attempt, told)
    report: Parameters = {
        "ROReportTrigger": _TAGS_OR_END_OF_AISPEC,
        "N": settings.report_every,
        "TagReportContentSelector": _CONTENT,
    }
    if attempt.has(Wish.FIELDS) and vendor.report:
        report["Custom"] = list(vendor.report)
    every = (_antenna(settings.air(port), port, attempt, told) for port in ports)
    inventory: Parameters = {"InventoryParameterSpecID": 1, "ProtocolID": _GEN2}
    if configured := [one for one in every if one is not None]:
        inventory["AntennaConfiguration"] = configured
    return {
        "ROSpecID": ROSPEC_ID,
        "Priority": 0,
        "CurrentState": 0,
        "ROBoundarySpec": _boundary(settings, attempt),
        "AISpec": {
            "AntennaIDs": list(ports),
            "AISpecStopTrigger": _spec_stop(settings),
            "InventoryParameterSpec": inventory,
        },
        "ROReportSpec": report,
    }


def _boundary(settings: LlrpSettings, attempt: Attempt) -> Parameters:
    start: Parameters = {"ROSpecStartTriggerType": _IMMEDIATE}
    stop: Parameters = {"ROSpecStopTriggerType": _NEVER, "DurationTriggerValue": 0}
    if attempt.has(Wish.TRIGGERS) and settings.start is not None:
        start = {"ROSpecStartTriggerType": _BY_INPUT, "GPITriggerValue": _input(settings.start)}
    if attempt.has(Wish.TRIGGERS) and settings.stop is not None:
        stop |= {
            "ROSpecStopTriggerType": _STOP_BY_INPUT,
            "GPITriggerValue": _input(settings.stop),
        }
    return {"ROSpecStartTrigger": start, "ROSpecStopTrigger": stop}


def _input(trigger: InputTrigger) -> Parameters:
    return {
        "GPIPortNum": trigger.port,
        "GPIEvent": int(trigger.high),
        "Timeout": trigger.timeout_ms,
    }


def _spec_stop(settings: LlrpSettings) -> Parameters:
    timed = settings.report_every != 1 and settings.report_after_ms > 0
    return {
        "AISpecStopTriggerType": _DURATION if timed else _NEVER,
        "DurationTrigger": settings.report_after_ms if timed else 0,
    }


def _antenna(air: Air, port: int, attempt: Attempt, told: Capabilities) -> Parameters | None:
    """The AntennaConfiguration of a port; None where nothing is asked of it."""
    found: Parameters = {"AntennaID": port}
    power = None if air.power_dbm is None else told.power_index(air.power_dbm)
    if attempt.has(Wish.POWER) and power is not None:
        found["RFTransmitter"] = {
            "HopTableID": told.hop_table,
            "ChannelIndex": 1,
            "TransmitPower": power,
        }
    command = dict(_command(air, attempt, told))
    if command:
        found["C1G2InventoryCommand"] = {"TagInventoryStateAware": 0, **command}
    return found if len(found) > 1 else None


def _command(air: Air, attempt: Attempt, told: Capabilities) -> Iterator[tuple[str, Any]]:
    vendor = vendor_of(attempt, told)
    mode = mode_identifier(air, told, vendor)
    selects = air.selects[: told.filters]
    if attempt.has(Wish.SELECTS) and selects:
        yield "C1G2Filter", [_filter(one, later=i > 0) for i, one in enumerate(selects)]
    if attempt.has(Wish.MODE) and mode is not None:
        yield "C1G2RFControl", {"ModeIndex": mode, "Tari": 0}
    if attempt.has(Wish.SINGULATION):
        yield (
            "C1G2SingulationControl",
            {"Session": air.session, "TagPopulation": air.population, "TagTransitTime": 0},
        )
    searching = vendor.searching(air.search) if air.search is not None else None
    if attempt.has(Wish.SEARCH) and searching is not None:
        yield "Custom", [searching]


def _filter(select: Select, *, later: bool) -> Parameters:
    bits = 4 * len(select.mask)
    return {
        "T": 0,
        "C1G2TagInventoryMask": {
            "MB": select.bank,
            "Pointer": select.pointer,
            "TagMask": {"bits": bits, "hex": select.mask + "0" * (len(select.mask) % 2)},
        },
        "C1G2TagInventoryStateUnawareFilterAction": {
            "Action": (_EXCLUDE if select.exclude else _INCLUDE)[later]
        },
    }


def wishes(settings: LlrpSettings, attempt: Attempt, told: Capabilities) -> frozenset[Wish]:
    """What there is of wishes in ROSpec and configuration, so that it could be left out."""
    airs = [settings.air(port) for port in antennas(settings, attempt, told)]
    there = {
        Wish.BEYOND: any(port > told.antennas > 0 for port in settings.antennas),
        Wish.SEARCH: any(one.search is not None for one in airs),
        Wish.FIELDS: vendor_of(attempt, told) is not GENERIC,
        Wish.SELECTS: any(one.selects for one in airs),
        Wish.TRIGGERS: settings.start is not None or settings.stop is not None,
        Wish.POWER: any(one.power_dbm is not None for one in airs),
        Wish.MODE: any(one.mode is not None for one in airs),
        Wish.SINGULATION: True,
        Wish.EVENTS: True,
        Wish.INPUTS: bool(settings.inputs_watched),
    }
    return frozenset(wish for wish, is_there in there.items() if is_there)
