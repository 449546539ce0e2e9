"""What a rule gives back: facts to be recorded and an answer for whoever asked."""

from dataclasses import dataclass

from edge.model.events import Event
from edge.model.prompts import Answer


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one input; it changes nothing by itself.

    Attributes:
        events: the facts, in order; each may rely on those before it having been applied.
        answer: for the sender, told after the commit.
    """

    events: tuple[Event, ...]
    answer: Answer


def accept(code: str, text: str, *events: Event, **data: object) -> Decision:
    """The input had its effect."""
    return Decision(events, Answer(accepted=True, code=code, text=text, data=data))


def refuse(code: str, text: str, *events: Event, **data: object) -> Decision:
    """The input changed nothing of what it asked for; `events` may still record that it came."""
    return Decision(events, Answer(accepted=False, code=code, text=text, data=data))
