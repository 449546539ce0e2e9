"""The dates of every certificate in use, looked at once an hour: told before anything stops."""

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
        alerts: `certificate_expiring` is raised and ended here.
        clock: the host's.
    """

    def __init__(self, files: list[tuple[str, Path]], alerts: Alerts, clock: Clock) -> None:
        self._files = files
        self._alerts = alerts
        self._clock = clock
        self._next_us = 0
        self._told: dict[str, Severity] = {}

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
        _, ending_us = validity
        now_us = self._clock.now_us()
        days = (ending_us - now_us) // _DAY_US
        severity = _severity(days)
        if severity == self._told.get(about):
            return
        alert_id = f"certificate-expiring-{about.replace(' ', '-')}"
        self._alerts.end(alert_id)
        if severity is None:
            del self._told[about]
            return
        self._told[about] = severity
        when = f"ends in {days} days" if days >= 0 else "has ended"
        text = f"the {about} {path} {when}; renew it, or nobody trusts it any more"
        values = {"about": about, "path": str(path), "days": str(max(0, days))}
        self._alerts.begin(Alert(alert_id, "certificate_expiring", severity, text, now_us, values))


def _severity(days: int) -> Severity | None:
    if days < CRITICAL_DAYS:
        return "critical"
    return "warning" if days < WARNED_DAYS else None
