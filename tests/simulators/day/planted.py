"""Bugs to be planted in the product: each is one of those that a day must find."""
# ruff: noqa: ANN401 - what is replaced is handed through as it is

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import edge.store.store as store_module
from edge.floor.loop import FloorLoop
from edge.model.state import FloorState
from edge.store.store import Store
from edge.sync.session.delivery import Delivery
from edge.sync.session.phases import Publish
from simulators.day.flows import Flow
from simulators.day.timetable import Entry, Kind

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Bug:
    """One bug: what it is, how it is planted, on which day, and which law finds it."""

    name: str
    plant: Plant
    law: str
    entries: tuple[Entry, ...] = ()
    seed: int = 1
    orders: int = 2
    twice: float = 0.0
    closing_s: float = 400.0
    flows: tuple[Flow, ...] = ()
    cancelled: float = 0.0


BUGS: list[Bug] = []


def bug(law: str, *entries: Entry, **day: Any) -> Callable[[Plant], Plant]:
    """Enter a bug in the list; its function's name, in words, says what it is."""

    def enter(plant: Plant) -> Plant:
        BUGS.append(Bug(plant.__name__.replace("_", " "), plant, law, entries, **day))
        return plant

    return enter


def disk_errors(*at_s: float, writes: int = 2) -> tuple[Entry, ...]:
    return tuple(
        Entry(number, at, Kind.DISK_ERROR, amount=writes) for number, at in enumerate(at_s)
    )


def kills(*at_s: float) -> tuple[Entry, ...]:
    return tuple(Entry(number, at, Kind.KILL) for number, at in enumerate(at_s))


# -- the loop and the store --------------------------------------------------------------------


@bug("AnswerIsKept", *disk_errors(*range(5, 120, 4)))
def answers_go_out_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    commit = FloorLoop._commit

    def early(self: FloorLoop, turn: Any) -> Any:
        self._tell(turn.told)
        return commit(self, turn)

    patch.setattr(FloorLoop, "_commit", early)


@bug("JournalIsSound", *disk_errors(*range(5, 120, 4)))
def a_failed_commit_leaves_its_facts_in_memory(patch: pytest.MonkeyPatch) -> None:
    fall = FloorLoop._fall_behind

    def stay(self: FloorLoop, error: Any) -> None:
        fall(self, error)
        self._is_behind = False
        self._parts.store.load(FloorState(self._parts.floor))

    patch.setattr(FloorLoop, "_fall_behind", stay)


@bug("AnswerIsKept", twice=1.0)
def the_same_request_has_its_effect_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FloorLoop, "_known_answer", lambda *_: None)


@bug("AnswerIsKept", *kills(60.0, 80.0))
def answers_are_not_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store_module, "write_answers", lambda *_: None)


@bug("JournalIsSound")
def one_table_is_not_written(patch: pytest.MonkeyPatch) -> None:
    changes = store_module.changes_of

    def some(state: FloorState) -> list[Any]:
        state.stock.touched.clear()
        return changes(state)

    patch.setattr(store_module, "changes_of", some)


@bug("NothingDoubled")
def two_facts_get_one_id(patch: pytest.MonkeyPatch) -> None:
    words = store_module.put_in_words

    def same(happenings: Any, head: Any, epoch: Any, recorded_us: int, make_id: Any) -> Any:
        one = make_id()
        return words(happenings, head, epoch, recorded_us, lambda: one)

    patch.setattr(store_module, "put_in_words", same)


# -- the way to the central system -------------------------------------------------------------


@bug("CursorIsTrue")
def the_cursor_moves_too_far(patch: pytest.MonkeyPatch) -> None:
    acknowledge = Store.acknowledge

    def far(self: Store, epoch: str, upto: int) -> bool:
        return acknowledge(self, epoch, min(upto + 5, self.last_seq))

    patch.setattr(Store, "acknowledge", far)


@bug("NothingLost", orders=1, closing_s=60.0)
def a_fact_is_left_out_of_the_stream(patch: pytest.MonkeyPatch) -> None:
    fetched = Delivery.fetched

    def some(self: Delivery, after: int, facts: Any, now_us: int) -> Any:
        return fetched(self, after, [one for one in facts if one.seq % 50], now_us)

    patch.setattr(Delivery, "fetched", some)


@bug("OrderKept")
def facts_are_sent_out_of_order(patch: pytest.MonkeyPatch) -> None:
    drained = Delivery._drained

    def turned(self: Delivery) -> Any:
        found = drained(self)
        sent = [one for one in found if isinstance(one, Publish)]
        return [*reversed(sent), *(one for one in found if not isinstance(one, Publish))]

    patch.setattr(Delivery, "_drained", turned)


@bug("NothingLost", Entry(0, 40.0, Kind.BROKER_FORGETS, 60.0, "broker-1"), seed=2)
def what_a_broker_took_is_never_sent_again(patch: pytest.MonkeyPatch) -> None:
    rewind = Delivery._rewind

    def stay(self: Delivery, after: int) -> None:
        rewind(self, max(after, self._fetched))

    patch.setattr(Delivery, "_rewind", stay)
