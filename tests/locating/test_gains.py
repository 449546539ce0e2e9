"""Following gains, and telling carried tags from resting ones."""

import numpy as np
import pytest

from edge.locating.gains import Gains
from edge.locating.restlessness import Restlessness, unrest_of
from edge.locating.slots import News, Slots

EXPECTED_DB = np.array([[4.0, -4.0], [-4.0, 4.0]])


def hear(gains: Gains, seconds: int, level: tuple[float, float], at: tuple[float, float]) -> None:
    """A tag's second after second, heard by both antennas, believed by shares at both places."""
    for second in range(seconds):
        gains.hear(
            np.array([0, 1]),
            np.ones(2, np.float32),
            np.array(level, np.float32),
            np.ones(2, np.float32),
        )
        gains.believe(np.array([0, 1]), np.array(at, np.float32))
        gains.settle(second * 1000)


def test_an_antenna_that_grew_deaf_is_followed_while_a_tag_goes_about() -> None:
    gains = Gains(EXPECTED_DB, np.ones(2))

    hear(gains, 400, level=(-5.0, 0.0), at=(0.5, 0.5))

    assert gains.level_db[0] == pytest.approx(-5.0 * 2 / 3, abs=0.5)
    assert gains.level_db[1] == pytest.approx(0.0, abs=0.1)


def test_a_tag_that_stays_in_one_place_does_not_change_the_gains() -> None:
    """Its antenna hears it loudly because it is near, not because the gain rose."""
    gains = Gains(EXPECTED_DB, np.ones(2))

    hear(gains, 400, level=(4.0, -4.0), at=(1.0, 0.0))

    assert np.abs(gains.level_db).max() < 0.1


def test_a_gain_is_followed_no_further_than_gains_change() -> None:
    gains = Gains(EXPECTED_DB, np.ones(2))

    hear(gains, 900, level=(-30.0, 0.0), at=(0.5, 0.5))

    assert gains.level_db[0] == pytest.approx(-6.0)


def slots_of(weight: float, off_db: np.ndarray) -> Slots:
    m = len(off_db)
    heard = np.full((4, m), weight, np.float32)
    return Slots(
        level_sum=(heard * (-60.0 + off_db)).astype(np.float32),
        weight=heard,
        seen_ms=np.zeros((4, m), np.int32),
        antenna=np.zeros((4, m), np.uint16),
        belief=np.zeros((4, m), np.float32),
        usual=np.zeros((4, m), np.float32),
    )


@pytest.mark.parametrize(
    ("wander_db", "gap_s", "reads", "carried"),
    [(1.5, 0.1, 255, False), (5.0, 0.1, 255, True), (5.0, 1.0, 255, False), (5.0, 0.1, 20, False)],
    ids=["at rest", "carried", "read seldom", "just seen first"],
)
def test_tags_count_as_carried_when_levels_wander_that_should_not(
    wander_db: float, gap_s: float, reads: int, *, carried: bool
) -> None:
    chance = np.random.default_rng(4)
    restlessness = Restlessness()
    read = np.full(3, reads, np.uint8), np.full(3, gap_s, np.float32)

    for _ in range(120):
        slots = slots_of(3.0, chance.normal(0, wander_db, 3))
        span_s, once = np.full(3, 0.5, np.float32), np.ones(3, np.int32)
        news = News(np.arange(3), slots, slots.weight > 0, once, span_s, once)
        restlessness.look(unrest_of(news, *read))

    assert restlessness.carried is carried
