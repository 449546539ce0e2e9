"""Fast time: an event loop whose clock jumps to whatever is due next.

Theory of operation: people, readers, brokers and faults of a simulated day are tasks on one
asyncio loop. Nothing in it waits for a socket, so whenever no task can run the loop would sleep
until the next timer; here it moves the played clock there instead. What is due at one instant runs
in the order in which it was asked for. No thread, no host's clock, no other chance than the
seed's: the same day runs the same way each time.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextvars import Context
from math import ceil
from typing import TypeVar

from typing_extensions import TypeVarTuple, Unpack, override

from edge.clock import PlayedClock

Value = TypeVar("Value")
Given = TypeVarTuple("Given")
_AFTER_S = 1e-9
"""Far less than the clock's microsecond, so that it only settles an order."""
_INSTANTS_MAX = 10_000


class NothingToDoError(Exception):
    """Every task waits for another: the day stands still for ever."""


Passing = Callable[[float], None]
"""Called before so many seconds pass, and returns when they may."""


def at_once(seconds: float) -> None:
    """Nobody looks on: time passes as fast as it can."""


class _JumpingSelector(selectors.SelectSelector):
    """Waits by moving the clock; never looks at a file."""

    def __init__(self, clock: PlayedClock, passing: Passing) -> None:
        super().__init__()
        self._clock = clock
        self._passing = passing

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingToDoError("no task can go on and no time is waited for")
        if timeout > 0:
            self._passing(timeout)
            self._clock.advance_us(ceil(timeout * 1e6))
        return []


class PlayedLoop(asyncio.SelectorEventLoop):
    """An event loop in played time.

    Args:
        clock: moved by the loop alone; anybody may set its UTC time.
        passing: asked before time passes.
    """

    def __init__(self, clock: PlayedClock, passing: Passing = at_once) -> None:
        self._played = clock
        self._asked: dict[float, int] = {}
        super().__init__(_JumpingSelector(clock, passing))

    @override
    def time(self) -> float:
        """The played monotonic time in seconds."""
        return self._played.monotonic_us() / 1e6

    @override
    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Given]], object],
        *args: *Given,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As always; what is due at one instant comes in the order in which it was asked for."""
        number = self._asked.get(when, 0)
        if len(self._asked) > _INSTANTS_MAX:
            now = self.time()
            self._asked = {at: n for at, n in self._asked.items() if at >= now}
        self._asked[when] = number + 1
        return super().call_at(when + number * _AFTER_S, callback, *args, context=context)


def play(
    clock: PlayedClock, day: Coroutine[object, object, Value], passing: Passing = at_once
) -> Value:
    """Run a day to its end; whatever is still under way then is called off.

    Args:
        clock: the day's.
        day: what is run.
        passing: asked before time passes.

    Raises:
        NothingToDoError: the day stood still.
        Exception: what the day raised.
    """
    loop = PlayedLoop(clock, passing)
    try:
        return loop.run_until_complete(day)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(_nothing())
        loop.close()


async def _nothing() -> None:
    """Lets the tasks that were called off see it."""
    await asyncio.sleep(0)
