"""Where in a place a carried tag is heard from is learnt from the walk alone, and followed."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.locating.mapping import terrain
from edge.locating.pieces import Piece
from edge.locating.slots import NO_ANTENNA, SLOTS, News, Slots
from edge.locating.survey import Survey
from edge.locating.surveying import survey
from edge.locating.terrain import CELLS, CELLS_ALONG, Terrain
from edge.locating.treading import FreshLevels, Treading, told_by_a_read
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind

ROOM_M = 6.0
CORNERS = np.array([(0, 0), (0, 1), (1, 1), (1, 0)])
PLACES = [LocationId(f"q{n}") for n in range(1, 5)]
OFFSET_DBM = np.full(4, -60.0)
WINDOW_S = 0.5
ALIVE = np.ones(5, np.bool_)
ROWS = np.arange(4)[:, np.newaxis]
"""The place of each slot: that of its antenna."""
NEAR, FAR = 0, CELLS - 1
"""Cells of the first zone: in its antenna's corner, and in the middle of the room."""


@pytest.fixture
def room() -> Floor:
    """Four zones with an antenna in the outer corner of each."""
    return Floor(
        {
            place: Location(
                place,
                LocationKind.ZONE,
                x_m=ROOM_M * (0.25 + 0.5 * x),
                y_m=ROOM_M * (0.25 + 0.5 * y),
                width_m=ROOM_M / 2,
                depth_m=ROOM_M / 2,
            )
            for place, (x, y) in zip(PLACES, CORNERS.tolist(), strict=True)
        },
        tuple(
            Antenna(DeviceName("r"), port, place, x_m=ROOM_M * x, y_m=ROOM_M * y, z_m=1.5)
            for port, (place, (x, y)) in enumerate(zip(PLACES, CORNERS.tolist(), strict=True), 1)
        ),
    )


def carried(place: int, seed: int) -> Piece:
    """20 s of walking to and fro in a zone: 20 reads a second, 20 dB a decade, 4 dB of noise."""
    chance = np.random.default_rng(seed)
    time_s = np.arange(400) * 0.05
    phases = chance.uniform(0, 2 * np.pi, 2)
    at = 0.25 + 0.24 * np.sin(np.outer(time_s, (0.9, 0.7)) + phases)
    at_m = ROOM_M * (at + 0.5 * CORNERS[place])
    antenna = np.tile(np.arange(4), 100)
    apart_m = np.hypot(*(at_m - ROOM_M * CORNERS[antenna]).T)
    level = -50.0 - 20.0 * np.log10(np.maximum(apart_m, 0.5)) + chance.normal(0.0, 4.0, 400)
    time_us = (time_s * 1e6).astype(np.int64)
    return Piece(PLACES[place], 20_000_000, time_us, antenna, level.astype(np.float32))


@pytest.fixture(scope="module")
def walk() -> list[Piece]:
    return [carried(place, 10 * place + turn) for place in range(4) for turn in range(3)]


@pytest.fixture
def learnt(room: Floor, walk: list[Piece]) -> Terrain:
    found = terrain(room, PLACES, walk, OFFSET_DBM)
    assert found is not None
    return found


def levels(found: Terrain) -> NDArray[np.float64]:
    return np.array(found.level_db)


def news(
    levels_db: list[float], before: Slots | None = None, row: int = 0, since_s: float = 0.2
) -> News:
    """A read by each antenna, with those before faded."""
    fresh = np.array(levels_db, np.float32)[:, np.newaxis] - 60.0
    fade = np.float32(np.exp(-since_s / WINDOW_S))
    count = np.ones((SLOTS, 1), np.float32)
    slots = Slots(
        level_sum=fresh + (fade * before.level_sum if before else 0.0),
        weight=count + (fade * before.weight if before else 0.0),
        seen_ms=np.zeros((SLOTS, 1), np.int32),
        antenna=np.arange(SLOTS, dtype=np.uint16)[:, np.newaxis],
        belief=np.full((SLOTS, 1), 0.25, np.float32),
        usual=np.full((SLOTS, 1), np.nan, np.float32),
    )
    heard = np.ones((SLOTS, 1), np.bool_)
    since = np.array([since_s], np.float32)
    at_ms, reads = np.zeros(1, np.int32), np.full(1, SLOTS, np.int32)
    return News(np.array([row]), slots, heard, at_ms, since, reads)


