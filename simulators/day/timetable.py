"""What goes wrong on a day, and when: a timetable drawn from the seed.

Each kind is a row of one table with how often it comes on a light and on a heavy day. An entry is
a plain value with its own number, so that a failing day can be played again with some of them
left out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from typing_extensions import override

from simulators.day.flows import Flow
from simulators.day.plan import Faults, Story
from simulators.day.site import BROKERS, readers_of
from simulators.faults import FaultName
from simulators.uhf.faults import UhfFault


class Kind(StrEnum):
    """Everything that can be in a timetable."""

    KILL = "kill"
    KILL_AT_WRITE = "kill-at-write"
    RESTART = "restart"
    HOLD = "hold"
    DISK_FULL = "disk-full"
    DISK_ERROR = "disk-error"
    CLOCK_JUMP = "clock-jump"
    BROKER_DOWN = "broker-down"
    BROKER_FORGETS = "broker-forgets"
    BROKER_MUTE = "broker-mute"
    FAILOVER = "failover"
    CENTRAL_AWAY = "central-away"
    TWICE = "delivered-twice"
    SWAPPED = "delivered-out-of-order"
    WIRELESS_OUT = "wireless-out"
    READER_UNPLUGGED = "reader-unplugged"
    READER_FAULT = "reader-fault"
    SCANNER_CUT = "scanner-cut"
    SCANNER_SPOILS = "scanner-spoils"
    RACE = "race"
    ORDERS_AGAIN = "orders-again"
    BAD_MESSAGE = "bad-message"
    WRONG_ACK = "wrong-ack"
    HANDHELD_SILENT = "handheld-silent"
    MODULE_CUT = "module-cut"
    MODULE_FAULT = "module-fault"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that goes wrong.

    Attributes:
        number: of the entry in its timetable.
        at_s: seconds after opening.
        lasts_s: how long; 0 where it strikes once.
        what: a broker's, reader's or fault's name where the kind needs one.
        amount: writes, seconds or a share, as the kind has it.
    """

    number: int
    at_s: float
    kind: Kind
    lasts_s: float = 0.0
    what: str = ""
    amount: float = 0.0

    @override
    def __str__(self) -> str:
        return f"{self.number}: {self.at_s:.0f} s {self.told}"

    @property
    def told(self) -> str:
        """What goes wrong, without its number and time."""
        parts = [self.kind.value, self.what]
        parts += [f"for {self.lasts_s:.0f} s"] if self.lasts_s else []
        parts += [f"({self.amount:g})"] if self.amount else []
        return " ".join(part for part in parts if part)


_OFTEN: dict[Kind, tuple[float, float]] = {
    Kind.KILL: (0.3, 0.8),
    Kind.KILL_AT_WRITE: (0.3, 1.5),
    Kind.RESTART: (0.1, 0.3),
    Kind.HOLD: (0.0, 0.2),
    Kind.DISK_FULL: (0.0, 0.4),
    Kind.DISK_ERROR: (0.1, 0.5),
    Kind.CLOCK_JUMP: (0.1, 0.5),
    Kind.BROKER_DOWN: (0.3, 0.5),
    Kind.BROKER_FORGETS: (0.1, 0.4),
    Kind.BROKER_MUTE: (0.1, 0.3),
    Kind.FAILOVER: (0.1, 0.4),
    Kind.CENTRAL_AWAY: (0.3, 0.6),
    Kind.TWICE: (0.2, 0.4),
    Kind.SWAPPED: (0.0, 0.3),
    Kind.WIRELESS_OUT: (0.1, 0.4),
    Kind.READER_UNPLUGGED: (0.2, 0.4),
    Kind.READER_FAULT: (0.3, 1.0),
    Kind.SCANNER_CUT: (0.1, 0.3),
    Kind.SCANNER_SPOILS: (0.1, 0.3),
    Kind.RACE: (0.2, 1.0),
    Kind.ORDERS_AGAIN: (0.2, 0.5),
    Kind.BAD_MESSAGE: (0.1, 0.4),
    Kind.WRONG_ACK: (0.0, 0.3),
    Kind.HANDHELD_SILENT: (0.3, 1.0),
    Kind.MODULE_CUT: (0.3, 0.6),
    Kind.MODULE_FAULT: (0.3, 1.0),
}
"""How often on average: on a light day, on a heavy day."""
_LASTS_S: dict[Kind, tuple[float, float]] = {
    Kind.HOLD: (2.0, 20.0),
    Kind.DISK_FULL: (5.0, 60.0),
    Kind.BROKER_DOWN: (3.0, 120.0),
    Kind.BROKER_FORGETS: (3.0, 60.0),
    Kind.BROKER_MUTE: (5.0, 60.0),
    Kind.FAILOVER: (60.0, 400.0),
    Kind.CENTRAL_AWAY: (5.0, 300.0),
    Kind.TWICE: (60.0, 600.0),
    Kind.SWAPPED: (60.0, 600.0),
    Kind.WIRELESS_OUT: (3.0, 60.0),
    Kind.READER_UNPLUGGED: (5.0, 200.0),
    Kind.SCANNER_CUT: (5.0, 200.0),
    Kind.SCANNER_SPOILS: (30.0, 300.0),
    Kind.HANDHELD_SILENT: (60.0, 900.0),
    Kind.MODULE_CUT: (5.0, 200.0),
}
_JUMPS_S = (-3600.0, -30.0, -2.0, 2.0, 30.0, 3600.0)
_READER_FAULTS = tuple(FaultName)
_MODULE_FAULTS = tuple(one for one in UhfFault if one is not UhfFault.UNPLUG)
_OF_MODULES = frozenset({Kind.MODULE_CUT, Kind.MODULE_FAULT})
_TAIL = 1.2
"""Things go wrong up to this share of the time in which orders come."""


