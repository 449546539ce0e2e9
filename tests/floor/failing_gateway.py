"""A floor loop with all its parts, over a store whose disk can be full."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

import numpy as np
from typing_extensions import override

from edge.clock import PlayedClock
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.handhelds import Handhelds
from edge.floor.housekeeping import Housekeeping, Retention
from edge.floor.inbox import Inbox
from edge.floor.locating_desk import LocatingDesk
from edge.floor.loop import FloorLoop
from edge.floor.loop_parts import LoopParts
from edge.floor.planner import Planner
from edge.floor.radio import Radio
from edge.floor.rates import Rates
from edge.floor.showing import Showing
from edge.locating.locator import Locator
from edge.model.events import Event, Fact
from edge.model.goods import Article, PresentItems
from edge.model.ids import DeviceName, LineId, OrderId, RequestId, uuid7
from edge.model.inputs import (
    ArticlesListed,
    Input,
    OrderSubmitted,
    PlanReady,
    StockListed,
    StockStatement,
)
from edge.model.orders import OrderLine
from edge.model.places import Floor
from edge.model.posted import CodeScanned, WorkWanted
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.model.work import Stop, Walk
from edge.store.errors import StoreError, StoreFailedError
from edge.store.store import Store
from tests.rules.small_floor import BIN_1, CART, FLOOR, LI, SHIRT, SHIRT_GTIN, TERMS

GATE = DeviceName("gate")


LEASE_S = 600

LATER_US = 100_000_000_000_000
"""Ids tell a time that the played clock, which begins in 2023, is far behind."""


class FailingStore(Store):
    """A store whose disk can be full."""

    full = False
    failure: StoreError = StoreFailedError("the disk gave an error")

    @override
    def load(
        self, state: FloorState, present: Callable[[PresentItems], None] | None = None
    ) -> None:
        self._fail_when_full()
        super().load(state, present)

    @override
    def commit(
        self,
        happenings: Sequence[tuple[Event, int]],
        state: FloorState,
        answers: Mapping[RequestId, Answer],
    ) -> list[Fact]:
        self._fail_when_full()
        return super().commit(happenings, state, answers)

    @override
    def answer_to(self, request_id: RequestId) -> Answer | None:
        self._fail_when_full()
        return super().answer_to(request_id)

    def _fail_when_full(self) -> None:
        if self.full:
            raise self.failure


class Gateway:
    """A floor loop on a real store, turned by hand, with played time."""

    def __init__(self, path: Path, clock: PlayedClock, floor: Floor = FLOOR) -> None:
        numbers = count(1)
        self.path = path
        self.clock = clock
        self.inbox = Inbox(clock)
        self.board = Board()
        self.alerts = Alerts()
        self.store = FailingStore.open(
            path, clock, lambda: uuid7(LATER_US + clock.now_us(), next(numbers))
        )
        self.commits = 0
        self.failed: list[str] = []
        locator = Locator(floor)
        self.parts = LoopParts(
            floor=floor,
            terms=TERMS,
            inbox=self.inbox,
            store=self.store,
            locator=locator,
            radio=Radio(locator, self.board, self.alerts),
            planner=Planner(
                self.inbox, clock, lambda: "walk", np.random.default_rng(1), self.guard
            ),
            housekeeping=Housekeeping(
                self.store, clock, self.alerts, Retention(0, 0), lambda: 0.5, None
            ),
            showing=Showing(self.board, Rates(0), self.alerts, dict, {}),
            alerts=self.alerts,
            clock=clock,
            committed=self.note_commit,
            guard=self.guard,
            desk=LocatingDesk(FLOOR, self.alerts),
            silent=Handhelds(self.alerts, LEASE_S).silent,
        )
        self.loop = FloorLoop(self.parts)
        self.loop.load()

    def note_commit(self) -> None:
        self.commits += 1

    def guard(self, action: Callable[[], None], what: str) -> bool:
        try:
            action()
        except (KeyError, AttributeError, TypeError) as error:
            self.failed.append(f"{what}: {error}")
            return False
        return True

    def ask(self, input_: Input) -> Answer:
        future = self.inbox.ask(input_)
        self.loop.turn(0)
        return future.result(0)

    def stock_and_walk(self) -> None:
        now_us = self.clock.now_us()
        self.ask(ArticlesListed((Article(SHIRT, SHIRT_GTIN, "Shirt"),), now_us))
        self.ask(StockListed((StockStatement(SHIRT, BIN_1, 5, 1),), now_us))
        line = OrderLine(LineId("1"), SHIRT, 2)
        self.ask(OrderSubmitted(OrderId("O1"), 1, 0, None, "DHL", (line,), "released", now_us))
        self.ask(WorkWanted(RequestId("w"), LI, True, CART, now_us))
        stop = Stop(BIN_1, SHIRT, 2, OrderId("O1"), LineId("1"), "T0001")  # type: ignore[arg-type]
        self.ask(PlanReady((Walk("W1", (stop,), 10.0, "alone"),), now_us))  # type: ignore[arg-type]

    def prompt(self) -> dict[str, object]:
        sheet = self.board.look(f"prompt/{LI}")
        assert sheet is not None
        return dict(sheet.value)


def scan(request: str, prompt_id: str = "W1/0", code: str = SHIRT_GTIN) -> CodeScanned:
    return CodeScanned(RequestId(request), LI, prompt_id, code, 1)
