"""The sweep's steps through one hall as tables, for many batches at once.

Each following state lists the ways it is come by. States that no walk can end from are left out;
choices that lead from one state to the same next one are alternatives, of which a batch takes the
cheapest.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf

from edge.rules import sweep
from edge.rules.hall import Aisle, Hall
from edge.rules.sweep import Choices, State

Way = tuple[int, tuple[int, ...]]
"""Index of the state before, and the choices that lead on from it: the cheapest is taken."""


@dataclass(frozen=True, slots=True)
class Table:
    """One step for all batches.

    Attributes:
        ways: for each following state, the ways it is come by.
        stretch, crossing: index of what the step walks; None for entering an aisle, and for the
            other of the two.
        width: to the next aisle, where a crossing is left.
    """

    ways: tuple[tuple[Way, ...], ...]
    stretch: int | None
    crossing: int | None
    width: float


@dataclass(frozen=True, slots=True)
class _Place:
    """One step before it is compiled."""

    choices: Callable[[State, int], Choices]
    at: int
    stretch: int | None = None
    crossing: int | None = None
    width: float = 0.0


def steps_of(hall: Hall) -> tuple[Table, ...]:
    """The tables of all steps, without the states that no walk can end from."""
    places = list(_places(hall))
    reached: list[list[State]] = [[sweep.begin(hall.cross_aisles)]]
    for place in places:
        following = {
            after: None for state in reached[-1] for _, after in place.choices(state, place.at)
        }
        reached.append(list(following))
    wanted = [sweep.DONE]
    tables: list[Table] = []
    for place, states in zip(reversed(places), reversed(reached[:-1]), strict=True):
        table, wanted = _table(place, states, wanted)
        tables.append(table)
    return tuple(reversed(tables))


def _table(place: _Place, states: list[State], wanted: list[State]) -> tuple[Table, list[State]]:
    known = set(wanted)
    useful = [
        state
        for state in states
        if any(after in known for _, after in place.choices(state, place.at))
    ]
    ways: dict[State, dict[int, tuple[int, ...]]] = {state: {} for state in wanted}
    for index, state in enumerate(useful):
        for choice, after in place.choices(state, place.at):
            if after in known:
                ways[after][index] = (*ways[after].get(index, ()), choice)
    arrived = tuple(tuple(came.items()) for came in ways.values())
    return Table(arrived, place.stretch, place.crossing, place.width), useful


def _places(hall: Hall) -> Iterator[_Place]:
    """All steps of the sweep, in the order that `routing` takes them as well."""
    stretch = crossing = 0
    next_x = [*(aisle.x for aisle in hall.aisles[1:]), inf]
    for aisle, beyond in zip(hall.aisles, next_x, strict=True):
        if aisle.has_own_crossings():
            yield _entering(aisle)
        for low in range(len(aisle.passable)):
            yield _Place(sweep.aisle_choices, low, stretch=stretch + low)
        for at in reversed(range(len(aisle.crossings))):
            on_cross = aisle.crossings[at].on_cross
            going_on = _last_choices if beyond == inf else sweep.cross_choices
            choices = going_on if on_cross else sweep.leave_choices
            width = beyond - aisle.x if beyond < inf else 0.0
            yield _Place(choices, at, crossing=crossing + at, width=width)
        stretch += len(aisle.passable)
        crossing += len(aisle.crossings)


def _entering(aisle: Aisle) -> _Place:
    crossings = tuple((crossing.on_cross, crossing.odd) for crossing in aisle.crossings)
    return _Place(lambda state, _: ((0, sweep.enter(state, crossings)),), 0)


def _last_choices(state: State, at: int) -> Choices:
    """Past the last aisle nothing goes on."""
    return tuple(
        (choice, after)
        for choice, after in sweep.cross_choices(state, at)
        if choice in (sweep.UNTOUCHED, sweep.LEFT)
    )
