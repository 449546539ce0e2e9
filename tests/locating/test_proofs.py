"""A person's scan and a reference tag know where a tag is; the radio learns from them."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration, floor_hash
from edge.locating.gains import Gains
from edge.locating.locator import Locator
from edge.locating.pieces import Piece
from edge.locating.proofs import Proof
from edge.locating.references import Heard, ReferenceLevels
from edge.locating.surveying import survey
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.model.presence import Arrived, Moved
from tests.locating.conftest import START_US, epc_of, reads_of

PLACES = [LocationId(f"shelf-{n}") for n in range(1, 5)]
BIN = LocationId("bin-2")
TAGS = 40
GAINS_DB = np.array([-5.0, 5.0, 0.0, 0.0])
"""What became of the antennas since they were calibrated."""
LEVELS_DB = np.full((4, 4), -3.0) + 6.0 * np.eye(4)
"""Above the offset, by place and antenna: an antenna hears its own place 6 dB louder."""


def room(references: Iterable[int] = ()) -> Floor:
    """Four shelves with an antenna each, and a bin in the second one."""
    epcs = {number: Epc(epc_of(900 + number)) for number in references}
    return Floor(
        {
            **{place: Location(place, LocationKind.SHELF) for place in PLACES},
            BIN: Location(BIN, LocationKind.BIN, PLACES[1]),
        },
        tuple(
            Antenna(DeviceName("r"), port, place, reference_epc=epcs.get(port - 1))
            for port, place in enumerate(PLACES, 1)
        ),
    )


def surveyed(floor: Floor) -> Calibration:
    chance = np.random.default_rng(1)
    antenna, time_us = np.tile(np.arange(4), 100), np.arange(400) * 50_000
    pieces = [
        Piece(
            place,
            20_000_000,
            time_us,
            antenna,
            (-60.0 + LEVELS_DB[number, antenna] + chance.normal(0, 2, 400)).astype(np.float32),
        )
        for number, place in enumerate(PLACES)
    ]
    found = survey(floor, pieces, np.full(4, -60.0), 0.5, np.random.default_rng(1))
    assert found is not None
    offsets = {f"r/{port}": -60.0 for port in range(1, 5)}
    return Calibration(floor_hash(floor), offsets, survey=found)


class Shelves:
    """Tags at rest, most of them on one shelf; each is heard each second by every antenna.

    A tag's place shadows it from each antenna by 3 dB, give or take.
    """

    def __init__(self, floor: Floor, seed: int) -> None:
        self.locator = Locator(floor, calibration=surveyed(floor))
        self.chance = np.random.default_rng(seed)
        self.at = np.repeat(np.arange(4), (28, 4, 4, 4))
        self.shadow_db = self.chance.normal(0.0, 3.0, (TAGS, 4))
        self.now_us = START_US

    def play(self, span_s: float, reference_db: np.ndarray | None = None) -> None:
        tag, antenna = np.divmod(np.arange(4 * TAGS), 4)
        level = -60.0 + LEVELS_DB[self.at[tag], antenna] + self.shadow_db[tag, antenna]
        level = level + GAINS_DB[antenna]
        if reference_db is not None:
            tag = np.append(tag, 900 + np.arange(4))
            antenna = np.append(antenna, np.arange(4))
            level = np.append(level, -50.0 + reference_db)
        for _ in range(round(span_s)):
            self.now_us += 1_000_000
            heard = level + self.chance.normal(0.0, 2.0, len(level))
            seen_us = np.full(len(tag), self.now_us)
            self.locator.observe(reads_of("r", tag, antenna + 1, np.round(heard), seen_us))
            self.locator.turn(self.now_us)

    def right_share(self) -> float:
        found = [self.locator.where(Epc(epc_of(tag))) for tag in range(TAGS)]
        right = [
            one is not None and one.location == PLACES[at]
            for one, at in zip(found, self.at, strict=True)
        ]
        return float(np.mean(right))


def test_confirmed_picks_teach_a_surveyed_floor_what_became_of_its_antennas() -> None:
    """Beliefs alone mislead where goods lie unevenly; half of the tags are picked once."""
    seed = 3
    alone, helped = Shelves(room(), seed), Shelves(room(), seed)
    for shelves in (alone, helped):
        shelves.play(60.0)
    for tag in range(0, TAGS, 2):
        picked = Proof(Epc(epc_of(tag)), PLACES[helped.at[tag]], lies_there_now=False)
        helped.locator.confirm(picked)
    for shelves in (alone, helped):
        shelves.play(60.0)

    assert alone.right_share() <= 0.7, f"seed {seed}"
    assert helped.right_share() >= alone.right_share() + 0.1, f"seed {seed}"


def test_a_scan_of_what_was_hardly_heard_teaches_the_antennas_nothing() -> None:
    floor = room()
    shelves = Shelves(floor, 4)
    shelves.play(2.0)
    before = [shelves.locator.where(Epc(epc_of(tag))) for tag in range(TAGS)]
    for tag in range(TAGS):
        shelves.locator.confirm(Proof(Epc(epc_of(tag)), PLACES[0], lies_there_now=False))
    shelves.locator.confirm(Proof(Epc(epc_of(777)), PLACES[0], lies_there_now=True))
    shelves.locator.confirm(Proof(Epc(epc_of(1)), LocationId("nowhere"), lies_there_now=True))
    assert before == [shelves.locator.where(Epc(epc_of(tag))) for tag in range(TAGS)]


def test_what_is_put_away_is_believed_where_it_was_scanned(
    make_reads: Callable[..., ReadBatch],
) -> None:
    """The bin has no antenna: it counts for the shelf that it is part of."""
    locator, now_us = Locator(room()), START_US
    told = []

    def hear(seconds: int) -> None:
        nonlocal now_us
        for turn in range(seconds * 20):
            now_us += 50_000
            port = 1 + turn % 2
            seen = np.array([now_us])
            batch = make_reads("r", np.array([5]), np.array([port]), np.array([-58.0]), seen)
            locator.observe(batch)
            told.extend(locator.turn(now_us))

    hear(10)
    first = locator.where(Epc(epc_of(5)))
    assert first is not None
    other = BIN if first.announced == PLACES[0] else PLACES[0]
    locator.confirm(Proof(Epc(epc_of(5)), other, lies_there_now=True))
    found = locator.where(Epc(epc_of(5)))
    assert found is not None
    assert found.probability > 0.9
    assert found.location == (PLACES[1] if other == BIN else other)
    hear(1)
    assert isinstance(told[-1], Arrived | Moved)


def test_reference_tags_hold_the_gains_while_beliefs_mislead() -> None:
    """Each antenna's reference tag tells how far the antenna has departed."""
    seed = 5
    floor = room(references=range(4))
    alone, helped = Shelves(floor, seed), Shelves(floor, seed)
    for shelves, told_db in ((alone, np.zeros(4)), (helped, GAINS_DB)):
        shelves.play(310.0, reference_db=np.zeros(4))
        shelves.play(300.0, reference_db=told_db)
    assert helped.right_share() >= alone.right_share() + 0.1, f"seed {seed}"