class Followed:
    """One tag, heard by all four antennas each 0.2 s."""

    def __init__(self, found: Terrain) -> None:
        self.treading = Treading(found, [0, 1, 2, 3], WINDOW_S)
        self._slots: Slots | None = None

    def hears(self, levels_db: list[float], row: int = 0, since_s: float = 0.2) -> float:
        """How much more the reads say for the first zone than for the one across, nats."""
        one = news(levels_db, self._slots, row, since_s)
        reads = self.treading.fresh(one)
        level = reads.level_sum / reads.count + 60.0
        arriving = np.zeros((SLOTS, 1), np.float32)
        tells = told_by_a_read(np.full(1, 0.05, np.float32))
        heard = FreshLevels(reads.count, level, tells)
        trodden = self.treading.look(one, ROWS, heard, ALIVE, arriving)
        self.treading.keep(one, trodden)
        self._slots = one.slots
        return float(trodden.room[0, 0] - trodden.room[2, 0])


def test_a_walk_that_nobody_measured_tells_how_loud_each_corner_is(learnt: Terrain) -> None:
    """In truth 17 dB lie between the middles of the nearest and of the farthest cell."""
    for place in range(4):
        inner = [NEAR, CELLS_ALONG - 1, FAR, CELLS - CELLS_ALONG]  # the same corner of each zone
        own = levels(learnt)[place, :, place]
        nearest, farthest = inner[place], inner[(place + 2) % 4]
        assert own.argmax() == nearest
        assert own[nearest] - own[farthest] > 8.0


def test_levels_scatter_less_within_a_cell_than_within_a_place(
    learnt: Terrain, walk: list[Piece]
) -> None:
    own = np.concatenate([one.rssi_dbm[one.antenna == 0] for one in walk[:3]])

    assert np.mean(np.array(learnt.spread_db)[0, :, 0]) < 0.95 * own.std()


def test_near_an_antenna_where_a_step_changes_more_levels_scatter_more_than_far_from_it(
    room: Floor,
) -> None:
    """Twenty seconds a place show that in no single corner, but in all of them together."""
    short = [carried(place, seed=place) for place in range(4)]

    found = terrain(room, PLACES, short, OFFSET_DBM)

    assert found is not None
    spread_db = np.array(found.spread_db)
    near, far = spread_db[range(4), :, range(4)], spread_db[[2, 3, 0, 1], :, range(4)]
    assert near.mean() > far.mean() + 0.5, (near.mean(), far.mean())


def test_without_sizes_or_antennas_on_the_plan_there_is_no_terrain(
    room: Floor, walk: list[Piece]
) -> None:
    pointed = {place: replace(one, width_m=0.0) for place, one in room.locations.items()}
    unmeasured = tuple(replace(one, x_m=None) for one in room.antennas)

    assert terrain(replace(room, locations=pointed), PLACES, walk, OFFSET_DBM) is None
    assert terrain(replace(room, antennas=unmeasured), PLACES, walk, OFFSET_DBM) is None


def test_what_fits_another_corner_says_less_until_the_tag_has_walked_there(
    learnt: Terrain,
) -> None:
    """Steady in its antenna's corner, a tag is suddenly heard as in the middle of the room."""
    near, far = (levels(learnt)[0, cell].tolist() for cell in (NEAR, FAR))
    stood, fresh = Followed(learnt), Followed(learnt)
    for _ in range(20):
        stood.hears(near)

    at_once = stood.hears(far)

    assert at_once < fresh.hears(far) - 0.1
    assert stood.hears(far, since_s=30.0) > at_once + 0.1


