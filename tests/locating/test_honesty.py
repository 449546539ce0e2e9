"""Telling no more certainty than there is."""

from collections.abc import Callable

import numpy as np
import pytest

from edge.locating.calibration import Calibration, floor_hash
from edge.locating.columns import FloorColumns
from edge.locating.coverage import Coverage
from edge.locating.honesty import honest, learnt_factor, seldom_read
from edge.locating.settings import DEFAULTS, SURVEYED, WALKED
from edge.locating.slots import NO_ANTENNA
from edge.locating.surveying import layout_survey
from edge.locating.ways import Ways
from edge.model.places import Floor


def test_a_modest_answer_keeps_the_order_and_leaves_the_rest_to_elsewhere() -> None:
    belief = np.array([0.9, 0.06, 0.03])

    told = honest(belief, 0.4)

    assert np.argsort(told).tolist() == [2, 1, 0]
    assert told[0] < 0.6
    assert told.sum() + 0.01**0.4 / (belief**0.4).sum() * told.sum() == pytest.approx(1.0)


def test_beliefs_that_are_honest_already_are_told_as_they_are() -> None:
    belief = np.array([[0.7, 0.2], [0.2, 0.8]])

    assert honest(belief, 1.0) == pytest.approx(belief)


def test_what_reads_alone_say_is_never_told_as_certain() -> None:
    told = honest(np.array([[1.0, 0.99999], [0.0, 0.0]]), 1.0)

    assert told[0].max() < 1.0
    assert told[0].min() > 0.999


def test_the_more_rivals_a_place_has_the_more_modest_is_the_answer() -> None:
    two, four = np.array([0.97, 0.03]), np.array([0.97, 0.01, 0.01, 0.01])

    assert honest(four, 0.4)[0] < honest(two, 0.4)[0] - 0.1


@pytest.mark.parametrize(("right", "more"), [(0.5, False), (1.0, True)])
def test_how_sure_answers_may_be_is_learnt_from_held_out_ones(right: float, *, more: bool) -> None:
    belief = np.repeat([[0.8], [0.1], [0.05]], 2000, axis=1)
    hit = np.arange(2000) < right * 2000

    factor = learnt_factor(belief, hit)

    assert (factor > 1.2) if more else (factor < 0.8)


def test_a_minute_of_held_out_answers_changes_little() -> None:
    belief = np.repeat([[0.8], [0.1], [0.05]], 60, axis=1)

    assert learnt_factor(belief, np.zeros(60, np.bool_)) == pytest.approx(1.0, abs=0.3)


def test_the_sureness_of_an_older_calibration_file_is_kept() -> None:
    plain = Calibration("hash", {"north/1": -60.0}, tuned=WALKED).to_dict()
    tuned = {name: value for name, value in WALKED.items() if name != "sureness"}
    older = Calibration.from_dict(plain | {"tuned": tuned, "sureness": 0.45, "bias": -0.5})

    assert older.settings(DEFAULTS).sureness == 0.45
    assert Calibration.from_dict(plain).settings(DEFAULTS).sureness == WALKED["sureness"]


def test_the_more_seldom_a_carried_tag_is_read_the_less_sure_is_what_is_told_of_it() -> None:
    often, quarter, tenth, hardly = seldom_read(np.array([0.05, 0.4, 1.0, 60.0], np.float32))

    assert often == 1.0
    assert quarter == pytest.approx(0.84, abs=0.02)
    assert tenth == pytest.approx(0.74, abs=0.02)
    assert hardly == pytest.approx(0.5)


@pytest.mark.parametrize(("tuned", "less"), [({}, False), (SURVEYED, True)])
def test_what_is_told_of_seldom_read_tags_is_less_sure_only_where_they_are_carried(
    make_floor: Callable[..., Floor], tuned: dict[str, float], *, less: bool
) -> None:
    floor = make_floor(("a", "zone", "room", 1), ("b", "zone", "room", 2))
    survey = layout_survey(floor, DEFAULTS.window_s) if tuned else None
    calibration = Calibration(floor_hash(floor), {"room/1": -60.0}, tuned=tuned, survey=survey)
    columns, settings = FloorColumns(floor), calibration.settings(DEFAULTS)
    ways = Ways(floor, columns, settings, calibration)
    antenna = np.full((4, 1), NO_ANTENNA, np.uint16)

    found = ways.sureness(antenna, np.array([1.0], np.float32), Coverage(columns, settings, 0))

    assert (found[0] < settings.sureness) == less
