"""The life of one ROSpec: states, triggers, antennas in turn (sections 6.4 and 10).

    disabled --enable--> inactive --start--> active --stop--> inactive
                 any of the two --disable--> disabled

What is not in the table is refused and changes nothing. The machine keeps no clock: `due` tells
what its triggers want at a time, `antenna_at` which antenna listens then.
"""

from enum import Enum, IntEnum, auto

from simulators.llrp.antenna_spec import AntennaSpec, edge_of
from simulators.llrp.parts import Part

_FAR_US = 3_600_000_000


class State(IntEnum):
    """CurrentState of a ROSpec."""

    DISABLED = 0
    INACTIVE = 1
    ACTIVE = 2


class Order(Enum):
    """What a client's request or a trigger wants of a ROSpec."""

    ENABLE = auto()
    DISABLE = auto()
    START = auto()
    STOP = auto()


NEXT = {
    (State.DISABLED, Order.ENABLE): State.INACTIVE,
    (State.INACTIVE, Order.DISABLE): State.DISABLED,
    (State.ACTIVE, Order.DISABLE): State.DISABLED,
    (State.INACTIVE, Order.START): State.ACTIVE,
    (State.ACTIVE, Order.STOP): State.INACTIVE,
}


class RefusedError(Exception):
    """The order does not fit the state; nothing has changed."""


class StartTrigger(IntEnum):
    """ROSpecStartTriggerType."""

    NONE = 0
    IMMEDIATE = 1
    PERIODIC = 2
    GPI = 3


class ReportTrigger(IntEnum):
    """ROReportTrigger."""

    NONE = 0
    TAGS_OR_END_OF_AISPEC = 1
    TAGS_OR_END_OF_ROSPEC = 2


def _stop_us(stop: Part) -> int:
    """After how long a ROSpecStopTrigger fires at the latest; 0 never."""
    waits_for = stop.first("GPITriggerValue")
    match stop.number("ROSpecStopTriggerType"):
        case 1:
            return 1000 * stop.number("DurationTriggerValue")
        case 2 if waits_for is not None:
            return 1000 * waits_for.number("Timeout")
        case _:
            return 0


