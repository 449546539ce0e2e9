"""The law of a dock with antennas on both sides: whether what it tells is right."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from typing_extensions import override

from edge.gs1.epc import sscc_of
from edge.model.events import Fact, PalletDeparted, ParcelShipped, PassageUnclear, PortalPassed
from edge.model.state import FloorState
from simulators.day.gate import Crossing
from simulators.day.laws.law import Ending, Law
from simulators.gate import Manner

_CROSSES = frozenset({Manner.IN, Manner.OUT})
_TOLD_WITHIN_US = 30_000_000
"""A stay that is unsure waits for the tag's next ones, for 20 s; readers are heard each second."""
_SHAKEN_US = 150_000_000
"""So long after the process or the reader was gone a gate may not know what it has heard."""
_FEW = 3
_SHARE = 0.1
"""A gate tells what is likeliest: one tag of a hundred is told wrong, and the tags of one pallet
together; one of twenty-five is deaf. More than this share (and a few) is no bad luck."""
_TOLD_LEAST = 20
"""The tags of one pallet are told alike: fewer are two or three pallets, and say little."""
_SURE_AT = 0.96
"""Where two beams say so, too, most of what is told is surer; against them hardly any."""


def _no_time() -> int:
    return 0


@dataclass(slots=True)
class GateIsTrue(Law):
    """What the gate tells to go in or out nearly always does; what does is told or asked about.

    A parcel is told or asked about as one: what is in it needs no word of its own.

    Attributes:
        crossings: what really was there.
        now_us: tells true UTC microseconds.
        shaken: true instants at which something began that makes a gate deaf for a while.
        is_faulty: whether its reader tells untrue things today.
    """

    crossings: Sequence[Crossing] = ()
    now_us: Callable[[], int] = _no_time
    shaken: list[int] = field(default_factory=list)
    is_faulty: bool = False
    _passed: list[tuple[PortalPassed, int]] = field(default_factory=list)
    _told: list[tuple[str, int]] = field(default_factory=list)
    _left_us: dict[str, int] = field(default_factory=dict)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event, now_us = fact.event, self.now_us()
        if isinstance(event, PortalPassed) and event.probability < 1.0:  # 1 is a person's word
            self._passed.append((event, now_us))
            self._told.append((event.epc, now_us))
        elif isinstance(event, PassageUnclear):
            self._told += [(name, now_us) for name in _asked_about(event, mirror)]
        elif isinstance(event, ParcelShipped):
            for name in (event.sscc, *event.epcs):
                self._left_us.setdefault(name, now_us)
        elif isinstance(event, PalletDeparted):
            self._left_us.setdefault(event.pallet, now_us)

    @override
    def died(self) -> None:
        self.shaken.append(self.now_us())

    @override
    def end(self, ending: Ending) -> None:
        if self.is_faulty:
            return
        self.shaken.sort()
        right, wrong, missed = self.counts()
        if wrong > max(_FEW, _SHARE * (right + wrong)):
            self.breaks(f"of {right + wrong} tags that were told to go in or out {wrong} did not")
        if missed > max(_FEW, _SHARE * (right + missed)):
            self.breaks(f"of {right + missed} tags that went in or out {missed} were not told")
        self._look_at_beams()

    def _look_at_beams(self) -> None:
        """What two beams say, too, is told surely."""
        sure = [
            one.probability
            for one, at_us in self._passed
            if self._is_calm(at_us) and self._did(one, at_us, seen=True)
        ]
        if len(sure) >= _TOLD_LEAST and median(sure) < _SURE_AT:
            self.breaks(f"half of {len(sure)} tags are told less surely than light barriers allow")

    def counts(self) -> tuple[int, int, int]:
        """Tags that were told to go in or out, or asked about, and did; that did not; untold."""
        wrong = sum(
            self._is_calm(at_us) and not self._did(one, at_us) for one, at_us in self._passed
        )
        known = self._known()
        went = [
            (epc, one)
            for one in self.crossings
            if one.manner in _CROSSES and self._is_told_by_now(one)
            for epc in one.epcs
        ]
        missed = sum(
            (epc, one.from_us) not in known and not self._has_left(epc, one) for epc, one in went
        )
        return len(went) - missed, wrong, missed

    def _has_left(self, epc: str, crossing: Crossing) -> bool:
        """Whether the tag's parcel is told to be gone, by a person or by its other tags."""
        told_us = crossing.until_us + _TOLD_WITHIN_US
        left_us = min(self._left_us.get(name, told_us + 1) for name in _names(epc))
        return crossing.manner is Manner.OUT and left_us <= told_us

    def _is_told_by_now(self, one: Crossing) -> bool:
        told_us = one.until_us + _TOLD_WITHIN_US
        return told_us <= self.now_us() and self._is_calm(told_us)

    def _is_calm(self, at_us: int) -> bool:
        """Whether nothing has made the gate deaf for a while before."""
        before = bisect_left(self.shaken, at_us)
        return before == 0 or at_us - self.shaken[before - 1] > _SHAKEN_US

    def _did(self, passed: PortalPassed, at_us: int, *, seen: bool = False) -> bool:
        return any(
            one.manner.value == passed.direction
            and passed.epc in one.epcs
            and one.is_seen >= seen
            and one.from_us <= at_us <= one.until_us + _TOLD_WITHIN_US
            for one in self.crossings
        )

    def _known(self) -> set[tuple[str, int]]:
        """Tag and beginning of each crossing of which something was told."""
        return {
            (epc, one.from_us)
            for one in self.crossings
            for epc in one.epcs
            for name, at_us in self._told
            if name in _names(epc) and one.from_us <= at_us <= one.until_us + _TOLD_WITHIN_US
        }


def _asked_about(event: PassageUnclear, mirror: FloorState) -> tuple[str, ...]:
    """A parcel is asked about once, whichever of its tags is unclear."""
    sscc = event.question.sscc
    if sscc is None:
        return (event.question.epc,)
    parcel = mirror.parcels.get(sscc)
    return (event.question.epc, sscc, *(() if parcel is None else parcel.epcs))


def _names(epc: str) -> tuple[str, ...]:
    """A tag, and the parcel or pallet whose label it is in."""
    sscc = sscc_of(epc.lower())
    return (epc,) if sscc is None else (epc, sscc)
