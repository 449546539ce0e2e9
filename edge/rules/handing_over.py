"""Handing over: work in hand goes to somebody else, by a person's word or because nobody answers.

Each time work leaves a hand its number of hands (`fence`) grows, and prompts are named by it: what
an old handheld sends late names a prompt that is over, and changes nothing.
"""

from edge.model.events import ErrandStarted, Event, PickerChanged, WalkStarted, WorkReturned
from edge.model.ids import Badge
from edge.model.inputs import HandheldSilent
from edge.model.posted import WorkHandedOver
from edge.model.state import FloorState
from edge.rules import putting
from edge.rules.decision import Decision, accept, refuse


def handed_over(state: FloorState, input_: WorkHandedOver) -> Decision:
    """A picker's work goes to a free colleague, or to whoever is free next; the picker is off."""
    badge, to = input_.holder, input_.to
    if not _has_work(state, badge):
        return refuse("nothing_to_do", f"{badge} has no work in hand")
    if to is not None and to not in putting.free_pickers(state):
        return refuse("picker_busy", f"{to} is not at work, or has work in hand")
    returned = _returned(state, badge, "handed_over", input_.badge)
    gone = PickerChanged(badge, ready=False, cart=None)
    who = to if to is not None else "whoever is free next"
    return accept(
        "work_handed_over",
        f"the work of {badge} goes to {who}",
        returned,
        gone,
        *(_begun(state, returned, to) if to is not None else ()),
    )


def silent(state: FloorState, input_: HandheldSilent) -> Decision:
    """A handheld has not been heard for as long as work may lie with it: others go on."""
    picker = state.pickers.get(input_.badge)
    if picker is None or not picker.ready:
        return accept("noted", "this picker is not at work")
    gone = PickerChanged(input_.badge, ready=False, cart=None)
    if not _has_work(state, input_.badge):
        return accept("gone", f"{input_.badge} is gone", gone)
    returned = _returned(state, input_.badge, "silent", None)
    return accept("work_returned", f"the work of {input_.badge} is free", returned, gone)


def gone_elsewhere(state: FloorState, badge: Badge, prompt_id: str) -> Decision | None:
    """A refusal where a late answer belongs to work that somebody else has by now."""
    held: list[tuple[str, Badge | None, Badge | None]] = [
        *((one.walk_id, one.picker, one.picker_before) for one in state.open_walks()),
        *((one.errand_id, one.picker, one.picker_before) for one in state.errands.values()),
    ]
    for name, picker, before in held:
        is_of_it = prompt_id.startswith((f"{name}/", f"{name}~"))
        if is_of_it and picker != badge and before is not None:
            who = picker or "nobody yet"
            return refuse("handed_over", f"this work is with {who} now", picker=picker)
    return None


def _has_work(state: FloorState, badge: Badge) -> bool:
    return state.walk_of(badge) is not None or state.errand_of(badge) is not None


def _returned(state: FloorState, badge: Badge, reason: str, by: Badge | None) -> WorkReturned:
    walk = state.walk_of(badge)
    errands = tuple(one.errand_id for one in state.errands.values() if one.picker == badge)
    return WorkReturned(badge, walk.walk_id if walk else None, errands, reason, by)


def _begun(state: FloorState, returned: WorkReturned, to: Badge) -> list[Event]:
    cart = state.pickers[to].cart
    walks = [WalkStarted(returned.walk_id, to, cart)] if returned.walk_id is not None else []
    return [*walks, *(ErrandStarted(one, to) for one in returned.errands)]
