"""Gathering: all totes of an order come to one pack station before its parcel is closed.

An order may lie in several totes: one was full, or several pickers filled one each. Any of them
opens the check; the others join it by their labels, and the station says which it still waits for.
"""

from edge.model.events import PackOpened, ToteJoined
from edge.model.ids import Badge, Sku, ToteId
from edge.model.orders import OrderState
from edge.model.posted import StationScanned
from edge.model.state import FloorState
from edge.model.work import PackSession, Tote, Unit
from edge.rules import walling
from edge.rules.decision import Decision, accept, refuse


def opened(state: FloorState, input_: StationScanned, tote_id: ToteId) -> Decision:
    """A tote's check is opened here, or the tote joins the check of its order."""
    tote = state.totes.get(tote_id)
    if tote is None:
        return refuse("order_cancelled", f"what lies in {tote_id} is to be put back")
    order = state.orders[tote.order_id]
    if order.state is not OrderState.PICKED:
        return refuse("tote_not_here", f"{tote_id} is still being picked")
    if walling.is_unsorted(state, tote.order_id):
        return refuse(
            "still_at_wall", f"{tote_id}: not all of it lies in its slot", tote_id=tote_id
        )
    here = state.packs.get(input_.station)
    if here is not None and here.order_id == tote.order_id:
        return _joined(state, here, tote, input_.badge)
    other = next(
        (one.station for one in state.packs.values() if one.order_id == tote.order_id), None
    )
    if other is not None:
        return refuse("already_open", f"order {tote.order_id} is open at {other}", station=other)
    return accept(
        "opened",
        f"{tote_id} for order {order.order_id}",
        PackOpened(input_.station, tote_id, order.order_id, input_.badge),
        tote_id=tote_id,
        order_id=order.order_id,
    )


def _joined(state: FloorState, pack: PackSession, tote: Tote, badge: Badge | None) -> Decision:
    """A further tote of the order that is open here."""
    left = [one for one in awaited(state, pack) if one != tote.tote_id]
    if tote.tote_id not in awaited(state, pack):
        return accept("already_open", f"{tote.tote_id} is open here", tote_id=tote.tote_id)
    told = f"{', '.join(left)} is still missing" if left else "all of them are here"
    return accept(
        "tote_joined",
        f"{tote.tote_id} belongs to it: {told}",
        ToteJoined(pack.station, tote.tote_id, pack.order_id, badge),
        tote_id=tote.tote_id,
        awaited=left,
    )


def awaited(state: FloorState, pack: PackSession) -> list[ToteId]:
    """Totes of the order that have not come to the station; of one slot of a wall all have."""
    totes = state.totes.of_order(pack.order_id)
    here = {pack.tote_id, *pack.more}
    opened = [one for one in totes if one.tote_id in here]
    walls = {one.station for one in opened if walling.is_at_wall(state, one)}
    return [one.tote_id for one in totes if one.tote_id not in here and one.station not in walls]


def picked_of(state: FloorState, pack: PackSession) -> list[tuple[Sku, Unit]]:
    """Every piece that was picked for the order, in all of its totes."""
    return [piece for tote in state.totes.of_order(pack.order_id) for piece in tote.picked]
