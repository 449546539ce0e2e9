"""What only several antennas together tell of a place, and what changed levels tell of a tag."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edge.locating.calibration import Calibration, CalibrationError, floor_hash
from edge.locating.columns import FloorColumns
from edge.locating.filter import PlaceFilter
from edge.locating.locator import Locator
from edge.locating.model import Known, Look
from edge.locating.sampling import Samples
from edge.locating.settings import DEFAULTS, SURVEYED, LocatingSettings
from edge.locating.slots import News, Slots
from edge.locating.survey import CONSTANT, PER_DB, PER_DB2, PER_ROOT, Survey
from edge.locating.surveyed import SurveyedModel
from edge.locating.surveying import layout_survey
from edge.locating.weighing import Weighed, weighed
from edge.model.places import Floor
from tests.locating.test_surveying import OFFSET_DBM, PLACES, WINDOW_S, room

__all__ = ["room"]
TOGETHER_DB = (((6.0, 6.0), (-6.0, -6.0)), ((6.0, -6.0), (-6.0, 6.0)))
"""At the first place both antennas hear a tag alike, at the second they differ; each antenna by
itself hears it loudly half of the time at either."""


def walk(chance: np.random.Generator) -> Samples:
    """Twenty pieces of 20 s, of two places in turn."""
    piece, step = np.divmod(np.arange(2_000), 100)
    place = piece % 2
    level = np.array(TOGETHER_DB)[place, step // 50] + chance.normal(0, 2, (2_000, 2))
    return Samples(piece, place, np.full((2_000, 2), 2.5), level, np.ones((2_000, 2), np.bool_))


def says(found: Weighed, samples: Samples) -> np.ndarray:
    """The place that the network finds most probable for each sample."""
    level, root = samples.level, np.sqrt(samples.weight)
    columns = np.stack([np.ones_like(level), level, level**2, root], axis=-1)
    linear = np.einsum("nac,pac->np", columns, found.terms[..., _COLUMNS]) + found.bias
    units = np.tanh(np.einsum("nac,acu->nu", columns, found.hidden.inputs) + found.hidden.bias)
    return (linear + units @ np.array(found.hidden.outputs).T).argmax(axis=1)


_COLUMNS = [CONSTANT, PER_DB, PER_DB2, PER_ROOT]


def test_places_that_only_two_antennas_together_tell_apart_are_learnt() -> None:
    seen, unseen = walk(np.random.default_rng(1)), walk(np.random.default_rng(2))

    found = weighed(seen, 2, np.random.default_rng(3))

    assert found is not None
    assert (says(found, unseen) == unseen.place).mean() > 0.9


def test_the_same_walk_and_seed_teach_the_same() -> None:
    seen = walk(np.random.default_rng(1))

    once, again = (weighed(seen, 2, np.random.default_rng(3)) for _ in range(2))

    assert once is not None
    assert again is not None
    assert once.hidden == again.hidden


def test_a_place_without_a_stretch_of_walk_is_not_weighed() -> None:
    assert weighed(walk(np.random.default_rng(1)), 3, np.random.default_rng(3)) is None


def looked(room: Floor, survey: Survey, usual_db: float, reads: float = 3.0) -> Look:
    """A look at a tag that all antennas hear at -60 dBm, and lately heard so much louder.

    `reads` is how many lately came to each antenna.
    """
    settings = replace(DEFAULTS, **SURVEYED)
    model = SurveyedModel(FloorColumns(room), settings, OFFSET_DBM, survey)
    ones = np.ones((4, 1), np.float32)
    slots = Slots(
        level_sum=-60.0 * reads * ones,
        weight=reads * ones,
        seen_ms=np.zeros((4, 1), np.int32),
        antenna=np.arange(4, dtype=np.uint16)[:, np.newaxis],
        belief=0.25 * ones,
        usual=usual_db * ones,
    )
    fresh = np.ones((4, 1), np.bool_)
    news = News(
        np.zeros(1, np.int64),
        slots,
        fresh,
        np.zeros(1, np.int32),
        np.full(1, 0.5, np.float32),
        np.ones(1, np.int32),
    )
    known = Known(np.zeros(1, np.float32), fresh, np.full(1, 99, np.uint8), np.ones(1, np.float32))
    return model.look(news, known, np.ones(5, np.bool_))


@pytest.mark.parametrize(("off_db", "likelier"), [(0.0, np.exp(-2.5)), (4.1, np.e)])
def test_a_tag_leaves_when_its_levels_change_and_not_while_they_stay(
    room: Floor, off_db: float, likelier: float
) -> None:
    look = looked(room, layout_survey(room, WINDOW_S), off_db)

    assert look.leaving is not None
    assert look.leaving[0] == pytest.approx(likelier, rel=1e-3)


def test_few_reads_cannot_show_that_a_tag_has_stayed(room: Floor) -> None:
    survey = layout_survey(room, WINDOW_S)

    often, seldom = (looked(room, survey, 0.0, reads).leaving for reads in (3.0, 0.2))

    assert often is not None
    assert seldom is not None
    assert seldom[0] > 1.2 * often[0]


def test_a_place_wrongly_announced_does_not_hold_back_the_one_left_for_it() -> None:
    """What was just put down stays a while; what lies where it always did may leave as usual."""
    settings = LocatingSettings(settling_s=10.0, settling_share=0.0, stay_per_s=0.9)
    places = np.arange(4, dtype=np.uint16)[:, np.newaxis]
    belief = np.array([[0.6], [0.4], [0.0], [0.0]], np.float32)
    home = places == 0
    one = PlaceFilter(settings, shared=False)

    leave_s = one.settled(np.ones(1, np.float32), home, lambda: np.full(1, 3.0, np.float32))
    one.update(belief, places, np.zeros((5, 1), np.float32), leave_s, np.ones(1, np.float32))

    assert belief[0, 0] == pytest.approx(0.6 + 0.04 / 5, abs=1e-4)
    assert belief[1, 0] == pytest.approx(0.36 + 0.04 / 5, abs=1e-4)
    assert belief[2, 0] == pytest.approx(0.04 / 5, abs=1e-4)


def test_an_announcement_of_long_ago_holds_nothing_back() -> None:
    one = PlaceFilter(LocatingSettings(settling_s=10.0, settling_share=0.0), shared=False)
    leave_s = np.ones(1, np.float32)

    later = one.settled(leave_s, np.ones((4, 1), np.bool_), lambda: np.full(1, 11.0, np.float32))

    assert (later == 1.0).all()


def test_a_calibration_of_before_the_hidden_layer_still_locates(
    room: Floor, make_floor: Callable[..., Floor]
) -> None:
    made = Calibration(
        floor_hash(room), {"r/1": -60.0}, survey=layout_survey(room, WINDOW_S)
    ).to_dict()
    survey = made["survey"]
    assert isinstance(survey, dict)
    del survey["hidden"]

    old = Calibration.from_dict(made | {"format": 2})

    assert old.survey is not None
    assert old.survey.hidden is None
    assert len(Locator(room, calibration=old)) == 0
    with pytest.raises(CalibrationError, match="another floor"):
        Locator(make_floor((PLACES[0], "zone", "r", 1)), calibration=old)
