"""One of several workers of the central system on one shared subscription.

Theory of operation: the broker gives each message of `$share/NAME/{prefix}/+/+/event/#` to one of
the workers. A worker stores a batch in one transaction, then tells the broker (PUBACK) and each
gateway (`ack`) how far the books are whole, over all workers. Its session ends with its
connection: what a broker held for a worker that died is nobody's then. It is a gap in the books,
and is asked for with `request/resend` once it stays; each gap is asked for by one worker. The
gateway's journal is the queue, the broker's is not needed.

Where the database is away, the worker leaves the broker, so that others get the messages, or the
gateways learn that nobody listens; it comes back with the database.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic, time_ns

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from simulators.central_books import Books, Prefix
from simulators.central_events import Delivered, UnreadableEventError, events_of
from simulators.central_lane import LaneClient, Waiting, base_of, is_ahead

_UNCONFIRMED_MOST = 100
"""Messages under way to one worker: what has to be asked for again when it dies."""
_BATCH_MOST = 100
_BATCH_BYTES_MOST = 256 * 1024
"""A transaction holds its gateways: others must not wait long, and a death must cost little."""
_GAP_PATIENCE_S = 2.0
_HEARD_S = 30.0
"""A gateway that was heard on this broker so long ago may have gone to another one."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What to run.

    Attributes:
        share: name of the shared subscription, the same for all workers.
    """

    broker: tuple[str, int]
    prefix: str = "we1"
    share: str = "central"


class Worker:
    """One worker on one broker.

    Args:
        settings: what to run.
        books: shared with the other workers.
        name: of this worker, unique on the broker.
        now_us: tells UTC microseconds.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        books: Books,
        name: str,
        now_us: Callable[[], int] = lambda: time_ns() // 1000,
    ) -> None:
        self._settings = settings
        self._books = books
        self._now_us = now_us
        self._waiting = Waiting(0, _BATCH_MOST, _BATCH_BYTES_MOST)
        lane = f"$share/{settings.share}/{settings.prefix}/+/+/live/#"
        self._lane = LaneClient(settings.broker, lane, f"{name}-live", self._waiting)
        self._heard: dict[str, float] = {}
        self._told: dict[tuple[str, str], tuple[int, float]] = {}
        self._gaps_at_s = 0.0
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            name,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        self._client.reconnect_delay_set(1, 5)
        self._client.on_connect = self._on_connect
        self._client.on_message = lambda _client, _data, message: self._waiting.put(message)

    def start(self) -> None:
        """Connect, and go on trying where the broker is not there yet."""
        properties = _properties(PacketTypes.CONNECT)
        properties.ReceiveMaximum = _UNCONFIRMED_MOST
        host, port = self._settings.broker
        self._client.connect_async(host, port, 15, clean_start=True, properties=properties)
        self._client.loop_start()
        self._lane.start()

    def stop(self) -> None:
        """Leave in order."""
        self._lane.stop()
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: mqtt.Client, *_: object) -> None:
        topic = f"$share/{self._settings.share}/{self._settings.prefix}/+/+/event/#"
        client.subscribe([(topic, SubscribeOptions(qos=1))])

    def turn(self, wait_s: float = 0.1) -> int:
        """Take what has come, acknowledge it, see to gaps.

        Returns:
            How many events were new.

        Raises:
            BooksAwayError: the database does not answer.
        """
        messages = self._waiting.take(wait_s)
        fresh = self._take(messages) if messages else 0
        self._mind_gaps()
        return fresh

    def _take(self, messages: list[mqtt.MQTTMessage]) -> int:
        events: list[Delivered] = []
        for message in messages:
            base = base_of(message.topic)
            self._heard[base] = monotonic()
            try:
                events += events_of(bytes(message.payload), base, is_ahead=is_ahead(message.topic))
            except UnreadableEventError:
                self._books.count("unreadable")
        fresh = self._books.take(events, self._now_us())
        for message in messages:
            self._client.ack(message.mid, message.qos)  # nothing where the quality is 0
        self._acknowledge(events)
        return len(fresh)

    def _acknowledge(self, events: Iterable[Delivered]) -> None:
        """Tell how far the books are whole; the same again only when it may have been lost."""
        for (gateway, epoch), base in {(e.gateway, e.epoch): e.base for e in events}.items():
            upto = self._books.prefix(gateway, epoch).upto
            last, at_s = self._told.get((gateway, epoch), (-1, 0.0))
            if upto == last and monotonic() - at_s < _GAP_PATIENCE_S:
                continue
            self._told[gateway, epoch] = (upto, monotonic())
            ack = json.dumps({"epoch": epoch, "upto": upto}).encode()
            self._client.publish(f"{base}/ack", ack, qos=1, retain=True)

    def _mind_gaps(self) -> None:
        now_s = monotonic()
        if now_s < self._gaps_at_s:
            return
        self._gaps_at_s = now_s + _GAP_PATIENCE_S / 4
        heard = [base for base, at_s in self._heard.items() if now_s - at_s < _HEARD_S]
        if heard:
            patience_us = int(_GAP_PATIENCE_S * 1e6)
            for gap in self._books.gaps_due(self._now_us(), patience_us, heard):
                self._ask_again(gap)

    def _ask_again(self, gap: Prefix) -> None:
        properties = _properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = f"{gap.base}/response/resend"
        properties.CorrelationData = f"{gap.epoch}-{gap.upto + 1}".encode()
        properties.MessageExpiryInterval = 30
        payload = json.dumps({"epoch": gap.epoch, "from": gap.upto + 1}).encode()
        self._client.publish(f"{gap.base}/request/resend", payload, qos=1, properties=properties)


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho leaves it without types
