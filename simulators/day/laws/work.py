"""Laws of work: events in their order, prompts that lead somewhere, and everything gets done."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from edge.floor.views import prompt_view
from edge.model.events import (
    Fact,
    MessageSetAside,
    OrderCancelled,
    OrderReceived,
    PackOpened,
    ParcelClosed,
    ParcelShipped,
    PiecePicked,
    ReturnReceived,
    ToteJoined,
    TotesDropped,
    TotesPassed,
    WalkPlanned,
    WalkStarted,
    WorkReturned,
)
from edge.model.orders import OrderState
from edge.model.prompts import PromptKind
from edge.model.state import FloorState
from edge.model.work import WalkState
from edge.rules import guiding
from simulators.day.laws.law import Ending, Law, Reading

STUCK_S = 1_200.0
"""No prompt and no order stands still for so long while everything works."""
_CUSTOMERS = '"order_id": "D'
"""In every message of a customer, and in none of those that are meant to be bad."""


@dataclass(slots=True)
class EventsInOrder(Law):
    """Received, planned, walked, picked, dropped, packed, shipped: each after what it needs."""

    _known: set[str] = field(default_factory=set)
    _started: set[str] = field(default_factory=set)
    _planned: set[str] = field(default_factory=set)
    _dropped: set[str] = field(default_factory=set)
    _opened: set[str] = field(default_factory=set)
    _closed: set[str] = field(default_factory=set)
    _shipped: set[str] = field(default_factory=set)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        match event:
            case OrderReceived():
                self._known.add(event.order.order_id)
            case OrderCancelled():
                self._need(event.order_id in self._known, fact)
            case WalkPlanned():
                self._need(set(event.walk.orders) <= self._known, fact)
                self._planned.add(event.walk.walk_id)
            case WalkStarted():
                self._need(event.walk_id in self._planned, fact)
                self._need(event.walk_id not in self._started, fact)
                self._started.add(event.walk_id)
            case TotesPassed() | WorkReturned():
                self._started.discard(event.walk_id)
            case PiecePicked():
                self._need(event.walk_id in self._started, fact)
                self._need(event.walk_id not in self._dropped, fact)
            case TotesDropped():
                self._need(event.walk_id in self._started, fact)
                self._need(event.walk_id not in self._dropped, fact)
                self._dropped.add(event.walk_id)
            case _:
                self._leaving(fact)

    def _leaving(self, fact: Fact) -> None:
        event = fact.event
        match event:
            case PackOpened() | ToteJoined():
                self._opened.add(event.tote_id)
            case ParcelClosed():
                self._need(event.tote_id in self._opened, fact)
                self._need(event.parcel.sscc not in self._closed, fact)
                self._opened.discard(event.tote_id)
                self._closed.add(event.parcel.sscc)
            case ParcelShipped():
                self._need(event.sscc in self._closed, fact)
                self._need(event.sscc not in self._shipped, fact)
                self._shipped.add(event.sscc)
            case ReturnReceived():
                self._need(bool(self._shipped), fact)
            case _:
                pass

    def _need(self, holds: bool, fact: Fact) -> None:  # noqa: FBT001 - reads as a sentence
        if not holds:
            self.breaks(f"{fact.event.type} {fact.seq} came out of turn")


@dataclass(slots=True)
class NoPieceTwice(Law):
    """A stop gets no more pieces than it wants: a repeated scan is no second pick."""

    _picked: Counter[tuple[str, int]] = field(default_factory=Counter)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if not isinstance(event, PiecePicked):
            return
        self._picked[event.walk_id, event.stop] += 1
        walk = mirror.walks.get(event.walk_id)
        if walk is not None and self._picked[event.walk_id, event.stop] > _wanted(mirror, event):
            self.breaks(f"stop {event.stop} of walk {event.walk_id} got too many pieces")


def _wanted(mirror: FloorState, event: PiecePicked) -> int:
    stop = mirror.walks[event.walk_id].stops[event.stop]
    order = mirror.orders[event.order_id]
    return max(stop.quantity, sum(one.quantity for one in order.lines if one.sku == event.sku))


@dataclass(slots=True)
class PromptsLeadOn(Law):
    """Every prompt can be done, is the one that the state gives, and does not stand for ever."""

    _since: dict[str, tuple[str, float]] = field(default_factory=dict)

    @override
    def turn(self, state: FloorState, mirror: FloorState) -> None:
        for badge in state.pickers:
            prompt = guiding.prompt(state, badge)
            if prompt.kind is not PromptKind.PICK:
                continue
            if prompt.quantity < 1 or prompt.location not in state.floor.locations:
                self.breaks(f"{badge} is sent to {prompt.location} for {prompt.quantity} pieces")
            if prompt.sku not in state.articles or prompt.tote_id is None:
                self.breaks(f"{badge} is asked for {prompt.sku} into {prompt.tote_id}")
            walk = state.walk_of(badge)
            if walk is None or walk.state is not WalkState.WALKING:
                self.breaks(f"{badge} picks on no walk")

    @override
    def look(self, reading: Reading) -> None:
        for badge, picker in reading.state.pickers.items():
            shown = reading.shown.get(f"prompt/{badge}")
            if shown is not None and shown != prompt_view(guiding.prompt(reading.state, badge)):
                self.breaks(f"{badge} sees {shown['prompt_id']}, which is not the newest prompt")
            prompt = guiding.prompt(reading.state, badge)
            done = f"{prompt.prompt_id}/{prompt.quantity}"
            known, since_s = self._since.get(badge, ("", reading.at_s))
            waits = prompt.kind is PromptKind.WAIT or not picker.ready or not reading.up
            if waits or known != done:
                self._since[badge] = (done, reading.at_s)
            elif reading.at_s - since_s > STUCK_S:
                self.breaks(f"{badge} stands before {prompt.kind.value} {prompt.prompt_id}")


@dataclass(slots=True)
class EverythingGetsDone(Law):
    """Every order leaves or is given up, every change and every return is answered.

    Released orders are planned while pickers wait.
    """

    _since: dict[str, float] = field(default_factory=dict)

    @override
    def look(self, reading: Reading) -> None:
        state = reading.state
        waiting = any(
            guiding.prompt(state, badge).kind is PromptKind.WAIT and one.ready
            for badge, one in state.pickers.items()
        )
        released = {one.order_id for one in state.orders.in_state(OrderState.RELEASED)}
        for gone in set(self._since) - released:
            del self._since[gone]
        for order_id in released:
            since_s = self._since.setdefault(order_id, reading.at_s)
            if not waiting or not reading.up:
                self._since[order_id] = reading.at_s
            elif reading.at_s - since_s > STUCK_S:
                self.breaks(f"order {order_id} is released and nobody is sent for it")

    @override
    def end(self, ending: Ending) -> None:
        for order_id in ending.open_orders:
            self.breaks(f"order {order_id} is still open when the day is over")
        for asked in ending.unanswered:
            self.breaks(f"{asked} was neither followed nor refused")


@dataclass(slots=True)
class AlertsAreTrue(Law):
    """No rule fails, no store without a bad disk, and what is wrong is over when it is over.

    Attributes:
        may_fail: whether the disk is bad today.
    """

    may_fail: bool = False

    @override
    def alerted(self, code: str, text: str) -> None:
        if code == "rule_failed":
            self.breaks(text)
        if code == "store_failed" and not self.may_fail:
            self.breaks(text)

    @override
    def end(self, ending: Ending) -> None:
        for name in ending.alerts:
            if name.startswith(("store-failed", "device-lost")):
                self.breaks(f"the alert {name} still stands")


@dataclass(slots=True)
class RulesDecide(Law):
    """Whatever somebody posts is decided."""

    @override
    def answered(self, key: str, path: str, answer: dict[str, Any]) -> None:
        if answer.get("code") == "rule_failed":
            self.breaks(f"{key} ({path}) could not be decided")


@dataclass(slots=True)
class GoodMailIsTaken(Law):
    """No order, change, cancellation or return of a customer is set aside as a bad message."""

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if isinstance(event, MessageSetAside) and _CUSTOMERS in event.excerpt:
            self.breaks(f"a customer's message was set aside: {event.reason}: {event.excerpt}")
