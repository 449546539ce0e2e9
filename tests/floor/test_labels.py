"""Labels of closed parcels: what is printed, once, and what is told of it."""

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest

from edge.clock import SystemClock
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.label_spool import KeptLabel, LabelSpool
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
    """A pack station with a printer; with the folder of an earlier one after a restart."""

    folders: Iterator[Path]

    def __init__(self, *, takes: bool = True, folder: Path | None = None) -> None:
        self.folder = folder or next(self.folders)
        self.board, self.alerts = Board(), Alerts()
        printer = StationPrinter("zebra", LabelForm())
        spool = LabelSpool(self.folder)
        self.desk = LabelDesk({STATION: printer}, self.board, self.alerts, SystemClock(), spool)
        self.jobs: list[tuple[str, bytes]] = []
        self.takes = takes
        self.desk.attach("zebra", self._take)
        self.desk.resume()

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


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each station that is not one's successor has a folder of its own."""
    folders = (tmp_path / str(number) for number in count())
    monkeypatch.setattr(Station, "folders", folders, raising=False)


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


def test_the_weight_stands_on_the_label_of_a_parcel_that_was_weighed_and_on_no_other() -> None:
    station = Station()
    weighed = Answer(accepted=True, code="closed", text="", data={**DATA, "weight_g": 1_480})
    station.close("k1", weighed)
    station.close(
        "k2", Answer(accepted=True, code="closed", text="", data={**DATA, "weight_g": None})
    )

    (_, with_it), (_, without) = station.jobs
    assert "^FDWEIGHT 1.480 kg^FS" in with_it.decode()
    assert "WEIGHT" not in without.decode()


def restarted(station: Station) -> Station:
    """The gateway ends here and now, and another process goes on."""
    return Station(folder=station.folder)


def test_a_label_that_waited_is_printed_after_a_restart_exactly_once() -> None:
    before = Station()
    before.close("k1")
    before.desk.troubled("zebra", "it does not answer")

    after = restarted(before)
    after.close("k1")  # its page asks again for the answer

    assert [job for job, _ in after.jobs] == ["k1"]
    assert after.jobs == before.jobs
    after.desk.sending("zebra", "k1")
    after.desk.printed("zebra", "k1")
    again = restarted(after)
    again.close("k1")
    assert again.jobs == []


def test_labels_come_out_after_a_restart_in_the_order_in_which_they_were_asked_for() -> None:
    before = Station()
    for number in range(12):
        before.close(f"k{number}")

    after = restarted(before)
    after.close("new")

    assert [job for job, _ in after.jobs] == [*(f"k{number}" for number in range(12)), "new"]


def test_a_label_that_may_be_out_is_told_and_not_printed_until_somebody_asks() -> None:
    before = Station()
    before.close("k1")
    before.desk.sending("zebra", "k1")

    after = restarted(before)
    told = ([one.code for one in after.alerts.active()], after.state, after.jobs.copy())
    still = restarted(after)
    still.close("k2")  # the same parcel's label, wanted again
    still.desk.printed("zebra", "k2")

    assert told == (["label_unsure"], "unsure", [])
    assert [job for job, _ in still.jobs] == ["k2"]
    assert still.alerts.active() == ()
    assert restarted(still).alerts.active() == ()


def test_a_disk_that_takes_no_file_keeps_no_label_from_its_printer() -> None:
    station = Station()
    station.folder.write_text("no folder")

    station.close("k1")
    station.desk.sending("zebra", "k1")
    station.desk.printed("zebra", "k1")

    assert [job for job, _ in station.jobs] == ["k1"]
    assert station.state == "printed"


def test_a_file_that_was_half_written_is_passed_over_and_the_oldest_go(tmp_path: Path) -> None:
    spool = LabelSpool(tmp_path, done_kept=2)
    for number in range(4):
        spool.keep(KeptLabel(f"k{number}", STATION, DATA))
        spool.done(f"k{number}")
    (tmp_path / "000000000007-abc.wait").write_text('{"job": "k')
    again = LabelSpool(tmp_path)

    assert again.load() == []
    assert [again.knows(f"k{number}") for number in range(4)] == [False, False, True, True]
    again.keep(KeptLabel("new", STATION, DATA))
    assert [one.job for one in LabelSpool(tmp_path).load()] == ["new"]
