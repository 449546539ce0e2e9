"""Labels of closed parcels: printed at their station, shown with what became of them.

A label follows from the answer that closed the parcel or asked for it again, after the commit. The
printer works in its own time: nobody waits for it, a label that cannot come out is told as an
alert, once, and waits for the printer, across a restart too (`label_spool`). The newest label of
each station stands on the board, so that a reload of the page shows it, and can be printed again
whatever became of the first try.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from edge.clock import Clock
from edge.floor.alerts import Alert, Alerts
from edge.floor.board import Board, Shown
from edge.floor.label_spool import KeptLabel, LabelSpool
from edge.floor.label_zpl import LabelForm, LabelText, zpl
from edge.gs1.code128 import widths
from edge.model.ids import LocationId, RequestId, Sscc
from edge.model.inputs import Input
from edge.model.loading import PalletDecided
from edge.model.posted import LabelWanted, ParcelWanted
from edge.model.prompts import Answer

PrintJob = Callable[[str, bytes], bool]
"""Takes a job with its name and its ZPL; False where too many wait. Returns at once."""
REMEMBERED_MAX = 256
"""Answers whose label was made: the same answer again makes no second one."""


@dataclass(frozen=True, slots=True)
class StationPrinter:
    """The printer of a pack station.

    Attributes:
        name: in the configuration.
        form: its paper and print head.
    """

    name: str
    form: LabelForm


def no_label(station: LocationId) -> Shown:
    """What the board has of a station where no parcel was closed yet."""
    return {"station": station, "sscc": None, "state": "none", "printer": None, "reason": ""}


class LabelDesk:
    """Makes labels from answers and follows their printing; thread-safe.

    Args:
        printers: by pack station.
        board, alerts: told what becomes of labels.
        clock: the host's.
        spool: keeps labels that are not out yet.
    """

    def __init__(
        self,
        printers: Mapping[LocationId, StationPrinter],
        board: Board,
        alerts: Alerts,
        clock: Clock,
        spool: LabelSpool,
    ) -> None:
        self._spool = spool
        self._unsure: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._printers = printers
        self._stations = {printer.name: station for station, printer in printers.items()}
        self._jobs: dict[str, PrintJob] = {}
        self._board = board
        self._alerts = alerts
        self._clock = clock
        self._made: dict[RequestId, None] = {}
        self._lock = threading.Lock()

    def attach(self, printer: str, take: PrintJob) -> None:
        """The printer of a name, once there is one."""
        self._jobs[printer] = take

    def resume(self) -> None:
        """Go on with what an earlier process has left: print what waits, tell what may be out."""
        for kept in self._spool.load():
            self._made[RequestId(kept.job)] = None
            if kept.is_sent:
                self._tell_unsure(kept)
            else:
                self._print(LocationId(kept.station), RequestId(kept.job), kept.data)

    def _tell_unsure(self, kept: KeptLabel) -> None:
        sscc, station = str(kept.data["sscc"]), LocationId(kept.station)
        self._unsure[sscc] = kept.job
        reason = "the gateway ended while it was printed"
        shown = {**_picture(station, RequestId(kept.job), kept.data), "reason": reason}
        printer = self._printers.get(station)
        name = printer.name if printer is not None else None
        self._board.show(_topic(station), {**shown, "printer": name, "state": "unsure"})
        text = f"the label of {sscc} at {station} may be out or not: {reason}; look, or print it"
        now_us = self._clock.now_us()
        values = {"parcel": sscc, "station": station}
        self._alerts.begin(
            Alert(_unsure_id(sscc), "label_unsure", "warning", text, now_us, values)
        )

    def sending(self, _: str, job: str) -> None:
        """A printer is about to get a label: from now on it may be out."""
        self._spool.sent(job)

    def answered(self, input_: Input, answer: Answer) -> None:
        """A parcel or pallet may have been closed, or its label wanted again."""
        if not isinstance(input_, ParcelWanted | LabelWanted | PalletDecided):
            return
        if "sscc" not in answer.data:
            return
        with self._lock:
            if input_.request_id in self._made or self._spool.knows(input_.request_id):
                return
            self._made[input_.request_id] = None
            if len(self._made) > REMEMBERED_MAX:
                del self._made[next(iter(self._made))]
            self._make(_station_of(input_, answer), input_.request_id, answer.data)

    def printed(self, printer: str, job: str) -> None:
        """A label is out; of one that nobody was sure of a second one may be."""
        self._alerts.end(_alert_id(printer))
        self._spool.done(job)
        sscc = self._numbers.pop(job, "")
        if sscc in self._unsure:
            self._spool.done(self._unsure.pop(sscc))
            self._alerts.end(_unsure_id(sscc))
        self._follow(printer, job, "printed", "")

    def troubled(self, printer: str, reason: str) -> None:
        """A printer cannot be reached or cannot print; its labels wait."""
        text = (
            f"printer {printer} at {self._stations[printer]} does not print: {reason}; labels "
            "wait and come out when it does"
        )
        now_us = self._clock.now_us()
        values = {"printer": printer, "station": self._stations[printer], "detail": reason}
        self._alerts.begin(
            Alert(_alert_id(printer), "printer_troubled", "warning", text, now_us, values)
        )
        self._follow(printer, None, "waiting", reason)

    def _make(self, station: LocationId, job: RequestId, data: Mapping[str, object]) -> None:
        printer = self._printers.get(station)
        if printer is None or printer.name not in self._jobs:
            self._board.show(_topic(station), _picture(station, job, data))
            return
        self._spool.keep(KeptLabel(job, station, data))
        self._print(station, job, data)

    def _print(self, station: LocationId, job: RequestId, data: Mapping[str, object]) -> None:
        shown = _picture(station, job, data)
        printer = self._printers.get(station)
        take = self._jobs.get(printer.name) if printer is not None else None
        if printer is None or take is None:  # it was taken out of the configuration meanwhile
            self._board.show(_topic(station), shown)
            return
        self._numbers[job] = str(data["sscc"])
        # shown first: it may be out before this returns
        self._board.show(_topic(station), {**shown, "printer": printer.name, "state": "sent"})
        if not take(job, zpl(Sscc(str(data["sscc"])), _text_of(data), printer.form)):
            self._spool.done(job)
            full = {"printer": printer.name, "state": "refused", "reason": "too many labels wait"}
            self._board.show(_topic(station), {**shown, **full})

    def _follow(self, printer: str, job: str | None, state: str, reason: str) -> None:
        """What became of a job; None for whichever is shown and not out yet."""
        station = self._stations[printer]
        with self._lock:
            sheet = self._board.look(_topic(station))
            if sheet is None or (job is not None and sheet.value.get("job") != job):
                return
            if job is None and sheet.value["state"] not in {"sent", "waiting"}:
                return
            self._board.show(_topic(station), {**sheet.value, "state": state, "reason": reason})


def _station_of(input_: ParcelWanted | LabelWanted | PalletDecided, answer: Answer) -> LocationId:
    """Where a label comes out."""
    match input_:
        case PalletDecided():
            return LocationId(str(answer.data["place"]))
        case ParcelWanted() | LabelWanted():
            return input_.station


def _picture(station: LocationId, job: RequestId, data: Mapping[str, object]) -> Shown:
    """What a page draws of a label that no printer has yet."""
    return {
        **data,
        "station": station,
        "job": job,
        "bars": list(widths(f"00{data['sscc']}")),
        "printer": None,
        "state": "no_printer",
        "reason": "",
    }


def _text_of(data: Mapping[str, object]) -> LabelText:
    if "parcels" in data:
        return LabelText("PALLET", f"PARCELS {data['parcels']}", str(data["carrier"]))
    note = "" if data["complete"] else " PARTIAL"
    ship_to = data.get("ship_to")
    return LabelText(
        f"ORDER {data['order_id']}",
        f"PIECES {data['pieces']}{note}",
        str(data["carrier"]),
        tuple(str(one) for one in ship_to) if isinstance(ship_to, list) else (),
        _cut_off(data.get("due_us")),
        _weight(data.get("weight_g")),
    )


def _cut_off(due_us: object) -> str:
    """The carrier's cut-off as the clock on the wall shows it; empty without one."""
    if not isinstance(due_us, int):
        return ""
    moment = datetime.fromtimestamp(due_us / 1e6, tz=UTC).astimezone()
    return f"CUT-OFF {moment:%Y-%m-%d %H:%M}"


def _weight(weight_g: object) -> str:
    """As carriers want it, in kilograms; empty of what was not weighed."""
    return f"WEIGHT {weight_g / 1000:.3f} kg" if isinstance(weight_g, int) else ""


def _topic(station: LocationId) -> str:
    return f"label/{station}"


def _unsure_id(sscc: str) -> str:
    return f"label-unsure-{sscc}"


def _alert_id(printer: str) -> str:
    return f"printer-troubled-{printer}"
