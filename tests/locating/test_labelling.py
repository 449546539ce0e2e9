"""Labelled recordings are cut into pieces: some to learn from, others to judge by."""

from collections.abc import Callable

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.calibration import CalibrationError
from edge.locating.labelling import labelled
from edge.locating.learning import calibrate
from edge.locating.recordings import Truth
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor

START_US = 1_700_000_000_000_000
TAG = Epc("30340000000000000000000a")
LEFT, RIGHT = LocationId("left"), LocationId("right")

Recorded = tuple[list[ReadBatch], list[Truth]]


@pytest.fixture(scope="module")
def floor(make_floor: Callable[..., Floor]) -> Floor:
    return make_floor(("left", "zone", "north", 1), ("right", "zone", "north", 2))


@pytest.fixture(scope="module")
def walked(make_reads: Callable[..., ReadBatch]) -> Callable[..., Recorded]:
    """A tag carried about, for so many seconds in each place in turn, 20 reads a second."""

    def made(*stays: tuple[LocationId, int]) -> Recorded:
        chance = np.random.default_rng(7)
        batches, truths, begin_us = [], [], START_US
        for place, seconds in stays:
            truths.append(Truth(begin_us, TAG, place))
            seen_us = begin_us + np.arange(0, seconds * 1_000_000, 50_000)
            antenna = chance.integers(0, 2, len(seen_us))
            level = np.where(antenna == (place == RIGHT), -56.0, -64.0)
            level += chance.normal(0.0, 4.0, len(seen_us))
            batches.append(
                make_reads("north", np.full(len(seen_us), 10), antenna + 1, level, seen_us)
            )
            begin_us += seconds * 1_000_000
        return batches, truths

    return made


def seconds_of(floor: Floor, recorded: Recorded, place: LocationId) -> list[int]:
    pieces = labelled(floor, *recorded).pieces
    return [piece.length_us // 1_000_000 for piece in pieces if piece.place == place]


@pytest.mark.parametrize(
    ("tag", "moved_us", "said"),
    [
        (Epc("ff" * 12), 0, "1200 are of antennas of the floor file, 0 of these of a tag of the"),
        (TAG, 10**12, "1200 of these with rssi_dbm, and none of these came from its first"),
    ],
)
def test_reads_that_do_not_fit_the_truth_are_told_by_what_is_wrong_with_them(
    floor: Floor, walked: Callable[..., Recorded], tag: Epc, moved_us: int, said: str
) -> None:
    batches, truths = walked((LEFT, 30), (RIGHT, 30))
    others = [Truth(one.time_us + moved_us, tag, one.location) for one in truths]

    with pytest.raises(CalibrationError, match=said):
        labelled(floor, batches, others)


def test_a_long_stay_gives_pieces_of_twenty_seconds(
    floor: Floor, walked: Callable[..., Recorded]
) -> None:
    assert seconds_of(floor, walked((LEFT, 60), (RIGHT, 60)), LEFT) == [19, 19, 19]


def test_the_pieces_of_a_stay_are_of_one_length(
    floor: Floor, walked: Callable[..., Recorded]
) -> None:
    assert seconds_of(floor, walked((LEFT, 28), (RIGHT, 60), (LEFT, 34)), LEFT) == [27, 16, 16]


@pytest.mark.parametrize(("stay_s", "pieces_s"), [(22, [10, 10]), (12, [5, 5]), (8, [7])])
def test_a_place_that_would_give_one_piece_gives_two_halves_where_it_can(
    floor: Floor, walked: Callable[..., Recorded], stay_s: int, pieces_s: list[int]
) -> None:
    assert seconds_of(floor, walked((LEFT, stay_s), (RIGHT, 60)), LEFT) == pieces_s


def test_places_that_were_visited_again_keep_their_pieces_whole(
    floor: Floor, walked: Callable[..., Recorded]
) -> None:
    visits = walked((LEFT, 16), (RIGHT, 16), (LEFT, 16), (RIGHT, 16))

    assert seconds_of(floor, visits, LEFT) == [15, 15]


def test_fourteen_seconds_in_each_place_are_enough_to_survey_and_to_judge(
    floor: Floor, walked: Callable[..., Recorded]
) -> None:
    made = calibrate(floor, *walked((LEFT, 14), (RIGHT, 14)), np.random.default_rng(1))

    assert made.survey is not None
    assert made.quality is not None
    assert made.quality.seconds >= 20
    assert made.quality.accuracy > made.quality.majority
