"""The life of one ROSpec: states, triggers, antennas in turn (sections 6.4 and 10).

    disabled --enable--> inactive --start--> active --stop--> inactive
                 any of the two --disable--> disabled

What is not in the table is refused and changes nothing. The machine keeps no clock: `wants_start`
and `wants_stop` tell what its triggers want at a time. While it is active, its AISpecs and
RFSurveySpecs run one after the other, each with a life of its own (`spec_run`).
"""

from enum import Enum, IntEnum, auto

from simulators.llrp.antenna_spec import AntennaSpec, edge_of
from simulators.llrp.parts import Part
from simulators.llrp.spec_run import SpecOrder, SpecRun, SpecState


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
        self._runs = tuple(
            SpecRun(
                AntennaSpec.of(one, index, antennas_most)
                if one.name == "AISpec"
                else AntennaSpec.of_survey(one, index)
            )
            for index, one in enumerate(inside, start=1)
        )
        self._gpi_stops = False
        loop = spec.first("LoopSpec")
        self._loops_most = loop.number("LoopCount") if loop else 1
        self.loops = 0
        self._at = 0
        self._began_us = 0
        self._starts_at_us: int | None = None

    def part(self) -> Part:
        """The parameter as GET_ROSPECS tells it, with the state of now."""
        fields = {**self._spec.fields, "CurrentState": self.state}
        return Part("ROSpec", fields, self._spec.inside)

    def obey(self, order: Order, now_us: int, clock_offset_us: int = 0) -> None:
        """Move to the state that the table names.

        Args:
            order: what is wanted.
            now_us: true time.
            clock_offset_us: by how much the reader's own clock is ahead of it.

        Raises:
            RefusedError: the table has no such step; nothing has changed.
        """
        after = NEXT.get((self.state, order))
        if after is None:
            raise RefusedError(f"ROSpec {self.id} is {self.state.name.lower()}")
        self.state = after
        match order:
            case Order.ENABLE:
                self._starts_at_us = self._first_start_us(now_us, clock_offset_us)
            case Order.START:
                self._began_us = now_us
                self._at = 0
                self._gpi_stops = False
                self.loops = 0
                self.run.obey(SpecOrder.BEGIN, now_us)
                self._starts_at_us = self._next_start_us(now_us)
            case Order.STOP | Order.DISABLE:
                if self.run.state is SpecState.RUNNING:
                    self.run.obey(SpecOrder.ABORT, now_us)
                if self.start_trigger is StartTrigger.PERIODIC and self._starts_at_us is not None:
                    self._starts_at_us = self._after(self._starts_at_us, now_us)

    def _first_start_us(self, now_us: int, clock_offset_us: int) -> int | None:
        if self.start_trigger is StartTrigger.IMMEDIATE:
            return now_us
        if self.start_trigger is not StartTrigger.PERIODIC or self._periodic is None:
            return None
        stamp = self._periodic.first("UTCTimestamp")
        base_us = stamp.number("Microseconds") - clock_offset_us if stamp else now_us
        due_us = base_us + 1000 * self._periodic.number("Offset")
        return due_us if due_us >= now_us else self._after(due_us, now_us)

    def _after(self, due_us: int, now_us: int) -> int | None:
        """The first start of the row that begins at `due_us` which is not yet past."""
        period_us = 1000 * self._periodic.number("Period") if self._periodic else 0
        late_us = max(now_us - due_us, 0)
        return due_us + -(-late_us // period_us) * period_us if period_us else None

    def _next_start_us(self, now_us: int) -> int | None:
        if self.start_trigger is not StartTrigger.PERIODIC or self._starts_at_us is None:
            return None
        return self._after(self._starts_at_us, now_us + 1)

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
            self.run.input_changed(port, high=high)
        waits = self.state is State.INACTIVE and self.start_trigger is StartTrigger.GPI
        if waits and change == self._start_gpi:
            self._starts_at_us = now_us

    @property
    def run(self) -> SpecRun:
        """The AISpec or RFSurveySpec whose turn it is."""
        return self._runs[self._at]

    def ends_us(self, now_us: int) -> int:
        """When a stop trigger fires that goes by time; a far time where none does."""
        ends = [self.run.ends_us(now_us)]
        if self._stop_us:
            ends.append(self._began_us + self._stop_us)
        return max(min(ends), now_us)

    def starts_again(self) -> bool:
        """Whether it starts at once when its last AISpec is over: its condition still holds."""
        return self.start_trigger is StartTrigger.IMMEDIATE and not self._stop_us

    def next_spec(self, now_us: int) -> bool:
        """Go on to the next AISpec, or round the loop; False when the ROSpec itself is over."""
        self.run.obey(SpecOrder.END, now_us)
        self._at += 1
        if self._at == len(self._runs):
            self._at = 0
            self.loops += 1
            if self.loops == self._loops_most:
                if self.starts_again():
                    self._starts_at_us = now_us
                return False
        self.run.obey(SpecOrder.BEGIN, now_us)
        return True
