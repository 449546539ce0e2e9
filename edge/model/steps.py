"""State machines as tables: what is not in the table is refused, and nothing has changed.

A table maps (state, step) to the state that follows. Every state machine of the warehouse is
such a table beside the noun that it belongs to; this file is the engine that they share.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Step = TypeVar("Step", bound=StrEnum)


class IllegalStepError(Exception):
    """A rule asked for a step that the table does not have: our mistake, never the sender's."""


def after(table: Mapping[tuple[State, Step], State], state: State, step: Step) -> State:
    """The state that follows `state` when `step` is taken.

    Raises:
        IllegalStepError: the table has no such step.
    """
    following = table.get((state, step))
    if following is None:
        raise IllegalStepError(f"{type(state).__name__} {state.value} has no step {step.value}")
    return following


def allows(table: Mapping[tuple[State, Step], State], state: State, step: Step) -> bool:
    """Whether `step` may be taken from `state`."""
    return (state, step) in table
