"""The gateway beside this one, as the link meets it: its events come in, agreements go out.

What was told and acknowledged before a restart is read back from the journal's end, so that an
event of the partner that comes late, after a cut, still finds its other half. What the partner
told and this process took along when it died is asked for again, once a life.
"""

import json
from collections.abc import Callable, Iterable, Sequence

import structlog

from edge.model.events import Fact
from edge.model.inputs import Input, PartnerAgreed
from edge.sync.mqtt.seen import Arrived
from edge.sync.mqtt.settings import LinkParts, LinkSettings
from edge.sync.session.partner import REMEMBERED_MAX, Agreed, Partner
from edge.sync.wire.incoming import objects_of
from edge.sync.wire.messages import ACK
from edge.sync.wire.outgoing import BATCH_BYTES_MAX
from edge.sync.wire.partner import happenings

_PAGE = 1_000
_AGAIN = 500
"""Events of the partner that a process may have taken along: more than a minute has."""

_log = structlog.get_logger(__name__)


class PartnerLink:
    """Used by the link's thread only.

    Args:
        settings: name the partner and what both cover.
        parts: of the link.
        take: puts inputs of a message into the mailbox, with what acknowledges it.
    """

    def __init__(
        self,
        settings: LinkSettings,
        parts: LinkParts,
        take: Callable[[Sequence[Input], Callable[[], None]], None],
    ) -> None:
        self._name = settings.partner
        self._partner = Partner(settings.shared_places, int(settings.partner_within_s * 1e6))
        self._parts = parts
        self._take = take
        self._has_begun = False
        self._has_asked = False

    def own(self, facts: Iterable[Fact]) -> None:
        """Facts of ours that go out, some of them again."""
        self._agree(self._partner.own(facts), _nothing)

    def told(self, arrived: Arrived, acknowledge: Callable[[], None]) -> None:
        """A message of the partner; it is acknowledged when what follows of it is committed."""
        self._begin()
        found, fault = happenings(arrived.payload)
        if fault:
            _log.warning("the partner's event is not understood", topic=arrived.topic, why=fault)
        told = (self._partner.told(what, sign) for what, sign in found)
        self._agree([one for one in told if one is not None], acknowledge)

    def to_ask(self, arrived: Arrived) -> bytes | None:
        """What to ask the partner, now that its progress is known; None for nothing."""
        if self._has_asked:
            return None
        try:
            ack = ACK.validate_python(objects_of(arrived.payload)[0])
        except ValueError:
            return None  # cleared, or none of ours to judge: the next one tells
        self._has_asked = True
        return json.dumps({"epoch": ack.epoch, "from": max(1, ack.upto - _AGAIN)}).encode()

    def _begin(self) -> None:
        """Remember what was told before the start."""
        if self._has_begun:
            return
        journal = self._parts.journal
        try:
            after = max(0, journal.last_seq() - REMEMBERED_MAX)
            while facts := journal.facts_after(after, _PAGE, 2 * BATCH_BYTES_MAX):
                self.own(facts)
                after = facts[-1].seq
        except self._parts.journal_error as error:
            _log.warning("the journal cannot be read back", why=str(error))
            return
        self._has_begun = True

    def _agree(self, found: Iterable[Agreed], acknowledge: Callable[[], None]) -> None:
        now_us = self._parts.clock.now_us()
        inputs = [
            PartnerAgreed(one.epc, one.event_id, self._name, one.kept_id, now_us) for one in found
        ]
        self._take(inputs, acknowledge)


def _nothing() -> None:
    """Nobody waits for it."""
