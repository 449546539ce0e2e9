"""Pauses between tries to reach the broker."""

from numpy.random import Generator


class Backoff:
    """Doubles from the least to the greatest pause, each cut by up to a half at random.

    Gateways of one site that lost the same broker so do not come back in the same moment.

    Args:
        generator: chance.
        least_s, greatest_s: pauses in seconds.
    """

    def __init__(self, generator: Generator, least_s: float, greatest_s: float) -> None:
        self._generator = generator
        self._least_s = least_s
        self._greatest_s = greatest_s
        self._next_s = least_s

    def pause_s(self) -> float:
        """The next pause."""
        pause = self._next_s
        self._next_s = min(self._greatest_s, 2 * self._next_s)
        return pause * float(self._generator.uniform(0.5, 1.0))

    def reset(self) -> None:
        """The connection has stood for a while: begin with the least pause again."""
        self._next_s = self._least_s

    def stay_away(self) -> None:
        """Somebody else uses our name: do not fight for it."""
        self._next_s = self._greatest_s
