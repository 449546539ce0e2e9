"""One connection to a broker, by paho, driven by the caller's thread.

paho's own thread, queue and reconnection are not used: its thread ends at an exception in a
callback without anybody noticing, its queue dies with the process and its reconnection sends what
it likes. A client lives for one connection, its callbacks only write down what they saw, and what
is worth sending again is decided by the session.
"""

import contextlib
import os
import select
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.sync.mqtt.seen import (
    Answered,
    Arrived,
    Closed,
    NotSubscribed,
    Opened,
    Outgoing,
    Seen,
    Will,
)
from edge.sync.mqtt.settings import LinkSettings
from edge.sync.mqtt.tls import tls_context
from edge.sync.wire.incoming import PAYLOAD_BYTES_MAX

INCOMING_MESSAGES_MAX = 32
"""Messages that may be under way into the floor: the broker keeps the others."""
RECEIVE_MAXIMUM = 65_535
PACKET_MAX = 268_435_455
"""What MQTT allows where the broker names no limit."""
_READS_MAX = 256
_UNSPECIFIED = 0x80
"""Of paho, where the wire ended and the broker had told no reason."""
_WAKE_BYTES = 4_096
_JSON = "application/json"


class Connection:
    """From connecting to the end; then a new one is made.

    Args:
        settings: see there.
        will: see there.
    """

    def __init__(self, settings: LinkSettings, will: Will) -> None:
        self._keepalive_s = settings.keepalive_s
        self._session_expiry_s = settings.session_expiry_s
        self._seen: deque[Seen] = deque()
        self._accepted = False
        self._held: deque[tuple[int, Outgoing]] = deque()
        self._tickets: dict[int, int] = {}
        self._ticket = 0
        self._unanswered_max = RECEIVE_MAXIMUM
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id or f"{settings.site}-{settings.gateway}",
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._client.connect_timeout = settings.connect_timeout_s
        self._client.max_inflight_messages_set(0)  # paho's limit cannot follow the broker's
        if settings.username is not None:
            self._client.username_pw_set(settings.username, settings.password)
        if settings.tls is not None:
            self._client.tls_set_context(tls_context(settings.tls))
        properties = _properties(PacketTypes.WILLMESSAGE)
        properties.WillDelayInterval = settings.will_delay_s
        properties.ContentType = _JSON
        self._client.will_set(will.topic, will.payload, qos=1, retain=True, properties=properties)
        self._client.on_socket_open = _send_at_once
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe

    def open(self, host: str, port: int) -> None:
        """Connect; `Opened` follows when the broker has accepted us.

        Raises:
            OSError: nobody answers, or TLS fails; also for a name without address.
        """
        properties = _properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self._session_expiry_s
        properties.ReceiveMaximum = INCOMING_MESSAGES_MAX
        properties.MaximumPacketSize = PAYLOAD_BYTES_MAX + 65_536
        self._client.connect(
            host, port, self._keepalive_s, clean_start=False, properties=properties
        )

    @property
    def is_open(self) -> bool:
        """Whether there still is a socket."""
        return self._client.socket() is not None

    def turn(self, wake: int, wait_ms: int) -> bool:
        """Wait for the socket or for a byte in `wake` (a descriptor), then read and write.

        The byte is taken before anything is looked at: one that comes later wakes the next turn.

        Returns:
            Whether the broker was heard.
        """
        wire = self._client.socket()
        if wire is None:
            return False
        asked = select.poll()
        asked.register(wake, select.POLLIN)
        writing = select.POLLOUT if self._client.want_write() else 0
        asked.register(wire.fileno(), select.POLLIN | writing)
        ready = dict(asked.poll(wait_ms))
        if ready.pop(wake, 0):
            os.read(wake, _WAKE_BYTES)
        events = next(iter(ready.values()), 0)
        if events & select.POLLOUT:
            self._client.loop_write()
        heard = bool(events & ~select.POLLOUT)
        if heard:
            self._read(wire)
        self._client.loop_misc()
        self._send_held()
        return heard

    def seen(self) -> Seen | None:
        """The next thing that happened, in order."""
        return self._seen.popleft() if self._seen else None

    def subscribe(self, topics: tuple[str, ...], own: str) -> None:
        """Listen to `topics`, and to what is retained below `own`, but not to our own words."""
        options: list[tuple[str, SubscribeOptions]] = [
            (topic, SubscribeOptions(qos=1)) for topic in topics
        ]
        options.append((own, SubscribeOptions(qos=0, noLocal=True)))
        self._client.subscribe(options)

    def limit(self, messages: int) -> None:
        """How many messages may wait for their PUBACK; the others are held back here."""
        self._unanswered_max = messages

    def publish(self, message: Outgoing) -> int:
        """Send, after those that are held back; gives the ticket that its `Answered` will bear.

        Raises:
            ValueError: the topic cannot be published to.
        """
        if not message.topic or set(message.topic) & set("+#\0"):
            raise ValueError("a topic to publish to is not empty and has no wildcards")
        self._ticket += 1
        self._held.append((self._ticket, message))
        self._send_held()
        return self._ticket

    def _send_held(self) -> None:
        while self._held and len(self._tickets) < self._unanswered_max:
            ticket, message = self._held.popleft()
            message_id = self._send(message)
            if message.quality > 0:
                self._tickets[message_id] = ticket

    def _send(self, message: Outgoing) -> int:
        properties = _properties(PacketTypes.PUBLISH)
        properties.PayloadFormatIndicator = 1
        properties.ContentType = _JSON
        if message.keys:
            properties.UserProperty = list(message.keys)
        if message.correlation is not None:
            properties.CorrelationData = message.correlation
        if message.expiry_s is not None:
            properties.MessageExpiryInterval = message.expiry_s
        info = self._client.publish(
            message.topic, message.payload, message.quality, message.retain, properties
        )
        return info.mid

    def acknowledge(self, arrived: Arrived) -> None:
        """The message is committed: the broker may forget it."""
        self._client.ack(arrived.message_id, arrived.quality)

    def close(self) -> None:
        """Say goodbye, so that the will is not told, and let go."""
        with contextlib.suppress(OSError):
            self._client.disconnect()
            if self.is_open:
                self._client.loop_write()
        self.drop()

    def drop(self) -> None:
        """Let go without a word."""
        wire = self._client.socket()
        if wire is not None:
            with contextlib.suppress(OSError):
                wire.close()

    def _read(self, wire: Any) -> None:  # noqa: ANN401 - paho's socket is one of three classes
        pending: Callable[[], int] = getattr(wire, "pending", lambda: 0)
        for _ in range(_READS_MAX):
            rc = self._client.loop_read()
            if rc != MQTTErrorCode.MQTT_ERR_SUCCESS or not self.is_open or not pending():
                break

    def _on_connect(
        self,
        _client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            text = f"the broker refuses us: {reason}{_elsewhere(properties)}"
            self._seen.append(Closed(reason.value, text))
            return
        self._accepted = True
        self._seen.append(
            Opened(
                getattr(properties, "ReceiveMaximum", RECEIVE_MAXIMUM),
                getattr(properties, "MaximumPacketSize", PACKET_MAX),
                getattr(properties, "ServerKeepAlive", 0),
            )
        )

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        told = reason.value if flags.is_disconnect_packet_from_server else 0
        text = f"the connection ended: {reason}{_elsewhere(properties)}"
        unsaid = not flags.is_disconnect_packet_from_server and reason.value == _UNSPECIFIED
        self._seen.append(Closed(told, text, self._accepted and unsaid))

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        self._seen.append(
            Arrived(
                message.mid,
                message.qos,
                topic,
                bytes(message.payload),
                bool(message.retain),
                getattr(message.properties, "ResponseTopic", ""),
                getattr(message.properties, "CorrelationData", None),
            )
        )

    def _on_publish(
        self,
        _client: Client,
        _userdata: object,
        message_id: int,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        ticket = self._tickets.pop(message_id, None)
        if ticket is not None:
            self._seen.append(Answered(ticket, reason.value))

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _message_id: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self._seen.append(NotSubscribed(refused[0]))


def _elsewhere(properties: Properties | None) -> str:
    """Where the broker says that we should go instead."""
    server = getattr(properties, "ServerReference", "")
    return f"; it names {server}: configure that one" if server else ""


def _send_at_once(_client: Client, _userdata: object, wire: Any) -> None:  # noqa: ANN401 - as in `_read`
    """Small messages do not wait for the acknowledgement of those before (Nagle): up to 40 ms."""
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call] # paho types its client only
