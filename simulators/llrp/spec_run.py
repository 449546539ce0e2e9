"""The life of an AISpec or RFSurveySpec within its ROSpec (sections 6.5, 10.2.2 and 10.2.3).

    idle --begin--> running --end--> over --begin--> running (the ROSpec goes round once more)
                    running --abort--> idle (the ROSpec stops before it has ended)

What is not in the table is refused. What ends it by itself is its stop trigger: time, an input,
or tags. An observation is a read; 1.1's unique observation is a read of a tag that this run has
not met yet; an attempt to see all tags is one turn of each of its antennas.
"""

from enum import Enum, auto

from simulators.llrp.antenna_spec import AntennaSpec, Observation

_FAR_US = 3_600_000_000


class SpecState(Enum):
    """Where it stands."""

    IDLE = auto()
    RUNNING = auto()
    OVER = auto()


class SpecOrder(Enum):
    """What its ROSpec or its stop trigger wants of it."""

    BEGIN = auto()
    END = auto()
    ABORT = auto()


SPEC_NEXT = {
    (SpecState.IDLE, SpecOrder.BEGIN): SpecState.RUNNING,
    (SpecState.OVER, SpecOrder.BEGIN): SpecState.RUNNING,
    (SpecState.RUNNING, SpecOrder.END): SpecState.OVER,
    (SpecState.RUNNING, SpecOrder.ABORT): SpecState.IDLE,
}
_UNIQUE = frozenset({Observation.N_TAGS, Observation.NO_MORE_TAGS})
_QUIET = frozenset({Observation.NO_MORE_READS, Observation.NO_MORE_TAGS})


class SpecRun:
    """One AISpec or RFSurveySpec at work.

    Args:
        spec: what it is to do.
    """

    def __init__(self, spec: AntennaSpec) -> None:
        self.spec = spec
        self.state = SpecState.IDLE
        self._reset(0)

    def _reset(self, now_us: int) -> None:
        self._began_us = self._new_us = now_us
        self._observed = 0
        self._turns = 0
        self._met: set[bytes] = set()
        self._gpi_fired = False

    def obey(self, order: SpecOrder, now_us: int) -> None:
        """Move to the state that the table names.

        Raises:
            KeyError: the table has no such step; nothing has changed.
        """
        self.state = SPEC_NEXT[self.state, order]
        if order is SpecOrder.BEGIN:
            self._reset(now_us)

    @property
    def asks_for_tags(self) -> bool:
        """Whether `heard` needs to know which tags they were, not only how many reads."""
        return self.spec.observation in _UNIQUE

    def heard(self, reads: int, tags: list[bytes], now_us: int) -> None:
        """Count reads, of these tags where `asks_for_tags`; a survey counts its sweeps."""
        new = reads
        if self.asks_for_tags:
            before = len(self._met)
            self._met.update(tags)
            new = len(self._met) - before
        self._observed += new
        if new:
            self._new_us = now_us

    def turn_over(self) -> None:
        """One of its antennas has had its turn."""
        self._turns += 1

    def input_changed(self, port: int, *, high: bool) -> None:
        """An input changed its level."""
        self._gpi_fired = self._gpi_fired or (port, high) == self.spec.gpi

    def has_its_tags(self) -> bool:
        """Whether it has heard as many as end it."""
        return 0 < self.spec.stop_tags <= self._observed

    def _has_tried(self) -> bool:
        wanted = self.spec.attempts * len(self.spec.antennas)
        return 0 < wanted <= self._turns

    def ends_us(self, now_us: int) -> int:
        """When time ends it, as things stand; a far time where time does not."""
        ends = [now_us + _FAR_US]
        if self.spec.stop_us:
            ends.append(self._began_us + self.spec.stop_us)
        if self.spec.observation in _QUIET:
            ends.append(self._new_us + self.spec.quiet_us)
        return min(ends)

    def wants_end(self, now_us: int) -> bool:
        """Whether its stop trigger has fired."""
        counted = self.has_its_tags() or self._has_tried()
        return counted or self._gpi_fired or now_us >= self.ends_us(now_us)
