"""A label that its printer could not take is printed after the gateway's restart, exactly once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.clock import SystemClock
from edge.compose.core import Core
from edge.compose.printing import label_desk
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.inbox import Inbox
from edge.floor.labels import LabelDesk
from edge.floor.letters import Letters
from edge.floor.locating_desk import LocatingDesk
from edge.model.ids import Badge, LocationId, RequestId
from edge.model.places import Floor, Location, LocationKind
from edge.model.posted import ParcelWanted
from edge.settings.gateway import Printer, Settings
from tests.drivers.printing.test_printer import Simulated
from tests.floor.test_labels import CLOSED, NUMBER
from tests.waiting import PATIENCE_S

PACK = LocationId("pack-1")


@contextmanager
def gateway(folder: Path, port: int) -> Iterator[tuple[LabelDesk, Board, Alerts]]:
    """The part of a gateway that prints, with its threads, from start to end."""
    clock, alerts, board = SystemClock(), Alerts(), Board()
    floor = Floor({PACK: Location(PACK, LocationKind.STATION)})
    one = Printer(name="zebra", address=f"tcp://127.0.0.1:{port}", station=PACK)
    core = Core(
        settings=Settings(printer=(one,)),
        floor=floor,
        troubles=(),
        clock=clock,
        make_id=lambda: "id",
        inbox=Inbox(clock),
        board=board,
        alerts=alerts,
        desk=LocatingDesk(floor, alerts),
        store_path=folder / "journal.sqlite",
        letters=Letters(board, clock),
    )
    desk, ((_, printer),) = label_desk(core)
    printer.start()
    yield desk, board, alerts
    printer.stop()


def becomes(board: Board, wanted: str) -> bool:
    """Whether the station's label comes to be so."""
    so = threading.Event()

    def look(_: str = "") -> None:
        sheet = board.look(f"label/{PACK}")
        if sheet is not None and sheet.value["state"] == wanted:
            so.set()

    end = board.watch(f"label/{PACK}", look)
    look()
    try:
        return so.wait(PATIENCE_S)
    finally:
        end()


def test_a_printer_that_was_down_prints_after_the_restart_what_was_asked_for_before(
    tmp_path: Path,
) -> None:
    printer = Simulated("paper-out")
    wanted = ParcelWanted(RequestId("k1"), PACK, Badge("bo"), partial=False, at_us=1)

    with gateway(tmp_path, printer.port) as (desk, board, _):
        desk.answered(wanted, CLOSED)
        assert becomes(board, "waiting")
    printer.become("ready")
    assert printer.line() == {"state": "ready"}
    with gateway(tmp_path, printer.port) as (desk, board, alerts):
        assert becomes(board, "printed")
        desk.answered(wanted, CLOSED)  # the page asks again what came of it
        assert alerts.active() == ()
    with gateway(tmp_path, printer.port):
        pass  # nothing is left to be printed
    label = printer.line()
    printer.become("pause")

    assert label["label"]["barcodes"] == [f">;>800{NUMBER}"]
    assert printer.line() == {"state": "pause"}, "and no second label before it"
    printer.stop()
