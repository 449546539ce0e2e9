"""How long to wait before trying again: longer after each failure, and never in step with others.

Full jitter (each wait is drawn evenly from nothing to the ceiling) spreads devices that failed
together, for instance by a switch that lost its power, best over the time until the next try.
"""

from numpy.random import Generator


class Backoff:
    """Waits for one device; the ceiling doubles with every wait that is drawn."""

    def __init__(
        self, rng: Generator, first_us: int = 1_000_000, most_us: int = 60_000_000
    ) -> None:
        """Start at the first ceiling.

        Args:
            rng: where chance comes from.
            first_us: ceiling of the first wait, in microseconds.
            most_us: highest ceiling.
        """
        self._rng = rng
        self._first_us = first_us
        self._most_us = most_us
        self._ceiling_us = first_us

    def next_us(self, most_us: int | None = None) -> int:
        """The next wait in microseconds, from 0 to the ceiling.

        Args:
            most_us: a lower limit for this wait, where trying costs next to nothing.
        """
        ceiling = self._ceiling_us if most_us is None else min(self._ceiling_us, most_us)
        self._ceiling_us = min(2 * self._ceiling_us, self._most_us)
        return int(self._rng.integers(ceiling, endpoint=True))

    def reset(self) -> None:
        """The device has proved stable: start at the first ceiling again."""
        self._ceiling_us = self._first_us
