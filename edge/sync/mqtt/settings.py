"""What the link to the broker is told, and what it is given to work with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from numpy.random import Generator

from edge.clock import Clock, SystemClock
from edge.floor.board import Board
from edge.floor.letters import Letters
from edge.model.events import Fact
from edge.model.ids import IdMaker
from edge.model.inputs import Input
from edge.model.prompts import Answer
from edge.sync.wire.outgoing import ClockQuality, Epcis

Settle = Callable[[Answer], None]
KEEPALIVE_S_MIN = 2


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """How the broker is known, and how the gateway shows who it is.

    Attributes:
        ca_file: certificates to trust; None for those of the host.
        certificate_file, key_file: the gateway's own, both or none.
    """

    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Everything that an operator decides about the link.

    Attributes:
        brokers: host and port, the preferred one first; when one is lost the next one is tried.
        prefix, site, gateway: levels of the topics.
        client_id: at the broker; empty for `SITE-GATEWAY`, which no other gateway has.
        username, password: None where the certificate tells all.
        tls: None only where the wire does not leave the host.
        keepalive_s: silence after which the broker is asked; half of it later it counts as lost.
        session_expiry_s: how long the broker keeps orders for a gateway that is away.
        connect_timeout_s: for the TCP and TLS handshake; a stop may have to wait for it.
        will_delay_s: the broker tells that the gateway is lost so long after it has lost it.
        reconnect_s_min, reconnect_s_max: the pause between tries grows from one to the other.
        confirmed_by: whose word frees the journal; the broker's is no proof of delivery.
        window_messages: messages that may wait for the broker's acknowledgement.
        absent_after_s: without progress for so long the central system counts as absent.
        probe_s: how often an absent central system is sent one fact.
        switch_after_s: with several brokers the next one is tried when the central system has
            been absent behind this one for so long.
        events_per_s_max, bytes_per_s_max: what is sent in a second at most; 0 for any amount.
        stay_s: a standby broker is used at least for so long before the preferred one is tried.
        partner: a gateway that covers some places together with this one and whose events are
            kept where both tell of one happening; empty for none.
        shared_places: what both cover.
        partner_within_s: how far apart they may tell of one happening.
    """

    brokers: tuple[tuple[str, int], ...]
    site: str
    gateway: str
    prefix: str = "we1"
    client_id: str = ""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: TlsSettings | None = None
    keepalive_s: int = 20
    session_expiry_s: int = 604_800
    connect_timeout_s: float = 2.5
    will_delay_s: int = 15
    reconnect_s_min: float = 1.0
    reconnect_s_max: float = 60.0
    confirmed_by: Literal["central", "broker"] = "central"
    window_messages: int = 16
    absent_after_s: float = 30.0
    probe_s: float = 10.0
    switch_after_s: float = 10.0
    stay_s: float = 60.0
    events_per_s_max: float = 0.0
    bytes_per_s_max: float = 0.0
    partner: str = ""
    shared_places: tuple[str, ...] = ()
    partner_within_s: float = 60.0

    def __post_init__(self) -> None:
        if not self.brokers:
            raise ValueError("brokers: name one at least")
        if self.keepalive_s < KEEPALIVE_S_MIN:
            raise ValueError(f"keepalive_s: {KEEPALIVE_S_MIN} or more")


class JournalSource(Protocol):
    """The journal as the link reads it, from its own thread only."""

    def facts_after(self, seq: int, limit: int, bytes_max: int) -> list[Fact]:
        """Facts behind `seq` in order; the first whatever its size."""
        ...

    def last_seq(self) -> int:
        """Number of the newest fact."""
        ...

    def acknowledged(self) -> int:
        """The central system has stored everything up to here; may lag."""
        ...

    def epoch(self) -> str:
        """Name of the numbering in force."""
        ...


@dataclass(frozen=True, slots=True)
class LinkParts:
    """What the link works with.

    Attributes:
        clock: for waiting and for stamps.
        generator: jitter of the pauses.
        make_id: names the sessions.
        journal: read by the link's thread.
        journal_error: what `journal` raises when it cannot be read; tried again later.
        deliver: hands an input to the floor; `Settle` is called once after its commit.
        inbox_full: what `deliver` raises when it took nothing; tried again later.
        clock_quality: for the envelopes.
        epcis: for the envelopes.
        answer_request: answers `request/{name}` but `resend`: name and payload to payload; None
            for a name that it does not know. Called by the link's thread: must be quick.
        letters: told what is set aside, and asked what a person wants sent once more.
    """

    clock: Clock
    generator: Generator
    make_id: IdMaker
    journal: JournalSource
    journal_error: type[Exception]
    deliver: Callable[[Input, Settle], None]
    inbox_full: type[Exception]
    clock_quality: Callable[[], ClockQuality]
    epcis: Epcis
    answer_request: Callable[[str, bytes], bytes | None] = lambda _name, _payload: None
    letters: Letters = field(default_factory=lambda: Letters(Board(), SystemClock()))


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How the link is, for health and metrics.

    Attributes:
        running: whether its thread lives.
        broker: `host:port` while connected, else empty.
        phase: down, draining, resting (a refusal is waited out) or absent (the central system).
        unsent: facts that are not acknowledged.
        oldest_unsent_us: when the oldest of them was recorded, UTC microseconds; None for none.
        in_flight: messages that wait for the broker's acknowledgement.
        waiting_incoming: messages that came in and are not committed yet.
        connections: since the start.
        last_error: the newest trouble as a sentence; empty for none so far.
    """

    running: bool
    connected: bool
    broker: str
    phase: str
    unsent: int
    oldest_unsent_us: int | None
    in_flight: int
    waiting_incoming: int
    connections: int
    last_error: str
