"""Returns and counts of the toy: the product's own rules on a small state, without journal."""

from edge.floor.after_sales import counts_view, returns_view, tasks_view
from edge.floor.board import Board
from edge.floor.manifests import dispatch_view
from edge.gs1.epc import sgtin96_hex
from edge.model.applying import apply
from edge.model.events import TaskOpened
from edge.model.goods import Article, Stock
from edge.model.ids import Badge, Epc, Gtin, LineId, LocationId, OrderId, Sscc
from edge.model.inputs import ReturnAnnounced
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.places import Floor
from edge.model.posted import Posted
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.model.tasks import Task, TaskKind
from edge.model.work import Parcel, Unit, WrongDoor
from edge.rules.decide import decide
from edge.rules.terms import Terms
from tests.web.toy_goods import CUP, LAMP, TEA, WARES

SENT = OrderId("SO-0990")
SENT_SSCC = Sscc("034531200000000995")
CUP_TAG = Epc(sgtin96_hex(Gtin(CUP.gtin), 7, 77))
ANA = Badge("p1")
TEA_BIN = LocationId("A-01-3")
TERMS = Terms()
CUT_OFF_US = 3_600_000_000
"""After the toy begins."""
WAITING_SSCC = Sscc("034531200000000971")


class ToyAfterSales:
    """A parcel of two teas, a tagged cup and a lamp has left; the lamp is announced to come back.

    Args:
        plan: the floor.
        board: where the lists are shown.
        now_us: of what has happened before the toy begins.
    """

    def __init__(self, plan: Floor, board: Board, now_us: int) -> None:
        self._board = board
        self.state = FloorState(plan)
        for one in WARES:
            self.state.articles[one.sku] = Article(one.sku, Gtin(one.gtin), one.name)
        self.state.stock[TEA.sku, TEA_BIN] = Stock(TEA.sku, TEA_BIN, 6)
        lines = tuple(
            OrderLine(LineId(str(number)), one.sku, 1) for number, one in enumerate(WARES)
        )
        scanned = Unit(None, scanned=True)
        contents = (
            (TEA.sku, scanned),
            (TEA.sku, scanned),
            (CUP.sku, Unit(CUP_TAG, scanned=True)),
            (LAMP.sku, scanned),
        )
        self.state.parcels[SENT_SSCC] = Parcel(
            SENT_SSCC, SENT, "DHL", contents, complete=True, shipped=True
        )
        late = OrderId("SO-0991")
        due_us = now_us + CUT_OFF_US
        for name in (SENT, late):
            self.state.orders[name] = Order(
                name,
                1,
                0,
                due_us,
                "DHL",
                lines,
                OrderState.SHIPPED if name == SENT else OrderState.PACKED,
                now_us,
            )
        self.state.parcels[WAITING_SSCC] = Parcel(
            WAITING_SSCC,
            late,
            "DHL",
            ((TEA.sku, scanned),),
            complete=True,
            wrong_door=WrongDoor(LocationId("DOCK-2"), now_us),
        )
        back = (OrderLine(LineId("1"), LAMP.sku, 1),)
        self.take(ReturnAnnounced("RMA-17", SENT, back, "defective", now_us))

    def place_is_blocked(self, now_us: int) -> None:
        """A picker has reported that nobody gets to the tea."""
        task = Task(
            f"freeze/{TEA_BIN}", TaskKind.FREEZE, "blocked", TEA_BIN, TEA.sku, None, ANA, now_us
        )
        apply(self.state, TaskOpened(task), now_us)
        self._board.show("tasks", tasks_view(self.state))

    def take(self, input_: Posted | ReturnAnnounced) -> Answer:
        """Decide, let it happen, and show the lists."""
        decision = decide(self.state, TERMS, input_)
        for event in decision.events:
            apply(self.state, event, input_.at_us)
        self._board.show("returns", returns_view(self.state))
        self._board.show("counts", counts_view(self.state))
        self._board.show("tasks", tasks_view(self.state))
        self._board.show("dispatch", dispatch_view(self.state, input_.at_us))
        return decision.answer
