import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration, CalibrationError, floor_hash
from edge.locating.learning import calibrate
from edge.locating.locator import Locator
from edge.locating.recordings import Truth, read_reads_csv
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind

START_US = 1_700_000_000_000_000
TAG = Epc("30340000000000000000000a")
PLACES = ("a", "b", "c")
DEAF_DB = (0.0, -9.0, 3.0)
"""How much each antenna's gain differs from the first's."""


@pytest.fixture(scope="module")
def floor(make_floor: Callable[..., Floor]) -> Floor:
    return make_floor(*((place, "zone", "north", n) for n, place in enumerate(PLACES, 1)))


@pytest.fixture(scope="module")
def recording(make_reads: Callable[..., ReadBatch]) -> tuple[list[ReadBatch], list[Truth]]:
    """A tag carried about for 80 s in each place; one antenna is 9 dB deaf."""
    chance = np.random.default_rng(11)
    batches, truths = [], []
    for number, place in enumerate(PLACES):
        begin_us = START_US + number * 80_000_000
        truths.append(Truth(begin_us, TAG, LocationId(place)))
        seen = begin_us + np.arange(0, 80_000_000, 50_000)
        antenna = chance.integers(0, 3, len(seen))
        level = np.where(antenna == number, -58.0, -65.0) + np.array(DEAF_DB)[antenna]
        level += chance.normal(0, 3, len(seen))
        tags = np.full(len(seen), 10)
        batches.append(make_reads("north", tags, antenna + 1, np.round(level), seen))
    return batches, truths


@pytest.fixture(scope="module")
def learnt(floor: Floor, recording: tuple[list[ReadBatch], list[Truth]]) -> Calibration:
    """What is learnt from the recording; it cannot be changed, so many tests may look at it."""
    return calibrate(floor, *recording, np.random.default_rng(1))


def test_calibrating_finds_the_deaf_antenna_and_says_how_good_it_is(learnt: Calibration) -> None:
    made = learnt

    offsets = [made.offset_dbm[f"north/{port}"] for port in (1, 2, 3)]
    assert np.diff(offsets).tolist() == pytest.approx([-9.0, 12.0], abs=0.5)
    assert all(2.5 < spread < 3.5 for spread in made.spread_db.values())
    assert made.warnings == ()
    quality = made.quality
    assert quality is not None
    assert quality.seconds > 150
    assert quality.accuracy > 0.8
    assert quality.accuracy > quality.accuracy_uncalibrated + 0.1
    assert quality.accuracy > quality.strongest_antenna
    assert quality.majority == pytest.approx(1 / 3, abs=0.05)
    assert quality.calibration_error <= 0.05
    assert sum(sum(row.values()) for row in quality.confusion.values()) == quality.seconds


def test_a_calibration_survives_its_file(floor: Floor, learnt: Calibration) -> None:
    again = Calibration.from_dict(json.loads(json.dumps(learnt.to_dict())))

    assert again == learnt
    assert len(Locator(floor, calibration=again)) == 0


def test_a_calibration_is_refused_when_an_antenna_has_moved(
    floor: Floor, learnt: Calibration
) -> None:
    one, *others = floor.antennas
    moved = Antenna(one.reader, one.port, LocationId("c"))

    with pytest.raises(CalibrationError, match="another floor"):
        Locator(Floor(floor.locations, (moved, *others)), calibration=learnt)


@pytest.mark.parametrize(
    "damage",
    [
        {"format": 99},
        {"offset_dbm": None},
        {"offset_dbm": {"north/1": "nan"}},
        {"tuned": {"tags_max": 1.0}},
        {"quality": {"seconds": 1}},
    ],
)
def test_a_damaged_file_is_refused(floor: Floor, damage: dict[str, object]) -> None:
    good = Calibration(floor_hash(floor), {"north/1": -60.0}).to_dict()

    with pytest.raises(CalibrationError, match="calibrat"):
        Calibration.from_dict(good | damage)


def test_a_truth_inside_a_covered_place_counts_for_that_place(
    floor: Floor, recording: tuple[list[ReadBatch], list[Truth]]
) -> None:
    batches, truths = recording
    bin_a = Location(LocationId("a-07"), LocationKind.BIN, parent=LocationId("a"))
    finer = Floor({**floor.locations, bin_a.id: bin_a}, floor.antennas)
    named = [Truth(truths[0].time_us, TAG, bin_a.id), *truths[1:]]

    made = calibrate(finer, batches, named, np.random.default_rng(1))

    assert made.quality is not None
    assert set(made.quality.confusion) == set(PLACES)


