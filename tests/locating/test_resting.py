"""Flapping and sticking: hours of played time, many tags at once."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.locator import Locator
from edge.model.places import Floor
from edge.model.presence import Arrived, Departed, Mistaken, Moved, Returned

START_US = 1_700_000_000_000_000
WEAK_SHARE = 0.4
NOISE_DB = 4.0


@dataclass
class Outcome:
    hours: float = 0.0
    false_moves: int = 0
    departures: int = 0
    delays_s: list[float] = field(default_factory=list)
    told: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """Tags that two antennas hear, one `clear_db` louder than the other."""

    reads_per_s: float
    clear_db: float
    tags: int
    span_s: float
    turn_s: float
    carried_every_s: float = 0.0
    rests_s: float = 60.0


class Hall:
    """Plays tags before two antennas, and may carry them from one to the other."""

    def __init__(self, floor: Floor, reads_of: Callable[..., ReadBatch], seed: int) -> None:
        self._locator = Locator(floor)
        self._reads_of = reads_of
        self._chance = np.random.default_rng(seed)

    def play(self, case: Case) -> Outcome:
        chance, outcome = self._chance, Outcome(case.tags * case.span_s / 3600)
        place = np.zeros(case.tags, np.int64)
        carried_s = np.full(case.tags, np.nan)
        next_s = case.rests_s * (1 + chance.random(case.tags))
        for turn in range(round(case.span_s / case.turn_s)):
            at_s = turn * case.turn_s
            if case.carried_every_s:
                due = at_s >= next_s
                place[due] ^= 1
                carried_s[due] = at_s
                next_s[due] += case.carried_every_s * (0.5 + chance.random(int(due.sum())))
            self._hear(case, place, at_s)
            now_us = START_US + round((at_s + case.turn_s) * 1e6)
            for change in self._locator.turn(now_us):
                tag = int(change.epc[-8:], 16)
                outcome.departures += isinstance(change, Departed)
                if isinstance(change, Arrived | Moved | Mistaken):
                    moved = isinstance(change, Moved)
                    outcome.told[tag] = change.to_location if moved else change.location
                if isinstance(change, Arrived | Returned):
                    continue
                if isinstance(change, Moved):
                    right = change.to_location == f"shelf-{place[tag]}"
                    outcome.false_moves += not right
                    if right and np.isfinite(carried_s[tag]):
                        outcome.delays_s.append((now_us - START_US) / 1e6 - carried_s[tag])
                        carried_s[tag] = np.nan
        return outcome

    def _hear(self, case: Case, place: np.ndarray, at_s: float) -> None:
        chance = self._chance
        tag = np.repeat(
            np.arange(case.tags), chance.poisson(case.reads_per_s * case.turn_s, case.tags)
        )
        weak = chance.random(len(tag)) < WEAK_SHARE
        level = np.where(weak, -60.0 - case.clear_db, -60.0)
        level = np.round(level + chance.normal(0, NOISE_DB, len(tag)))
        seen = START_US + ((at_s + chance.random(len(tag)) * case.turn_s) * 1e6).astype(np.int64)
        if len(tag):
            self._locator.observe(
                self._reads_of("north", tag, (place[tag] ^ weak) + 1, level, seen)
            )


@pytest.fixture
def hall(make_floor: Callable[..., Floor], make_reads: Callable[..., ReadBatch]) -> Hall:
    floor = make_floor(("shelf-0", "shelf", "north", 1), ("shelf-1", "shelf", "north", 2))
    return Hall(floor, make_reads, seed=20)


@pytest.mark.parametrize(
    "case",
    [
        Case(10.0, 6.0, tags=2000, span_s=180, turn_s=0.2),
        Case(3.0, 6.0, tags=2000, span_s=180, turn_s=0.2),
        Case(1.0, 6.0, tags=2000, span_s=360, turn_s=0.5),
        Case(0.2, 6.0, tags=1000, span_s=1440, turn_s=1.0),
    ],
    ids=lambda case: f"{case.reads_per_s} reads/s",
)
def test_a_resting_tag_six_decibels_clear_does_not_flap(hall: Hall, case: Case) -> None:
    """At 40 % of its reads on the weaker antenna, with 4 dB of noise on every read."""
    outcome = hall.play(case)

    assert outcome.hours >= 100
    assert outcome.false_moves / outcome.hours <= 0.1
    assert outcome.departures == 0


def test_a_tag_that_arrived_at_the_wrong_place_is_put_right_while_it_rests(hall: Hall) -> None:
    """Four reads decide an arrival, and 3 dB are little: one tag in twenty begins wrongly."""
    outcome = hall.play(Case(1.0, 3.0, tags=1000, span_s=240, turn_s=0.5))

    wrong = sum(place != "shelf-0" for place in outcome.told.values())
    assert len(outcome.told) == 1000
    assert wrong <= 10


@pytest.mark.parametrize(
    ("reads_per_s", "rests_s", "p95_s"),
    [
        (10.0, 60.0, 5.0),
        (3.0, 60.0, 8.0),
        (1.0, 60.0, 20.0),
        (0.2, 60.0, 90.0),
        (1.0, 100.0, 10.0),
        (0.2, 600.0, 45.0),
    ],
)
def test_a_carried_tag_is_told_in_time(
    hall: Hall, reads_per_s: float, rests_s: float, p95_s: float
) -> None:
    """The other side: what does not flap must not stick either (a move that swaps 10 dB)."""
    slow = reads_per_s < 1
    case = Case(
        reads_per_s,
        10.0,
        tags=200,
        span_s=900 + rests_s if slow else 300 + rests_s,
        turn_s=1.0 if slow else 0.2,
        carried_every_s=240 if slow else 60,
        rests_s=rests_s,
    )

    outcome = hall.play(case)

    assert len(outcome.delays_s) >= 400
    assert np.percentile(outcome.delays_s, 95) <= p95_s
