"""The states of a walk while a hall is swept from its first aisle to its last.

Theory of operation. A shortest walk is a cheapest set of stretches, each walked at most twice,
that is connected, touches every stop, and leaves every crossing by an even number of stretches
(an odd number at a start that is not the end, and at such an end); Euler's theorem turns it into
a walk (Ratliff and Rosenthal 1983, "Order-picking in a rectangular warehouse", for two cross
aisles; the same argument holds for any number). Sweeping the aisles in order of x, all that the
part already swept tells the rest is, for each crossing of the present aisle, whether its number
of stretches is odd and which other crossings it is already connected with. So few states exist,
and the cost of planning does not depend on the number of stops.

A state is a tuple with one number for each crossing of the present aisle, from low y to high:
2 x the group it is connected with + 1 if odd. Group 0 is untouched; groups are numbered from 1 by
first appearance, so that equal situations are equal tuples. `DONE` is the state after the one
group has been left behind: from there on nothing more may be touched.

Three kinds of step take a state to the next; each gives the choices and where they lead:
`aisle_choices` (how a stretch of aisle between two crossings is walked), `cross_choices` (how the
stretch of cross aisle to the next aisle is walked), `leave_choices` (a crossing that only this
aisle has is left behind). Which choice costs what, the caller knows.
"""

from collections.abc import Iterator
from functools import lru_cache

State = tuple[int, ...]
Choices = tuple[tuple[int, State], ...]

DONE: State = ()

# How a stretch of aisle is walked.
NOTHING, ONCE, TWICE, FROM_BELOW, FROM_ABOVE, GAP = range(6)
# How a stretch of cross aisle is walked, seen from the crossing that is left.
UNTOUCHED, LEFT, CROSS_ONCE, CROSS_TWICE = range(4)

KNOWN_STATES = 1 << 16
"""Choices remembered, per kind of step: five cross aisles have some thousands of states."""


def begin(crossings: int) -> State:
    """The state before anything is touched."""
    return (0,) * crossings


@lru_cache(maxsize=KNOWN_STATES)
def enter(state: State, crossings: tuple[tuple[bool, bool], ...]) -> State:
    """The state once an aisle is reached.

    Args:
        state: one number for each cross aisle.
        crossings: for each crossing of the aisle whether it lies on a cross aisle, and whether
            the walk starts or ends there without doing both.
    """
    if state == DONE:
        return DONE
    numbers = iter(state)
    return tuple((next(numbers) if on_cross else 0) ^ odd for on_cross, odd in crossings)


@lru_cache(maxsize=KNOWN_STATES)
def aisle_choices(state: State, low: int) -> Choices:
    """The ways to walk the stretch between the crossings `low` and `low + 1`."""
    return tuple(_aisle_choices(state, low))


def _aisle_choices(state: State, low: int) -> Iterator[tuple[int, State]]:
    yield NOTHING, state
    if state == DONE:
        return
    high = low + 1
    below, above, both = _touch(state, low), _touch(state, high), _join(state, low, high)
    yield ONCE, _flip(both, low, high)
    yield TWICE, both
    yield FROM_BELOW, below
    yield FROM_ABOVE, above
    yield GAP, _touch(below, high)


@lru_cache(maxsize=KNOWN_STATES)
def cross_choices(state: State, at: int) -> Choices:
    """The ways to go on from crossing `at` to the next aisle; the walk's evenness decides most."""
    return tuple(_cross_choices(state, at))


def _cross_choices(state: State, at: int) -> Iterator[tuple[int, State]]:
    if state == DONE:
        yield UNTOUCHED, DONE
    elif state[at] & 1:
        yield CROSS_ONCE, _touch(state, at)
    else:
        left = _left(state, at)
        if left is not None:
            yield LEFT if state[at] else UNTOUCHED, left
        yield CROSS_TWICE, _touch(state, at)


@lru_cache(maxsize=KNOWN_STATES)
def leave_choices(state: State, at: int) -> Choices:
    """The one way, if any, to leave crossing `at` behind; the state becomes one shorter."""
    if state == DONE:
        return ((UNTOUCHED, DONE),)
    left = None if state[at] & 1 else _left(state, at)
    if left is None:
        return ()
    return ((LEFT if state[at] else UNTOUCHED, left and left[:at] + left[at + 1 :]),)


def _left(state: State, at: int) -> State | None:
    """The state without any more stretches at `at`; None if that would cut a group off."""
    group = state[at] >> 1
    rest = (*state[:at], 0, *state[at + 1 :])
    if group == 0 or any(number >> 1 == group for number in rest):
        return _numbered(rest)
    return None if any(rest) else DONE


def _touch(state: State, at: int) -> State:
    """The state with the crossing in a group; in one of its own if it was in none."""
    if state[at] >> 1:
        return state
    fresh = 1 + max(number >> 1 for number in state)
    return _numbered((*state[:at], 2 * fresh + (state[at] & 1), *state[at + 1 :]))


def _join(state: State, low: int, high: int) -> State:
    touched = _touch(_touch(state, low), high)
    kept, lost = touched[low] >> 1, touched[high] >> 1
    return _numbered(
        tuple(2 * kept + (number & 1) if number >> 1 == lost else number for number in touched)
    )


def _flip(state: State, low: int, high: int) -> State:
    return tuple(number ^ (at in (low, high)) for at, number in enumerate(state))


def _numbered(state: State) -> State:
    names = {0: 0}
    for number in state:
        names.setdefault(number >> 1, len(names))
    return tuple(2 * names[number >> 1] + (number & 1) for number in state)
