"""Gathering: all totes of an order come to one pack station before its parcel is closed.

An order may lie in several totes: one was full, or several pickers filled one each. Any of them
opens the check; the others join it by their labels, and the station says which it still waits for.
What was sorted at a put wall comes by its slot's label: all that was dropped for the order at that
wall is there with it, and the slot keeps the order until then. What nobody finds at the wall is
missing at the station, once the packer has said so. What turns out not to be in a box although it
was checked is found by checking all of it anew.
"""

from dataclasses import replace

from edge.model.events import PackOpened, ToteJoined
from edge.model.ids import Badge, LocationId, ToteId
from edge.model.orders import OrderState
from edge.model.posted import StationScanned
from edge.model.state import FloorState
from edge.model.work import PackSession, Tote
from edge.rules import hearing, taking_out, walling
from edge.rules.decision import Decision, accept, refuse


def opened(state: FloorState, input_: StationScanned, tote_id: ToteId) -> Decision:
    """A tote's check is opened here, or the tote joins the check of its order."""
    tote = state.totes.get(tote_id)
    if tote is None:
        return refuse("order_cancelled", f"what lies in {tote_id} is to be put back")
    order = state.orders[tote.order_id]
    if order.state is not OrderState.PICKED:
        return refuse("tote_not_here", f"order {order.order_id} is still being picked")
    wall = walling.unsorted_at(state, tote.order_id)
    if wall is not None and not _goes_without(state, tote, wall, input_):
        return refuse(
            "still_at_wall",
            f"not all of order {order.order_id} at {wall} lies in its slot",
            tote_id=tote_id,
            wall=wall,
        )
    here = state.packs.get(input_.station)
    if here is not None and here.order_id == tote.order_id:
        return _joined(state, here, tote, input_)
    other = next(
        (one.station for one in state.packs.values() if one.order_id == tote.order_id), None
    )
    if other is not None:
        return refuse("already_open", f"order {tote.order_id} is open at {other}", station=other)
    return accept(
        "opened",
        f"{tote_id} for order {order.order_id}",
        PackOpened(
            input_.station,
            tote_id,
            order.order_id,
            input_.badge,
            hearing.has_antenna(state, input_.station),
        ),
        tote_id=tote_id,
        order_id=order.order_id,
    )


def _goes_without(state: FloorState, tote: Tote, wall: LocationId, input_: StationScanned) -> bool:
    """Whether the packer's word is enough: nothing in hand there, nothing to be taken out."""
    slot = walling.slot_of(state, tote.order_id, wall)
    in_hand = slot is not None and slot.lit is not None
    unwanted = taking_out.inside_of(state, tote.order_id, wall)
    return input_.without_unsorted and not in_hand and not unwanted


def _anew(state: FloorState, pack: PackSession, badge: Badge | None) -> Decision:
    """The check of the open box begins once more: nothing in it counts as checked."""
    head = (pack.order_id, badge, hearing.has_antenna(state, pack.station))
    return accept(
        "opened",
        f"{pack.tote_id} is checked anew",
        PackOpened(pack.station, pack.tote_id, *head),
        *(ToteJoined(pack.station, one, *head) for one in pack.more),
        tote_id=pack.tote_id,
        order_id=pack.order_id,
    )


def _joined(state: FloorState, pack: PackSession, tote: Tote, input_: StationScanned) -> Decision:
    """A further tote of the order that is open here, or once more one that is here already."""
    badge = input_.badge
    if tote.tote_id not in _absent(state, pack):
        if input_.anew:
            return _anew(state, pack, badge)
        return accept("already_open", f"{tote.tote_id} is open here", tote_id=tote.tote_id)
    left = awaited(state, replace(pack, more=(*pack.more, tote.tote_id)))
    told = f"{', '.join(left)} is still missing" if left else "all of them are here"
    return accept(
        "tote_joined",
        f"{tote.tote_id} belongs to it: {told}",
        ToteJoined(
            pack.station,
            tote.tote_id,
            pack.order_id,
            badge,
            hearing.has_antenna(state, pack.station),
        ),
        tote_id=tote.tote_id,
        awaited=left,
    )


def awaited(state: FloorState, pack: PackSession) -> list[str]:
    """Labels of what has not come to the station: of a tote, or of the slot that it lies in."""
    absent = (state.totes[tote_id] for tote_id in _absent(state, pack))
    return list(dict.fromkeys(_label(state, tote) for tote in absent))


def _absent(state: FloorState, pack: PackSession) -> list[ToteId]:
    here = {pack.tote_id, *pack.more}
    return [one.tote_id for one in state.totes.of_order(pack.order_id) if one.tote_id not in here]


def _label(state: FloorState, tote: Tote) -> str:
    wall = tote.station if walling.is_at_wall(state, tote) else None
    slot = walling.slot_of(state, tote.order_id, wall) if wall is not None else None
    return slot.slot if slot is not None else tote.tote_id
