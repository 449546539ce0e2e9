"""Waits grow, are bounded, differ, and start over when the device has proved stable."""

import numpy as np

from drivers.backoff import Backoff


class Highest:
    """A generator's one method, always drawing the ceiling."""

    def integers(self, high: int, *, endpoint: bool) -> int:
        """The highest value allowed."""
        return high if endpoint else high - 1


def test_the_ceiling_doubles_from_one_second_to_a_minute() -> None:
    backoff = Backoff(Highest())  # type: ignore[arg-type]

    waits = [backoff.next_us() // 1_000_000 for _ in range(8)]

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_stable_device_starts_over() -> None:
    backoff = Backoff(Highest())  # type: ignore[arg-type]
    for _ in range(5):
        backoff.next_us()

    backoff.reset()

    assert backoff.next_us() == 1_000_000


def test_a_cheap_attempt_waits_no_longer_than_its_own_limit() -> None:
    backoff = Backoff(Highest())  # type: ignore[arg-type]

    waits = [backoff.next_us(4_000_000) for _ in range(5)]

    assert waits == [1_000_000, 2_000_000, 4_000_000, 4_000_000, 4_000_000]


def test_devices_that_failed_together_do_not_come_back_together() -> None:
    rng = np.random.default_rng(5)
    waits = sorted(Backoff(rng).next_us() for _ in range(50))

    assert waits[0] < 200_000
    assert waits[-1] > 800_000
    assert len(set(waits)) == 50
