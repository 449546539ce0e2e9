"""A law: looks at what happens, and says where a promise is broken."""

from dataclasses import dataclass, field
from typing import Any

from edge.model.events import Fact
from edge.model.state import FloorState
from simulators.central_events import Delivered


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken promise.

    Attributes:
        law: the law's name.
        at_s: seconds after opening.
        text: what, in one sentence.
    """

    law: str
    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be read off from outside at some instant.

    Attributes:
        last_seq: of the journal.
        state: behind the newest turn.
        shown: the board's values by topic.
        up: whether every part works: process, broker and central system.
    """

    at_s: float
    last_seq: int
    state: FloorState
    shown: dict[str, Any]
    up: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """What is left when the day is over.

    Attributes:
        journal: every fact that lies in the journal, in order.
        books: the central system's events of this epoch, by number.
        doubled, reordered: the central system's own counts.
        may_reorder: whether the network was told to disturb the order.
        answers: the code of each answer in the store, by key; None where it is not there.
        damage: what `verify` says of the journal; empty for nothing.
        live, again: the state in memory, and as read back from the file.
        open_orders: orders that have neither left nor been given up.
        unanswered: what the gateway was asked for and has not answered, in a few words each.
        alerts: those that stand.
    """

    journal: list[Fact]
    books: dict[int, str]
    doubled: int
    reordered: int
    may_reorder: bool
    answers: dict[str, str | None]
    damage: str
    live: FloorState
    again: FloorState
    open_orders: tuple[str, ...]
    unanswered: tuple[str, ...]
    alerts: tuple[str, ...]


@dataclass(slots=True)
class Law:
    """Overridden where something is looked at; each break is told once in each day.

    Attributes:
        broken: sentences so far.
    """

    broken: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of the class, in words."""
        return type(self).__name__

    def breaks(self, text: str) -> None:
        """The promise is broken here."""
        if text not in self.broken:
            self.broken.append(text)

    def fact(self, fact: Fact, mirror: FloorState) -> None:
        """A fact was committed; `mirror` is the state that all facts before it give."""

    def turn(self, state: FloorState, mirror: FloorState) -> None:
        """A turn has ended; `mirror` is the state that the facts give."""

    def moved(self, acknowledged: int, stored_upto: int) -> None:
        """A turn has ended: how far the cursor is, and how far the centre's books are whole."""

    def stored(self, events: list[Delivered]) -> None:
        """The central system has stored events that are new to it."""

    def answered(self, key: str, path: str, answer: dict[str, Any]) -> None:
        """A person has an answer."""

    def look(self, reading: Reading) -> None:
        """Some seconds have passed."""

    def alerted(self, code: str, text: str) -> None:
        """An alert began."""

    def died(self) -> None:
        """The process was killed."""

    def end(self, ending: Ending) -> None:
        """The day is over."""
