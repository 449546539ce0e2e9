"""The link to the central system, wired."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import Generator

from edge.compose.core import Core
from edge.compose.damage import TellingReader
from edge.compose.info import Info
from edge.compose.requests import Answers
from edge.daemon.kernel_clock import ClockWatch
from edge.floor.alerts import Alert
from edge.floor.board import Board
from edge.floor.explaining import Explainer
from edge.floor.inbox import InboxFullError
from edge.floor.lookups import Lookups
from edge.model.events import Fact
from edge.model.fault_sentences import fault
from edge.model.ids import Gtin, Sku
from edge.settings.faults import ConfigurationError, text_of
from edge.settings.gateway import Settings
from edge.store.errors import StoreError
from edge.store.reader import JournalReader
from edge.store.recent import RecentFacts
from edge.store.store import Store
from edge.sync.epcis.events import EpcisWriter
from edge.sync.epcis.names import EpcisNames
from edge.sync.epcis.withdrawing import is_withdrawn, withdraws
from edge.sync.mqtt.link import MqttLink
from edge.sync.mqtt.settings import LinkParts, LinkSettings, LinkStatus, TlsSettings
from edge.sync.wire.outgoing import ClockQuality, alert_payload
from edge.sync.wire.requests import answer

LOOK_BACK_FACTS = 200_000
"""A count that waited for its decision through more facts than these is not looked for."""


class Link(Protocol):
    """The link as the floor knows it."""

    def wake(self) -> None:
        """Something was committed; returns at once."""
        ...

    def status(self) -> LinkStatus:
        """How the link is."""
        ...


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the central system does not have yet.

    Attributes:
        unsent: facts.
        oldest_unsent_s: age of the oldest of them; 0 where there is none.
        connected: whether a broker is there.
        phase: of the link; `off` without one.
    """

    unsent: int
    oldest_unsent_s: float
    connected: bool
    phase: str


def backlog(core: Core, store: Store, link: Link | None) -> Backlog:
    """What the central system does not have yet."""
    status = link.status() if link else None
    oldest_us = status.oldest_unsent_us if status else None
    age_s = (core.clock.now_us() - oldest_us) / 1e6 if oldest_us else 0.0
    return Backlog(
        unsent=store.last_seq - store.acknowledged,
        oldest_unsent_s=round(max(0.0, age_s), 1),
        connected=status.connected if status else False,
        phase=status.phase if status else "off",
    )


def link_settings(settings: Settings) -> LinkSettings:
    """What the operator decided about the link.

    Raises:
        ConfigurationError: the password file holds no password.
    """
    mqtt, gateway = settings.mqtt, settings.gateway
    return LinkSettings(
        brokers=((mqtt.host, mqtt.port), *map(_address, mqtt.standby)),
        stay_s=mqtt.stay_s,
        absent_after_s=mqtt.absent_s,
        site=gateway.site,
        gateway=gateway.name,
        prefix=mqtt.prefix,
        client_id=mqtt.client_id,
        username=mqtt.username or None,
        password=_secret(mqtt.password_file),
        tls=_tls(settings) if mqtt.tls else None,
        keepalive_s=mqtt.keepalive_s,
        reconnect_s_max=mqtt.reconnect_s_max,
        confirmed_by=settings.delivery.confirmed_by,
        window_messages=mqtt.window,
        events_per_s_max=settings.delivery.events_per_s_max,
        bytes_per_s_max=settings.delivery.bytes_per_s_max,
        partner=settings.partner.name if settings.partner.name < gateway.name else "",
        shared_places=settings.partner.places,
        partner_within_s=settings.partner.within_s,
    )