def test_a_read_that_comes_alone_tells_more_than_one_of_many_in_a_shadow() -> None:
    often, seldom, alone = told_by_a_read(np.array([0.05, 0.5, 5.0], np.float32)).tolist()

    assert often == pytest.approx(0.3)
    assert 0.45 < seldom < 0.55
    assert 0.9 < alone < 1.0


def test_each_read_counts_once(learnt: Terrain) -> None:
    tag = Followed(learnt)
    first = news([3.0, -1.0, -2.0, 0.0])
    tag.treading.fresh(first)
    even = np.full((1, SLOTS, CELLS), 1.0 / CELLS, np.float32)
    nothing = np.zeros((SLOTS, 1), np.float32)
    silent = FreshLevels(nothing, nothing, nothing[0])
    looked = tag.treading.look(first, ROWS, silent, ~ALIVE, nothing)
    assert looked.share == pytest.approx(even, abs=1e-3)  # nothing heard, nothing known
    tag.treading.keep(first, looked)

    second = tag.treading.fresh(news([9.0, 9.0, 9.0, 9.0], first.slots))

    assert second.count == pytest.approx(np.ones((SLOTS, 1)), abs=1e-5)
    assert second.level_sum == pytest.approx(np.full((SLOTS, 1), -51.0), abs=1e-3)


def test_reads_of_one_look_count_in_full_though_the_first_have_faded(learnt: Terrain) -> None:
    """Silence does not fade: read as often as in the survey, a tag must not seem quieter."""
    tag = Followed(learnt)
    faded = replace(news([3.0, -1.0, -2.0, 0.0]), reads=np.full(1, 5, np.int32))

    reads = tag.treading.fresh(faded)

    assert float(reads.count.sum()) == pytest.approx(5.0, abs=1e-3)
    assert reads.level_sum / reads.count == pytest.approx(
        faded.slots.level_sum / faded.slots.weight, abs=1e-3
    )


def test_reads_that_no_slot_holds_hardly_count(learnt: Terrain) -> None:
    tag = Followed(learnt)
    crowded = replace(news([3.0, -1.0, -2.0, 0.0]), reads=np.full(1, 40, np.int32))

    assert float(tag.treading.fresh(crowded).count.sum()) <= 6.0


def test_an_antenna_that_takes_anothers_slot_begins_anew(learnt: Terrain) -> None:
    tag = Followed(learnt)
    for _ in range(10):
        tag.hears([10.0, -2.0, -4.0, -3.0])
    other = news([0.0, 0.0, 0.0, 0.0])
    other.slots.antenna[:] = NO_ANTENNA

    reads = tag.treading.fresh(other)

    assert reads.count == pytest.approx(np.ones((SLOTS, 1)))


def test_a_tag_in_anothers_row_may_be_anywhere(learnt: Terrain) -> None:
    """Rows go to new tags; what was known of the old one's corner tells nothing of them."""
    far = levels(learnt)[0, FAR].tolist()
    used, unused = Followed(learnt), Followed(learnt)
    for _ in range(20):
        used.hears(levels(learnt)[0, NEAR].tolist())

    assert used.hears(far, since_s=1e6) == pytest.approx(unused.hears(far), abs=0.05)


def test_a_survey_keeps_its_terrain_in_its_file(room: Floor, walk: list[Piece]) -> None:
    made = survey(room, walk, OFFSET_DBM, WINDOW_S, np.random.default_rng(1))

    assert made.terrain is not None
    assert Survey.from_dict(made.to_dict()) == made


@pytest.mark.parametrize("damage", [{"edge_m": 0.0}, {"rate_per_s": ()}, {"spread_db": ((0.0,),)}])
def test_a_terrain_with_holes_is_refused(learnt: Terrain, damage: dict[str, float]) -> None:
    assert learnt.fits(4, 4)
    assert not replace(learnt, **damage).fits(4, 4)