def timetable(story: Story, length_s: float, flows: Collection[Flow]) -> list[Entry]:
    """The entries of a day that happen, in the order of time.

    Args:
        story: the day; its `kept` says which entries happen.
        length_s: from opening to the last order.
        flows: of the day; without some of them there is nothing that could fail.
    """
    if story.faults is Faults.NONE:
        return []
    column = 0 if story.faults is Faults.LIGHT else 1
    chance = np.random.default_rng([story.seed, 40])
    kinds = {kind: one[column] for kind, one in _OFTEN.items()}
    if Flow.UHF not in flows:
        kinds = {kind: often for kind, often in kinds.items() if kind not in _OF_MODULES}
    readers = readers_of(flows)
    drawn = [
        (float(chance.random()) * max(length_s, 60.0) * _TAIL, kind)
        for kind, often in kinds.items()
        for _ in range(int(chance.poisson(often)))
    ]
    entries = [
        _entry(number, at_s, kind, readers, np.random.default_rng([story.seed, 41, number]))
        for number, (at_s, kind) in enumerate(sorted(drawn))
    ]
    return [one for one in entries if story.kept is None or one.number in story.kept]


def _entry(
    number: int,
    at_s: float,
    kind: Kind,
    readers: tuple[str, ...],
    chance: np.random.Generator,
) -> Entry:
    lasts = _LASTS_S.get(kind)
    lasts_s = float(chance.uniform(*lasts)) if lasts else 0.0
    return Entry(number, at_s, kind, lasts_s, _what(kind, readers, chance), _amount(kind, chance))


def _what(kind: Kind, readers: tuple[str, ...], chance: np.random.Generator) -> str:
    match kind:
        case Kind.BROKER_DOWN | Kind.BROKER_FORGETS | Kind.BROKER_MUTE:
            return BROKERS[int(chance.integers(len(BROKERS)))]
        case Kind.FAILOVER:
            return BROKERS[0]
        case Kind.READER_UNPLUGGED:
            return readers[int(chance.integers(len(readers)))]
        case Kind.READER_FAULT:
            reader = readers[int(chance.integers(len(readers)))]
            return f"{reader}/{_READER_FAULTS[int(chance.integers(len(_READER_FAULTS)))].value}"
        case Kind.MODULE_FAULT:
            return _MODULE_FAULTS[int(chance.integers(len(_MODULE_FAULTS)))].value
        case _:
            return ""


def _amount(kind: Kind, chance: np.random.Generator) -> float:
    match kind:
        case Kind.KILL_AT_WRITE:
            return float(chance.integers(1, 60))
        case Kind.DISK_ERROR:
            return float(chance.integers(1, 8))
        case Kind.HANDHELD_SILENT:
            return float(chance.integers(1, 10))
        case Kind.CLOCK_JUMP:
            return _JUMPS_S[int(chance.integers(len(_JUMPS_S)))]
        case Kind.TWICE | Kind.SWAPPED:
            return round(float(chance.uniform(0.05, 0.5)), 2)
        case _:
            return 0.0
