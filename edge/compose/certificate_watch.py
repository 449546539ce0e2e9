"""The dates of every certificate in use, looked at once an hour: told before anything stops."""

from datetime import UTC, datetime
from pathlib import Path

from edge.clock import Clock
from edge.daemon.checks.certificates import validity_us
from edge.floor.alerts import Alert, Alerts, Severity

LOOK_US = 3_600_000_000
WARNED_DAYS, CRITICAL_DAYS = 30, 7
_DAY_US = 86_400_000_000


class CertificateWatch:
    """Used by one thread, the one that tells health.

    Args:
        files: every certificate with whose it is.
        alerts: `certificate_expiring` and `certificate_not_yet_good` are raised and ended here.
        clock: the host's.
    """

    def __init__(self, files: list[tuple[str, Path]], alerts: Alerts, clock: Clock) -> None:
        self._files = files
        self._alerts = alerts
        self._clock = clock
        self._next_us = 0
        self._told: dict[str, Alert] = {}

    def look(self) -> None:
        """Raise, sharpen and end alerts."""
        now_us = self._clock.monotonic_us()
        if now_us < self._next_us:
            return
        self._next_us = now_us + LOOK_US
        for about, path in self._files:
            self._judge(about, path)

    def _judge(self, about: str, path: Path) -> None:
        validity = validity_us(path)
        if validity is None:
            return  # a file that cannot be read says nothing about a date; `doctor` tells of it
        alert = _alert_of(about, path, validity, self._clock.now_us())
        told = self._told.pop(about, None)
        if told is not None and alert is not None and _kind(alert) == _kind(told):
            alert = None
            self._told[about] = told
        elif told is not None:
            self._alerts.end(told.id)
        if alert is not None:
            self._told[about] = alert
            self._alerts.begin(alert)


def _kind(alert: Alert) -> tuple[str, Severity]:
    return alert.code, alert.severity


def _alert_of(about: str, path: Path, validity_us: tuple[int, int], now_us: int) -> Alert | None:
    """What is wrong with a certificate of these dates; None where nothing is."""
    begins_us, ends_us = validity_us
    name, values = about.replace(" ", "-"), {"about": about, "path": str(path)}
    if now_us < begins_us:
        day = f"{datetime.fromtimestamp(begins_us / 1e6, UTC):%Y-%m-%d}"
        text = f"the {about} {path} is good from {day} on and not before; look at the clock"
        return Alert(
            f"certificate-not-yet-good-{name}",
            "certificate_not_yet_good",
            "critical",
            text,
            now_us,
            values | {"day": day},
        )
    days = (ends_us - now_us) // _DAY_US
    severity = _severity(days)
    if severity is None:
        return None
    when = f"ends in {days} days" if days >= 0 else "has ended"
    text = f"the {about} {path} {when}; renew it, or nobody trusts it any more"
    values |= {"days": str(max(0, days))}
    return Alert(
        f"certificate-expiring-{name}", "certificate_expiring", severity, text, now_us, values
    )


def _severity(days: int) -> Severity | None:
    if days < CRITICAL_DAYS:
        return "critical"
    return "warning" if days < WARNED_DAYS else None
