"""Who is told of everything that happens on a day."""

from typing import Any

from typing_extensions import override

from edge.floor.alerts import Alert
from edge.model.events import Fact
from edge.model.inputs import Input
from edge.model.prompts import Answer
from edge.model.state import FloorState
from simulators.central_events import Delivered
from simulators.day.gateway import Gateway


class Watch:
    """Told of everything that happens on a day; this one looks away."""

    @property
    def has_seen_enough(self) -> bool:
        """Whether the day may end here."""
        return False

    def turned(self, facts: list[Fact], state: FloorState) -> None:
        """A turn of the loop: what it committed and the state behind it."""

    def told(self, input_: Input, answer: Answer) -> None:
        """An input was answered, after the commit."""

    def answered(self, key: str, path: str, answer: dict[str, Any]) -> None:
        """A person has an answer to what they posted."""

    def alerted(self, name: str, alert: Alert | None) -> None:
        """An alert began, or ended."""

    def started(self, gateway: Gateway) -> None:
        """A process has read its state back and begins."""

    def died(self) -> None:
        """The process is gone without a word."""

    def refused(self, sentence: str) -> None:
        """Somebody was told something that they did not understand."""

    def failed(self, error: BaseException) -> None:
        """A part of the day itself broke."""

    def central_stored(self, events: list[Delivered]) -> None:
        """The central system has stored events that are new to it, in this order."""

    def looked(self) -> None:
        """Some seconds have passed."""

    def closing(self, gateway: Gateway) -> None:
        """The day is over; the process still runs."""


class Watches(Watch):
    """Several who watch, told one after the other.

    Args:
        watches: in this order.
    """

    def __init__(self, *watches: Watch) -> None:
        self._all = watches

    @property
    @override
    def has_seen_enough(self) -> bool:
        return any(one.has_seen_enough for one in self._all)

    @override
    def turned(self, facts: list[Fact], state: FloorState) -> None:
        for one in self._all:
            one.turned(facts, state)

    @override
    def told(self, input_: Input, answer: Answer) -> None:
        for one in self._all:
            one.told(input_, answer)

    @override
    def answered(self, key: str, path: str, answer: dict[str, Any]) -> None:
        for one in self._all:
            one.answered(key, path, answer)

    @override
    def alerted(self, name: str, alert: Alert | None) -> None:
        for one in self._all:
            one.alerted(name, alert)

    @override
    def started(self, gateway: Gateway) -> None:
        for one in self._all:
            one.started(gateway)

    @override
    def died(self) -> None:
        for one in self._all:
            one.died()

    @override
    def refused(self, sentence: str) -> None:
        for one in self._all:
            one.refused(sentence)

    @override
    def failed(self, error: BaseException) -> None:
        for one in self._all:
            one.failed(error)

    @override
    def central_stored(self, events: list[Delivered]) -> None:
        for one in self._all:
            one.central_stored(events)

    @override
    def looked(self) -> None:
        for one in self._all:
            one.looked()

    @override
    def closing(self, gateway: Gateway) -> None:
        for one in self._all:
            one.closing(gateway)
