"""The link to the brokers in played time: the product's session, mailbox and serving, no thread.

`edge.sync.mqtt.link` waits for sockets in a thread of its own; here the same parts are driven by
the day's loop, in the same order.
"""

import asyncio
from typing import cast

from numpy.random import Generator

from edge.compose.core import Core
from edge.compose.link import link_parts, link_settings
from edge.compose.requests import Answers
from edge.floor.alerts import Alert
from edge.floor.explaining import Explainer
from edge.floor.lookups import Lookups
from edge.store.reader import JournalReader
from edge.store.store import Store
from edge.sync.mqtt.backoff import Backoff
from edge.sync.mqtt.brokers import BrokerChoice
from edge.sync.mqtt.connection import Connection
from edge.sync.mqtt.mailbox import Mailbox
from edge.sync.mqtt.notices import Notices
from edge.sync.mqtt.seen import Closed
from edge.sync.mqtt.serving import Serving
from edge.sync.mqtt.settings import LinkStatus
from edge.sync.session.delivery import Delivery
from edge.sync.session.phases import Phase
from edge.sync.session.settings import DeliverySettings
from edge.sync.wire.outgoing import (
    ClockQuality,
    FactEncoder,
    alert_payload,
    plain_payload,
    state_payload,
)
from edge.sync.wire.topics import Topics
from simulators.day.network import Network, PlayedConnection

TURN_S = 0.5


class PlayedLink:
    """One process's link.

    Args:
        core: of the gateway.
        store: asked by the central system.
        chance: jitter of the pauses.
        network: the brokers.

    Raises:
        StoreError: the journal cannot be read.
    """

    def __init__(self, core: Core, store: Store, chance: Generator, network: Network) -> None:
        lookups = Lookups(core.store_path, core.board)
        answering = Answers(
            core.board, lookups, Explainer(core.desk.enquiries, lookups), store, dict
        )
        self._clock = core.clock
        self._network = network
        self._settings = link_settings(core.settings)
        settings = self._settings
        quality = ClockQuality(synced=True, offset_ms=0)
        self._parts = link_parts(core, answering, chance, lambda: quality, store.recent)
        self.journal = cast("JournalReader", self._parts.journal)
        self._topics = Topics(settings.prefix, settings.site, settings.gateway)
        self._notices = Notices(self._topics)
        self._session = core.make_id()
        self._notices.put(self._topics.info, plain_payload({}))
        core.alerts.listen(self._alert)
        self._mailbox = Mailbox(self._parts.deliver, self._parts.inbox_full, self.wake)
        self._choice = BrokerChoice(settings.brokers, int(settings.stay_s * 1e6))
        self._backoff = Backoff(chance, settings.reconnect_s_min, settings.reconnect_s_max)
        self._woken = asyncio.Event()
        self._connection: PlayedConnection | None = None
        self._connections = 0
        encoder = FactEncoder(settings.gateway, self._parts.clock_quality, self._parts.epcis)
        self.delivery = Delivery(
            DeliverySettings(
                by_broker=settings.confirmed_by == "broker",
                window_messages=settings.window_messages,
                absent_after_us=int(settings.absent_after_s * 1e6),
                probe_us=int(settings.probe_s * 1e6),
                events_per_s_max=settings.events_per_s_max,
                bytes_per_s_max=settings.bytes_per_s_max,
            ),
            encoder,
            self.journal.epoch(),
            self.journal.acknowledged(),
            self.journal.last_seq(),
        )

    def wake(self) -> None:
        """Something was committed, or came."""
        self._woken.set()

    def status(self) -> LinkStatus:
        """How the link is."""
        return LinkStatus(
            running=True,
            connected=self._connection is not None and self._connection.is_open,
            broker=self._choice.current[0],
            phase=self.delivery.phase.value,
            unsent=self.delivery.unsent,
            oldest_unsent_us=None,
            in_flight=self.delivery.in_flight,
            waiting_incoming=len(self._mailbox),
            connections=self._connections,
            last_error="",
        )

    def vanish(self) -> None:
        """The process is gone; brokers notice at once, as the kernel closes its sockets."""
        if self._connection is not None:
            self._connection.drop()

    def _alert(self, name: str, alert: Alert | None) -> None:
        payload = (
            alert_payload(alert.code, alert.severity, alert.since_us, alert.text) if alert else b""
        )
        self._notices.put(self._topics.alert(name), payload)
        self.wake()

    async def run(self) -> None:
        """Connect and serve for ever."""
        while True:
            acknowledged = self.delivery.acknowledged_seq
            returns = await self._serve(self._choice.current[0])
            served = self.delivery.acknowledged_seq > acknowledged
            if served:
                self._backoff.reset()
            if returns:
                self._choice.go_back()
            elif self._choice.ended(served=served):
                await self._pause(self._backoff.pause_s())

    async def _serve(self, name: str) -> bool:
        connection = PlayedConnection(self._settings.gateway, self.wake)
        try:
            connection.open_to(self._network.brokers[name])
        except OSError:
            return False
        self._connection = connection
        self._session = self._parts.make_id()
        self._notices.put(
            self._topics.state, state_payload("ready", self._session, self._clock.now_us())
        )
        serving = Serving(
            cast("Connection", connection),
            settings=self._settings,
            parts=self._parts,
            topics=self._topics,
            delivery=self.delivery,
            mailbox=self._mailbox,
            notices=self._notices,
        )
        try:
            return await self._turns(serving)
        finally:
            serving.end()

    async def _turns(self, serving: Serving) -> bool:
        opened_us = self._clock.monotonic_us()
        absent_since_us: int | None = None
        while serving.ended is None:
            was_open = serving.is_open
            serving.turn(0)
            self._connections += serving.is_open and not was_open
            absent_since_us = self._absent_since(absent_since_us)
            if self._is_elsewhere(absent_since_us):
                serving.ended = Closed(0, "the central system is absent behind this broker")
            if serving.is_open and self._may_go_back(opened_us):
                return True
            await self._wait(TURN_S)
        return False

    def _absent_since(self, before_us: int | None) -> int | None:
        if self.delivery.phase is not Phase.ABSENT:
            return None
        return self._clock.monotonic_us() if before_us is None else before_us

    def _is_elsewhere(self, absent_since_us: int | None) -> bool:
        if absent_since_us is None or not self._choice.has_others:
            return False
        absent_us = self._clock.monotonic_us() - absent_since_us
        return absent_us > self._settings.switch_after_s * 1e6

    def _may_go_back(self, opened_us: int) -> bool:
        now_us = self._clock.monotonic_us()
        wants = self._choice.wants_back(now_us, opened_us, unsent=self.delivery.unsent)
        return wants and self._network.brokers[self._choice.preferred[0]].up

    async def _pause(self, pause_s: float) -> None:
        """Wait without a connection; what the floor commits meanwhile still counts."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + pause_s
        while loop.time() < until_s:
            await self._wait(min(TURN_S, until_s - loop.time()))
            now_us = self._clock.monotonic_us()
            self.delivery.grown(self.journal.last_seq(), now_us)
            self._mailbox.work(now_us)

    async def _wait(self, wait_s: float) -> None:
        """Until woken, or for so long."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(wait_s, self._woken.set)
        await self._woken.wait()
        timer.cancel()
        self._woken.clear()
