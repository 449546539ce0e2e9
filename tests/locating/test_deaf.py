"""An antenna that heard all over the floor while that was surveyed, and hears nothing now."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.antennas import AntennaFault, AntennaReport
from edge.locating.calibration import Calibration, floor_hash
from edge.locating.locator import Locator
from edge.locating.settings import SURVEYED
from edge.locating.slots import LEAST_WEIGHT, NO_ANTENNA, Slots, admit
from edge.locating.stream import locate_stream
from edge.locating.surveying import layout_survey
from edge.locating.whereabouts import Whereabouts
from edge.model.ids import Epc
from edge.model.places import Floor

START_US = 1_700_000_000_000_000
TAG = Epc("303400000000000000000001")
PORTS = {"a": 1, "b": 2, "c": 3, "d": 4}


@pytest.fixture
def floor(make_floor: Callable[..., Floor]) -> Floor:
    return make_floor(*((place, "zone", "room", port) for place, port in PORTS.items()))


@pytest.fixture
def surveyed(floor: Floor) -> Calibration:
    """Each antenna hears its own place 10 dB louder than the others, and is read from anywhere."""
    survey = replace(layout_survey(floor, 0.5), root_reads=(1.5,) * len(PORTS))
    offsets = {f"room/{port}": -60.0 for port in PORTS.values()}
    return Calibration(floor_hash(floor), offsets, tuned=dict(SURVEYED), survey=survey)


def carried(place: str, begin_s: int, end_s: int, deaf: int = 0) -> Iterator[ReadBatch]:
    """A tag in a place, read five times a second by each antenna that is not deaf."""
    chance = np.random.default_rng(begin_s)
    ports = [port for port in PORTS.values() if port != deaf]
    for at_us in range(START_US + begin_s * 10**6, START_US + end_s * 10**6, 200_000):
        level = [-53.0 if port == PORTS[place] else -63.0 for port in ports]
        heard = (np.array(level) + chance.normal(0.0, 2.0, len(ports))).tolist()
        yield ReadBatch.of(
            "room", at_us, [TAG] * len(ports), ports, heard, seen_us=[at_us] * len(ports)
        )


def played(locator: Locator, batches: Iterator[ReadBatch]) -> Whereabouts:
    for batch in batches:
        locator.observe(batch)
        locator.turn(batch.arrived_us + 100_000)
    found = locator.where(TAG)
    assert found is not None
    return found


def test_it_is_told_as_silent_though_nothing_was_ever_at_its_place(
    floor: Floor, surveyed: Calibration
) -> None:
    told: list[tuple[int, AntennaFault]] = []

    def on_fault(one: AntennaReport, fault: AntennaFault) -> None:
        told.append((one.port, fault))

    list(locate_stream(floor, carried("a", 0, 90, deaf=3), surveyed, on_fault=on_fault))
    assert told == [(3, AntennaFault.SILENT)]

    told.clear()
    list(locate_stream(floor, carried("a", 0, 90), surveyed, on_fault=on_fault))
    assert told == []


def test_what_nobody_surveyed_to_be_heard_is_not_missed(floor: Floor) -> None:
    told: list[AntennaReport] = []

    batches = carried("a", 0, 90, deaf=3)
    list(locate_stream(floor, batches, on_fault=lambda one, _: told.append(one)))

    assert told == []


def test_a_place_whose_ear_is_deaf_is_told_where_all_others_hear_from_afar(
    floor: Floor, surveyed: Calibration
) -> None:
    # given a tag that is carried about where antenna 3 is deaf, which is known by now
    locator = Locator(floor, calibration=surveyed)
    before = played(locator, carried("a", 0, 90, deaf=3))
    # when it is carried into the place of the deaf one
    inside = played(locator, carried("c", 90, 120, deaf=3))
    # then that is told, and as evidence only what was heard
    assert before.location == "a"
    assert before.probability > 0.5
    assert inside.location == inside.announced == "c"
    assert inside.probability > 0.5
    assert sorted(one.port for one in inside.evidence) == [1, 2, 4]
    why = locator.reason(TAG, START_US + 120 * 10**6)
    assert why is not None
    assert sorted(one.port for one in why.antennas) == [1, 2, 4]
    # and what is carried out of it is told as ever
    after = played(locator, carried("b", 120, 150, deaf=3))
    assert after.location == "b"
    assert after.probability > 0.5


def test_where_an_antenna_is_deaf_nobody_is_as_sure_as_before(
    floor: Floor, surveyed: Calibration
) -> None:
    whole = played(Locator(floor, calibration=surveyed), carried("a", 0, 90))
    deaf = played(Locator(floor, calibration=surveyed), carried("a", 0, 90, deaf=3))

    assert whole.location == deaf.location == "a"
    assert deaf.probability < whole.probability - 0.03


def test_a_deaf_antenna_takes_no_slot_that_is_heard_or_believed() -> None:
    none = NO_ANTENNA
    # given tags that four antennas hear, two of four, and one of two
    slots = Slots(
        level_sum=np.full((4, 3), -60.0, np.float32),
        weight=np.array([[1, 1, 1, 1], [1, 1, 0.1, 0.1], [1, 0, 0, 0]], np.float32).T,
        seen_ms=np.full((4, 3), 1000, np.int32),
        antenna=np.array([[0, 1, 2, 3], [0, 1, 2, 3], [0, none, none, 3]], np.uint16).T,
        belief=np.array([[1, 0, 0, 0], [0.5, 0.1, 0.3, 0.001], [0.9, 0, 0, 0]], np.float32).T,
        usual=np.zeros((4, 3), np.float32),
    )
    # when the deaf antenna 7 is made a candidate of them, twice
    for _ in range(2):
        admit(slots, 7, -60.0)
    # then it has what nobody misses, with nothing heard
    assert slots.antenna.T.tolist() == [[0, 1, 2, 3], [0, 1, 2, 7], [0, 7, none, 3]]
    assert slots.weight[3, 1] == slots.weight[1, 2] == LEAST_WEIGHT
    assert slots.seen_ms[3, 1] == slots.seen_ms[1, 2] == 0
    assert slots.level_sum[3, 1] / slots.weight[3, 1] == pytest.approx(-60.0)
    assert np.isnan(slots.usual[3, 1])
