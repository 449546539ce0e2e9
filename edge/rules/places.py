"""Places: whether a picker stands before the right one, by its label or by its check digits.

Where a label cannot be scanned (too high, too far, in the frost), two or three digits are printed
at the place instead, best several of them in columns A, B, C. The prompt says which column is
asked; it is settled by the walk and the stop, or by what is brought or fetched, so that the digits
of a place are asked differently each time and nobody can say them by heart. A wrong answer is
refused and told; the second one at a place is told to a supervisor.
"""

import re
from dataclasses import dataclass
from zlib import crc32

from edge.model.errands import Errand
from edge.model.events import Event, PlaceConfirmed, PlaceMistaken, TaskOpened
from edge.model.ids import LocationId, OrderId, Sku, WalkId
from edge.model.posted import CodeScanned
from edge.model.state import FloorState
from edge.model.tasks import Task, TaskKind
from edge.model.work import Walk
from edge.rules.decision import Decision, accept, refuse

COLUMNS = "ABCDEFGHI"
TRIES_MAX = 2
"""So many wrong answers at one stop, and a supervisor is told."""
_DIGITS = re.compile(r"[0-9]{2,3}")


@dataclass(frozen=True, slots=True)
class Goal:
    """The place at which somebody is wanted.

    Attributes:
        walk_id, stop: where a walk goes there.
        errand_id: where something is brought or fetched.
        sku, order_id: what for.
        is_confirmed: whether they have said or scanned that they stand before it.
        tries: wrong answers so far.
    """

    location: LocationId
    sku: Sku
    is_confirmed: bool
    tries: int
    walk_id: WalkId | None = None
    stop: int | None = None
    errand_id: str | None = None
    order_id: OrderId | None = None

    @property
    def name(self) -> str:
        """What settles which column is asked."""
        if self.errand_id is not None:
            return f"{self.errand_id}/{self.location}"
        return f"{self.walk_id}/{self.stop}"


def of_stop(walk: Walk, index: int) -> Goal:
    """Where a stop of a walk is."""
    stop = walk.stops[index]
    return Goal(
        stop.location,
        stop.sku,
        stop.place_confirmed,
        stop.wrong_places,
        walk_id=walk.walk_id,
        stop=index,
        order_id=stop.order_id,
    )


def of_errand(errand: Errand) -> Goal:
    """Where a piece is to be put, or fetched."""
    place, refill = errand.goal, errand.refill
    sku = refill.sku if refill is not None and refill.fetch else errand.pieces[0].sku
    is_confirmed = errand.confirmed_at == place
    return Goal(place, sku, is_confirmed, errand.wrong_places, errand_id=errand.errand_id)


def column(state: FloorState, goal: Goal) -> int | None:
    """Which of the place's check digits are asked now; None where it has none."""
    printed = state.floor.locations[goal.location].check_digits
    return crc32(goal.name.encode()) % len(printed) if printed else None


def asked(state: FloorState, goal: Goal) -> str:
    """The letter of the column whose digits confirm the place now; empty for none."""
    number = column(state, goal)
    return "" if number is None or goal.is_confirmed else COLUMNS[number]


def is_wanted(state: FloorState, goal: Goal) -> bool:
    """Whether no piece counts there before the place is confirmed."""
    return state.floor.check_digits_required and bool(asked(state, goal))


def told(state: FloorState, goal: Goal, input_: CodeScanned) -> Decision | None:
    """Judge what may be check digits; None where it is none, or none are asked."""
    number = column(state, goal)
    text = input_.code.strip()
    if number is None or goal.is_confirmed or not _DIGITS.fullmatch(text):
        return None
    if text == state.floor.locations[goal.location].check_digits[number]:
        return confirmed(goal, input_, "digits")
    tries = goal.tries + 1
    return refuse(
        "digits_wrong",
        f"these are not the digits in column {COLUMNS[number]} of {goal.location}",
        PlaceMistaken(goal.walk_id, goal.stop, input_.badge, goal.location, tries, goal.errand_id),
        *_to_tell(state, goal, input_, tries),
        tries=tries,
    )


def scanned(state: FloorState, goal: Goal, input_: CodeScanned, place: LocationId) -> Decision:
    """Judge a place's label; where the place is to be confirmed, it does so."""
    if place != goal.location:
        return refuse("place_wrong", f"{place}, wanted {goal.location}")
    if is_wanted(state, goal):
        return confirmed(goal, input_, "label")
    return accept("place_right", f"this is {place}")


def first(state: FloorState, goal: Goal) -> Decision | None:
    """A refusal of any piece while the place is to be confirmed first."""
    if not is_wanted(state, goal):
        return None
    text = f"first confirm that this is {goal.location}"
    return refuse("place_first", text, column=asked(state, goal))


def confirmed(goal: Goal, input_: CodeScanned, how: str) -> Decision:
    """The picker stands before the right place."""
    fact = PlaceConfirmed(
        goal.walk_id, goal.stop, input_.badge, goal.location, how, goal.errand_id
    )
    return accept("place_right", f"this is {goal.location}", fact)


def _to_tell(state: FloorState, goal: Goal, input_: CodeScanned, tries: int) -> tuple[Event, ...]:
    task_id = f"{TaskKind.TELL}/place_wrong/{goal.location}/{input_.badge}"
    if tries < TRIES_MAX or task_id in state.tasks:
        return ()
    task = Task(
        task_id,
        TaskKind.TELL,
        "place_wrong",
        goal.location,
        goal.sku,
        goal.order_id,
        input_.badge,
        input_.at_us,
    )
    return (TaskOpened(task),)
