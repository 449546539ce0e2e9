"""Labels: what a closed parcel's label and packing slip say, told anew as often as it is asked."""

from collections import Counter

from edge.model.ids import OrderId, Sku
from edge.model.posted import LabelWanted
from edge.model.state import FloorState
from edge.model.work import Parcel
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import ParcelLabel, identify


def wanted(state: FloorState, input_: LabelWanted) -> Decision:
    """Somebody wants a label again: by the parcel's number, or by its order's."""
    parcel = _meant(state, input_.code)
    if parcel is None:
        return refuse("parcel_unknown", f"{input_.code} names no closed parcel")
    return accept("label", f"the label of parcel {parcel.sscc}", **told(state, parcel))


def _meant(state: FloorState, code: str) -> Parcel | None:
    """The parcel of a label, or the newest of an order."""
    of_order = state.parcels.of_order(OrderId(code.strip()))
    if of_order:
        return of_order[-1]
    named = identify(state, code)
    return state.parcels.get(named.sscc) if isinstance(named, ParcelLabel) else None


def told(state: FloorState, parcel: Parcel) -> dict[str, object]:
    """What label and slip say, as data of an answer."""
    packed = Counter(sku for sku, _ in parcel.contents)
    ordered: Counter[Sku] = Counter()
    order = state.orders[parcel.order_id]
    for line in order.lines:
        ordered[line.sku] += line.quantity
    return {
        "sscc": parcel.sscc,
        "order_id": parcel.order_id,
        "carrier": parcel.carrier,
        "ship_to": list(order.ship_to),
        "due_us": order.due_us,
        "complete": parcel.complete,
        "pieces": len(parcel.contents),
        "weight_g": parcel.weight.measured_g if parcel.weight is not None else None,
        "lines": [
            {
                "sku": sku,
                "name": state.articles[sku].name if sku in state.articles else "",
                "ordered": ordered[sku],
                "packed": packed[sku],
            }
            for sku in dict.fromkeys((*ordered, *packed))
        ],
    }
