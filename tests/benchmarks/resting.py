"""Simulated floor: tags that rest or are carried before two antennas; flapping against sticking.

Poisson reads, 40 % of them on the antenna that hears the tag more quietly, Gaussian levels with a
spread of 4 dB, whole dBm. A carried tag's levels swap; it has rested for a while before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.locator import Locator
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.model.presence import Arrived, Mistaken, Moved
from tests.benchmarks.zone_rules import EdgeX

START_US = 1_700_000_000_000_000
WEAK_SHARE = 0.4
NOISE_DB = 4.0
PLACES = [LocationId("shelf-0"), LocationId("shelf-1")]


@dataclass(frozen=True, slots=True)
class Case:
    """What is played.

    Attributes:
        clear_db: how much louder the tag's own antenna hears it.
        carried_every_s: about how often a tag is carried across; 0 for never.
        rests_s: how long it lies still before the first time.
    """

    reads_per_s: float
    clear_db: float
    tags: int
    span_s: float
    carried_every_s: float = 0.0
    rests_s: float = 0.0


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    hours: float
    false_moves: int = 0
    wrong_s: float = 0.0
    delays_s: list[float] = field(default_factory=list)

    @property
    def false_per_hour(self) -> float:
        """False moves of one tag in an hour."""
        return self.false_moves / self.hours

    @property
    def wrong_share(self) -> float:
        """Share of the time at a wrong place."""
        return self.wrong_s / (self.hours * 3600.0)


Turn = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], float], NDArray]
"""From the reads of a turn (tag, antenna, level) and its end in seconds: each tag's place, -1 for
none yet."""


def play(case: Case, turn: Turn, seed: int) -> Outcome:
    """Play a case."""
    chance, outcome = np.random.default_rng(seed), Outcome(case.tags * case.span_s / 3600.0)
    place = np.zeros(case.tags, np.int64)
    told = np.full(case.tags, -1)
    carried_s = np.full(case.tags, np.nan)
    next_s = np.full(case.tags, np.inf)
    if case.carried_every_s:
        next_s = case.rests_s * (1.0 + chance.random(case.tags))
    step_s = 0.2 if case.reads_per_s >= 1.0 else 1.0
    for end_s in np.arange(1, round(case.span_s / step_s) + 1) * step_s:
        due = end_s - step_s >= next_s
        place[due] ^= 1
        carried_s[due] = end_s - step_s
        next_s[due] += case.carried_every_s * (0.5 + chance.random(int(due.sum())))
        now = turn(*_reads(case, place, step_s, chance), float(end_s))
        moved = (now != told) & (told >= 0)
        right = now == place
        outcome.false_moves += int((moved & ~right).sum())
        outcome.wrong_s += step_s * int(((now >= 0) & ~right).sum())
        in_time = moved & right & np.isfinite(carried_s)
        outcome.delays_s += (end_s - carried_s[in_time]).tolist()
        carried_s[in_time] = np.nan
        told = now
    return outcome


def _reads(
    case: Case, place: NDArray[np.int64], step_s: float, chance: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    tag = np.repeat(np.arange(case.tags), chance.poisson(case.reads_per_s * step_s, case.tags))
    chance.shuffle(tag)
    weak = chance.random(len(tag)) < WEAK_SHARE
    level = np.where(weak, -60.0 - case.clear_db, -60.0)
    return tag, place[tag] ^ weak, np.round(level + chance.normal(0, NOISE_DB, len(tag)))


def locator(tags: int) -> Turn:
    """The product, not calibrated."""
    floor = Floor(
        {place: Location(place, LocationKind.SHELF) for place in PLACES},
        tuple(Antenna(DeviceName("r"), port, place) for port, place in enumerate(PLACES, 1)),
    )
    product, told = Locator(floor), np.full(tags, -1)

    def turn(
        tag: NDArray[np.int64],
        antenna: NDArray[np.int64],
        level: NDArray[np.float64],
        end_s: float,
    ) -> NDArray[np.int64]:
        now_us = START_US + round(end_s * 1e6)
        if len(tag):
            product.observe(_batch(tag, antenna, level, now_us))
        for change in product.turn(now_us):
            if isinstance(change, Arrived | Mistaken):
                told[int(change.epc, 16)] = PLACES.index(change.location)
            elif isinstance(change, Moved):
                told[int(change.epc, 16)] = PLACES.index(change.to_location)
        return told.copy()

    return turn


def edgex(tags: int) -> Turn:
    """EdgeX's rule."""
    rules = [EdgeX(len(PLACES)) for _ in range(tags)]

    def turn(
        tag: NDArray[np.int64],
        antenna: NDArray[np.int64],
        level: NDArray[np.float64],
        end_s: float,
    ) -> NDArray[np.int64]:
        for one, port, rssi_dbm in zip(
            tag.tolist(), antenna.tolist(), level.tolist(), strict=True
        ):
            rules[one].read(port, rssi_dbm, end_s)
        return np.array([rule.at for rule in rules])

    return turn


def _batch(
    tag: NDArray[np.int64], antenna: NDArray[np.int64], level: NDArray[np.float64], now_us: int
) -> ReadBatch:
    return ReadBatch.of(
        "r",
        now_us,
        [f"{number:024x}" for number in tag.tolist()],
        (antenna + 1).tolist(),
        level.tolist(),
        seen_us=[now_us] * len(tag),
    )


def rows(share: float) -> Iterator[tuple[str, str, float, float]]:
    """Lines of the table: what, goal, product, EdgeX."""
    for rate, tags, span_s in (
        (10.0, 20, 1800),
        (3.0, 40, 1800),
        (1.0, 60, 3600),
        (0.2, 60, 7200),
    ):
        case = Case(rate, 6.0, max(2, round(tags * share)), span_s)
        ours, theirs = (play(case, turn(case.tags), 1) for turn in (locator, edgex))
        yield (
            f"false moves/h at rest, 6 dB, {rate} reads/s",
            "<= 0.1",
            ours.false_per_hour,
            theirs.false_per_hour,
        )
    for rate in (10.0, 1.0):
        case = Case(rate, 3.0, max(2, round(40 * share)), 1800)
        ours, theirs = (play(case, turn(case.tags), 2) for turn in (locator, edgex))
        yield (
            f"% of the time wrong, 3 dB, {rate} reads/s",
            "<= 3",
            100 * ours.wrong_share,
            100 * theirs.wrong_share,
        )
    for rate, goal_s in ((10.0, 5), (1.0, 10), (0.2, 40)):
        slow = rate < 1
        case = Case(
            rate,
            10.0,
            max(4, round(300 * share)),
            3000 if slow else 600,
            carried_every_s=240 if slow else 60,
            rests_s=600 if slow else 120,
        )
        ours, theirs = (play(case, turn(case.tags), 3) for turn in (locator, edgex))
        yield (
            f"true move told after, p95 s, {rate} reads/s",
            f"<= {goal_s}",
            float(np.percentile(ours.delays_s, 95)),
            float(np.percentile(theirs.delays_s, 95)),
        )
