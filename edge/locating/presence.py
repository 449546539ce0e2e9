"""What is announced of a tag, as one table: its state and what was found, to what is told.

Findings come from two sides. A tag that was read is *confirmed* at its announced place, found
*elsewhere* (surely enough at another place), or *unsure*. A tag that was not read for longer than
its own rhythm allows is *gone* if its place was covered all that time, else *lost*.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class State(IntEnum):
    """What has been announced of a tag."""

    UNPLACED = 0
    PRESENT = 1
    STALE = 2
    DEPARTED = 3


class Finding(IntEnum):
    """What a look found."""

    UNSURE = 0
    CONFIRMED = 1
    ELSEWHERE = 2
    LOST = 3
    GONE = 4


class Telling(IntEnum):
    """Which change is told."""

    NOTHING = 0
    ARRIVED = 1
    MOVED = 2
    RETURNED = 3
    STALE = 4
    DEPARTED = 5


TABLE: dict[tuple[State, Finding], tuple[Telling, State]] = {
    (State.UNPLACED, Finding.UNSURE): (Telling.NOTHING, State.UNPLACED),
    (State.UNPLACED, Finding.ELSEWHERE): (Telling.ARRIVED, State.PRESENT),
    (State.PRESENT, Finding.UNSURE): (Telling.NOTHING, State.PRESENT),
    (State.PRESENT, Finding.CONFIRMED): (Telling.NOTHING, State.PRESENT),
    (State.PRESENT, Finding.ELSEWHERE): (Telling.MOVED, State.PRESENT),
    (State.PRESENT, Finding.LOST): (Telling.STALE, State.STALE),
    (State.PRESENT, Finding.GONE): (Telling.DEPARTED, State.DEPARTED),
    (State.STALE, Finding.UNSURE): (Telling.NOTHING, State.STALE),
    (State.STALE, Finding.CONFIRMED): (Telling.RETURNED, State.PRESENT),
    (State.STALE, Finding.ELSEWHERE): (Telling.MOVED, State.PRESENT),
    (State.STALE, Finding.LOST): (Telling.NOTHING, State.STALE),
    (State.STALE, Finding.GONE): (Telling.DEPARTED, State.DEPARTED),
    (State.DEPARTED, Finding.UNSURE): (Telling.NOTHING, State.DEPARTED),
    (State.DEPARTED, Finding.ELSEWHERE): (Telling.RETURNED, State.PRESENT),
}
"""A pair that is missing cannot come about: an unplaced or departed tag has no announced place,
so it is neither confirmed there nor missed from there."""

_IMPOSSIBLE = 255
_TOLD = np.full((len(State), len(Finding)), _IMPOSSIBLE, np.uint8)
_NEXT = np.full((len(State), len(Finding)), _IMPOSSIBLE, np.uint8)
for (_state, _finding), (_telling, _after) in TABLE.items():
    _TOLD[_state, _finding] = _telling
    _NEXT[_state, _finding] = _after
TELLINGS, STATES = _TOLD, _NEXT
"""What is told and which state follows, by state and finding; 255 where that cannot be."""


def told(
    states: NDArray[np.uint8], findings: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What is told of each tag and its state afterwards.

    Raises:
        ValueError: a pair of state and finding that the table does not have.
    """
    at = states * np.uint8(len(Finding))
    at += findings
    tellings = _TOLD.take(at)
    if (tellings == _IMPOSSIBLE).any():
        first = int(np.flatnonzero(tellings == _IMPOSSIBLE)[0])
        state, finding = State(int(states[first])), Finding(int(findings[first]))
        raise ValueError(f"presence: a tag that is {state.name} cannot be {finding.name}")
    return tellings, _NEXT.take(at)
