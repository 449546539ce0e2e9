"""The topics of the MQTT interface, below `{prefix}/{site}/{gateway}/`."""

import re
from dataclasses import dataclass

_LEVEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ALERT_ID = re.compile(r"[^a-z0-9-]+")
EVENT_KINDS = (
    "order",
    "stock",
    "pick",
    "pack",
    "ship",
    "return",
    "count",
    "exception",
    "reader",
    "person",
)


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of all topics of one gateway.

    Attributes:
        prefix: first level, by default `we1`; may have levels of its own.
        site, gateway: letters, digits, dot, underscore and hyphen.
        partner: the gateway that covers some places together with this one; empty for none.
    """

    prefix: str
    site: str
    gateway: str
    partner: str = ""

    def __post_init__(self) -> None:
        levels = (*self.prefix.split("/"), self.site, self.gateway, self.partner or "none")
        if wrong := [level for level in levels if not _LEVEL.fullmatch(level)]:
            raise ValueError(
                f"topic level {wrong[0]!r}: use 1 to 64 letters, digits, dots, underscores and "
                "hyphens, beginning with a letter or digit"
            )

    @property
    def base(self) -> str:
        """The common beginning, with its slash."""
        return f"{self.prefix}/{self.site}/{self.gateway}/"

    @property
    def state(self) -> str:
        """Retained; also the last will."""
        return f"{self.base}state"

    @property
    def info(self) -> str:
        """Retained; versions and addresses."""
        return f"{self.base}info"

    @property
    def health(self) -> str:
        """Retained, QoS 0."""
        return f"{self.base}health"

    def alert(self, alert_id: str) -> str:
        """Retained; empty when it is over. Letters that a topic should not have become hyphens."""
        return f"{self.base}alert/{_ALERT_ID.sub('-', alert_id.lower()).strip('-') or 'unnamed'}"

    def event(self, kind: str) -> str:
        """Facts of one of `EVENT_KINDS`."""
        return f"{self.base}event/{kind}"

    def live(self, kind: str) -> str:
        """The same facts ahead of their turn, while `event` catches up."""
        return f"{self.base}live/{kind}"

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """What the gateway listens to, all with QoS 1."""
        names = ("ack", "order", "return", "master/+", "request/+")
        own = tuple(f"{self.base}{name}" for name in names)
        return (*own, self.partner_events, self.partner_ack) if self.partner else own

    @property
    def partner_events(self) -> str:
        """What the partner says of tagged items."""
        return f"{self.prefix}/{self.site}/{self.partner}/event/stock"

    @property
    def partner_ack(self) -> str:
        """Retained; how far the central system has the partner's events."""
        return f"{self.prefix}/{self.site}/{self.partner}/ack"

    @property
    def partner_resend(self) -> str:
        """Asks the partner to send events again, as the central system does."""
        return f"{self.prefix}/{self.site}/{self.partner}/request/resend"

    def name_of(self, topic: str) -> str | None:
        """The part below the gateway, such as `master/items`; None for a foreign topic."""
        return topic.removeprefix(self.base) if topic.startswith(self.base) else None