class RoSpec:
    """One ROSpec of a reader.

    Args:
        spec: the ROSpec parameter, checked.
        antennas_most: ports of the reader.
    """

    def __init__(self, spec: Part, antennas_most: int) -> None:
        self._spec = spec
        self.id = spec.number("ROSpecID")
        self.priority = spec.number("Priority")
        self.state = State.DISABLED
        self.report_spec = spec.first("ROReportSpec")
        boundary = next(spec.all("ROBoundarySpec"))
        start = next(boundary.all("ROSpecStartTrigger"))
        stop = next(boundary.all("ROSpecStopTrigger"))
        self.start_trigger = StartTrigger(start.number("ROSpecStartTriggerType"))
        self._periodic = start.first("PeriodicTriggerValue")
        self._start_gpi = edge_of(start.first("GPITriggerValue"))
        self._stop_gpi = edge_of(stop.first("GPITriggerValue"))
        self._stop_us = _stop_us(stop)
        inside = [one for one in spec.inside if one.name in ("AISpec", "RFSurveySpec")]
        self.antenna_specs = tuple(
            AntennaSpec.of(one, index, antennas_most)
            if one.name == "AISpec"
            else AntennaSpec.of_survey(one, index)
            for index, one in enumerate(inside, start=1)
        )
        self._gpi_stops = self._gpi_ends_spec = False
        self._at = 0
        self._began_us = 0
        self._spec_began_us = 0
        self._spec_reads = 0
        self._starts_at_us: int | None = None

    def part(self) -> Part:
        """The parameter as GET_ROSPECS tells it, with the state of now."""
        fields = {**self._spec.fields, "CurrentState": self.state}
        return Part("ROSpec", fields, self._spec.inside)

    def obey(self, order: Order, now_us: int) -> None:
        """Move to the state that the table names.

        Raises:
            RefusedError: the table has no such step; nothing has changed.
        """
        after = NEXT.get((self.state, order))
        if after is None:
            raise RefusedError(f"ROSpec {self.id} is {self.state.name.lower()}")
        self.state = after
        match order:
            case Order.ENABLE:
                self._starts_at_us = self._first_start_us(now_us)
            case Order.START:
                self._began_us = now_us
                self._at = 0
                self._gpi_stops = False
                self._begin_spec(now_us)
                self._starts_at_us = self._next_start_us(now_us)
            case Order.STOP | Order.DISABLE:
                pass

    def _first_start_us(self, now_us: int) -> int | None:
        if self.start_trigger is StartTrigger.IMMEDIATE:
            return now_us
        if self.start_trigger is StartTrigger.PERIODIC and self._periodic is not None:
            return now_us + 1000 * self._periodic.number("Offset")
        return None

    def _next_start_us(self, now_us: int) -> int | None:
        if self.start_trigger is not StartTrigger.PERIODIC or self._periodic is None:
            return None
        period_us = 1000 * self._periodic.number("Period")
        return now_us + period_us if period_us else None

    def wants_start(self, now_us: int) -> bool:
        """Whether its start trigger has fired."""
        due = self._starts_at_us is not None and self._starts_at_us <= now_us
        return due and self.state is State.INACTIVE

    def wants_stop(self, now_us: int) -> bool:
        """Whether its stop trigger has fired."""
        late = bool(self._stop_us) and now_us - self._began_us >= self._stop_us
        return late or self._gpi_stops

    def input_changed(self, port: int, *, high: bool, now_us: int) -> None:
        """An input changed its level: the triggers that waited for that fire."""
        change = (port, high)
        if self.state is State.ACTIVE:
            self._gpi_stops = self._gpi_stops or change == self._stop_gpi
            self._gpi_ends_spec = self._gpi_ends_spec or change == self.current().gpi
        waits = self.state is State.INACTIVE and self.start_trigger is StartTrigger.GPI
        if waits and change == self._start_gpi:
            self._starts_at_us = now_us

    def current(self) -> AntennaSpec:
        """The AISpec that runs."""
        return self.antenna_specs[self._at]

    def _begin_spec(self, now_us: int) -> None:
        self._spec_began_us = now_us
        self._spec_reads = 0
        self._gpi_ends_spec = False

    def heard(self, reads: int) -> None:
        """Count reads of the AISpec that runs."""
        self._spec_reads += reads

    def ends_us(self, now_us: int) -> int:
        """When a stop trigger fires that goes by time; a far time where none does."""
        ends = [now_us + _FAR_US]
        if self._stop_us:
            ends.append(self._began_us + self._stop_us)
        if self.current().stop_us:
            ends.append(self._spec_began_us + self.current().stop_us)
        return max(min(ends), now_us)

    def spec_over(self, now_us: int) -> bool:
        """Whether the AISpec that runs has reached its stop trigger."""
        spec = self.current()
        late = bool(spec.stop_us) and now_us - self._spec_began_us >= spec.stop_us
        return late or self._gpi_ends_spec or self.has_its_tags()

    def has_its_tags(self) -> bool:
        """Whether the AISpec that runs has heard the reads that end it."""
        return 0 < self.current().stop_tags <= self._spec_reads

    def starts_again(self) -> bool:
        """Whether it starts at once when its last AISpec is over: its condition still holds."""
        return self.start_trigger is StartTrigger.IMMEDIATE and not self._stop_us

    def next_spec(self, now_us: int) -> bool:
        """Go on to the next AISpec; False after the last, when the ROSpec itself is over."""
        self._at += 1
        if self._at < len(self.antenna_specs):
            self._begin_spec(now_us)
            return True
        self._at = 0
        if self.starts_again():
            self._starts_at_us = now_us
        return False
