"""Laws of the way to the central system: nothing lost, nothing doubled, in order."""

from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from edge.model.events import Fact
from edge.model.state import FloorState
from simulators.central_events import Delivered
from simulators.day.laws.law import Ending, Law, Reading


@dataclass(slots=True)
class NothingLost(Law):
    """Every committed fact is in the journal, and every fact of the journal with the centre."""

    _seen: dict[int, str] = field(default_factory=dict)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        self._seen[fact.seq] = fact.id

    @override
    def end(self, ending: Ending) -> None:
        journal = {fact.seq: fact.id for fact in ending.journal}
        for seq, id_ in self._seen.items():
            if journal.get(seq) != id_:
                self.breaks(f"fact {seq} was committed and is not in the journal")
        for fact in ending.journal:
            if ending.books.get(fact.seq) != fact.id:
                self.breaks(f"fact {fact.seq} ({fact.event.type}) never reached the centre")


@dataclass(slots=True)
class NothingDoubled(Law):
    """No number and no id stands for two facts, and no parcel leaves twice."""

    _ids: set[str] = field(default_factory=set)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        if fact.id in self._ids:
            self.breaks(f"id {fact.id} was used twice")
        self._ids.add(fact.id)

    @override
    def end(self, ending: Ending) -> None:
        if ending.doubled:
            self.breaks(f"the centre has {ending.doubled} doubles")
        extra = set(ending.books) - {fact.seq for fact in ending.journal}
        if extra:
            self.breaks(f"the centre has facts that no journal has: {sorted(extra)[:5]}")


@dataclass(slots=True)
class OrderKept(Law):
    """Facts reach the centre in the order in which they were committed; numbers have no gap."""

    _seq: int = 0

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        if fact.seq != self._seq + 1:
            self.breaks(f"fact {fact.seq} follows fact {self._seq}")
        self._seq = fact.seq

    @override
    def end(self, ending: Ending) -> None:
        if ending.reordered and not ending.may_reorder:
            self.breaks(f"{ending.reordered} facts came after a later one")


@dataclass(slots=True)
class CursorIsTrue(Law):
    """What counts as acknowledged is stored: the cursor never runs ahead of the centre's books."""

    @override
    def moved(self, acknowledged: int, stored_upto: int) -> None:
        if acknowledged > stored_upto:
            self.breaks(f"acknowledged up to {acknowledged}, stored up to {stored_upto}")


@dataclass(slots=True)
class SentOnlyCommitted(Law):
    """The centre never hears of a fact that is not in the journal."""

    _highest: int = 0

    @override
    def stored(self, events: list[Delivered]) -> None:
        self._highest = max([self._highest, *(one.seq for one in events)])

    @override
    def look(self, reading: Reading) -> None:
        if self._highest > reading.last_seq:
            self.breaks(f"the centre has {self._highest}, the journal ends at {reading.last_seq}")


@dataclass(slots=True)
class AnswerIsKept(Law):
    """What a person was told is on disk, for ever, and told again the same.

    What a page says by itself, as that a PIN is right, has no code, and is no decision.
    """

    _told: dict[str, str] = field(default_factory=dict)

    @override
    def answered(self, key: str, path: str, answer: dict[str, Any]) -> None:
        if "code" not in answer:
            return
        code = str(answer["code"])
        known = self._told.setdefault(key, code)
        if known != code:
            self.breaks(f"{key} ({path}) was answered {known!r} and then {code!r}")

    @override
    def end(self, ending: Ending) -> None:
        for key, code in self._told.items():
            if ending.answers.get(key) != code:
                self.breaks(
                    f"{key} was answered {code!r}, the store says {ending.answers.get(key)!r}"
                )


@dataclass(slots=True)
class JournalIsSound(Law):
    """Every row is as it was written, and the file says what memory says."""

    @override
    def end(self, ending: Ending) -> None:
        if ending.damage:
            self.breaks(ending.damage)
        for name in compared(ending.live, ending.again):
            self.breaks(f"{name} in memory is not {name} in the file")


TABLES = (
    *("articles", "stock", "orders", "walks", "pickers", "totes", "packs", "parcels"),
    *("pallets", "tasks", "levels", "forwards"),
    *("errands", "returns", "returned", "counts", "slots", "outages", "near", "seen", "questions"),
)


def compared(one: FloorState, other: FloorState) -> list[str]:
    """Names of the tables in which two states differ."""
    return [name for name in TABLES if _table(one, name) != _table(other, name)]


def _table(state: FloorState, name: str) -> dict[Any, Any]:
    """A table; places with nothing near them say the same as no such places."""
    return {key: value for key, value in getattr(state, name).items() if value not in ({}, 0)}
