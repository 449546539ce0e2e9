"""Troubles: what a picker can report, and what then happens to the stop at hand."""

from edge.model.events import CountWanted, StopRerouted, StopShort, TroubleRecorded
from edge.model.posted import TroubleReported
from edge.model.prompts import PromptKind
from edge.model.state import FloorState
from edge.model.work import Stop, Walk
from edge.rules import guiding, putting
from edge.rules.decision import Decision, accept, refuse
from edge.rules.terms import Effect, Terms


def reported(state: FloorState, terms: Terms, input_: TroubleReported) -> Decision:
    """Record the trouble; where it says that pieces are missing, look for them elsewhere."""
    effect = terms.troubles.get(input_.code)
    if effect is None:
        return refuse("not_allowed", f"there is no trouble {input_.code}")
    walk = state.walk_of(input_.badge)
    prompt = guiding.prompt(state, input_.badge)
    if input_.prompt_id != prompt.prompt_id:
        return refuse("done_already", "the prompt that this answers is over")
    at_stop = walk is not None and prompt.kind is PromptKind.PICK
    index = prompt.stop - 1 if at_stop else None
    record = TroubleRecorded(
        input_.code, input_.badge, prompt.walk_id, index, prompt.location, prompt.sku
    )
    if effect is Effect.NOTE:
        return accept("noted", f"{input_.code} is noted", record)
    errand = state.errand_of(input_.badge)
    if errand is not None:
        return putting.lost(errand, record)
    if walk is None or index is None:
        return refuse("not_allowed", f"{input_.code} can be reported at a stop only")
    return _short(state, walk, index, record)


def _short(state: FloorState, walk: Walk, index: int, record: TroubleRecorded) -> Decision:
    stop = walk.stops[index]
    short = StopShort(
        walk.walk_id,
        index,
        record.badge,
        stop.order_id,
        stop.line_id,
        stop.sku,
        stop.location,
        stop.open_quantity,
        record.code,
    )
    count = CountWanted(stop.location, stop.sku, record.code)
    elsewhere = _elsewhere(state, walk, index, stop)
    if elsewhere:
        places = ", ".join(one.location for one in elsewhere)
        return accept("rerouted", f"the rest is in {places}", record, short, count, *elsewhere)
    return accept("short", f"{stop.open_quantity} x {stop.sku} given up", record, short, count)


def _elsewhere(state: FloorState, walk: Walk, index: int, stop: Stop) -> list[StopRerouted]:
    """Other places with free stock for what is missing, fullest first."""
    wanted = stop.open_quantity
    found: list[StopRerouted] = []
    others = sorted(
        (one for one in state.stock.of(stop.sku) if one.location != stop.location),
        key=lambda one: -one.free,
    )
    for other in others:
        quantity = min(other.free, wanted)
        if quantity > 0:
            found.append(StopRerouted(walk.walk_id, index, other.location, quantity))
            wanted -= quantity
    return found
