"""Pauses between tries to reach the broker."""

import numpy as np

from edge.sync.mqtt.backoff import Backoff


def test_pauses_grow_to_a_minute_and_differ_between_gateways() -> None:
    one = Backoff(np.random.default_rng(1), 1.0, 60.0)
    other = Backoff(np.random.default_rng(2), 1.0, 60.0)

    pauses = [one.pause_s() for _ in range(9)]

    for pause, whole in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert whole / 2 <= pause <= whole
    assert pauses != [other.pause_s() for _ in range(9)]


def test_a_steady_connection_begins_anew_and_a_namesake_is_left_alone() -> None:
    backoff = Backoff(np.random.default_rng(1), 1.0, 60.0)
    backoff.stay_away()
    assert backoff.pause_s() >= 30
    backoff.reset()
    assert backoff.pause_s() <= 1
