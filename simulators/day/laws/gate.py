"""Laws of a dock with antennas on both sides: what leaves there, and whether the gate is right."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from edge.model.events import Fact, ParcelShipped, PassageUnclear, PortalPassed
from edge.model.ids import Epc, LocationId
from edge.model.state import FloorState
from edge.rules.identifying import parcel_of
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


@dataclass(slots=True)
class OutIsSaid(Law):
    """A parcel leaves there by a tag that was told to go out, by its pallet, or by a person."""

    _out: dict[LocationId, set[Epc]] = field(default_factory=dict)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if isinstance(event, PortalPassed) and event.direction == Manner.OUT.value:
            self._out.setdefault(event.portal, set()).add(event.epc)
        if not isinstance(event, ParcelShipped) or event.by is not None:
            return
        if event.portal in mirror.floor.sided_portals and not self._was_said(event, mirror):
            self.breaks(f"{event.sscc} left through {event.portal}: nothing of it went out there")

    def _was_said(self, event: ParcelShipped, mirror: FloorState) -> bool:
        """Of a pallet one parcel speaks for all."""
        pallet = mirror.pallets.bearing(event.sscc)
        together = pallet.parcels if pallet is not None else (event.sscc,)
        found = (parcel_of(mirror, epc) for epc in self._out.get(event.portal, ()))
        return any(one is not None and one.sscc in together for one in found)


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
    _told: list[tuple[Epc, int]] = field(default_factory=list)
    _left_us: dict[Epc, int] = field(default_factory=dict)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event, now_us = fact.event, self.now_us()
        if isinstance(event, PortalPassed) and event.probability < 1.0:  # 1 is a person's word
            self._passed.append((event, now_us))
            self._told.append((event.epc, now_us))
        elif isinstance(event, PassageUnclear):
            self._told += [(epc, now_us) for epc in _asked_about(event, mirror)]
        elif isinstance(event, ParcelShipped):
            for epc in event.epcs:
                self._left_us.setdefault(epc, now_us)

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
        left_us = self._left_us.get(Epc(epc))
        return (
            crossing.manner is Manner.OUT
            and left_us is not None
            and left_us <= crossing.until_us + _TOLD_WITHIN_US
        )

    def _is_told_by_now(self, one: Crossing) -> bool:
        told_us = one.until_us + _TOLD_WITHIN_US
        return told_us <= self.now_us() and self._is_calm(told_us)

    def _is_calm(self, at_us: int) -> bool:
        """Whether nothing has made the gate deaf for a while before."""
        before = bisect_left(self.shaken, at_us)
        return before == 0 or at_us - self.shaken[before - 1] > _SHAKEN_US

    def _did(self, passed: PortalPassed, at_us: int) -> bool:
        return any(
            one.manner.value == passed.direction
            and passed.epc in one.epcs
            and one.from_us <= at_us <= one.until_us + _TOLD_WITHIN_US
            for one in self.crossings
        )

    def _known(self) -> set[tuple[str, int]]:
        """Tag and beginning of each crossing of which something was told."""
        return {
            (epc, one.from_us)
            for epc, at_us in self._told
            for one in self.crossings
            if epc in one.epcs and one.from_us <= at_us <= one.until_us + _TOLD_WITHIN_US
        }


def _asked_about(event: PassageUnclear, mirror: FloorState) -> tuple[Epc, ...]:
    """A parcel is asked about once, whichever of its tags is unclear."""
    sscc = event.question.sscc
    parcel = None if sscc is None else mirror.parcels.get(sscc)
    return (event.question.epc, *(() if parcel is None else parcel.epcs))
