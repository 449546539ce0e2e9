"""Binding: which tote stands in which place of the cart, and what follows when one is full.

Where a site binds totes (`[picking] bind_totes`), a picker takes any empty tote for each planned
one, scans its label, and it is the order's from then on. A further tote for a full one is always
bound so. A tote that has an order, or pieces in it that are to be put back, is refused loudly.
"""

from edge.gs1 import barcode
from edge.model.events import Event, ToteBound, ToteFilled, TroubleRecorded
from edge.model.ids import ToteId
from edge.model.posted import CodeScanned
from edge.model.prompts import Prompt
from edge.model.state import FloorState
from edge.model.work import Walk
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import Container, Named, Unknown
from edge.rules.snapshots import free_totes
from edge.rules.terms import Terms


def scanned(
    state: FloorState, terms: Terms, walk: Walk, input_: CodeScanned, named: Named
) -> Decision:
    """The tote in the picker's hand becomes the one that the prompt asks for, if it is free."""
    planned = walk.to_bind
    tote_id = _label(terms, input_.code, named)
    if planned is None or tote_id is None:
        return refuse("tote_wanted", "scan the label of an empty tote first")
    taken = _taken(state, tote_id)
    if taken is not None:
        return taken
    order_id = state.totes[planned].order_id
    slot = walk.slots.index(planned) + 1
    return accept(
        "tote_bound",
        f"{tote_id} is in place {slot} for order {order_id}",
        ToteBound(walk.walk_id, input_.badge, order_id, planned, tote_id),
        tote_id=tote_id,
        slot=slot,
    )


def _label(terms: Terms, code: str, named: Named) -> ToteId | None:
    """What is printed on a tote; a name that a plan made up is none where totes bear others."""
    match named:
        case Container(tote_id):
            label = str(tote_id)
        case Unknown():
            label = barcode.parse(code).raw  # without the sign of its symbology
        case _:
            return None
    return ToteId(label) if terms.is_tote_label(label) else None


def _taken(state: FloorState, tote_id: ToteId) -> Decision | None:
    """A refusal where the tote is somebody's; one that was only planned is nobody's yet."""
    if any(tote_id in walk.unbound for walk in state.open_walks()):
        return None
    if tote_id in state.totes:
        owner = state.totes[tote_id].order_id
        return refuse("tote_taken", f"{tote_id} is bound to order {owner}", order_id=owner)
    if tote_id in state.totes_in_use():
        return refuse("tote_taken", f"what lies in {tote_id} is to be put back first")
    return None


def filled(
    state: FloorState, walk: Walk, index: int, record: TroubleRecorded, *besides: Event
) -> Decision:
    """The order goes on in a further tote; an empty one cannot be full."""
    stop = walk.stops[index]
    if not state.totes[stop.tote_id].picked:
        return refuse("tote_empty", f"nothing lies in {stop.tote_id} yet")
    further = next(free_totes(state.totes_given()))
    return accept(
        "tote_full",
        f"order {stop.order_id} goes on in a further tote",
        record,
        ToteFilled(walk.walk_id, index, record.badge, stop.order_id, stop.tote_id, further),
        *besides,
    )


def judged(prompt: Prompt, walk: Walk, tote_id: ToteId) -> Decision:
    """A tote's label at a stop, against the one that the piece belongs into."""
    text = f"{tote_id}, wanted {prompt.tote_id}"
    if tote_id == prompt.tote_id:
        return accept("tote_right", text)
    slot = walk.slots.index(tote_id) + 1 if tote_id in walk.slots else 0
    return refuse("tote_wrong", text, tote_id=prompt.tote_id, slot=prompt.slot, scanned_slot=slot)
