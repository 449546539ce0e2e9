"""Phases tell whether a tag lies still or is carried, and what follows from that."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.locator import Locator
from edge.locating.motion import Motions, Phases
from edge.locating.reasons import Moves, Reason
from edge.locating.slots import News, Reads, Slots, Turned
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor
from edge.model.presence import Moved, PresenceChange
from tests.locating.conftest import START_US, epc_of

MIB = 1 << 20
TURN_S = 0.1
FCC, ETSI, ONE = (50, 0.2), (4, 4.0), (1, 1.0)
"""Channels that a reader hops over, and for how long it keeps each."""
MakeFloor, MakeReads = Callable[..., Floor], Callable[..., ReadBatch]


@dataclass
class Radio:
    """A tag that two antennas of one reader hear, ten times a second each.

    Attributes:
        channels: how many, and seconds on each.
        half_turns: phases are off by half a turn as often as not.
        is_told: whether the reader tells phases at all.
    """

    locator: Locator
    make_reads: MakeReads
    channels: tuple[int, float] = FCC
    half_turns: bool = False
    is_told: bool = True
    seed: int = 5
    now_s: float = 0.0

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng(self.seed)
        self.lay_down()

    def lay_down(self) -> None:
        """The tag lies in another spot from now on: other phases, each as likely as any."""
        self.spot = self.chance.random((2, self.channels[0])) * 2 * np.pi

    def play(
        self, span_s: float, a_dbm: float, b_dbm: float, *, is_carried: bool = False
    ) -> list[tuple[float, PresenceChange]]:
        """What is told, and how many seconds after the beginning."""
        began_s, told = self.now_s, []
        for _ in range(round(span_s / TURN_S)):
            seen_s = self.now_s + np.sort(self.chance.random(2)) * TURN_S
            level = np.array([a_dbm, b_dbm]) + self.chance.normal(0.0, 2.0, 2)
            self.locator.observe(self._batch(seen_s, level, is_carried=is_carried))
            self.now_s += TURN_S
            changes = self.locator.turn(START_US + round(self.now_s * 1e6))
            told += [(self.now_s - began_s, change) for change in changes]
        return told

    def _batch(self, seen_s: np.ndarray, level: np.ndarray, *, is_carried: bool) -> ReadBatch:
        count, hop_s = self.channels
        channel = (seen_s // hop_s).astype(int) % count
        phase = self.spot[[0, 1], channel] + self.chance.normal(0.0, 0.1, 2)
        if is_carried:
            phase = self.chance.random(2) * 2 * np.pi
        if self.half_turns:
            phase = phase + np.pi * self.chance.integers(0, 2, 2)
        seen_us = START_US + (seen_s * 1e6).astype(np.int64)
        batch = self.make_reads("north", np.array([1, 1]), np.array([1, 2]), level, seen_us)
        if not self.is_told:
            return batch
        return replace(
            batch,
            phase_rad=(phase % (2 * np.pi)).astype(np.float32),
            channel=(channel + 1).astype(np.uint16),
        )


@pytest.fixture
def floor(make_floor: MakeFloor) -> Floor:
    return make_floor(("A", "shelf", "north", 1), ("B", "shelf", "north", 2))


@pytest.fixture
def radio(floor: Floor, make_reads: MakeReads) -> Callable[..., Radio]:
    return lambda **how: Radio(Locator(floor), make_reads, **how)


def moves(told: list[tuple[float, PresenceChange]]) -> list[tuple[float, LocationId]]:
    return [(at_s, one.to_location) for at_s, one in told if isinstance(one, Moved)]


def shadowed(radio: Radio) -> list[tuple[float, LocationId]]:
    """What is told of a tag of which its own antenna hears 12 dB less for five seconds."""
    radio.play(30.0, -52.0, -60.0)
    return moves(radio.play(5.0, -64.0, -60.0) + radio.play(20.0, -52.0, -60.0))


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("channels", [FCC, ETSI, ONE])
def test_a_shadow_over_a_tag_whose_phase_stands_is_no_move(
    radio: Callable[..., Radio], channels: tuple[int, float]
) -> None:
    assert shadowed(radio(channels=channels)) == []


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("channels", [FCC, ETSI, ONE])
def test_so_it_is_with_a_reader_that_may_be_off_by_half_a_turn(
    radio: Callable[..., Radio], channels: tuple[int, float]
) -> None:
    assert shadowed(radio(channels=channels, half_turns=True)) == []


@pytest.mark.usefixtures("either_way")
def test_the_same_shadow_is_told_as_a_move_where_no_phase_is_told(
    radio: Callable[..., Radio],
) -> None:
    assert [place for _, place in shadowed(radio(is_told=False))][:1] == ["B"]


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("channels", [FCC, ETSI, ONE])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_tag_that_is_carried_is_told_as_soon_as_without_phases(
    radio: Callable[..., Radio], channels: tuple[int, float], seed: int
) -> None:
    def carried(one: Radio) -> list[tuple[float, LocationId]]:
        one.play(30.0, -52.0, -60.0)
        on_the_way = one.play(2.0, -56.0, -56.0, is_carried=True)
        one.lay_down()
        return moves(on_the_way + [(2 + at, it) for at, it in one.play(20.0, -60.0, -52.0)])

    [(with_s, there)] = carried(radio(channels=channels, seed=seed))
    [(without_s, _)] = carried(radio(channels=channels, seed=seed, is_told=False))

    assert there == "B"
    assert with_s <= without_s + 0.3


@pytest.mark.usefixtures("either_way")
def test_nobody_is_held_for_long_by_phases_that_chance_to_be_the_same(
    radio: Callable[..., Radio],
) -> None:
    one = radio(channels=ETSI)
    one.play(30.0, -52.0, -60.0)

    # when the tag is elsewhere from one read to the next, and every phase is as it was
    told = moves(one.play(30.0, -60.0, -52.0))

    assert [place for _, place in told] == ["B"]
    assert told[0][0] < 12.0


def test_why_says_that_a_tag_lies_still(radio: Callable[..., Radio]) -> None:
    one = radio()
    one.play(30.0, -52.0, -60.0)

    motion = answered(one).motion

    assert motion is not None
    assert motion.state is Moves.STILL
    assert motion.log_odds > 2.0


def test_why_says_that_a_tag_is_carried(radio: Callable[..., Radio]) -> None:
    one = radio()
    one.play(30.0, -52.0, -60.0, is_carried=True)

    motion = answered(one).motion

    assert motion is not None
    assert motion.state is Moves.MOVING


def test_why_says_nothing_of_motion_where_no_phase_is_told(radio: Callable[..., Radio]) -> None:
    one = radio(is_told=False)
    one.play(30.0, -52.0, -60.0)

    assert answered(one).motion is None


def test_what_phases_said_is_soon_no_longer_told(radio: Callable[..., Radio]) -> None:
    one = radio()
    one.play(30.0, -52.0, -60.0)

    told = one.locator.reason(Epc(epc_of(1)), START_US + round((one.now_s + 20.0) * 1e6))

    assert told is not None
    assert told.motion is None


def answered(radio: Radio) -> Reason:
    told = radio.locator.reason(Epc(epc_of(1)), START_US + round(radio.now_s * 1e6))
    assert told is not None
    return told


def news_of(rows: np.ndarray, at_ms: int) -> News:
    """Tags of whose slots nothing is asked."""
    tags, none = len(rows), np.zeros((4, len(rows)))
    slots = Slots(*[none] * 6)
    at = np.full(tags, at_ms, np.int32)
    return News(rows, slots, none > 0, at, np.zeros(tags, np.float32), np.ones(tags, np.int32))


def reads_of(rows: np.ndarray, seen_ms: int | np.ndarray) -> Reads:
    """Reads by one antenna."""
    count = len(rows)
    levels = np.full(count, -60.0, np.float32)
    seen = np.broadcast_to(np.int32(seen_ms), count).copy()
    return Reads(rows, np.zeros(count, np.uint16), levels, seen)


def heard(
    phases: Phases, rows: np.ndarray, at_ms: int, phase_rad: float | np.ndarray, channel: int = 7
) -> Motions | None:
    """What is told once each tag was read on one channel."""
    count = len(rows)
    phase = np.broadcast_to(np.float32(phase_rad), count).copy()
    turned = Turned(phase, np.full(count, channel, np.uint16))
    return phases.hear(reads_of(rows, at_ms), turned, news_of(rows, at_ms))


def test_a_hundred_thousand_tags_take_no_more_room_than_one() -> None:
    # given tags that are read once a second, far more than there is room for
    phases, rows = Phases(), np.arange(100_000)
    chance = np.random.default_rng(1)
    phase_rad = chance.random(len(rows)) * 6.28

    told = None
    for second in range(6):
        at_ms = 1_000_000 + 1000 * second
        told = heard(phases, rows, at_ms, phase_rad + 0.01 * second)

    # then those that found room are known to lie still, and nothing is said of the others
    assert phases.nbytes <= MIB
    assert told is not None
    known = told.log_odds != 0.0
    assert 5_000 < known.sum() < 20_000
    assert (told.log_odds[known] < 0.0).mean() > 0.99


def test_nothing_is_held_as_long_as_nobody_tells_phases() -> None:
    phases, rows = Phases(), np.arange(3)

    assert heard(phases, rows, 1_000_000, np.nan) is None
    assert phases.nbytes == 0


def test_a_phase_without_a_channel_tells_nothing() -> None:
    phases, rows = Phases(), np.arange(3)

    assert heard(phases, rows, 1_000_000, 1.0, channel=0) is None


def test_reads_of_one_turn_are_compared_with_each_other() -> None:
    # given a tag that one antenna reads five times on one channel within a turn
    phases, row, channel = Phases(), np.zeros(1, np.int64), np.full(5, 7, np.uint16)
    rows, seen_ms = np.zeros(5, np.int64), np.arange(5) * 20 + 1_000_000
    standing = Turned(np.array([2.0, 2.01, 1.98, 2.02, 2.01], np.float32), channel)
    turning = Turned(np.array([0.0, 0.8, 1.6, 2.4, 3.2], np.float32), channel)

    stood = phases.hear(reads_of(rows, seen_ms), standing, news_of(row, 1_000_080))
    assert stood is not None
    assert stood.log_odds[0] < -1.0
    turned = phases.hear(reads_of(rows, seen_ms + 500), turning, news_of(row, 1_000_580))
    assert turned is not None
    assert turned.log_odds[0] > stood.log_odds[0] + 1.0


def test_phases_are_compared_across_a_move_of_the_table_s_zero() -> None:
    phases, rows = Phases(), np.arange(3)
    heard(phases, rows, 2_000_000_000, 1.0)

    phases.shift_times(1_000_000_000)
    told = heard(phases, rows, 1_000_001_000, 1.01)

    assert told is not None
    assert (told.log_odds < -1.0).all()


def test_a_number_that_never_changes_is_no_phase() -> None:
    # given a file that has 0 where nothing was measured
    phases, rows = Phases(), np.arange(3)
    heard(phases, rows, 1_000_000, 0.0)

    told = heard(phases, rows, 1_000_100, 0.0)

    assert told is not None
    assert (told.log_odds == 0.0).all()
    assert (told.held == 0.0).all()


def test_an_impossible_phase_is_left_out() -> None:
    phases, rows = Phases(), np.arange(2)
    wild = np.array([np.inf, 1e30])

    assert heard(phases, rows, 1_000_000, wild) is None
