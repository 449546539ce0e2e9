"""Messages that came in, until the floor has committed what they say.

A message may hold several inputs; the broker gets its acknowledgement when all of them are
committed. What the floor could not take or keep is handed to it again a little later.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge.model.inputs import Input
from edge.model.prompts import Answer
from edge.sync.mqtt.settings import Settle

RETRY_US = 250_000
NOT_KEPT = "store_failed"
"""The answer's code that means: nothing was kept, ask again."""


@dataclass(slots=True, eq=False)
class Mail:
    """One message.

    Attributes:
        acknowledge: tells its broker that it is done.
        to_deliver: inputs that the floor has not taken yet.
        open_count: inputs that are not committed yet.
    """

    acknowledge: Callable[[], None]
    to_deliver: deque[Input]
    open_count: int


class Mailbox:
    """Everything but `settle` is called by the link's thread.

    Args:
        deliver: hands an input to the floor.
        full: what `deliver` raises when it took nothing.
        wake: ends the link's waiting; called by the floor's thread after a commit.
    """

    def __init__(
        self,
        deliver: Callable[[Input, Settle], None],
        full: type[Exception],
        wake: Callable[[], None],
    ) -> None:
        self._deliver = deliver
        self._full = full
        self._wake = wake
        self._waiting: deque[Mail] = deque()
        self._under_way: set[Mail] = set()
        self._settled: deque[tuple[Mail, Input, Answer]] = deque()
        self._lock = threading.Lock()
        self._retry_at_us = 0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._under_way)

    def take(self, inputs: Sequence[Input], acknowledge: Callable[[], None]) -> None:
        """A message came; one without inputs is done at once."""
        if inputs:
            self._waiting.append(Mail(acknowledge, deque(inputs), len(inputs)))
        else:
            acknowledge()

    def forget(self) -> None:
        """The connection is gone: what is not acknowledged comes again with the next one."""
        self._waiting.clear()
        self._under_way.clear()

    def work(self, now_us: int) -> list[Input]:
        """Hand over what waits and acknowledge what is done.

        Args:
            now_us: monotonic microseconds.

        Returns:
            The inputs that were committed since the last call.
        """
        done = self._finished(now_us)
        while self._waiting and now_us >= self._retry_at_us:
            mail = self._waiting[0]
            if not self._handed_over(mail):
                self._retry_at_us = now_us + RETRY_US
                break
            self._under_way.add(self._waiting.popleft())
        return done

    def _handed_over(self, mail: Mail) -> bool:
        while mail.to_deliver:
            one = mail.to_deliver[0]
            try:
                self._deliver(one, self._settle_of(mail, one))
            except self._full:
                return False
            mail.to_deliver.popleft()
        return True

    def _settle_of(self, mail: Mail, one: Input) -> Settle:
        def settle(answer: Answer) -> None:
            with self._lock:
                self._settled.append((mail, one, answer))
            self._wake()

        return settle

    def _finished(self, now_us: int) -> list[Input]:
        with self._lock:
            settled, self._settled = self._settled, deque()
        done: list[Input] = []
        for mail, one, answer in settled:
            if answer.code == NOT_KEPT:
                self._again(mail, one)
                self._retry_at_us = now_us + RETRY_US
                continue
            done.append(one)
            mail.open_count -= 1
            if mail.open_count == 0 and mail in self._under_way:
                self._under_way.remove(mail)
                mail.acknowledge()
        return done

    def _again(self, mail: Mail, one: Input) -> None:
        mail.to_deliver.append(one)
        if mail in self._under_way:
            self._under_way.remove(mail)
            self._waiting.append(mail)
