"""Garbage for drivers that run: none lets anything out, none disturbs a good device beside it."""

import threading
from random import Random

import pytest

from tests import live_garbage

SEED = 20261128
TRIES = 400


@pytest.mark.parametrize(
    "target", [live_garbage.llrp_callers, live_garbage.serial_streams], ids=["llrp", "serial"]
)
def test_garbage_on_running_drivers_disturbs_no_good_device(
    target: live_garbage.LiveTarget,
) -> None:
    """`make fuzz` makes more than ten thousand of each."""
    target(Random(SEED), TRIES)  # noqa: S311 - chance for tests


def test_a_thread_that_dies_is_a_finding() -> None:
    def dying() -> None:
        raise KeyError("planted")

    def watched() -> None:
        with live_garbage.no_thread_dies():
            thread = threading.Thread(target=dying)
            thread.start()
            thread.join()

    with pytest.raises(AssertionError, match="KeyError: 'planted'"):
        watched()