def test_a_reference_tag_tells_of_a_lasting_change_and_not_of_the_first_minutes() -> None:
    levels, now_ms = ReferenceLevels(2), 0
    seen = []
    for look in range(120):
        now_ms += 10_000
        assert levels.is_due(now_ms)
        level = -50.0 if look < 40 else -56.0
        heard = Heard(np.array([now_ms, 0]), np.array([level, np.nan]))
        seen.append(levels.follow(heard, now_ms))
        assert not levels.is_due(now_ms + 5_000)
    assert np.isnan(seen[29]).all()
    assert seen[39][0] == pytest.approx(0.0)
    assert seen[-1][0] == pytest.approx(-6.0, abs=0.5)
    assert np.isnan(seen[-1][1])


def test_proofs_outweigh_the_guess_the_more_the_more_there_are_and_fade() -> None:
    gains = Gains(np.array([[4.0, -4.0], [-4.0, 4.0]]), np.ones(2))
    followed = []
    for _ in range(4):
        for _ in range(5):
            gains.prove(np.array([0, 1]), np.array([-5.0, 5.0]))
        gains.believe(np.array([0, 1]), np.ones(2, np.float32))
        gains.settle(1000)
        followed.append(float(gains.level_db[0]))
    assert followed == sorted(followed, reverse=True)
    assert followed[0] == pytest.approx(-5.0 * 5 / 11, abs=0.01)
    gains.settle(48 * 3_600_000)
    gains.believe(np.array([0, 1]), np.ones(2, np.float32))
    gains.settle(48 * 3_600_000 + 1)
    assert abs(gains.level_db[0]) < 0.01


def test_a_calibration_holds_when_reference_tags_are_fixed_later() -> None:
    assert not len(Locator(room(references=[0]), calibration=surveyed(room())))
