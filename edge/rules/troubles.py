"""Troubles: what a person can report instead of doing as prompted, and what then follows.

Where pieces are missing, `ladder` tries one rung after the other. What remains to be done by
somebody else becomes a task. A trouble is reported by a tap, or by its short code as any scan.
"""

from collections.abc import Iterator

from edge.model.events import (
    CountWanted,
    Event,
    StopPostponed,
    TaskDone,
    TaskOpened,
    TroubleRecorded,
)
from edge.model.ids import LocationId, OrderId, Sku
from edge.model.posted import CodeScanned, TaskFinished, TroubleReported
from edge.model.prompts import Prompt, PromptKind
from edge.model.state import FloorState
from edge.model.tasks import Task, TaskKind
from edge.model.work import Walk
from edge.rules import binding, guiding, handing_over, ladder, putting
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import Named, Unknown
from edge.rules.terms import Effect, Terms, folded

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
    return _handled(state, terms, input_, prompt)


def by_short_code(terms: Terms, input_: CodeScanned, named: Named) -> TroubleReported | None:
    """The report that a picker typed or scanned; what names anything else is no report."""
    code = terms.short_codes.get(folded(input_.code))
    is_label = terms.is_tote_label(input_.code.strip())
    if code is None or is_label or not isinstance(named, Unknown):
        return None
    return TroubleReported(input_.request_id, input_.badge, input_.prompt_id, code, input_.at_us)


def _handled(state: FloorState, terms: Terms, input_: TroubleReported, prompt: Prompt) -> Decision:
    effects = terms.troubles[input_.code].effects
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
    short = ladder.Short(walk, index, record, tuple(besides), stays=way is Effect.AVOID)
    return ladder.climbed(state, terms, short, input_.at_us)


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


def finished(state: FloorState, input_: TaskFinished) -> Decision:
    """A person says that a task is done: a frozen place is free, a held order goes on."""
    task = state.tasks.get(input_.task_id)
    if task is None:
        return refuse("done_already", f"nothing waits under {input_.task_id}")
    return accept("task_done", f"{task.kind} is done", TaskDone(task, input_.badge))
