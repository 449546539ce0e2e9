"""What is wrong now and wants a person: raised once, over once, shown on the board and by MQTT."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from edge.model.fault_sentences import fault_recognised

Severity = Literal["warning", "critical"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that is wrong.

    Attributes:
        id: names it for ever, such as `reader-lost-shelf-1`; lower-case letters, digits, hyphens.
        code: what kind of thing it is, such as `reader_lost`.
        text: one sentence: what, and how to mend it.
        since_us: UTC microseconds.
        values: what the text names, for those who say it in another language: the pages' words
            `alert.CODE.text` have these names in braces. Several sentences stand a line each.
    """

    id: str
    code: str
    severity: Severity
    text: str
    since_us: int
    values: Mapping[str, str] = field(default_factory=dict)


OnChange = Callable[[str, Alert | None], None]
"""Called with an alert's id and the alert, None when it is over; must return at once."""


class Alerts:
    """Thread-safe; any part may raise and end alerts, listeners hear each change once."""

    def __init__(self) -> None:
        self._active: dict[str, Alert] = {}
        self._listeners: list[OnChange] = []
        self._lock = threading.Lock()

    def listen(self, listener: OnChange) -> None:
        """Tell each later change to `listener`, and what is active already."""
        with self._lock:
            self._listeners.append(listener)
            active = tuple(self._active.values())
        for alert in active:
            listener(alert.id, alert)

    def begin(self, alert: Alert) -> None:
        """Something is wrong; saying so again changes nothing."""
        with self._lock:
            if alert.id in self._active:
                return
            self._active[alert.id] = alert
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(alert.id, alert)

    def end(self, alert_id: str) -> None:
        """It is right again; saying so of what was not wrong changes nothing."""
        with self._lock:
            if self._active.pop(alert_id, None) is None:
                return
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(alert_id, None)

    def active(self) -> tuple[Alert, ...]:
        """All that is wrong now, oldest first."""
        with self._lock:
            return tuple(sorted(self._active.values(), key=lambda one: one.since_us))


def alert_view(alert: Alert) -> dict[str, object]:
    """An alert as plain values; `said` is what of its values are sentences of our own."""
    said = {name: _said(value) for name, value in alert.values.items()}
    return {
        "id": alert.id,
        "code": alert.code,
        "severity": alert.severity,
        "text": alert.text,
        "values": dict(alert.values),
        "said": {name: one for name, one in said.items() if one is not None},
        "since": alert.since_us,
    }


@lru_cache(maxsize=1_024)
def _said(value: str) -> list[dict[str, object]] | None:
    """Which sentence each line is, as `recognised` tells it; None where none of them is one."""
    lines = value.split("\n")
    known = [fault_recognised(one) for one in lines]
    if not any(known):
        return None
    pairs = zip(lines, known, strict=True)
    return [one or {"code": "", "values": {}, "text": line} for line, one in pairs]
