"""Troubles: what a person can report instead of doing as prompted, and what then follows.

Where pieces are missing, one rung after the other is tried, each a fact of its own: the radio
hears one near (`StopSought`: look once more), other places (`StopRerouted`), given up (`StopShort`
alone). What remains to be done by somebody else becomes a task.
"""

from collections.abc import Iterator

from edge.model.events import (
    CountWanted,
    Event,
    StopPostponed,
    StopRerouted,
    StopShort,
    StopSought,
    TaskDone,
    TaskOpened,
    TroubleRecorded,
)
from edge.model.ids import LocationId, OrderId, Sku
from edge.model.posted import TaskFinished, TroubleReported
from edge.model.prompts import Prompt, PromptKind
from edge.model.state import FloorState
from edge.model.tasks import Task, TaskKind
from edge.model.work import Stop, Walk
from edge.rules import allocating, binding, guiding, handing_over, putting
from edge.rules.decision import Decision, accept, refuse
from edge.rules.terms import Effect, Terms

TASKS = {
    Effect.FREEZE: TaskKind.FREEZE,
    Effect.RETAG: TaskKind.RETAG,
    Effect.HOLD: TaskKind.HOLD,
    Effect.TELL: TaskKind.TELL,
}
"""Effects that leave something to do."""


def reported(state: FloorState, terms: Terms, input_: TroubleReported) -> Decision:
    """Record the trouble, where it may be reported, and do what the site has agreed on."""
    known = terms.troubles.get(input_.code)
    if known is None:
        return refuse("not_allowed", f"there is no trouble {input_.code}")
    prompt = guiding.prompt(state, input_.badge)
    elsewhere = handing_over.gone_elsewhere(state, input_.badge, input_.prompt_id)
    if elsewhere is not None:
        return elsewhere
    if input_.prompt_id != prompt.prompt_id:
        return refuse("done_already", "the prompt that this answers is over")
    if prompt.kind not in known.at:
        return refuse("not_allowed", f"{input_.code} cannot be reported here")
    return _handled(state, known.effects, input_, prompt)


def _handled(
    state: FloorState, effects: frozenset[Effect], input_: TroubleReported, prompt: Prompt
) -> Decision:
    walk = state.walk_of(input_.badge)
    at_stop = walk is not None and prompt.kind is PromptKind.PICK
    index = prompt.stop - 1 if at_stop else None
    record = TroubleRecorded(
        input_.code, input_.badge, prompt.walk_id, index, prompt.location, prompt.sku
    )
    besides = list(_besides(state, effects, input_, prompt))
    way = next((one for one in _WAYS if one in effects), None)
    errand = state.errand_of(input_.badge)
    if way is None:
        return accept("noted", f"{input_.code} is noted", record, *besides)
    if errand is not None and way is Effect.SHORT:
        return putting.lost(errand, record, *besides)
    if walk is None or index is None:
        return refuse("not_allowed", f"{input_.code} can be reported at a stop only")
    if way is Effect.LATER:
        return _later(walk, index, record, besides)
    if way is Effect.FULL:
        return binding.filled(state, walk, index, record, *besides)
    elsewhere = _elsewhere(state, walk, index, input_.at_us)
    return _short(state, walk, record, (besides, elsewhere), stays=way is Effect.AVOID)


_WAYS = (Effect.SHORT, Effect.AVOID, Effect.LATER, Effect.FULL)


def _besides(
    state: FloorState, effects: frozenset[Effect], input_: TroubleReported, prompt: Prompt
) -> Iterator[Event]:
    """What the report leaves to others; what waits to be done already is not asked for twice."""
    place, sku, order_id = prompt.location, prompt.sku, prompt.order_id
    if Effect.COUNT in effects and place is not None and sku is not None:
        yield CountWanted(place, sku, input_.code)
    for kind in (TASKS[one] for one in Effect if one in effects and one in TASKS):
        about = _about(kind, input_, (place, sku, order_id))
        task_id = "/".join((kind, *(part for part in about if part)))
        if task_id not in state.tasks:
            yield TaskOpened(
                Task(task_id, kind, input_.code, place, sku, order_id, input_.badge, input_.at_us)
            )