def mqtt_link(core: Core, store: Store, info: Info) -> MqttLink:
    """The link, its first words left for the broker.

    Raises:
        ConfigurationError: the password file holds no password.
        StoreError: the journal cannot be read.
    """
    lookups = Lookups(core.store_path, core.board)
    watch = ClockWatch(core.clock)
    explainer = Explainer(core.desk.enquiries, lookups)
    answering = Answers(core.board, lookups, explainer, store, info.now)
    chance = np.random.default_rng()
    parts = link_parts(core, answering, chance, lambda: _clock_quality(watch), store.recent)
    link = MqttLink(link_settings(core.settings), parts)
    core.letters.attach(link.wake)
    core.alerts.listen(lambda name, alert: link.alert(name, _alert_payload(alert)))
    info.tell(link.publish_info)
    return link


def link_parts(
    core: Core,
    answering: Answers,
    generator: Generator,
    clock_quality: Callable[[], ClockQuality],
    recent: RecentFacts,
) -> LinkParts:
    """What a link works with, whoever drives it; `recent` are the newest facts of its store.

    Raises:
        StoreError: the journal cannot be read.
    """
    journal = TellingReader(core.store_path, core.damage, recent)
    return LinkParts(
        clock=core.clock,
        generator=generator,
        make_id=core.make_id,
        journal=journal,
        journal_error=StoreError,
        deliver=lambda input_, settle: core.inbox.put(input_, settle, wait_ms=0),
        inbox_full=InboxFullError,
        clock_quality=clock_quality,
        epcis=EpcisWriter(_epcis_names(core), lambda fact: _withdrawn(journal, fact)),
        answer_request=lambda name, payload: answer(name, payload, answering),
        letters=core.letters,
    )


def _epcis_names(core: Core) -> EpcisNames:
    told, gateway = core.settings.epcis, core.settings.gateway
    return EpcisNames(
        base=told.base or f"urn:warehouse-edge:{gateway.site}",
        gtin_of=lambda sku: _gtin_of(core.board, sku),
        kind_of=core.floor.kind_of,
        gln=told.site_gln or None,
        form=told.identifiers,
        zone=ZoneInfo(told.time_zone),
        company_prefix=gateway.gs1_company_prefix,
    )


def _withdrawn(journal: JournalReader, fact: Fact) -> Fact | None:
    """The fact that another takes back; None also where it cannot be read just now."""

    def is_it(one: Fact) -> bool:
        return is_withdrawn(one, fact.event)

    kind = withdraws(fact.event)
    if kind is None:
        return None
    try:
        return journal.newest_before(fact.seq, kind, is_it, LOOK_BACK_FACTS)
    except StoreError:  # what takes it back must go all the same; it tells what it takes back
        return None


def _clock_quality(watch: ClockWatch) -> ClockQuality:
    known = watch.look()
    return ClockQuality(synced=known.synchronised, offset_ms=round(known.offset_us / 1000))


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def _gtin_of(board: Board, sku: Sku) -> Gtin | None:
    sheet = board.look("articles")
    article = sheet.value.get(sku) if sheet else None
    return Gtin(str(article["gtin"])) if isinstance(article, dict) and article["gtin"] else None


class Condition:
    """Tells the central system how the gateway is: ready, degraded or draining.

    Args:
        core: whose alerts make it degraded, where one is critical.
        link: tells it.
    """

    def __init__(self, core: Core, link: MqttLink) -> None:
        self._core = core
        self._link = link
        self._draining = False
        core.alerts.listen(lambda _name, _alert: self._tell())
        self._tell()

    def drain(self) -> None:
        """The gateway is about to end; nothing else is told from now on."""
        self._draining = True
        self._tell()

    def _tell(self) -> None:
        critical = any(one.severity == "critical" for one in self._core.alerts.active())
        calm = "degraded" if critical else "ready"
        self._link.set_state("draining" if self._draining else calm)


def _alert_payload(alert: Alert | None) -> bytes | None:
    if alert is None:
        return None
    return alert_payload(alert.code, alert.severity, alert.since_us, alert.text)


def _secret(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return text_of(path).splitlines()[0]
    except IndexError:
        raise ConfigurationError([f"{path}: {fault('no_password')}"]) from None


def _tls(settings: Settings) -> TlsSettings:
    mqtt = settings.mqtt
    return TlsSettings(mqtt.ca_file, mqtt.certificate_file, mqtt.key_file)
