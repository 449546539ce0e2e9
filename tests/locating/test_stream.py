from collections.abc import Callable

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.stream import locate_stream
from edge.model.places import Floor

START_US = 1_700_000_000_000_000
SECOND_US = 1_000_000


@pytest.fixture
def floor(make_floor: Callable[..., Floor]) -> Floor:
    return make_floor(("a", "shelf", "north", 1), ("b", "shelf", "north", 2))


@pytest.fixture
def walk() -> list[ReadBatch]:
    """Ten seconds at a, ten at b, ten reads a second."""
    tag = "30340000000000000000000a"
    return [
        ReadBatch.of("north", at, [tag], [1 if i < 100 else 2], [-55.0])
        for i, at in enumerate(range(START_US, START_US + 20 * SECOND_US, SECOND_US // 10))
    ]


def test_each_change_is_answered_once(floor: Floor, walk: list[ReadBatch]) -> None:
    first, second = (answer.to_dict() for answer in locate_stream(floor, walk))

    assert set(first) == {"time_us", "epc", "location", "confidence", "alternatives"}
    assert (first["location"], second["location"]) == ("a", "b")
    assert second["time_us"] <= START_US + 13 * SECOND_US


def test_every_known_tag_is_answered_for_at_each_multiple(
    floor: Floor, walk: list[ReadBatch]
) -> None:
    answers = list(locate_stream(floor, walk, every_s=1.0))
    regular = [one for one in answers if (one.time_us - START_US) % SECOND_US == 0]

    assert (
        sorted({one.time_us for one in regular})
        == [START_US + n * SECOND_US for n in range(1, 20)]
        or len({one.time_us for one in regular}) == 20
    )
    assert [one.location for one in regular][:9] == ["a"] * 9
    assert [one.location for one in regular][-3:] == ["b"] * 3
    for one in answers:
        assert 0.0 <= one.confidence <= 1.0
        assert one.confidence + sum(p for _, p in one.alternatives) <= 1.001


def test_a_departure_is_answered_with_no_place(floor: Floor, walk: list[ReadBatch]) -> None:
    other = "30340000000000000000000b"
    late = [
        ReadBatch.of("north", START_US + n * SECOND_US, [other], [2], [-60.0])
        for n in range(21, 90)
    ]

    answers = list(locate_stream(floor, [*walk, *late]))

    (gone,) = [one for one in answers if one.location is None]
    assert gone.epc.endswith("a")
    assert gone.time_us <= START_US + 45 * SECOND_US


def test_a_gap_of_a_year_is_played_in_bounded_steps(floor: Floor, walk: list[ReadBatch]) -> None:
    year_us = 365 * 86_400 * SECOND_US
    late = [
        ReadBatch.of(
            "north", START_US + year_us + n * SECOND_US, ["30340000000000000000000b"], [2], [-60.0]
        )
        for n in range(5)
    ]

    answers = list(locate_stream(floor, [*walk, *late]))

    assert [one.location for one in answers] == ["a", "b", None, "b"]


def test_the_same_recording_gives_the_same_answers(floor: Floor) -> None:
    chance = np.random.default_rng(3)
    noisy = [
        ReadBatch.of(
            "north",
            START_US + n * 37_000,
            [f"3034{chance.integers(20):020x}"],
            [int(chance.integers(1, 3))],
            [float(chance.integers(-70, -50))],
        )
        for n in range(2000)
    ]

    first = [one.to_dict() for one in locate_stream(floor, noisy, every_s=5.0)]

    assert first == [one.to_dict() for one in locate_stream(floor, noisy, every_s=5.0)]
    assert len(first) > 200


def test_no_time_between_answers_is_refused(floor: Floor) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        list(locate_stream(floor, [], every_s=0.0))
