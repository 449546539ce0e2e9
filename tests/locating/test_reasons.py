"""Why an item is thought to be somewhere: antennas' parts, alternatives, antennas' health."""

from collections.abc import Callable
from typing import cast

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration, CalibrationError, floor_hash
from edge.locating.locator import Locator
from edge.locating.reasons import Listening, Reason
from edge.locating.settings import SURVEYED
from edge.locating.survey import Survey
from edge.locating.terrain import CELLS, Terrain
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Floor
from tests.locating.conftest import START_US, epc_of

MakeFloor = Callable[..., Floor]
MakeReads = Callable[..., ReadBatch]
SECOND_US = 1_000_000


@pytest.fixture
def floor(make_floor: MakeFloor) -> Floor:
    return make_floor(
        ("A", "zone", "north", 1), ("B", "zone", "north", 2), ("C", "zone", "south", 1)
    )


def heard(locator: Locator, make_reads: MakeReads, seconds: int, levels: dict[str, float]) -> int:
    """A tag is read ten times a second by each antenna; gives the time afterwards."""
    for tenth in range(seconds * 10):
        at_us = START_US + tenth * SECOND_US // 10
        for antenna, level in levels.items():
            reader, port = antenna.split("/")
            batch = make_reads(
                reader, np.array([1]), np.array([int(port)]), np.array([level]), np.array([at_us])
            )
            locator.observe(batch)
        locator.turn(at_us)
    return START_US + seconds * SECOND_US


def reason(locator: Locator, now_us: int) -> Reason:
    return cast("Reason", locator.reason(Epc(epc_of(1)), now_us))


def test_the_antenna_of_the_place_speaks_for_it_most(floor: Floor, make_reads: MakeReads) -> None:
    locator = Locator(floor)
    now_us = heard(locator, make_reads, 10, {"north/1": -50.0, "north/2": -62.0, "south/1": -70.0})

    told = reason(locator, now_us)

    assert told.location == "A"
    assert told.announced
    assert told.probability > 0.9
    assert (told.antennas[0].reader, told.antennas[0].port) == ("north", 1)
    assert told.antennas[0].log_odds > 1.0
    assert all(one.log_odds < told.antennas[0].log_odds for one in told.antennas[1:])
    assert told.antennas[0].rssi_dbm == pytest.approx(-50.0, abs=0.1)
    assert sum(one.reads_per_s for one in told.antennas) > 5.0
    assert told.dwell_s == pytest.approx(10.0, abs=2.0)


def test_an_antenna_that_hears_nearly_as_loud_speaks_for_its_own_place(
    floor: Floor, make_reads: MakeReads
) -> None:
    locator = Locator(floor)
    now_us = heard(locator, make_reads, 10, {"north/1": -55.0, "north/2": -58.0, "south/1": -70.0})

    parts = {one.location: one.log_odds for one in reason(locator, now_us).antennas}

    assert parts["A"] > 0.5
    assert parts["B"] < -0.5


def test_all_that_may_be_adds_up_to_one(floor: Floor, make_reads: MakeReads) -> None:
    locator = Locator(floor)
    now_us = heard(locator, make_reads, 3, {"north/1": -58.0, "north/2": -58.5})

    told = reason(locator, now_us)

    others = sum(p for _, p in told.alternatives)
    assert told.probability + others + told.unknown == pytest.approx(1.0, abs=1e-3)
    assert [place for place, _ in told.alternatives] == ["B"]


def test_the_health_of_the_antennas_at_the_place_is_told(
    floor: Floor, make_reads: MakeReads
) -> None:
    locator = Locator(floor)
    now_us = heard(locator, make_reads, 5, {"north/1": -50.0, "south/1": -70.0})
    assert [one.listening for one in reason(locator, now_us).covering] == [Listening.HEARS]

    locator.device_changed(DeviceName("north"), alive=False, at_us=now_us)
    locator.turn(now_us + SECOND_US)
    told = reason(locator, now_us + SECOND_US)

    assert told.location == "A"
    assert told.stale
    assert [one.listening for one in told.covering] == [Listening.DOWN]
    assert {one.listening for one in told.antennas} == {Listening.DOWN, Listening.HEARS}