def test_a_place_that_no_antenna_covers_cannot_be_learnt(
    floor: Floor, recording: tuple[list[ReadBatch], list[Truth]]
) -> None:
    batches, truths = recording
    with pytest.raises(CalibrationError, match="cellar, which no antenna covers"):
        calibrate(
            floor,
            batches,
            [*truths, Truth(2**60, TAG, LocationId("cellar"))],
            np.random.default_rng(1),
        )


def test_one_place_is_not_enough_to_learn_from(
    floor: Floor, recording: tuple[list[ReadBatch], list[Truth]]
) -> None:
    batches, truths = recording
    with pytest.raises(CalibrationError, match="fewer than two places"):
        calibrate(floor, batches[:1], truths[:1], np.random.default_rng(1))


def test_swapped_cables_are_warned_of(
    floor: Floor, recording: tuple[list[ReadBatch], list[Truth]]
) -> None:
    one, two, three = floor.antennas
    swapped = (
        Antenna(one.reader, one.port, two.location),
        Antenna(two.reader, two.port, one.location),
        three,
    )

    made = calibrate(Floor(floor.locations, swapped), *recording, np.random.default_rng(1))

    assert sum("check the floor file and the cables" in one for one in made.warnings) == 2


def test_a_place_that_was_not_recorded_is_named_and_not_taken_for_a_swapped_cable(
    make_floor: Callable[..., Floor], recording: tuple[list[ReadBatch], list[Truth]]
) -> None:
    places = (*PLACES, "unseen")
    wider = make_floor(*((place, "zone", "north", n) for n, place in enumerate(places, 1)))

    made = calibrate(wider, *recording, np.random.default_rng(1))

    assert any("nothing was recorded in unseen" in one for one in made.warnings)
    assert not any("check the floor file and the cables" in one for one in made.warnings)


def test_a_calibration_that_is_no_better_than_none_says_so(
    floor: Floor, make_reads: Callable[..., ReadBatch]
) -> None:
    """Levels that are the same everywhere cannot be learnt from."""
    chance = np.random.default_rng(3)
    batches, truths = [], []
    for number, place in enumerate(PLACES):
        begin_us = START_US + number * 40_000_000
        truths.append(Truth(begin_us, TAG, LocationId(place)))
        seen = begin_us + np.arange(0, 40_000_000 * (3 - number) // 3, 100_000)
        antenna = chance.integers(0, 3, len(seen))
        level = chance.normal(-60.0, 4.0, len(seen))
        batches.append(make_reads("north", np.full(len(seen), 10), antenna + 1, level, seen))

    made = calibrate(floor, batches, truths, np.random.default_rng(1))

    assert any(one.startswith("no better than without: right in ") for one in made.warnings)


def test_real_recordings_calibrate_better_than_the_strongest_antenna(recordings: Path) -> None:
    """Two days in a room of four zones; the figures that `make bench` prints are of the same."""
    places = {
        LocationId(f"q{n}"): Location(LocationId(f"q{n}"), LocationKind.ZONE) for n in (1, 2, 3, 4)
    }
    antennas = tuple(Antenna(DeviceName("r420"), n, place) for n, place in enumerate(places, 1))
    batches, truths = [], []
    for name in ("quad1", "quad2", "quad3", "quad4"):
        with (recordings / f"{name}_train.csv").open() as lines:
            own = list(read_reads_csv(lines, name))
        epc = Epc(own[0].epc[0].tobytes().hex())
        truths.append(Truth(int(own[0].seen_us[0]), epc, LocationId(f"q{name[-1]}")))
        batches += own
    batches.sort(key=lambda batch: batch.arrived_us)
    truths.sort(key=lambda truth: truth.time_us)

    made = calibrate(Floor(places, antennas), batches, truths, np.random.default_rng(1))

    assert made.quality is not None
    assert made.quality.seconds > 350
    assert made.quality.accuracy >= made.quality.strongest_antenna
    assert made.quality.calibration_error <= 0.1
