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


def test_a_place_whose_ear_is_deaf_is_not_ruled_out(floor: Floor, surveyed: Calibration) -> None:
    # given a tag that is carried about where antenna 3 is deaf, which is known by now
    locator = Locator(floor, calibration=surveyed)
    before = played(locator, carried("a", 0, 90, deaf=3))
    # when it is carried into the place of the deaf one, where all others hear it from afar
    inside = played(locator, carried("c", 90, 120, deaf=3))
    # then no other place is told with confidence
    assert before.location == "a"
    assert before.probability > 0.6
    assert inside.probability < 0.4
    assert inside.location is None
    # and what is carried out of it is told as ever
    after = played(locator, carried("b", 120, 150, deaf=3))
    assert after.location == "b"
    assert after.probability > 0.6
