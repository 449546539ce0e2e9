"""The toy's put wall: two orders that lie unsorted before it, judged by the real rules."""

from edge.floor.board import Board
from edge.floor.views import wall_view
from edge.gs1.epc import sgtin96_hex
from edge.model.applying import apply
from edge.model.events import PiecePut
from edge.model.goods import Article
from edge.model.ids import Badge, Epc, Gtin, LineId, LocationId, OrderId, ToteId
from edge.model.inputs import ItemLocated, OrderSubmitted
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.places import Floor
from edge.model.posted import HandEmptied, StationScanned
from edge.model.presence import Arrived
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.model.work import Tote, Unit
from edge.rules.decide import decide, follow_up
from edge.rules.terms import Terms
from tests.web.toy_goods import CUP, LAMP, SLOTS, TEA, WALL, WARES, Ware

TERMS = Terms(company_prefix="4531200")
LAMP_TAG = Epc(sgtin96_hex(Gtin(LAMP.gtin), 7, 17))
_CONTENTS: dict[str, tuple[tuple[Ware, Epc | None], ...]] = {
    "SO-2001": ((TEA, None), (CUP, None)),
    "SO-2002": ((LAMP, LAMP_TAG),),
    "SO-2003": ((CUP, None),),
}


class ToyWall:
    """Takes what is posted for the wall, and shows it.

    Args:
        plan: of the floor.
        board: where it is shown.
    """

    def __init__(self, plan: Floor, board: Board) -> None:
        self._plan = plan
        self._board = board
        self._state = FloorState(plan)
        self.begin()

    def begin(self) -> None:
        """Every piece is unsorted, every slot free."""
        state = self._state = FloorState(self._plan)
        for ware in WARES:
            state.articles[ware.sku] = Article(ware.sku, Gtin(ware.gtin), ware.name)
        for number, (name, pieces) in enumerate(_CONTENTS.items(), 1):
            order_id = OrderId(name)
            lines = tuple(
                OrderLine(LineId(str(line)), ware.sku, 1) for line, (ware, _) in enumerate(pieces)
            )
            state.orders[order_id] = Order(
                order_id, 1, 0, None, "DHL", lines, OrderState.PICKED, 0
            )
            units = tuple((ware.sku, Unit(epc, scanned=True)) for ware, epc in pieces)
            tote = ToteId(f"T-{number}")
            state.totes[tote] = Tote(
                tote, order_id, units, (LocationId("A-01-3"),) * len(units), WALL
            )
        self._show()

    def take(self, posted: StationScanned | HandEmptied | ItemLocated | OrderSubmitted) -> Answer:
        """Decide as the loop does."""
        decision = decide(self._state, TERMS, posted)
        for event in decision.events:
            apply(self._state, event, posted.at_us)
        while events := follow_up(self._state, TERMS, posted.at_us):
            for event in events:
                apply(self._state, event, posted.at_us)
        self._show()
        return decision.answer

    def tag_at_first_slot(self) -> None:
        """The antenna of the first slot hears the lamp."""
        self.take(ItemLocated(Arrived(LAMP_TAG, SLOTS[0], 0.99, 1), 1))

    def order_is_made_smaller(self) -> None:
        """Of SO-2001 only the cup is wanted."""
        order = self._state.orders[OrderId("SO-2001")]
        line = next(one for one in order.lines if one.sku == CUP.sku)
        self.take(
            OrderSubmitted(
                order.order_id, 2, 0, None, "DHL", (line,), "released", 1, order.ship_to
            )
        )

    def order_is_cancelled(self) -> None:
        """Of SO-2001 nothing is wanted any more."""
        order = self._state.orders[OrderId("SO-2001")]
        lines, ship_to = order.lines, order.ship_to
        self.take(
            OrderSubmitted(order.order_id, 2, 0, None, "DHL", lines, "cancelled", 1, ship_to)
        )

    def pieces_are_put_back(self) -> None:
        """Somebody has brought what was sorted for nothing to its places."""
        for errand in list(self._state.errands.values()):
            for piece in errand.pieces:
                apply(self._state, PiecePut(errand.errand_id, errand.kind, piece, Badge("p1")), 1)
        while events := follow_up(self._state, TERMS, 1):
            for event in events:
                apply(self._state, event, 1)
        self._show()

    def _show(self) -> None:
        self._board.show(f"wall/{WALL}", wall_view(self._state, WALL))
