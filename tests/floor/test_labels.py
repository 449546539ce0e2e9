"""Labels of closed parcels: what is printed, once, and what is told of it."""

from collections.abc import Mapping

from edge.clock import SystemClock
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.label_zpl import LabelForm, LabelText, zpl
from edge.floor.labels import LabelDesk, StationPrinter
from edge.model.ids import Badge, LocationId, RequestId, Sscc
from edge.model.loading import PalletDecided, PalletStepWanted
from edge.model.posted import ParcelWanted
from edge.model.prompts import Answer

STATION = LocationId("pack-1")
NUMBER = Sscc("340123450000000017")
DATA: Mapping[str, object] = {
    "sscc": NUMBER,
    "order_id": "SO-1",
    "carrier": "DHL",
    "pieces": 2,
    "complete": True,
    "lines": [],
}
CLOSED = Answer(accepted=True, code="closed", text="", data=DATA)


class Station:
    """A pack station with a printer."""

    def __init__(self, *, takes: bool = True) -> None:
        self.board, self.alerts = Board(), Alerts()
        printer = StationPrinter("zebra", LabelForm())
        self.desk = LabelDesk({STATION: printer}, self.board, self.alerts, SystemClock())
        self.jobs: list[tuple[str, bytes]] = []
        self.takes = takes
        self.desk.attach("zebra", self._take)

    def _take(self, job: str, label: bytes) -> bool:
        self.jobs.append((job, label))
        return self.takes

    def close(self, request: str, answer: Answer = CLOSED) -> None:
        wanted = ParcelWanted(RequestId(request), STATION, Badge("bo"), partial=False, at_us=1)
        self.desk.answered(wanted, answer)

    @property
    def state(self) -> object:
        sheet = self.board.look(f"label/{STATION}")
        return sheet.value["state"] if sheet else None


def test_a_closed_parcel_s_label_is_made_once_however_often_its_answer_is_told() -> None:
    station = Station()

    station.close("k1")
    station.close("k1")
    station.close("k2", Answer(accepted=False, code="missing", text=""))

    assert [job for job, _ in station.jobs] == ["k1"]
    assert station.state == "sent"


def test_a_pallet_s_label_comes_out_where_it_stands() -> None:
    station = Station()
    data = {"sscc": NUMBER, "place": STATION, "carrier": "DHL", "parcels": 3}
    answer = Answer(accepted=True, code="pallet_closed", text="", data=data)
    closed = PalletDecided(RequestId("k1"), Badge("bo"), NUMBER, PalletStepWanted.CLOSE, 1)

    station.desk.answered(closed, answer)

    ((_, label),) = station.jobs
    assert "PALLET" in label.decode()
    assert "PARCELS 3" in label.decode()
    assert f">800{NUMBER}" in label.decode()
    assert station.state == "sent"


def test_a_printer_s_trouble_is_told_once_and_ends_with_the_label() -> None:
    station = Station()
    station.close("k1")

    station.desk.troubled("zebra", "it has no labels left")
    station.desk.troubled("zebra", "it has no labels left")
    assert [one.code for one in station.alerts.active()] == ["printer_troubled"]
    assert station.state == "waiting"
    station.desk.printed("zebra", "k1")

    assert station.alerts.active() == ()
    assert station.state == "printed"


def test_a_label_that_is_not_taken_is_told_and_can_be_wanted_again() -> None:
    station = Station(takes=False)

    station.close("k1")
    assert station.state == "refused"
    station.takes = True
    station.close("k2")

    assert station.state == "sent"


def test_no_text_of_an_order_becomes_an_order_to_the_printer() -> None:
    text = LabelText("SO^XZ~JA_1\n北", "PIECES 1 PARTIAL", "^")

    label = zpl(NUMBER, text, LabelForm()).decode()

    assert label.count("^XZ") == 1
    assert "~" not in label
    assert "^FDSO_5EXZ_7EJA_5F1北^FS" in label
    assert f"^BY4^BCN,272,N,N,N^FD>;>800{NUMBER}^FS" in label
