"""How fast facts may go, for the broker's sake: a bucket of events and one of bytes.

Each fills at its rate up to what one second gives and is emptied by what is sent. A message may go
as soon as neither is empty, whatever its size; what it takes beyond the bottom is waited for
afterwards. So a quiet gateway sends at once, and one that catches up keeps to the rate within a
second and one message, and no message is too large to go.
"""

_SECOND_US = 1_000_000


class Bucket:
    """One rate.

    Args:
        per_s: how much may go in a second; 0 for any amount.
    """

    def __init__(self, per_s: float) -> None:
        self._per_s = per_s
        self._level = per_s

    @property
    def is_open(self) -> bool:
        """Whether something may go."""
        return self._level > 0 or not self._per_s

    def fill(self, passed_us: int) -> None:
        """Time has passed."""
        self._level = min(self._per_s, self._level + self._per_s * passed_us / _SECOND_US)

    def take(self, amount: int) -> None:
        """So much goes."""
        self._level -= amount


class Pace:
    """Both rates.

    Args:
        events_per_s: facts; 0 for any number.
        bytes_per_s: of payloads; 0 for any number.
    """

    def __init__(self, events_per_s: float, bytes_per_s: float) -> None:
        self._events = Bucket(events_per_s)
        self._bytes = Bucket(bytes_per_s)
        self._now_us: int | None = None

    @property
    def allows(self) -> bool:
        """Whether another message may go."""
        return self._events.is_open and self._bytes.is_open

    def turn(self, now_us: int) -> None:
        """It is this late, monotonic; a time that lies behind changes nothing."""
        passed_us = 0 if self._now_us is None else max(0, now_us - self._now_us)
        self._now_us = now_us if self._now_us is None else max(now_us, self._now_us)
        self._events.fill(passed_us)
        self._bytes.fill(passed_us)

    def spend(self, events: int, payload_bytes: int) -> None:
        """A message goes."""
        self._events.take(events)
        self._bytes.take(payload_bytes)
