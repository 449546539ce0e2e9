"""Whether somebody else may have our place at a broker that does not say so.

MQTT 5 has a word for it (0x8E), and mosquitto 2.0 does not use it: who comes under a name that is
taken gets the place, and the one who had it is let go without a word. It comes back, and the other
one, too. So does a connection over a bad line, which is why this can only be suspected.
"""

from edge.sync.mqtt.seen import Closed

TIMES = 4
WITHIN_US = 60_000_000


class Displaced:
    """Counts how often the broker took us and soon let us go without a word."""

    def __init__(self) -> None:
        self._ends_us: list[int] = []

    def ended(self, ended: Closed | None, now_us: int) -> bool:
        """How a connection ended, or None where none came about: the broker was away.

        Args:
            ended: of one that the broker had accepted.
            now_us: monotonic microseconds.

        Returns:
            Whether it is time to suspect somebody.
        """
        if ended is None or not ended.is_wordless:
            self._ends_us = []
            return False
        self._ends_us = [one for one in self._ends_us if now_us - one < WITHIN_US] + [now_us]
        return len(self._ends_us) >= TIMES
