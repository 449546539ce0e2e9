"""What is remembered of messages that the broker refused."""

REST_US_MIN = 1_000_000
REST_US_MAX = 60_000_000
_DOUBLINGS_MAX = 6


class Refusals:
    """Counts tries, and knows which facts go alone, and which without their data.

    Attributes:
        withheld: why a fact goes without its data, by its number.
        rest_until_us: the stream pauses until then.
    """

    def __init__(self) -> None:
        self.withheld: dict[int, str] = {}
        self.rest_until_us = 0
        self._count = 0
        self._refused: int | None = None
        self._singly_upto = 0

    @property
    def count(self) -> int:
        """Refusals of the same message in a row."""
        return self._count

    @property
    def is_careful(self) -> bool:
        """Whether one message at a time may go, because the last try of this one failed."""
        return self._refused is not None

    def is_single(self, seq: int) -> bool:
        """Whether a fact goes in a message of its own."""
        return seq <= self._singly_upto

    def split(self, upto: int) -> None:
        """Send everything up to here singly, so that the guilty one shows."""
        self._singly_upto = max(self._singly_upto, upto)

    def rest(self, first: int, now_us: int) -> None:
        """A message that begins with this number was refused: rest 1 s, then twice as long."""
        self._count = self._count + 1 if self._refused == first else 1
        self._refused = first
        doublings = min(self._count - 1, _DOUBLINGS_MAX)
        self.rest_until_us = now_us + min(REST_US_MAX, REST_US_MIN << doublings)

    def taken(self, first: int, last: int) -> bool:
        """A message with these numbers was taken; tells whether it was the refused one."""
        if self._refused is None or not first <= self._refused <= last:
            return False
        self.forget()
        return True

    def forget(self) -> None:
        """A new connection may be another broker."""
        self._count = 0
        self._refused = None

    def whole(self, seq: int) -> bool:
        """The broker took this one with its data; tells whether none is withheld any more."""
        return self.withheld.pop(seq, None) is not None and not self.withheld

    def stored(self, upto: int) -> bool:
        """The central system has all up to here; tells whether the last withheld one is past."""
        if not self.withheld or max(self.withheld) > upto:
            return False
        self.withheld.clear()
        return True
