"""A gate of a simulated day: antennas on both sides of a line, and what goes through between them.

Where nobody moves nothing is heard: what waits to be driven through stands beyond hearing. So a
day of hours costs the seconds in which something passes.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from simulators import radio
from simulators.air import Dwell, Sightings
from simulators.gate import GateAir, Manner, Scene
from simulators.gate_builds import Build
from simulators.gate_traffic import beams_broken, moving
from simulators.hall import BarrierSite

_SPEED_M_PER_S = (0.7, 1.6)
_READS_PER_S, _READS_PER_S_OF_ONE = 100.0, 16.0
_BEGINS_S = 0.5
_KEPT_US = 10_000_000
"""A reader is looked at every second or so, and asks for what has been."""
_SILENCE = Sightings.none()


@dataclass(frozen=True, slots=True)
class Crossing:
    """Something was at the gate.

    Attributes:
        manner: what it did.
        epcs: the tags that it bore.
        from_us, until_us: true UTC microseconds.
        is_seen: whether each of two light barriers saw somebody.
    """

    manner: Manner
    epcs: tuple[str, ...]
    from_us: int
    until_us: int
    is_seen: bool = False


Put = Callable[[int, bool], None]
"""Drives an input of the gate's reader: which, and whether it is high."""
_IN_BEAM_S = 0.3


@dataclass(slots=True)
class Beams:
    """Two light barriers, the inner one first; what is in a beam is so for a moment.

    Attributes:
        sites: how each is wired.
        put: drives an input of the reader.
        works: of each barrier; one that does not is never broken.
    """

    sites: tuple[BarrierSite, ...]
    put: Put
    works: tuple[bool, ...] = (True, True)

    def __post_init__(self) -> None:
        for side in range(len(self.sites)):
            self._set(side, broken=False)

    def watch(self, broken: Sequence[tuple[int, int]]) -> bool:
        """Beams are broken from now on: so many microseconds later, and which.

        Returns:
            Whether each of them is told to be broken.
        """
        loop = asyncio.get_running_loop()
        for after_us, side in broken:
            if self.works[side]:
                for wait_s, is_in in ((0.0, True), (_IN_BEAM_S, False)):
                    loop.call_later(
                        after_us / 1e6 + wait_s, partial(self._set, side, broken=is_in)
                    )
        return all(self.works) and {side for _, side in broken} == {0, 1}

    def _set(self, side: int, *, broken: bool) -> None:
        site = self.sites[side]
        self.put(site.input, broken is (site.broken_when == "high"))


class Gate:
    """The gate, its antennas, and the list of all that was there; an `Air` for its reader.

    Args:
        seed: settles fading and noise.
        chance: for how the gate was put up, and how people walk.
        now_us: tells true UTC microseconds.

    Attributes:
        crossings: all that has been there, in the order in which it began.
        beams: across the way, where there are some.
    """

    def __init__(self, seed: int, chance: np.random.Generator, now_us: Callable[[], int]) -> None:
        self._seed = seed
        self._chance = chance
        self._now_us = now_us
        self._build = replace(
            Build.seeded(chance),
            antennas=2,
            reads_per_s_most=_READS_PER_S,
            reads_per_s_of_one=_READS_PER_S_OF_ONE,
        )
        self._heard: list[tuple[Crossing, GateAir]] = []
        self.beams: Beams | None = None
        self.crossings: list[Crossing] = []

    @property
    def antennas(self) -> int:
        """One on each side."""
        return self._build.antennas

    async def go(self, manner: Manner, epcs: Sequence[str]) -> None:
        """Somebody takes these tags along at the gate; over when they are out of hearing."""
        if not epcs:
            return
        chance = self._chance
        way = moving(manner, _BEGINS_S, (chance.uniform(-0.6, 0.6), _SPEED_M_PER_S), chance)
        span_s = float(way.time_s[-1])
        offset = chance.uniform(-0.4, 0.4, (len(epcs), 3))
        offset[:, 2] += 1.0
        raw = np.frombuffer(bytes.fromhex("".join(epcs)), np.uint8).reshape(-1, 12)
        scene = Scene((way,), np.zeros(len(epcs), np.int64), offset, raw, span_s)
        from_us, seed = self._now_us(), self._seed + 1_000 * len(self.crossings)
        broken = beams_broken(scene, self._build, seed) if self.beams is not None else []
        crossing = Crossing(
            manner,
            tuple(epcs),
            from_us,
            from_us + int(span_s * 1e6),
            self.beams is not None and self.beams.watch(broken),
        )
        self.crossings.append(crossing)
        self._heard.append((crossing, GateAir(scene, self._build, seed, radio.ETSI)))
        await asyncio.sleep(span_s)

    def crossed(self, epc: str, before_us: int) -> Manner | None:
        """What a tag did when it was last here until then; None where it never was."""
        done = [one for one in self.crossings if epc in one.epcs and one.from_us <= before_us]
        return done[-1].manner if done else None

    # -- an air --------------------------------------------------------------------------------
    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell; see `Air`."""
        if not self._heard:
            return _SILENCE
        at_us = dwell.from_us
        self._heard = [one for one in self._heard if one[0].until_us + _KEPT_US > at_us]
        found = [
            _later(air.inventories([replace(dwell, from_us=at_us - one.from_us)])[0], one.from_us)
            for one, air in self._heard
            if one.from_us <= at_us <= one.until_us
        ]
        return found[0] if len(found) == 1 else _together(found)

    def slots(self) -> None:
        """Rounds are not played here."""


def _later(heard: Sightings, by_us: int) -> Sightings:
    return replace(heard, seen_us=heard.seen_us + by_us)


def _together(found: list[Sightings]) -> Sightings:
    if not found:
        return _SILENCE
    columns = {
        name: np.concatenate([getattr(one, name) for one in found])
        for name in Sightings.__dataclass_fields__
    }
    joined = Sightings(**columns)
    return joined.take(np.argsort(joined.seen_us, kind="stable"))
