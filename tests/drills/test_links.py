"""Exercises with a whole gateway: real daemon, real mosquitto, killed in mid-flow."""

import pytest

from tests.drills.test_stores import drill

pytestmark = pytest.mark.fault


@pytest.mark.parametrize("name", ["broker", "failover"])
def test_no_fact_is_lost_or_doubled_when_a_broker_is_killed(name: str) -> None:
    found = drill(name, "--runs", "2")

    assert (found["drill"], found["runs"]) == (name, 2)
    assert (found["lost"], found["doubled"], found["reordered"]) == (0, 0, 0)
    assert found["kept"] == found["acknowledged"]
