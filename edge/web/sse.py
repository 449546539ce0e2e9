"""Server-sent events: the newest value of a topic at once, then each time it changes.

Several changes while a client is slow become one: only the newest value is sent. A value is turned
into bytes once, however many look at it; an event's id is the board's revision of the value. All
streams end when `Streams.close` is called, so that stopping the server never waits for a page, and
when the session that opened them ends.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from starlette.responses import StreamingResponse

from edge.floor.board import Board, Sheet, Shown
from edge.web.refusals import RefusedError

PEOPLE_TOPIC = "people"
"""Of the board: whom the central system lists; who is shut out there has no stream any more."""
HEARTBEAT_S = 10.0
HEARTBEAT = b": alive\n\n"
STREAMS_MAX = 256
STREAMS_PER_PERSON_MAX = 12
LIST_PAUSE_S = 0.5
"""A list or a map that changes more often than this is no easier to read."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one page wants to be told.

    Attributes:
        topic: of the board.
        event: the event's name on the wire.
        otherwise: the value until something is shown on the topic.
        pause_s: least time between two values; 0 for what a person waits for.
    """

    topic: str
    event: str
    otherwise: Shown
    pause_s: float = 0.0

    def newest(self, board: Board) -> Sheet:
        """What a stream would begin with; revision 0 is what nobody has shown yet."""
        return board.look(self.topic) or Sheet(0, self.otherwise)


class Streams:
    """All open streams of one server.

    Args:
        board: what is told.
        heartbeat_s: a comment is sent this often, so that a dead client is noticed.
    """

    def __init__(self, board: Board, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._board = board
        self._heartbeat_s = heartbeat_s
        self._open: Counter[str] = Counter()
        self._bells: set[asyncio.Event] = set()
        self._encoded: dict[str, tuple[int, bytes]] = {}
        self._closing = False

    @property
    def count(self) -> int:
        """Streams that are open."""
        return self._open.total()

    def close(self) -> None:
        """End every stream; called in the server's event loop."""
        self._closing = True
        for bell in self._bells:
            bell.set()

    def respond(
        self, person: str, subscription: Subscription, stays: Callable[[], bool]
    ) -> StreamingResponse:
        """A response that streams a subscription.

        Args:
            person: whose it is; each may have `STREAMS_PER_PERSON_MAX`.
            subscription: what to tell.
            stays: whether the session that opened it still holds.

        Raises:
            RefusedError: 503; too many streams are open.
        """
        if self.count >= STREAMS_MAX or self._open[person] >= STREAMS_PER_PERSON_MAX:
            raise RefusedError(
                503, "too_many_streams", "too many pages are open", {"Retry-After": "5"}
            )
        return StreamingResponse(
            self._counted(person, subscription, stays),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _counted(
        self, person: str, subscription: Subscription, stays: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        bell = asyncio.Event()
        self._open[person] += 1
        self._bells.add(bell)
        end_watches = [
            self._board.watch(topic, lambda _: _ring(loop, bell))
            for topic in (subscription.topic, PEOPLE_TOPIC)
        ]
        try:
            async for part in self._told(subscription, bell, stays):
                yield part
        finally:
            for end_watch in end_watches:
                end_watch()
            self._bells.discard(bell)
            self._open[person] -= 1

    async def _told(
        self, subscription: Subscription, bell: asyncio.Event, stays: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        revision = -1
        while True:
            bell.clear()  # before looking: what changes meanwhile rings again
            if self._closing or not stays():
                return
            newest, encoded = self._newest(subscription)
            yield encoded if newest != revision else HEARTBEAT
            revision = newest
            if subscription.pause_s > 0:
                await asyncio.sleep(subscription.pause_s)
            await self._wait(bell)

    async def _wait(self, bell: asyncio.Event) -> None:
        if self._closing:
            return
        try:
            await asyncio.wait_for(bell.wait(), self._heartbeat_s)
        except TimeoutError:
            return

    def _newest(self, subscription: Subscription) -> tuple[int, bytes]:
        sheet = self._board.look(subscription.topic)
        if sheet is None:
            return 0, _encode(subscription.event, 0, subscription.otherwise)
        revision, encoded = self._encoded.get(subscription.topic, (-1, b""))
        if revision != sheet.revision:
            encoded = _encode(subscription.event, sheet.revision, sheet.value)
            self._encoded[subscription.topic] = (sheet.revision, encoded)
        return sheet.revision, encoded


def _encode(event: str, revision: int, value: Shown) -> bytes:
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event}\nid: {revision}\ndata: {data}\n\n".encode()


def _ring(loop: asyncio.AbstractEventLoop, bell: asyncio.Event) -> None:
    """Tell a stream of another thread that there is something new."""
    try:
        loop.call_soon_threadsafe(bell.set)
    except RuntimeError:
        return  # the server's loop has ended between two looks; nobody is left to tell
