"""The readers and modules of a simulated day, and what goes wrong with them."""

from collections.abc import Sequence

from drivers.serial.uhf_module import UhfSettings
from simulators.day.air import DayAir, Ether
from simulators.day.gate import Gate
from simulators.day.grounds import GATE_READER, MODULE
from simulators.day.module_line import ModuleLine
from simulators.day.radio import Air, RadioReader
from simulators.day.site import READERS, SCANNER
from simulators.day.timetable import Entry, Kind
from simulators.day.true_time import TrueTime
from simulators.faults import FaultName, PlannedFault
from simulators.radio import ETSI
from simulators.uhf.faults import FaultPlan as UhfPlan
from simulators.uhf.faults import PlannedFault as PlannedUhf
from simulators.uhf.faults import UhfFault

_BACK_S_MAX = 130.0
"""So long after it works again a reader may take to be connected to: pauses grow to a minute."""


def made_readers(
    ether: Ether, gate: Gate | None, timetable: Sequence[Entry], true_time: TrueTime
) -> dict[str, RadioReader]:
    """The LLRP readers, by name; a gate has one of its own."""
    airs: dict[str, Air] = {name: DayAir(ether, name, ETSI) for name in READERS}
    if gate is not None:
        airs[GATE_READER] = gate
    return {
        name: RadioReader(name, air, true_time, _reader_faults(timetable, name))
        for name, air in airs.items()
    }


def made_modules(
    settings: Sequence[UhfSettings],
    ether: Ether,
    timetable: Sequence[Entry],
    true_time: TrueTime,
) -> list[ModuleLine]:
    """The UHF modules."""
    planned = tuple(
        PlannedUhf(UhfFault(one.what), one.at_s)
        for one in timetable
        if one.kind is Kind.MODULE_FAULT
    )
    return [
        ModuleLine(one, DayAir(ether, one.device, ETSI), UhfPlan(planned), true_time, ether.seed)
        for one in settings
    ]


_DEAFENS = frozenset({Kind.READER_UNPLUGGED, Kind.HOLD, Kind.DISK_FULL, Kind.DISK_ERROR})
"""The process being killed is told when it is."""


def deaf_from_us(timetable: Sequence[Entry], opening_us: int) -> list[int]:
    """When something begins, or ends, that keeps what readers hear from being told."""
    found = [one for one in timetable if one.kind in _DEAFENS]
    return [
        opening_us + int(at_s * 1e6)
        for one in found
        for at_s in (one.at_s, one.at_s + one.lasts_s)
    ]


def is_faulty(timetable: Sequence[Entry], reader: str) -> bool:
    """Whether a reader has a fault of the catalogue today."""
    return any(
        one.kind is Kind.READER_FAULT and one.what.startswith(f"{reader}/") for one in timetable
    )


def excused_alerts(timetable: Sequence[Entry], now_s: float) -> set[str]:
    """What may still stand when the day is over: a reader is away, or only just back."""
    found = set()
    for entry in timetable:
        recent = now_s < entry.at_s + entry.lasts_s + _BACK_S_MAX
        match entry.kind:
            case Kind.READER_UNPLUGGED if recent:
                found.add(f"device-lost-{entry.what}")
            case Kind.READER_FAULT:
                found.add(f"device-lost-{entry.what.partition('/')[0]}")
            case Kind.MODULE_FAULT:
                found.add(f"device-lost-{MODULE}")
            case Kind.MODULE_CUT if recent:
                found.add(f"device-lost-{MODULE}")
            case Kind.DISK_FULL | Kind.DISK_ERROR if recent:
                found.add("store-failed")
            case Kind.SCANNER_CUT if recent:
                found.add(f"device-lost-{SCANNER}")
            case _:
                pass
    return found


def _reader_faults(timetable: Sequence[Entry], name: str) -> tuple[PlannedFault, ...]:
    """What goes wrong with a reader today."""
    found = []
    for entry in timetable:
        reader, _, fault = entry.what.partition("/")
        if entry.kind is Kind.READER_FAULT and reader == name:
            found.append(PlannedFault(FaultName(fault), entry.at_s))
    return tuple(found)
