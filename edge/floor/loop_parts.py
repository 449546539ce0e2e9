"""What the floor loop works with."""

from collections.abc import Callable
from dataclasses import dataclass

from edge.clock import Clock
from edge.floor.alarming import NoteRefused
from edge.floor.alerts import Alerts
from edge.floor.housekeeping import Housekeeping
from edge.floor.inbox import Inbox
from edge.floor.locating_desk import LocatingDesk
from edge.floor.planner import Guard, Planner
from edge.floor.radio import Radio
from edge.floor.showing import Showing
from edge.locating.locator import Locator
from edge.model.inputs import HandheldSilent, Input
from edge.model.places import Floor
from edge.model.posted import TagWorkWanted
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.rules.terms import Terms
from edge.store.errors import StoreDamagedError
from edge.store.store import Store


@dataclass(frozen=True, slots=True)
class LoopParts:
    """What the loop works with.

    Attributes:
        committed: called after each commit that appended facts; returns at once.
        guard: around the deciding of one input.
        desk: answers those who ask the locator.
        tick_ms: how long reads are gathered.
        work_on_tags: called after the commit that says so; returns at once, and what became of it
            comes back as the input `TagWorkOver`.
        answered: told what came of each posted input, after the commit; returns at once.
        damaged: told when the journal turns out to be damaged; returns at once.
        note_refused: told each message that could not be understood, after its commit.
        silent: whose work nobody answers for; says it again until it has left their hands.
    """

    floor: Floor
    terms: Terms
    inbox: Inbox
    store: Store
    locator: Locator
    radio: Radio
    planner: Planner
    housekeeping: Housekeeping
    showing: Showing
    alerts: Alerts
    clock: Clock
    committed: Callable[[], None]
    guard: Guard
    desk: LocatingDesk
    tick_ms: int = 20
    work_on_tags: Callable[[TagWorkWanted], None] = lambda _: None
    answered: Callable[[Input, Answer], None] = lambda _, __: None
    silent: Callable[[FloorState, int], list[HandheldSilent]] = lambda _, __: []
    damaged: Callable[[StoreDamagedError], None] = lambda _: None
    note_refused: NoteRefused = lambda _, __: None
