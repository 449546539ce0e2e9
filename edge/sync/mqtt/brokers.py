"""Which of several brokers is used: the preferred one, or the next while that cannot serve.

Exactly one is used at a time. It is left when its connection ends, or when the central system is
absent behind it. From a standby broker the gateway goes back only when nothing is unsent, after it
has stayed for a while, and when the preferred broker can be reached; each return that failed
doubles the stay, so that a broker that only seems well is not tried all the time.
"""

STAY_DOUBLINGS_MAX = 6


class BrokerChoice:
    """The order of the brokers and the one in use.

    Args:
        brokers: host and port, the preferred one first.
        stay_us: how long a standby broker is used at least before the return, microseconds.
    """

    def __init__(self, brokers: tuple[tuple[str, int], ...], stay_us: int) -> None:
        self._brokers = brokers
        self._stay_us = stay_us
        self._index = 0
        self._doublings = 0
        self._returning = False
        self._asked_us = 0

    @property
    def current(self) -> tuple[str, int]:
        """To connect to, or connected to."""
        return self._brokers[self._index]

    @property
    def preferred(self) -> tuple[str, int]:
        """To be used whenever it can serve."""
        return self._brokers[0]

    @property
    def has_others(self) -> bool:
        """Whether there is another one to go to."""
        return len(self._brokers) > 1

    def ended(self, *, served: bool) -> bool:
        """A connection has ended or could not be made; the next broker is the current one.

        Args:
            served: whether the central system acknowledged anything over it.

        Returns:
            Whether every broker has had its turn, so that a pause is due.
        """
        if served:
            self._doublings = 0
        elif self._returning:
            self._doublings = min(STAY_DOUBLINGS_MAX, self._doublings + 1)
        self._returning = False
        self._index = (self._index + 1) % len(self._brokers)
        return self._index == 0

    def wants_back(self, now_us: int, opened_us: int, *, unsent: int) -> bool:
        """Whether to look now if the preferred broker can be reached; asked often, true seldom."""
        stay_us = self._stay_us << self._doublings
        if self._index == 0 or unsent or now_us - max(opened_us, self._asked_us) < stay_us:
            return False
        self._asked_us = now_us
        return True

    def go_back(self) -> None:
        """The preferred broker is the next to connect to."""
        self._index = 0
        self._returning = True
