"""The live lane: what a gateway tells ahead of its turn while it catches up.

Theory of operation: those facts come on `live/{kind}`, and once more in their turn on
`event/{kind}`. They are listened to with a connection of their own, so that they do not stand in
the broker's queue behind the ones that catch up, and with QoS 0 and no session: nothing is owed
here, what is missed comes in its turn. In the process they go before all that waits, and while the
lane is heard a transaction of the stream is kept short, for they may have to wait for that one.
"""

import itertools
import queue
from collections.abc import Iterator
from time import monotonic

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

_HEARD_S = 5.0
"""The lane counts as in use so long after its last message."""
_SHORT_BYTES = 128 * 1024
"""Of the stream in one transaction while the lane is in use: some milliseconds of work."""


class Waiting:
    """Messages that have come, those of the lane first.

    Args:
        messages_most: room for so many; 0 for any number.
        batch_most: messages of the stream that are taken together.
        bytes_most: their payloads together, in bytes.
    """

    def __init__(self, messages_most: int, batch_most: int, bytes_most: int) -> None:
        self._queue: queue.PriorityQueue[tuple[bool, int, mqtt.MQTTMessage]] = queue.PriorityQueue(
            messages_most
        )
        self._numbers = itertools.count()
        self._batch_most = batch_most
        self._bytes_most = bytes_most
        self._lane_s = float("-inf")

    def put(self, message: mqtt.MQTTMessage) -> None:
        """One has come; waits for room. Any thread."""
        self._queue.put((not is_ahead(message.topic), next(self._numbers), message))

    def take(self, wait_s: float) -> list[mqtt.MQTTMessage]:
        """What is to be stored in one transaction: one of the lane, or several of the stream."""
        return list(self._taken(wait_s))

    def _taken(self, wait_s: float) -> Iterator[mqtt.MQTTMessage]:
        try:
            is_stream, _, message = self._queue.get(timeout=wait_s)
            yield message
            if not is_stream:
                self._lane_s = monotonic()
                return
            is_heard = monotonic() - self._lane_s < _HEARD_S
            bytes_most = min(self._bytes_most, _SHORT_BYTES) if is_heard else self._bytes_most
            count, size = 1, len(message.payload)
            while count < self._batch_most and size < bytes_most:
                _, _, message = self._queue.get_nowait()
                yield message
                count, size = count + 1, size + len(message.payload)
        except queue.Empty:
            return


class LaneClient:
    """The connection that listens to the lane.

    Args:
        broker: host and port.
        topic: what to subscribe to; may be a shared subscription.
        name: unique on the broker.
        waiting: where messages are put.
    """

    def __init__(self, broker: tuple[str, int], topic: str, name: str, waiting: Waiting) -> None:
        self._broker = broker
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.reconnect_delay_set(1, 5)
        self._client.on_connect = lambda client, *_: client.subscribe(
            topic, options=SubscribeOptions(qos=0)
        )
        self._client.on_message = lambda _client, _data, message: waiting.put(message)

    def start(self) -> None:
        """Connect, and go on trying where the broker is not there yet."""
        host, port = self._broker
        self._client.connect_async(host, port, 15, clean_start=True)
        self._client.loop_start()

    def stop(self) -> None:
        """Leave in order."""
        self._client.disconnect()
        self._client.loop_stop()


def is_ahead(topic: str) -> bool:
    """Whether a message came on the lane."""
    return topic.rpartition("/")[0].endswith("/live")


def base_of(topic: str) -> str:
    """The beginning of the topic of an event; empty where it is none."""
    base, _, leaf = topic.rpartition("/")[0].rpartition("/")
    return base if leaf in {"event", "live"} else ""
