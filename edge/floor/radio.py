"""The radio watched over: what antennas and readers say of themselves becomes alerts and a sheet.

Two voices are heard. The radio itself (`locating.antennas`) tells of antennas that read nothing,
little or otherwise than usual. A reader tells of antennas that were unplugged, of reads that it
threw away, and of exceptions; such words are no lasting state, so an alert made of them ends when
its antenna reads again, or when the reader has not said it again for ten minutes.
"""

from dataclasses import dataclass

from drivers.driver import DeviceEvent, EventKind
from edge.floor.alerts import Alert, Alerts, Severity
from edge.floor.board import Board, Shown
from edge.locating.antennas import AntennaFault, AntennaReport
from edge.locating.locator import Locator

LOOK_US = 1_000_000
KEEP_US = 1_800_000_000
"""What was learnt is shown to whoever keeps it so often: a restart forgets little, flash lasts."""
SAID_AGAIN_US = 600_000_000
"""A reader that has not said a thing again for so long is taken to be over it."""
BACK_AFTER_US = 2_000_000
"""Reads so long after an antenna was said to be unplugged prove that it is back."""

_WORDS: dict[AntennaFault, tuple[Severity, str]] = {
    AntennaFault.SILENT: (
        "critical",
        (
            "hears nothing while its reader answers and others hear; look at its cable and at "
            "what stands before it"
        ),
    ),
    AntennaFault.RATE_LOW: (
        "warning",
        (
            "reads {reads_per_s} a second where {usual_reads_per_s} are usual; look at what "
            "stands before it, and at the reader's power and mode"
        ),
    ),
    AntennaFault.RSSI_JUMPED: (
        "warning",
        (
            "hears at {rssi_dbm} dBm where {usual_rssi_dbm} are usual; look at its cable, its "
            "direction and at metal before it"
        ),
    ),
    AntennaFault.REFERENCE_MISSING: (
        "critical",
        "does not hear its reference tag; the antenna, its cable or the tag is broken or covered",
    ),
}


@dataclass(slots=True)
class _Said:
    """An alert that was made of a reader's words.

    Attributes:
        port: the antenna whose reads end it; 0 for none.
        at_us: when it was said last.
    """

    reader: str
    port: int
    at_us: int


