"""A tiny warehouse behind the real inbox and board: three stops, one tote, one held order.

It answers with the codes of the rules, once for each request id, and shows prompts, the pack view,
the floor map, orders and rates as the floor loop does. No journal, no radio: a test says what the
antennas see.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from edge.clock import Clock
from edge.floor.alerts import Alerts
from edge.floor.board import Board, Shown
from edge.floor.inbox import Entry, Inbox
from edge.floor.label_spool import LabelSpool
from edge.floor.label_zpl import LabelForm
from edge.floor.labels import LabelDesk, StationPrinter, no_label
from edge.model import loading
from edge.model import posted as said
from edge.model.inputs import IntrusionNoticed
from edge.model.places import Floor
from edge.model.prompts import Answer
from tests.waiting import PATIENCE_S
from tests.web.toy_after_sales import ToyAfterSales
from tests.web.toy_answers import no, yes
from tests.web.toy_goods import (
    PRINTER,
    SSCC,
    STATION,
    WALL,
)
from tests.web.toy_pack import ToyPack
from tests.web.toy_pick import ToyPick
from tests.web.toy_questions import ToyQuestions
from tests.web.toy_views import board_view, floor_view, found_view, orders_view
from tests.web.toy_wall import ToyWall


@dataclass
class Effects:
    """What has happened, for the tests to count."""

    picked: int = 0
    posts: list[said.Posted] = field(default_factory=list)
    labels: list[tuple[str, bytes]] = field(default_factory=list)
    noticed: list[IntrusionNoticed] = field(default_factory=list)


class ToyFloor:
    """Takes entries from the inbox in a thread of its own, and answers.

    Args:
        plan: the floor.
        clock: for the dates that are shown.
    """

    def __init__(self, plan: Floor, clock: Clock) -> None:
        self.inbox = Inbox(clock)
        self.board = Board()
        self.effects = Effects()
        self.wall = ToyWall(plan, self.board)
        self.alerts = Alerts()
        self.labels = LabelDesk(
            {STATION: StationPrinter(PRINTER, LabelForm())},
            self.board,
            self.alerts,
            clock,
            LabelSpool(Path("/dev/null/no-folder")),
        )
        self.labels.attach(PRINTER, self._print)
        self._plan = plan
        self._clock = clock
        self._answers: dict[str, Answer] = {}
        self._stale: dict[str, int] = {}
        self.after_sales = ToyAfterSales(plan, self.board, clock.now_us())
        self._orders = {"SO-1042": "held", "SO-1043": "released", "SO-1044": "picking"}
        self._lock = threading.Lock()
        self.pack = ToyPack(self.board, self._lock)
        self.pick = ToyPick(plan, self.board, self._lock, self._note_picked)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="toy floor", daemon=True)

    def start(self) -> None:
        """Show the floor and begin to answer."""
        self._show_floor()
        self._show_orders()
        self._show_board()
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._over.set()
        self.inbox.wake()
        self._thread.join(PATIENCE_S)

    def label_is_printed(self) -> None:
        """The station's printer has brought out the newest label."""
        self.labels.printed(PRINTER, self.effects.labels[-1][0])

    def printer_has_no_paper(self) -> None:
        """It cannot print."""
        self.labels.troubled(PRINTER, "it has no labels left")

    def reader_is_lost(self, location: str) -> None:
        """Nobody hears this place any more."""
        with self._lock:
            self._stale[location] = self._clock.now_us()
            self._show_floor()

    def forget(self) -> None:
        """A new day: every walk, pack session and count begins anew."""
        with self._lock:
            self.pick.begin()
            self.after_sales = ToyAfterSales(self._plan, self.board, self._clock.now_us())
            self._stale.clear()
            self.pack.begin()
            self.wall.begin()
            self.board.show(f"label/{STATION}", no_label(STATION))
            self._orders = {"SO-1042": "held", "SO-1043": "released", "SO-1044": "picking"}
            self.effects = Effects()
            self._show_floor()
            self._show_orders()
            self._show_board()

    def _note_picked(self) -> None:
        self.effects.picked += 1

    def _run(self) -> None:
        while not self._over.is_set():
            for entry in self.inbox.take(50).entries:
                with self._lock:
                    self._settle(entry)

    def _settle(self, entry: Entry) -> None:
        posted = entry.input
        if isinstance(posted, IntrusionNoticed):
            self.effects.noticed.append(posted)
            return
        assert isinstance(posted, said.Posted)
        answer = self._answers.get(posted.request_id)
        if answer is None:
            self.effects.posts.append(posted)
            answer = self._answer(posted)
            self._answers[posted.request_id] = answer
        self.labels.answered(posted, answer)
        if entry.settle is not None:
            entry.settle(answer)

    def _answer(self, posted: said.Posted) -> Answer:  # noqa: C901, PLR0911, PLR0912 - a flat table
        match posted:
            case (
                said.WorkWanted()
                | said.WorkHandedOver()
                | said.CodeScanned()
                | said.TroubleReported()
            ):
                return self.pick.take(posted)
            case said.StationScanned() | said.HandEmptied():
                return self._at_place(posted)
            case said.ParcelWanted():
                return self.pack.close(posted.weighing, partial=posted.partial)
            case said.LabelWanted():
                return self.pack.label(posted.code)
            case said.HoldDecided() | said.OrderAmendment():
                return self._decide(posted)
            case said.StockPutAway():
                return yes("placed", "put away")
            case said.ParcelDispatched():
                known = posted.sscc == SSCC
                return yes("shipped", "gone") if known else no("parcel_unknown", "?")
            case said.PassageAnswered():
                return self.questions.take(posted)
            case said.TagWorkWanted():
                return yes("begun", "on its way")
            case said.PersonDid():
                return yes("noted", posted.subject)
            case said.FoundReaderDecided():
                return yes("approved" if posted.name else "ignored", "decided")
            case (
                said.ReturnScanned()
                | said.GradeDecided()
                | said.CountScanned()
                | said.CountTold()
                | said.SweepWanted()
                | said.VarianceDecided()
                | said.TaskFinished()
                | said.ManifestWanted()
                | loading.PalletWanted()
                | loading.PalletScanned()
                | loading.ParcelTakenOff()
                | loading.PalletDecided()
            ):
                return self.after_sales.take(posted)

    def _at_place(self, posted: said.StationScanned | said.HandEmptied) -> Answer:
        if isinstance(posted, said.HandEmptied) or posted.station == WALL:
            return self.wall.take(posted)
        return self.pack.scan(posted.code, anew=posted.anew)

    def _print(self, job: str, zpl: bytes) -> bool:
        self.effects.labels.append((job, zpl))
        return True

    # Orders, the map and the board

    def _decide(self, decided: said.HoldDecided | said.OrderAmendment) -> Answer:
        state = self._orders.get(decided.order_id)
        if state is None:
            return no("order_unknown", "no such order")
        if isinstance(decided, said.OrderAmendment):
            if state not in {"held", "released"}:
                return no("too_late", f"it is {state} already")
            self._orders[decided.order_id] = "released"
            self._show_orders()
            return yes("amended_released", f"{decided.quantities} {decided.ship_to}")
        if state != "held":
            return no("not_held", "it is not held")
        if decided.release:
            self._orders[decided.order_id] = "released"
        else:
            del self._orders[decided.order_id]
        self._show_orders()
        return yes("released" if decided.release else "refused", "decided")

    def _show_orders(self) -> None:
        self.board.show("orders", orders_view(self._orders, self._clock.now_us()))

    def _show_floor(self) -> None:
        self.board.show("floor", floor_view(self._plan, self._stale))

    def _show_questions(self, asked: list[Shown]) -> None:
        self.board.show("board", {**board_view(), "questions": asked})
        dispatch = self.board.look("dispatch")
        if dispatch is not None:
            self.board.show("dispatch", {**dispatch.value, "questions": asked})

    def _show_board(self) -> None:
        self.questions = ToyQuestions(self._show_questions)
        self.board.show("board", board_view())
        self.board.show("readers/found", found_view())
