"""The one bounded way into the floor loop: inputs in order, reads as columns.

Commands and scans are never dropped: at the bound their sender waits, and is told so when it has
waited too long; nothing was taken then. Reads are allowed to thin out: past their bound the
batches that wait are folded into one sighting per reader, tag and antenna, with the counts added
up, and what was folded is counted.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from drivers.driver import DeviceEvent
from drivers.reads import SomeReads, by_reader
from edge.clock import Clock
from edge.floor.folding import fold
from edge.model.inputs import CentralAcknowledged, Input
from edge.model.prompts import Answer

Settle = Callable[[Answer], None]
"""Called once, after the commit, from the loop's thread; returns at once and never raises."""


class InboxFullError(Exception):
    """The loop did not keep up; the sender keeps its input and tries again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One input and whoever waits for its answer."""

    input: Input
    settle: Settle | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What one turn of the loop works on.

    Attributes:
        entries: inputs in order of arrival.
        batches: reads in order of arrival.
        folded_count: reads that lost their own row by folding since the last turn.
        events: what devices say happened to them, in order of arrival.
    """

    entries: tuple[Entry, ...]
    batches: tuple[SomeReads, ...]
    folded_count: int
    events: tuple[DeviceEvent, ...] = ()


CAN_WAIT = CentralAcknowledged
"""Inputs that are taken with what comes next, or a tick later: a turn for each of them, at every
commit, costs more than what they say."""
EVENTS_MAX = 1_000
"""Words of devices that may wait; past it the oldest is lost, for the newest tells how it is."""


class Inbox:
    """Thread-safe; any number of senders, one taker.

    Args:
        clock: for the waiting time at the bound.
        inputs_max: inputs that may wait.
        reads_max: reads that may wait before they are folded.
        wait_ms_max: how long a sender waits at the bound.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        inputs_max: int = 10_000,
        reads_max: int = 400_000,
        wait_ms_max: int = 2_000,
    ) -> None:
        self._clock = clock
        self._inputs_max = inputs_max
        self._reads_max = reads_max
        self._wait_ms_max = wait_ms_max
        self._entries: deque[Entry] = deque()
        self._batches: list[SomeReads] = []
        self._events: deque[DeviceEvent] = deque(maxlen=EVENTS_MAX)
        self._reads = 0
        self._folded = 0
        self._reads_due_us = 0
        self._pressing = False
        self._woken = False
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._news = threading.Condition(self._lock)

    def put(
        self, input_: Input, settle: Settle | None = None, *, wait_ms: int | None = None
    ) -> None:
        """Queue an input.

        Args:
            input_: what has come in.
            settle: gets the answer after the commit.
            wait_ms: how long to wait at the bound; None for `wait_ms_max`.

        Raises:
            InboxFullError: it stayed full so long; the input was not taken.
        """
        limit_ms = self._wait_ms_max if wait_ms is None else wait_ms
        with self._lock:
            free = self._room.wait_for(
                lambda: len(self._entries) < self._inputs_max, limit_ms / 1000
            )
            if not free:
                raise InboxFullError(
                    f"{self._inputs_max} inputs wait for the floor loop; "
                    "nothing was taken, try again"
                )
            self._entries.append(Entry(input_, settle))
            if not isinstance(input_, CAN_WAIT):
                self._press()

    def put_change(self, input_: Input) -> None:
        """Queue what a device did; there are few devices, so this never waits."""
        with self._lock:
            self._entries.append(Entry(input_, None))
            self._press()

    def put_event(self, event: DeviceEvent) -> None:
        """Queue what a device says happened to it; no fact, so nobody waits for it."""
        with self._lock:
            self._events.append(event)

    def ask(self, input_: Input, *, wait_ms: int | None = None) -> "Future[Answer]":
        """Queue an input; the future gets its answer after the commit.

        Args:
            input_: as for `put`.
            wait_ms: likewise.

        Raises:
            InboxFullError: as `put`.
        """
        future: Future[Answer] = Future()
        self.put(input_, lambda answer: _fulfil(future, answer), wait_ms=wait_ms)
        return future

    def put_reads(self, *batches: SomeReads) -> None:
        """Queue reads; never blocks and never refuses, but folds past the bound.

        What comes together is put together: the loop is woken once, when all of it is there.
        """
        with self._lock:
            is_first = not self._batches
            self._batches += batches
            self._reads += sum([len(one) for one in batches])
            if self._reads > self._reads_max:
                before = self._reads
                self._batches = [*fold(by_reader(self._batches))]
                self._reads = sum(len(one) for one in self._batches)
                self._folded += before - self._reads
            if is_first:
                self._news.notify()

    def wake(self) -> None:
        """End a `take` that waits, so that the loop sees that it shall stop."""
        with self._lock:
            self._woken = True
            self._news.notify()

    def take(self, wait_ms: float) -> Taken:
        """All that has come in; waits up to `wait_ms` for something.

        An input ends the wait at once, for a person waits for its answer, unless it `CAN_WAIT`.
        Reads end it when the last were taken half of `wait_ms` ago: they are cheap together and
        dear one by one, and who gathers them for `wait_ms` already is not always on time, but
        must not wait for that.
        """
        with self._lock:
            self._wait(self._clock.monotonic_us(), round(wait_ms * 1000))
            taken = Taken(
                tuple(self._entries), tuple(self._batches), self._folded, tuple(self._events)
            )
            self._entries.clear()
            self._events.clear()
            self._batches = []
            self._reads = 0
            self._folded = 0
            self._pressing = self._woken = False
            self._room.notify_all()
            return taken

    def _press(self) -> None:
        self._pressing = True
        self._news.notify()

    def _wait(self, now_us: int, wait_us: int) -> None:
        until_us = now_us + wait_us
        while not self._pressing and not self._woken:
            due_us = until_us
            if self._batches:
                due_us = min(due_us, self._reads_due_us)
            left_us = due_us - self._clock.monotonic_us()
            if left_us <= 0 or not self._news.wait(left_us / 1e6):
                break
        if self._batches:
            self._reads_due_us = self._clock.monotonic_us() + wait_us // 2


def _fulfil(future: "Future[Answer]", answer: Answer) -> None:
    if future.set_running_or_notify_cancel():  # false where the asker has gone away
        future.set_result(answer)
