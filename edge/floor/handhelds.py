"""Handhelds: which pickers' devices are heard, for how long not, and which badge is used twice.

A handheld says every half minute that it is there. Work lies with a badge no longer than
`lease_s` without that: then the loop is handed `HandheldSilent`, again and again until the picker
is no longer at work. A badge is used twice where two sign-ins are heard by turns.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from edge.floor.alerts import Alert, Alerts
from edge.model.ids import Badge
from edge.model.inputs import HandheldSilent
from edge.model.state import FloorState

LOOK_US = 1_000_000
TOGETHER_US = 75_000_000
"""Two sign-ins that were heard within this time are both in use: twice the beat, and some more."""


@dataclass(slots=True)
class _Heard:
    """When one sign-in was heard, first and last."""

    first_us: int
    last_us: int


class Handhelds:
    """Thread-safe: the web hears, the floor loop looks.

    Args:
        alerts: told of a badge that is used twice.
        lease_s: how long work lies with a handheld that is not heard; 0 for ever.
    """

    def __init__(self, alerts: Alerts, lease_s: float) -> None:
        self._alerts = alerts
        self._lease_us = round(lease_s * 1e6)
        self._heard: dict[Badge, dict[int, _Heard]] = {}
        self._twice: set[Badge] = set()
        self._look_due_us = 0
        self._lock = threading.Lock()

    def heard(self, badge: Badge, sign_in: int, now_us: int) -> None:
        """A device that is signed in so is there.

        Args:
            badge: whose.
            sign_in: names the sign-in; one device keeps it until somebody signs in anew.
            now_us: UTC microseconds.
        """
        with self._lock:
            known = self._heard.setdefault(badge, {}).setdefault(sign_in, _Heard(now_us, now_us))
            known.last_us = max(known.last_us, now_us)

    def left(self, badge: Badge, sign_in: int) -> None:
        """Somebody has signed out there."""
        with self._lock:
            self._heard.get(badge, {}).pop(sign_in, None)

    def is_elsewhere(self, badge: Badge, sign_in: int, now_us: int) -> bool:
        """Whether another device is at work with this badge, too."""
        with self._lock:
            return self._together(badge, now_us, with_=sign_in)

    def silent(self, state: FloorState, now_us: int) -> list[HandheldSilent]:
        """As `turn`, of everybody to whom work may be given."""
        return self.turn((one.badge for one in state.pickers.values() if one.ready), now_us)

    def turn(self, at_work: Iterable[Badge], now_us: int) -> list[HandheldSilent]:
        """Whose handheld is silent for too long; looks once a second. Called by the loop.

        Args:
            at_work: everybody to whom work may be given; whoever has not been heard since the
                start is reckoned from now.
            now_us: UTC microseconds.
        """
        if now_us < self._look_due_us:
            return []
        self._look_due_us = now_us + LOOK_US
        with self._lock:
            silent = [one for badge in at_work if (one := self._silent(badge, now_us))]
            twice = {badge for badge in self._heard if self._together(badge, now_us)}
            self._forget(now_us)
        self._tell(twice, now_us)
        return silent

    def _silent(self, badge: Badge, now_us: int) -> HandheldSilent | None:
        known = self._heard.setdefault(badge, {}) or {0: _Heard(now_us, now_us)}
        self._heard[badge] = known
        last_us = max(one.last_us for one in known.values())
        if not self._lease_us or now_us - last_us < self._lease_us:
            return None
        return HandheldSilent(badge, last_us, now_us)

    def _together(self, badge: Badge, now_us: int, with_: int | None = None) -> bool:
        fresh = {
            name: one
            for name, one in self._heard.get(badge, {}).items()
            if name and now_us - one.last_us < TOGETHER_US
        }
        return any(
            one.last_us > other.first_us and other.last_us > one.first_us
            for name, one in fresh.items()
            for another, other in fresh.items()
            if name != another and (with_ is None or name == with_)
        )

    def _forget(self, now_us: int) -> None:
        """Of each badge the newest sign-in stays, others only while they may be in use."""
        for known in self._heard.values():
            newest_us = max((one.last_us for one in known.values()), default=0)
            for name in [
                name
                for name, one in known.items()
                if one.last_us < newest_us and now_us - one.last_us >= TOGETHER_US
            ]:
                del known[name]

    def _tell(self, twice: set[Badge], now_us: int) -> None:
        for badge in twice - self._twice:
            text = (
                f"badge {badge} is at work on two devices at once; "
                "sign out on one of them, and give the other person a badge of their own"
            )
            name, values = _name_of(badge), {"badge": str(badge)}
            self._alerts.begin(Alert(name, "badge_twice", "warning", text, now_us, values))
        for badge in self._twice - twice:
            self._alerts.end(_name_of(badge))
        self._twice = twice


def _name_of(badge: Badge) -> str:
    """The alert's id; a badge may hold any sign, so it goes by its bytes."""
    return f"badge-twice-{badge.encode().hex()}"
