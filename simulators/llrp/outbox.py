"""What a reader has to say, in order: frames for the client, kept while there is none."""

from collections import deque
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One frame on its way to the client.

    Attributes:
        frame: its bytes.
        reads: how many reads it carries; 0 for everything but RO_ACCESS_REPORT.
        is_report: whether it is an RO_ACCESS_REPORT, which may be empty.
        is_event: whether it tells what happened and may be held like a report.
        is_keepalive: whether it is a KEEPALIVE.
    """

    frame: bytes
    reads: int = 0
    is_report: bool = False
    is_event: bool = False
    is_keepalive: bool = False

    def of_version(self, version: int) -> "Outgoing":
        """The same with another version in its header, unless it had one of its own."""
        if self.frame[0] >> 2 & 7 != 1:
            return self
        first = self.frame[0] & 0xE3 | version << 2
        return replace(self, frame=bytes([first]) + self.frame[1:])


_EVENTS_MOST = 1_000


class Outbox:
    """A queue of frames, bounded by the reads that it keeps; at the bound the oldest reports go.

    Args:
        reads_most: reads kept.
    """

    def __init__(self, reads_most: int) -> None:
        self._reads_most = reads_most
        self._waiting: deque[Outgoing] = deque()
        self._reads = 0
        self._events = 0

    def put(self, frame: bytes) -> None:
        """A reply, or what else cannot wait."""
        self._waiting.append(Outgoing(frame))

    def put_keepalive(self, frame: bytes) -> None:
        """A KEEPALIVE, which cannot wait."""
        self._waiting.append(Outgoing(frame, is_keepalive=True))

    @property
    def waiting_reads(self) -> int:
        """Reads in reports that wait."""
        return self._reads

    def put_event(self, frame: bytes) -> None:
        """An event; lost where too many of them wait."""
        if self._events < _EVENTS_MOST:
            self._events += 1
            self._waiting.append(Outgoing(frame, is_event=True))

    def percent_full(self) -> int:
        """How much of the room for reads is taken, 0 to 100."""
        return 100 * self._reads // max(self._reads_most, 1)

    def put_reports(self, frames: list[bytes], reads_a_message: int, reads: int) -> int:
        """Reports, all full but the last; how many older reads had to go for them."""
        for frame in frames:
            held = min(reads_a_message, reads)
            reads -= held
            self._reads += held
            self._waiting.append(Outgoing(frame, held, is_report=True))
        return self._trim()

    def _trim(self) -> int:
        gone = 0
        while self._reads > self._reads_most:
            oldest = next(one for one in self._waiting if one.reads)
            self._waiting.remove(oldest)
            self._reads -= oldest.reads
            gone += oldest.reads
        return gone

    def take(self) -> list[Outgoing]:
        """Everything that waits, in order."""
        taken = list(self._waiting)
        self._waiting.clear()
        self._reads = self._events = 0
        return taken

    def put_back(self, taken: list[Outgoing]) -> None:
        """What was taken, behind everything that waits."""
        self._waiting.extend(taken)
        self._reads += sum(one.reads for one in taken)
        self._events += sum(one.is_event for one in taken)

    def take_replies(self) -> list[Outgoing]:
        """What cannot be held; reports and events stay until the client asks for them."""
        taken = [one for one in self._waiting if not one.is_report and not one.is_event]
        self._waiting = deque(one for one in self._waiting if one.is_report or one.is_event)
        return taken
