"""The field of tags: same seed, same field; the rate that was asked for; nearer tags louder."""

import numpy as np
import pytest

from simulators.air import Air, Dwell, Sightings
from simulators.tag_field import TagField, seeded_epcs, sgtin_96

START_US = 1_700_000_000_000_000


def _heard(air: Air, seconds: float, antenna: int = 1) -> list[Sightings]:
    spans = range(round(seconds * 50))
    return [air.inventory(Dwell(antenna, START_US + n * 20_000, 20_000)) for n in spans]


def test_an_epc_is_an_sgtin_of_the_example_company() -> None:
    epc = int.from_bytes(sgtin_96(123_456, 789), "big")
    assert epc >> 88 == 0x30
    assert epc >> 82 & 7 == 5
    assert epc >> 58 & 0xFFFFFF == 614_141
    assert epc >> 38 & 0xFFFFF == 123_456
    assert epc & (1 << 38) - 1 == 789


def test_the_same_seed_makes_the_same_field_and_another_seed_another() -> None:
    one, same, other = (_heard(TagField(20, 4, 500, seed), 0.5) for seed in (3, 3, 4))
    for left, right in zip(one, same, strict=True):
        assert np.array_equal(left.epc, right.epc)
        assert np.array_equal(left.rssi_dbm, right.rssi_dbm)
        assert np.array_equal(left.seen_us, right.seen_us)
    assert not np.array_equal(seeded_epcs(20, 3), seeded_epcs(20, 4))
    assert any(not np.array_equal(a.rssi_dbm, b.rssi_dbm) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("rate", [7.5, 333.0, 30_000.0])
def test_the_rate_is_the_one_that_was_asked_for(rate: float) -> None:
    heard = sum(len(one) for one in _heard(TagField(50, 4, rate, 1), 4.0))
    assert heard == pytest.approx(4 * rate, abs=1)


def test_sightings_lie_within_their_dwell_and_in_order() -> None:
    for n, heard in enumerate(_heard(TagField(50, 4, 5_000, 1), 0.2)):
        assert np.all(np.diff(heard.seen_us) >= 0)
        assert START_US + n * 20_000 <= heard.seen_us.min()
        assert heard.seen_us.max() < START_US + (n + 1) * 20_000
        assert heard.phase_rad.min() >= 0.0
        assert set(heard.channel) <= set(range(1, 51))


def test_a_tag_is_heard_best_by_the_antenna_that_it_lies_before() -> None:
    field = TagField(200, 4, 100, 5)
    nearest = field._distance_m.argmin(axis=0)
    loudest = np.array([field.mean_rssi_dbm(n + 1) for n in range(4)]).argmax(axis=0)
    assert np.mean(nearest == loudest) > 0.8


def test_less_power_makes_every_tag_quieter() -> None:
    field = TagField(10, 1, 100, 5)
    quieter = field.mean_rssi_dbm(1, 20.0) - field.mean_rssi_dbm(1, 30.0)
    assert quieter == pytest.approx(-10.0)


@pytest.mark.parametrize("field", [TagField(0, 4, 100, 1), TagField(5, 2, 100, 1)])
def test_no_tags_and_no_antenna_are_heard_as_nothing(field: TagField) -> None:
    assert len(field.inventory(Dwell(3, START_US, 1_000_000))) == 0
