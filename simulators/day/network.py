"""Brokers between gateway and central system, in played time.

A broker takes a message, gives its word for it, and hands it to whoever has subscribed, each over
a queue of its own that outlives connections. What a broker holds in memory may die with it. A
network may deliver twice, and out of order between two topics, as MQTT allows.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from numpy.random import Generator

from edge.sync.mqtt.seen import (
    Answered,
    Arrived,
    Closed,
    Opened,
    Outgoing,
    Seen,
)

LATENCY_S = 0.01
_ANSWER_NOBODY = 0x10
_RECEIVE_MAXIMUM = 200
_PACKET_MAX = 268_435_455


@dataclass(slots=True)
class Post:
    """A message in a broker's hands for one subscriber."""

    number: int
    topic: str
    payload: bytes
    retained: bool = False


@dataclass(slots=True)
class Queue:
    """What a broker keeps for one client, and where it goes while the client is there."""

    matches: Callable[[str], bool]
    posts: dict[int, Post] = field(default_factory=dict)
    deliver: Callable[[Post], None] | None = None


class Broker:
    """One broker.

    Attributes:
        up: whether it runs and can be reached.
        mute: takes bytes and answers none: a link that is half open.
    """

    def __init__(self, name: str, chance: Generator) -> None:
        self.name = name
        self.up = True
        self.mute = False
        self.held: list[Callable[[], None]] = []
        self.twice_share = 0.0
        self.swapped_share = 0.0
        self._chance = chance
        self._queues: dict[str, Queue] = {}
        self._retained: dict[str, bytes] = {}
        self._connections: list[PlayedConnection] = []
        self._numbers = 0

    def listen(
        self, client: str, matches: Callable[[str], bool], deliver: Callable[[Post], None]
    ) -> None:
        """A client is there: what waits for it comes, and what is retained."""
        queue = self._queues.setdefault(client, Queue(matches))
        queue.deliver = deliver
        for post in tuple(queue.posts.values()):
            self._hand_over(queue, post)
        for topic, payload in self._retained.items():
            if matches(topic):
                self._put(queue, topic, payload, retained=True)

    def leave(self, client: str) -> None:
        """The client is away; its queue fills."""
        queue = self._queues.get(client)
        if queue is not None:
            queue.deliver = None

    def holds(self, client: str) -> list[Post]:
        """What waits for a client."""
        queue = self._queues.get(client)
        return list(queue.posts.values()) if queue is not None else []

    def received(self, client: str, number: int) -> None:
        """The client has a message: it may be forgotten."""
        queue = self._queues.get(client)
        if queue is not None:
            queue.posts.pop(number, None)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Take a message; the reason code of the answer."""
        if retain:
            self._retained[topic] = payload
            if not payload:
                del self._retained[topic]
        found = [one for one in self._queues.values() if one.matches(topic)]
        for queue in found:
            self._put(queue, topic, payload)
        return 0 if found else _ANSWER_NOBODY

    def connected(self, connection: "PlayedConnection") -> None:
        """A gateway has connected."""
        self._connections.append(connection)

    def disconnected(self, connection: "PlayedConnection") -> None:
        """It is gone."""
        if connection in self._connections:
            self._connections.remove(connection)

    def fall(self, *, forgets: bool) -> None:
        """The broker dies; with what it holds in memory, where it forgets."""
        self.up = False
        for connection in tuple(self._connections):
            connection.broken("the broker died")
        for queue in self._queues.values():
            queue.deliver = None
            if forgets:
                queue.posts.clear()
        if forgets:
            self._retained.clear()

    def speak(self) -> None:
        """Mute no longer: what lay here comes now, then what was under way; each in its order."""
        self.mute = False
        for queue in self._queues.values():
            for post in tuple(queue.posts.values()):
                self._hand_over(queue, post)
        held, self.held = self.held, []
        for go_on in held:
            go_on()

    def _put(self, queue: Queue, topic: str, payload: bytes, *, retained: bool = False) -> None:
        self._numbers += 1
        post = Post(self._numbers, topic, payload, retained)
        queue.posts[post.number] = post
        if queue.deliver is None or self.mute:
            return  # it comes behind what waits already
        self._hand_over(queue, post)
        if self._chance.random() < self.twice_share:
            self._hand_over(queue, post)

    def _hand_over(self, queue: Queue, post: Post) -> None:
        late = 3 if self._chance.random() < self.swapped_share else 1
        asyncio.get_running_loop().call_later(late * LATENCY_S, self._arrive, queue, post)

    def _arrive(self, queue: Queue, post: Post) -> None:
        if self.up and not self.mute and queue.deliver is not None and post.number in queue.posts:
            queue.deliver(post)


class Network:
    """All brokers, by name."""

    def __init__(self, names: tuple[str, ...], chance: Generator) -> None:
        self.brokers = {name: Broker(name, chance) for name in names}


class PlayedConnection:
    """A gateway's connection to a broker, with the face of `edge.sync.mqtt.connection`.

    Args:
        client: the gateway's name at the broker.
        wake: called when something was seen.
    """

    def __init__(self, client: str, wake: Callable[[], None]) -> None:
        self._client = client
        self._wake = wake
        self._broker: Broker | None = None
        self._seen: deque[Seen] = deque()
        self._held: deque[tuple[int, Outgoing]] = deque()
        self._unanswered: set[int] = set()
        self._unanswered_max = _RECEIVE_MAXIMUM
        self._ticket = 0
        self.is_open = False

    def open_to(self, broker: Broker) -> None:
        """Connect; `Opened` follows.

        Raises:
            ConnectionRefusedError: it is down.
        """
        if not broker.up:
            raise ConnectionRefusedError(f"{broker.name} refused the connection")
        self._broker = broker
        self.is_open = True
        broker.connected(self)
        self._later(lambda: self._see(Opened(_RECEIVE_MAXIMUM, _PACKET_MAX, 0)))

    def turn(self, _wake: int, _wait_ms: int) -> bool:
        """Whether the broker was heard; an idle one answers a ping."""
        return self.is_open and self._broker is not None and not self._broker.mute

    def seen(self) -> Seen | None:
        """What happened next."""
        return self._seen.popleft() if self._seen else None

    def limit(self, messages: int) -> None:
        """How many messages may wait for their PUBACK."""
        self._unanswered_max = messages

    def subscribe(self, topics: tuple[str, ...], _own: str) -> None:
        """Listen to the central system."""
        bases = tuple(topic.removesuffix("+") for topic in topics)

        def matches(topic: str) -> bool:
            return any(
                topic == base or (base.endswith("/") and topic.startswith(base)) for base in bases
            )

        if self._broker is not None:
            self._broker.listen(self._client, matches, self._arrived)

    def publish(self, message: Outgoing) -> int:
        """Send, after those that are held back."""
        self._ticket += 1
        self._held.append((self._ticket, message))
        self._send_held()
        return self._ticket

    def acknowledge(self, arrived: Arrived) -> None:
        """The message is committed."""
        if self.is_open and self._broker is not None:
            self._broker.received(self._client, arrived.message_id)

    def close(self) -> None:
        """Say goodbye."""
        self.drop()

    def drop(self) -> None:
        """Let go."""
        self.is_open = False
        if self._broker is not None:
            self._broker.leave(self._client)
            self._broker.disconnected(self)

    def broken(self, reason: str) -> None:
        """The broker is gone."""
        self._see(Closed(0, reason))
        self.drop()

    def _send_held(self) -> None:
        while self._held and len(self._unanswered) < self._unanswered_max:
            ticket, message = self._held.popleft()
            if message.quality:
                self._unanswered.add(ticket)
            self._later(lambda t=ticket, m=message: self._reaches(t, m))  # type: ignore[misc] # bound at once

    def _reaches(self, ticket: int, message: Outgoing) -> None:
        broker = self._broker
        if broker is None or not broker.up:
            return
        code = broker.publish(message.topic, message.payload, retain=message.retain)
        self._later(lambda: self._answered(ticket, code))

    def _answered(self, ticket: int, code: int) -> None:
        if ticket in self._unanswered:
            self._unanswered.remove(ticket)
            self._see(Answered(ticket, code))
            self._send_held()

    def _arrived(self, post: Post) -> None:
        self._see(Arrived(post.number, 1, post.topic, post.payload, post.retained, "", None))

    def _later(self, work: Callable[[], None]) -> None:
        def go_on() -> None:
            if not self.is_open or self._broker is None:
                return
            if self._broker.mute:
                self._broker.held.append(go_on)  # what is under way waits in the wires
            else:
                work()

        asyncio.get_running_loop().call_later(LATENCY_S, go_on)

    def _see(self, what: Seen) -> None:
        self._seen.append(what)
        self._wake()