def _about(
    kind: TaskKind,
    input_: TroubleReported,
    at: tuple[LocationId | None, Sku | None, OrderId | None],
) -> tuple[str | None, ...]:
    """What makes two tasks of a kind the same one."""
    place, sku, order_id = at
    match kind:
        case TaskKind.FREEZE:
            return (place,)
        case TaskKind.HOLD:
            return (order_id,)
        case TaskKind.RETAG:
            return input_.code, place, sku
        case TaskKind.TELL:
            return input_.code, place, sku, input_.badge


def _later(walk: Walk, index: int, record: TroubleRecorded, besides: list[Event]) -> Decision:
    if sum(stop.open_quantity > 0 for stop in walk.stops) == 1:
        return refuse("last_stop", "this is the last stop; report why it cannot be done")
    return accept(
        "postponed",
        "it comes again at the end",
        record,
        *besides,
        StopPostponed(walk.walk_id, index, record.code),
    )


def _short(
    state: FloorState,
    walk: Walk,
    record: TroubleRecorded,
    following: tuple[list[Event], list[StopRerouted]],
    *,
    stays: bool,
) -> Decision:
    index = record.stop
    if index is None:
        raise ValueError(f"walk {walk.walk_id}: pieces are missing at no stop")
    stop = walk.stops[index]
    near = _heard_near(state, stop) if not stays and stop.heard_at is None else None
    if near is not None:
        sought = StopSought(walk.walk_id, index, near)
        return accept("look_again", f"the radio hears one in {near}", record, sought, place=near)
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
        stays,
    )
    count = [] if stays else [CountWanted(stop.location, stop.sku, record.code)]
    besides, elsewhere = following
    events = (record, short, *count, *besides, *elsewhere)
    if elsewhere:
        places = ", ".join(one.location for one in elsewhere)
        return accept("rerouted", f"the rest is in {places}", *events)
    return accept("short", f"{stop.open_quantity} x {stop.sku} given up", *events)


def _heard_near(state: FloorState, stop: Stop) -> LocationId | None:
    """The place, or the one around it, where the radio hears more of the article than others hold.

    A zone's antenna hears all of its bins: only what the books of the other ones do not explain
    may be the piece that is missed.
    """
    place = state.floor.locations.get(stop.location)
    while place is not None:
        around = place.id
        held = sum(
            one.quantity
            for one in state.stock.of(stop.sku)
            if one.location != stop.location and state.floor.is_within(one.location, around)
        )
        heard = sum(
            quantity
            for (sku, where), quantity in state.seen.items()
            if sku == stop.sku and state.floor.is_within(where, around)
        )
        if heard > held:
            return around
        place = state.floor.locations.get(place.parent) if place.parent else None
    return None


def _elsewhere(state: FloorState, walk: Walk, index: int, now_us: int) -> list[StopRerouted]:
    """Other places with free stock for what is missing, oldest first as in a plan."""
    stop = walk.stops[index]
    wanted = stop.open_quantity
    closed = {stop.location, *state.frozen}
    found: list[StopRerouted] = []
    for other in allocating.by_age(state.stock.of(stop.sku), state.lots, now_us):
        quantity = min(other.free, wanted)
        if quantity > 0 and other.location not in closed:
            found.append(StopRerouted(walk.walk_id, index, other.location, quantity))
            wanted -= quantity
    return found


def finished(state: FloorState, input_: TaskFinished) -> Decision:
    """A person says that a task is done: a frozen place is free, a held order goes on."""
    task = state.tasks.get(input_.task_id)
    if task is None:
        return refuse("done_already", f"nothing waits under {input_.task_id}")
    return accept("task_done", f"{task.kind} is done", TaskDone(task, input_.badge))
