"""The product's own rules behind the pages, on a state in memory: for what a toy cannot judge."""

import threading
from collections.abc import Callable
from dataclasses import asdict, replace

from edge.clock import Clock
from edge.floor.board import Board
from edge.floor.inbox import Inbox
from edge.model.ids import Badge
from edge.model.prompts import Prompt
from edge.rules import guiding
from edge.settings.exceptions_file import SHIPPED, load_troubles
from edge.web.dependencies import Trouble, WebDependencies
from edge.web.people import Person, Role
from tests.rules.small_floor import ANNA, LI, SmallFloor
from tests.waiting import PATIENCE_S


class RuledFloor:
    """Takes what two pickers post, decides it by the rules, and shows each their prompt.

    Args:
        clock: for the inbox.
        floor: where the work begins.
    """

    def __init__(self, clock: Clock, floor: SmallFloor) -> None:
        self.inbox = Inbox(clock)
        self.board = Board()
        self.floor = floor
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ruled floor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._over.set()
        self.inbox.wake()
        self._thread.join(PATIENCE_S)

    def begin(self, floor: SmallFloor) -> None:
        """Other work, as far as it has come."""
        with self._lock:
            self.floor = floor
            self._show()

    def act(self, happens: Callable[[SmallFloor], object]) -> None:
        """Something else happens: the central system tells, the radio hears."""
        with self._lock:
            happens(self.floor)
            self.floor.plan()
            self._show()

    def prompt(self, badge: Badge) -> Prompt:
        """What somebody is asked to do."""
        with self._lock:
            return guiding.prompt(self.floor.state, badge)

    def _run(self) -> None:
        while not self._over.is_set():
            for entry in self.inbox.take(50).entries:
                with self._lock:
                    answer = self.floor.take(entry.input)
                    self.floor.plan()
                    self._show()
                if entry.settle is not None:
                    entry.settle(answer)

    def _show(self) -> None:
        for badge in (LI, ANNA):
            prompt = guiding.prompt(self.floor.state, badge)
            self.board.show(f"prompt/{badge}", asdict(prompt))


def before(floor: RuledFloor, given: WebDependencies) -> WebDependencies:
    """The web room's dependencies with this floor, its two pickers and the shipped troubles."""
    pin_hash = given.people[0].pin_hash
    return replace(
        given,
        inbox=floor.inbox,
        board=floor.board,
        floor=floor.floor.state.floor,
        people=(
            Person(LI, "Li", Role.PICKER, pin_hash),
            Person(ANNA, "Anna", Role.PICKER, pin_hash),
        ),
        troubles=_shipped(),
    )


def _shipped() -> tuple[Trouble, ...]:
    return tuple(
        Trouble(one.code, one.at, one.en, one.zh, one.short_en, one.short_zh)
        for one in load_troubles(SHIPPED)
    )
