"""Places: whether a picker stands before the right one, by its label or by its check digits.

Where a label cannot be scanned (too high, too far, in the frost), two or three digits are printed
at the place instead, best several of them in columns A, B, C. The prompt says which column is
asked; it is settled by the walk and the stop, so that the digits of a place are asked differently
each time and nobody can say them by heart. A wrong answer is refused and told; the second one at a
stop is told to a supervisor.
"""

import re
from zlib import crc32

from edge.model.events import Event, PlaceConfirmed, PlaceMistaken, TaskOpened
from edge.model.ids import LocationId
from edge.model.posted import CodeScanned
from edge.model.prompts import Prompt
from edge.model.state import FloorState
from edge.model.tasks import Task, TaskKind
from edge.model.work import Walk
from edge.rules.decision import Decision, accept, refuse

COLUMNS = "ABCDEFGHI"
TRIES_MAX = 2
"""So many wrong answers at one stop, and a supervisor is told."""
_DIGITS = re.compile(r"[0-9]{2,3}")


def column(state: FloorState, walk: Walk, index: int) -> int | None:
    """Which of the place's check digits are asked at this stop; None where it has none."""
    printed = state.floor.locations[walk.stops[index].location].check_digits
    if not printed:
        return None
    return crc32(f"{walk.walk_id}/{index}".encode()) % len(printed)


def asked(state: FloorState, walk: Walk, index: int) -> str:
    """The letter of the column whose digits confirm the place now; empty for none."""
    number = column(state, walk, index)
    return "" if number is None or walk.stops[index].place_confirmed else COLUMNS[number]


def is_wanted(state: FloorState, walk: Walk, index: int) -> bool:
    """Whether no piece counts here before the place is confirmed."""
    return state.floor.check_digits_required and bool(asked(state, walk, index))


def told(state: FloorState, walk: Walk, index: int, input_: CodeScanned) -> Decision | None:
    """Judge what may be check digits; None where it is none, or none are asked."""
    number = column(state, walk, index)
    text = input_.code.strip()
    if number is None or walk.stops[index].place_confirmed or not _DIGITS.fullmatch(text):
        return None
    place = walk.stops[index].location
    if text == state.floor.locations[place].check_digits[number]:
        return confirmed(walk, index, input_, "digits")
    tries = walk.stops[index].wrong_places + 1
    return refuse(
        "digits_wrong",
        f"these are not the digits in column {COLUMNS[number]} of {place}",
        PlaceMistaken(walk.walk_id, index, input_.badge, place, tries),
        *_to_tell(state, walk, index, input_, tries),
        tries=tries,
    )


def scanned(
    state: FloorState, walk: Walk, index: int, input_: CodeScanned, place: LocationId
) -> Decision:
    """Judge a place's label; where the place is to be confirmed, it does so."""
    wanted = walk.stops[index].location
    if place != wanted:
        return refuse("place_wrong", f"{place}, wanted {wanted}")
    if is_wanted(state, walk, index):
        return confirmed(walk, index, input_, "label")
    return accept("place_right", f"this is {place}")


def first(prompt: Prompt) -> Decision | None:
    """A refusal of any piece while the place is to be confirmed first."""
    if not prompt.check_wanted:
        return None
    text = f"first confirm that this is {prompt.location}"
    return refuse("place_first", text, column=prompt.check)


def confirmed(walk: Walk, index: int, input_: CodeScanned, how: str) -> Decision:
    """The picker stands before the right place."""
    stop = walk.stops[index]
    fact = PlaceConfirmed(walk.walk_id, index, input_.badge, stop.location, how)
    return accept("place_right", f"this is {stop.location}", fact)


def _to_tell(
    state: FloorState, walk: Walk, index: int, input_: CodeScanned, tries: int
) -> tuple[Event, ...]:
    stop = walk.stops[index]
    task_id = f"{TaskKind.TELL}/place_wrong/{stop.location}/{input_.badge}"
    if tries < TRIES_MAX or task_id in state.tasks:
        return ()
    task = Task(
        task_id,
        TaskKind.TELL,
        "place_wrong",
        stop.location,
        stop.sku,
        stop.order_id,
        input_.badge,
        input_.at_us,
    )
    return (TaskOpened(task),)