class Radio:
    """Used by the floor loop only.

    Args:
        locator: knows the antennas.
        board: gets the sheets `radio` and `radio/learnt`.
        alerts: raised and ended here.
    """

    def __init__(self, locator: Locator, board: Board, alerts: Alerts) -> None:
        self._locator = locator
        self._board = board
        self._alerts = alerts
        self._said: dict[str, _Said] = {}
        self._raised: set[str] = set()
        self._look_us = 0
        self._keep_us: int | None = None

    def told(self, event: DeviceEvent) -> None:
        """A reader said what happened to it."""
        antenna = f"antenna {event.port} of {event.device}"
        where = f"{event.device}-{event.port}"
        match event.kind:
            case EventKind.ANTENNA_DISCONNECTED:
                text = f"{antenna} is not connected, its reader says; look at cable and plug"
                name = f"antenna-disconnected-{where}"
                values = {"port": str(event.port), "reader": str(event.device)}
                self._say(
                    Alert(name, "antenna_disconnected", "critical", text, event.at_us, values),
                    event,
                )
            case EventKind.ANTENNA_CONNECTED:
                self._over(f"antenna-disconnected-{where}")
            case EventKind.BUFFER_OVERFLOWED:
                text = (
                    f"{event.device} threw reads away, its buffer was full; look at the network "
                    "between it and the gateway"
                )
                name = f"reader-overflowed-{event.device}"
                values = {"reader": str(event.device)}
                alert = Alert(name, "reader_overflowed", "warning", text, event.at_us, values)
                self._say(alert, event)
            case EventKind.EXCEPTION:
                text = f"{event.device} tells of an exception: {event.detail or 'without words'}"
                name = f"reader-exception-{event.device}"
                values = {"reader": str(event.device), "detail": event.detail or "-"}
                alert = Alert(name, "reader_exception", "warning", text, event.at_us, values)
                self._say(alert, event)
            case (
                EventKind.INPUT_HIGH
                | EventKind.INPUT_LOW
                | EventKind.INVENTORY_STARTED
                | EventKind.INVENTORY_ENDED
                | EventKind.BUFFER_FILLING
            ):
                pass  # ordinary life of a reader; the log has it

    def turn(self, now_us: int) -> None:
        """Look at the antennas, if a second has passed."""
        if 0 <= now_us - self._look_us < LOOK_US:
            return
        self._look_us = now_us
        antennas = self._locator.antennas()
        self._end_said(antennas, now_us)
        self._alert(antennas)
        self._board.show("radio", {"antennas": [self._view(one) for one in antennas]})
        if self._keep_us is None or now_us < self._keep_us:
            self._keep_us = self._keep_us or now_us + KEEP_US
            return
        self._keep_us = now_us + KEEP_US
        self._board.show("radio/learnt", {"antennas": self._locator.health.to_plain()})

    def _say(self, alert: Alert, event: DeviceEvent) -> None:
        is_antenna = event.kind is EventKind.ANTENNA_DISCONNECTED
        port = event.port if is_antenna else 0
        self._said[alert.id] = _Said(event.device, port, event.at_us)
        self._alerts.begin(alert)

    def _over(self, name: str) -> None:
        if self._said.pop(name, None) is not None:
            self._alerts.end(name)

    def _end_said(self, antennas: tuple[AntennaReport, ...], now_us: int) -> None:
        if not self._said:
            return
        heard_us = {(str(one.reader), one.port): one.heard_us for one in antennas}
        for name, said in list(self._said.items()):
            if said.port:
                back_us = heard_us.get((said.reader, said.port), 0)
                if back_us > said.at_us + BACK_AFTER_US:
                    self._over(name)
            elif now_us - said.at_us > SAID_AGAIN_US:
                self._over(name)

    def _alert(self, antennas: tuple[AntennaReport, ...]) -> None:
        wrong = {
            _name(one, fault): _alert(one, fault, since_us)
            for one in antennas
            for fault, since_us in one.faults.items()
        }
        for name in self._raised - wrong.keys():
            self._alerts.end(name)
        for alert in wrong.values():
            self._alerts.begin(alert)
        self._raised = set(wrong)

    def _view(self, one: AntennaReport) -> Shown:
        unplugged = f"antenna-disconnected-{one.reader}-{one.port}" in self._said
        return {
            "reader": one.reader,
            "port": one.port,
            "location": one.location,
            "state": _state(one, unplugged=unplugged),
            "faults": sorted(fault.value for fault in one.faults),
            "reads_per_s": one.reads_per_s,
            "usual_reads_per_s": one.usual_reads_per_s,
            "rssi_dbm": one.rssi_dbm,
            "usual_rssi_dbm": one.usual_rssi_dbm,
        }


def _state(one: AntennaReport, *, unplugged: bool) -> str:
    """One word for a map: what is worst."""
    if not one.up:
        return "down"
    if unplugged:
        return "antenna_disconnected"
    for fault in (
        AntennaFault.REFERENCE_MISSING,
        AntennaFault.SILENT,
        AntennaFault.RATE_LOW,
        AntennaFault.RSSI_JUMPED,
    ):
        if fault in one.faults:
            return fault.value
    return "learning" if one.learning else "good"


def _name(one: AntennaReport, fault: AntennaFault) -> str:
    return f"{fault.value.replace('_', '-')}-{one.reader}-{one.port}"


def _alert(one: AntennaReport, fault: AntennaFault, since_us: int) -> Alert:
    severity, words = _WORDS[fault]
    levels = {
        "reads_per_s": str(one.reads_per_s),
        "usual_reads_per_s": str(one.usual_reads_per_s),
        "rssi_dbm": str(one.rssi_dbm),
        "usual_rssi_dbm": str(one.usual_rssi_dbm),
    }
    text = f"antenna {one.port} of {one.reader} at {one.location} {words.format(**levels)}"
    named = {"port": str(one.port), "reader": str(one.reader), "location": str(one.location)}
    return Alert(_name(one, fault), fault.value, severity, text, since_us, {**named, **levels})