def test_a_tag_that_is_not_followed_has_no_reason(floor: Floor) -> None:
    assert Locator(floor).reason(Epc(epc_of(1)), START_US) is None


def test_asking_changes_nothing(floor: Floor, make_reads: MakeReads) -> None:
    asked, left = Locator(floor), Locator(floor)
    levels = {"north/1": -55.0, "north/2": -57.0}
    now_us = heard(asked, make_reads, 3, levels)
    heard(left, make_reads, 3, levels)

    for _ in range(5):
        reason(asked, now_us)

    assert asked.where(Epc(epc_of(1))) == left.where(Epc(epc_of(1)))


def test_a_running_locator_goes_on_with_another_calibration(
    floor: Floor, make_reads: MakeReads
) -> None:
    locator = Locator(floor)
    weak = {"north/1": -60.0, "north/2": -58.0}
    now_us = heard(locator, make_reads, 10, weak)
    assert reason(locator, now_us).location == "B"
    offsets = {"north/1": -70.0, "north/2": -55.0, "south/1": -62.0}

    locator.adopt(Calibration(floor_hash(floor), offsets))
    for tenth in range(100):
        at_us = now_us + tenth * SECOND_US // 10
        for port, level in ((1, -60.0), (2, -58.0)):
            locator.observe(
                make_reads(
                    "north", np.array([1]), np.array([port]), np.array([level]), np.array([at_us])
                )
            )
        locator.turn(at_us)

    assert reason(locator, now_us + 10 * SECOND_US).location == "A"


def test_a_calibration_of_another_floor_is_not_taken(floor: Floor) -> None:
    locator = Locator(floor)

    with pytest.raises(CalibrationError, match="another floor"):
        locator.adopt(Calibration("0" * 64, {"north/1": -60.0}))


def test_a_place_is_told_by_its_name(floor: Floor, make_reads: MakeReads) -> None:
    locator = Locator(floor)
    now_us = heard(locator, make_reads, 5, {"south/1": -50.0, "north/1": -66.0})

    told = reason(locator, now_us)

    assert told.location == LocationId("C")
    assert [(one.reader, one.port) for one in told.covering] == [("south", 1)]


def test_where_in_its_place_a_carried_tag_is_heard_from_is_part_of_the_reason(
    floor: Floor, make_reads: MakeReads
) -> None:
    # given a survey that tells places apart by their corners alone
    only_the_first_tells = [[6.0, 0.0, 0.0], [-6.0, 0.0, 0.0], [-6.0, 0.0, 0.0]]
    terrain = Terrain(
        edge_m=2.0,
        level_db=tuple((tuple(row),) * CELLS for row in only_the_first_tells),
        spread_db=(((4.0,) * 3,) * CELLS,) * 3,
        rate_per_s=(((10.0,) * 3,) * CELLS,) * 3,
    )
    blank = (((0.0,) * 6,) * 3,) * 3
    names = ("north/1", "north/2", "south/1")
    survey = Survey(("A", "B", "C"), names, blank, (0.0,) * 3, (2.0,) * 3, terrain=terrain)
    offsets = dict.fromkeys(names, -60.0)
    made = Calibration(floor_hash(floor), offsets, tuned=dict(SURVEYED), survey=survey)
    locator = Locator(floor, calibration=made)
    # when a tag is heard as in the first place
    now_us = heard(locator, make_reads, 5, {"north/1": -54.0, "north/2": -60.0, "south/1": -60.0})
    told = reason(locator, now_us)
    # then its antenna speaks for it
    assert told.location == "A"
    assert (told.antennas[0].reader, told.antennas[0].port) == ("north", 1)
    assert told.antennas[0].log_odds > 1.0
    assert all(abs(one.log_odds) < 0.5 for one in told.antennas[1:])
