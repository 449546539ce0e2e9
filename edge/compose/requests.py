"""What the central system may ask of the gateway, answered from the board and the store."""

from collections.abc import Callable, Mapping

from edge.floor.board import Board, Shown
from edge.floor.enquiries import EnquiriesFullError
from edge.floor.explaining import Explainer, NoReasonError
from edge.floor.lookups import Lookups
from edge.store.errors import StoreError
from edge.store.store import Store
from edge.sync.wire.messages import IdentifyMessage, SnapshotMessage, WhereMessage
from edge.sync.wire.requests import Request

Rows = list[Shown]


class Answers:
    """Answers requests; called by the link's thread.

    Args:
        board: what is shown.
        lookups: items by article and EPC.
        explainer: why an item is thought to be where it is.
        store: how far the journal is.
        info: who this gateway is.
    """

    def __init__(
        self,
        board: Board,
        lookups: Lookups,
        explainer: Explainer,
        store: Store,
        info: Callable[[], Mapping[str, object]],
    ) -> None:
        self._board = board
        self._lookups = lookups
        self._explainer = explainer
        self._store = store
        self._info = info

    def __call__(self, request: Request) -> Mapping[str, object]:
        """The answer to one request.

        Raises:
            ValueError: it cannot be answered now; says why.
        """
        try:
            match request:
                case WhereMessage():
                    return self._where(request)
                case SnapshotMessage():
                    return self._snapshot(request)
                case IdentifyMessage():
                    return self._info()
        except StoreError as error:
            raise ValueError(f"the store cannot be read: {error}") from error
        except (EnquiriesFullError, NoReasonError) as error:
            raise ValueError(str(error)) from error

    def _where(self, request: WhereMessage) -> Mapping[str, object]:
        if request.epc is not None:
            epc = request.epc.lower()
            item = self._lookups.item(epc)
            told: dict[str, object] = {"epc": epc, "items": [item] if item else []}
            if request.why:
                told["why"] = self._explainer.why(epc)
            return told
        found = self._lookups.items(request.sku or "", request.limit)
        return {
            "sku": request.sku,
            "items": [one for one in found if one["sku"] == request.sku],
            "stock": self._stock(request.sku or ""),
        }

    def _stock(self, sku: str) -> Rows:
        return [
            {"location": place["id"], **{key: row[key] for key in ("quantity", "reserved")}}
            for place in self._rows("floor", "locations")
            for row in _rows(place["stock"])
            if row["sku"] == sku
        ]

    def _snapshot(self, request: SnapshotMessage) -> Mapping[str, object]:
        orders = sorted(self._rows("orders", "orders"), key=_order_id)
        page = [one for one in orders if _order_id(one) > request.orders_after]
        more = page[request.limit :]
        page = page[: request.limit]
        return {
            "epoch": self._store.epoch,
            "last_seq": self._store.last_seq,
            "acknowledged": self._store.acknowledged,
            "orders": page,
            "orders_after": _order_id(page[-1]) if more else None,
            "readers": self._rows("floor", "readers"),
        }

    def _rows(self, topic: str, key: str) -> Rows:
        sheet = self._board.look(topic)
        return _rows(sheet.value[key]) if sheet else []


def _rows(value: object) -> Rows:
    return value if isinstance(value, list) else []


def _order_id(order: Shown) -> str:
    return str(order["order_id"])
