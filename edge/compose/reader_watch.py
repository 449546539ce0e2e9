"""The readers' own clocks and links, looked at every two seconds: alerts and plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.driver import DeviceUp
from drivers.llrp.reader_clock import ClockState
from drivers.llrp.telling import LinkState
from drivers.reads import ClockQuality
from edge.clock import Clock
from edge.floor.alerts import Alert, Alerts

LASTING_US = 30_000_000
"""A clock is told to be poor, or good again, when it was so for this long at every look."""
DRIFT_PPM_MOST = 200.0
"""A quartz keeps within 100; more moves held reads by 12 ms for each minute of an outage."""
JUMPED_US = 600_000_000
"""A clock that jumped counts as poor for so long."""

Devices = Callable[[], Mapping[str, DeviceUp]]
States = Callable[[], Mapping[str, LinkState]]


@dataclass(slots=True)
class _Seen:
    """What was seen of one reader's clock; times are monotonic microseconds.

    Attributes:
        jumps: how many were counted, `jumped_us` when the last was.
        poor: whether the alert stands; `since_us` since when the signs are against that.
    """

    jumps: int = 0
    jumped_us: int | None = None
    poor: bool = False
    since_us: int | None = None


class ReaderWatch:
    """Used by one thread, the one that tells health.

    Args:
        states: of all LLRP readers, by name.
        devices: those that answer by now, by name.
        alerts: `reader_clock_poor` and `reader_settings_differ` are raised and ended here.
        clock: the host's.
    """

    def __init__(self, states: States, devices: Devices, alerts: Alerts, clock: Clock) -> None:
        self._states = states
        self._devices = devices
        self._differing: set[str] = set()
        self._alerts = alerts
        self._clock = clock
        self._seen: dict[str, _Seen] = {}

    def look(self) -> None:
        """Raise and end alerts; of a reader that is down nothing new is known."""
        now_us = self._clock.monotonic_us()
        for name, state in self._states().items():
            if state.up and state.clock is not None and state.counters.reads:
                seen = self._seen.setdefault(name, _Seen())
                self._judge(name, seen, _poor(state.clock, seen, now_us), now_us)
        self._compare()

    def _compare(self) -> None:
        """Tell whose settings differ; what a reader that is away had, it has still."""
        for name, device in self._devices().items():
            alert_id = f"reader-settings-differ-{name}"
            if device.differences and name not in self._differing:
                self._differing.add(name)
                detail = "; ".join(device.differences)
                text = f"{name} is set up otherwise than wanted: {detail}"
                values = {"reader": name, "detail": detail}
                alert = Alert(
                    alert_id, "reader_settings_differ", "warning", text, device.at_us, values
                )
                self._alerts.begin(alert)
            elif not device.differences and name in self._differing:
                self._differing.discard(name)
                self._alerts.end(alert_id)

    def _judge(self, name: str, seen: _Seen, reason: str, now_us: int) -> None:
        if bool(reason) is seen.poor:
            seen.since_us = None
            return
        if seen.since_us is None:
            seen.since_us = now_us
        if now_us - seen.since_us < LASTING_US:
            return
        seen.poor, seen.since_us = bool(reason), None
        alert_id = f"reader-clock-poor-{name}"
        if not reason:
            self._alerts.end(alert_id)
            return
        text = f"the clock of {name} {reason}; give the reader a time server (NTP)"
        at_us = self._clock.now_us() - LASTING_US
        values = {"reader": name, "detail": reason}
        self._alerts.begin(Alert(alert_id, "reader_clock_poor", "warning", text, at_us, values))

    def readers(self) -> list[dict[str, object]]:
        """Every LLRP reader as plain values."""
        return [
            {
                "name": name,
                "up": state.up,
                "trouble": "" if state.up or not state.errors else state.errors[-1],
                "reads": state.counters.reads,
                "errors": state.counters.errors,
                "connections": state.connections,
                "clock": clock_view(state.clock),
            }
            for name, state in sorted(self._states().items())
        ]


def clock_view(clock: ClockState | None) -> dict[str, object] | None:
    """A reader's clock as plain values; None before its first connection."""
    if clock is None:
        return None
    return {
        "quality": clock.quality.value,
        "offset_ms": round(clock.offset_us / 1000, 3),
        "drift_ppm": None if clock.drift_ppm is None else round(clock.drift_ppm, 1),
        "jumps": clock.jumps,
    }


def _poor(clock: ClockState, seen: _Seen, now_us: int) -> str:
    """Why a clock cannot be relied on for reads that were held back; empty where it can."""
    if clock.jumps > seen.jumps:
        seen.jumped_us = now_us
    seen.jumps = clock.jumps
    if clock.quality is ClockQuality.ARRIVAL:
        return "stands or is not told: its reads are dated when they arrive"
    if clock.drift_ppm is not None and abs(clock.drift_ppm) > DRIFT_PPM_MOST:
        return f"drifts by {clock.drift_ppm:.0f} millionths"
    if seen.jumped_us is not None and now_us - seen.jumped_us < JUMPED_US:
        return "jumped by more than a second"
    return ""
