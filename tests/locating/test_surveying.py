"""What a survey teaches, and what is said of places that nobody visited."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edge.locating.pieces import Piece
from edge.locating.survey import EXPECTED, PER_DB, Survey
from edge.locating.surveying import layout_survey, survey
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind

WINDOW_S = 0.5
OFFSET_DBM = np.full(4, -60.0)
CORNERS = ((0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 0.0))
PLACES = [LocationId(f"q{n}") for n in range(1, 5)]


@pytest.fixture
def room() -> Floor:
    """Four zones with an antenna in the corner of each: turned round, the room is the same."""
    return Floor(
        {
            place: Location(place, LocationKind.ZONE, x_m=1.0 + x / 2, y_m=1.0 + y / 2)
            for place, (x, y) in zip(PLACES, CORNERS, strict=True)
        },
        tuple(
            Antenna(DeviceName("r"), port, place, x_m=x, y_m=y)
            for port, (place, (x, y)) in enumerate(zip(PLACES, CORNERS, strict=True), 1)
        ),
    )


def walked(place: int, levels_db: tuple[float, float, float, float], seed: int) -> Piece:
    """20 s in a zone, 20 reads a second, levels above the offset by antenna."""
    chance = np.random.default_rng(seed)
    antenna = np.tile(np.arange(4), 100)
    level = -60.0 + np.array(levels_db)[antenna] + chance.normal(0, 3, 400)
    time_us = np.arange(400) * 50_000
    return Piece(PLACES[place], 20_000_000, time_us, antenna, level.astype(np.float32))


def expected(found: Survey, place: int) -> list[float]:
    return [terms[EXPECTED] for terms in found.terms[place]]


def test_a_place_nobody_visited_is_expected_to_sound_like_its_likes(room: Floor) -> None:
    """Own, beside, opposite: q3 and q4 stand to their antennas as q1 and q2 do to theirs."""
    pieces = [walked(0, (6.0, -2.0, -5.0, -2.0), 1), walked(1, (-2.0, 6.0, -2.0, -5.0), 2)]

    found = survey(room, pieces, OFFSET_DBM, WINDOW_S, np.random.default_rng(1))

    assert expected(found, 2) == pytest.approx([-5.0, -2.0, 6.0, -2.0], abs=0.7)
    assert expected(found, 3) == pytest.approx([-2.0, -5.0, -2.0, 6.0], abs=0.7)


def test_a_place_that_differs_from_its_likes_is_learnt_the_more_it_was_visited(
    room: Floor,
) -> None:
    usual = [
        walked(0, (6.0, -2.0, -5.0, -2.0), 1),
        walked(1, (-2.0, 6.0, -2.0, -5.0), 2),
        walked(2, (-5.0, -2.0, 6.0, -2.0), 3),
    ]
    quiet = walked(3, (-2.0, -5.0, -2.0, 0.0), 4)

    once = survey(room, [*usual, quiet], OFFSET_DBM, WINDOW_S, np.random.default_rng(1))
    often = survey(room, [*usual, *[quiet] * 8], OFFSET_DBM, WINDOW_S, np.random.default_rng(1))

    assert 0.0 < expected(often, 3)[3] < expected(once, 3)[3] < 6.0


def test_what_was_heard_for_a_few_seconds_is_drawn_towards_the_layout(room: Floor) -> None:
    """Nothing is weighed, or one walk of some seconds would be learnt by heart."""
    seconds = [
        replace(
            one,
            length_us=6_000_000,
            time_us=one.time_us[:120],
            antenna=one.antenna[:120],
            rssi_dbm=one.rssi_dbm[:120],
        )
        for one in (walked(place, (0.0, 0.0, 0.0, 0.0), place) for place in range(4))
    ]

    found = survey(room, seconds, OFFSET_DBM, WINDOW_S, np.random.default_rng(1))

    slopes = np.array(found.terms)[..., PER_DB]
    assert (slopes.argmax(axis=1) == np.arange(4)).all()
    assert found.hidden is None


def test_without_a_walk_every_antenna_speaks_for_its_own_place(room: Floor) -> None:
    found = layout_survey(room, WINDOW_S)

    slopes = np.array(found.terms)[..., PER_DB]
    assert (slopes.argmax(axis=1) == np.arange(4)).all()
    assert np.array(found.terms)[..., EXPECTED].mean() == pytest.approx(0.0, abs=1e-9)


def test_a_floor_whose_antennas_nobody_measured_knows_own_and_other(
    make_floor: Callable[..., Floor],
) -> None:
    floor = make_floor(*((place, "zone", "r", n) for n, place in enumerate(PLACES, 1)))
    pieces = [walked(0, (6.0, -2.0, -5.0, -2.0), 1), walked(1, (-2.0, 6.0, -2.0, -5.0), 2)]

    found = survey(floor, pieces, OFFSET_DBM, WINDOW_S, np.random.default_rng(1))

    assert expected(found, 2) == pytest.approx([-3.0, -3.0, 6.0, -3.0], abs=0.7)


@pytest.mark.parametrize("holes", [{"bias": (0.0,)}, {"root_reads": (np.nan,) * 4}, {"terms": ()}])
def test_a_survey_with_holes_is_refused(room: Floor, holes: dict[str, tuple[float, ...]]) -> None:
    good = layout_survey(room, WINDOW_S).to_dict()

    with pytest.raises(ValueError, match="holes"):
        Survey.from_dict(good | holes)
