"""Questions are answered beside the loop, some a turn, and never hold it up."""

from concurrent.futures import Future

import numpy as np
import pytest

from edge.floor.enquiries import ANSWERED_A_TURN, WAITING_MAX, Enquiries, EnquiriesFullError
from edge.floor.watching import HELD_MAX, ReadWatch
from edge.locating.calibration import Calibration, CalibrationError
from edge.locating.locator import Locator
from edge.locating.reasons import Reason
from edge.model.ids import Epc
from tests.locating.conftest import START_US, epc_of, floor_of, reads_of

FLOOR = floor_of(("A", "zone", "north", 1), ("B", "zone", "south", 1))


def test_a_few_are_answered_each_turn_in_their_order() -> None:
    enquiries, locator = Enquiries(), Locator(FLOOR)
    asked = [enquiries.why(Epc(epc_of(number))) for number in range(10)]

    enquiries.answer(locator, START_US)

    assert [one.done() for one in asked] == [number < ANSWERED_A_TURN for number in range(10)]


def test_too_many_are_told_to_ask_again_and_nothing_is_taken() -> None:
    enquiries = Enquiries()
    for _ in range(WAITING_MAX):
        enquiries.why(Epc(epc_of(1)))

    with pytest.raises(EnquiriesFullError, match="ask again"):
        enquiries.why(Epc(epc_of(1)))


def test_whoever_has_gone_away_is_not_answered_and_disturbs_nobody() -> None:
    enquiries, locator = Enquiries(), Locator(FLOOR)
    gone, waits = enquiries.why(Epc(epc_of(1))), enquiries.why(Epc(epc_of(1)))
    gone.cancel()

    enquiries.answer(locator, START_US)

    assert waits.result(0) is None


def test_a_calibration_of_another_floor_is_the_askers_fault_not_the_loops() -> None:
    enquiries, locator = Enquiries(), Locator(FLOOR)
    wrong = enquiries.adopt(Calibration("0" * 64, {"north/1": -60.0}))
    right: Future[Reason | None] = enquiries.why(Epc(epc_of(1)))

    enquiries.answer(locator, START_US)

    assert isinstance(wrong.exception(0), CalibrationError)
    assert right.result(0) is None


def test_only_the_watched_tags_reads_are_handed_on() -> None:
    watch = ReadWatch()
    tags = np.array([1, 2, 1, 3])
    batch = reads_of("north", tags, np.ones(4), np.array([-50, -40, -60, -30]), START_US + tags)

    watch.note((batch,))
    assert watch.take() == []
    watch.watch(Epc(epc_of(1)))
    watch.note((batch,))

    assert [(one.epc, one.rssi_dbm) for one in watch.take()] == [
        (epc_of(1), -50.0),
        (epc_of(1), -60.0),
    ]


def test_a_shorter_epc_is_not_taken_for_the_beginning_of_a_longer_one() -> None:
    watch = ReadWatch()
    watch.watch(Epc(epc_of(1)[:8]))

    watch.note((reads_of("north", np.array([1]), np.ones(1), np.zeros(1), np.array([START_US])),))

    assert watch.take() == []


def test_what_nobody_takes_is_lost_from_the_oldest_on_and_counted() -> None:
    watch = ReadWatch()
    watch.watch(Epc(epc_of(1)))
    many = HELD_MAX + 500
    at_us = START_US + np.arange(many)
    watch.note((reads_of("north", np.ones(many), np.ones(many), np.zeros(many), at_us),))

    assert watch.lost_count == 500
    assert [one.at_us for one in watch.take()] == at_us[500:].tolist()
