"""What the broker keeps for whoever asks: state, info, health and alerts.

Other threads change them at any time; the link's thread sends what has changed, and after each
connection everything again.
"""

import threading

from edge.sync.mqtt.seen import Outgoing
from edge.sync.wire.topics import Topics


class Notices:
    """The newest payload of each retained topic; an empty one means that it is over.

    Args:
        topics: see there.
    """

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._payloads: dict[str, bytes] = {}
        self._changed: dict[str, None] = {}
        self._lock = threading.Lock()

    def put(self, topic: str, payload: bytes) -> None:
        """Say this, unless it is said already."""
        with self._lock:
            if self._payloads.get(topic) != payload:
                self._payloads[topic] = payload
                self._changed[topic] = None

    def renew(self) -> None:
        """A new connection: say everything again but what is over."""
        with self._lock:
            self._changed = dict.fromkeys(self._payloads)

    def to_send(self) -> list[Outgoing]:
        """What has changed since the last call."""
        with self._lock:
            changed, self._changed = self._changed, {}
            return [self._outgoing(topic, self._payloads[topic]) for topic in changed]

    def stale(self, topic: str, payload: bytes) -> Outgoing | None:
        """The broker keeps an alert of ours that this process does not know: take it back."""
        is_ours = topic.startswith(self._topics.base + "alert/") and payload
        with self._lock:
            if not is_ours or self._payloads.get(topic):
                return None
        return self._outgoing(topic, b"")

    def _outgoing(self, topic: str, payload: bytes) -> Outgoing:
        quality = 0 if topic == self._topics.health else 1
        return Outgoing(topic, payload, retain=True, quality=quality)
