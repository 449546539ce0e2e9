"""A session played against a peer without wire or clock, and what it did."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.llrp.attempt import Attempt
from drivers.llrp.decode import decode_stream
from drivers.llrp.framing import KEEPALIVE_ACK, Frame, FrameSplitter
from drivers.llrp.messages import decode_frame
from drivers.llrp.outputs import Output, Over, Up
from drivers.llrp.phase import Phase
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings
from tests.drivers.llrp.peer import Peer

ARRIVED_US = 1_700_000_001_000_000
SECOND_US = 1_000_000


@dataclass
class Play:
    """A session and its reader, without wire or clock."""

    session: Session
    peer: Peer = field(default_factory=Peer)
    now_us: int = 0
    told: list[Output] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)

    def receive(self, data: bytes) -> list[Output]:
        """The reader sends; gives what the session tells at once."""
        found = self.session.receive(data, self.now_us, ARRIVED_US + self.now_us)
        self.told += found
        return found

    def requests(self) -> list[dict[str, Any]]:
        """What the session wants to send by now."""
        found = list(decode_stream(self.session.to_send(), "bin"))
        self.sent += found
        return found

    def wait(self, seconds: float) -> list[Output]:
        """Time passes, in steps of 100 ms."""
        found = []
        for _ in range(round(seconds * 10)):
            self.now_us += 100_000
            found += self.session.tick(self.now_us)
        self.told += found
        return found

    def set_up(self, between: Callable[[], bytes] = bytes) -> None:
        """Greet and answer everything as the peer does; `between` comes before each answer."""
        self.receive(self.peer.greeting())
        while request := self.session.to_send():
            for frame in FrameSplitter().feed(request):
                assert isinstance(frame, Frame)
                self.sent.append(decode_frame(frame))
                if frame.type == KEEPALIVE_ACK:
                    continue
                self.peer.requests.append((frame.type, frame.body))
                self.receive(between())
                self.receive_if_any(self.peer.answer(frame.type, frame.body, frame.message_id))

    def receive_if_any(self, data: bytes | None) -> None:
        """As `receive`, where the reader does send."""
        if data:
            self.receive(data)

    def names(self) -> list[str]:
        """The requests that were sent, by name."""
        return [one["message"] for one in self.sent]

    @property
    def up(self) -> Up:
        """The one time that it came up."""
        (found,) = [one for one in self.told if isinstance(one, Up)]
        return found

    @property
    def over(self) -> str:
        """The reason for which it ended, once."""
        (found,) = [one for one in self.told if isinstance(one, Over)]
        return found.reason


def play(attempt: Attempt | None = None, **changes: object) -> Play:
    values: dict[str, object] = {"device": "dock", "host": "reader", "version": "1.0.1"}
    settings = LlrpSettings(**(values | changes))  # type: ignore[arg-type]
    return Play(Session(settings, attempt or Attempt(), 0))


def running(**changes: object) -> Play:
    made = play(**changes)
    made.set_up()
    assert made.session.phase is Phase.RUNNING
    return made
