"""Telling the log what is wrong: a line when it begins and a line when it is over."""

import structlog

from edge.floor.alerts import Alert

_log = structlog.get_logger("alerts")


def log_alert(alert_id: str, alert: Alert | None) -> None:
    """One line for each change of an alert; see `floor.alerts.OnChange`."""
    if alert is None:
        _log.info("alert over", id=alert_id)
    elif alert.severity == "critical":
        _log.error("alert", id=alert_id, code=alert.code, text=alert.text)
    else:
        _log.warning("alert", id=alert_id, code=alert.code, text=alert.text)
