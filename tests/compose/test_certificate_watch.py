"""A certificate that ends is told a month before, sharply a week before, and over once renewed."""

import datetime as dt
from pathlib import Path

from edge.clock import PlayedClock
from edge.compose.certificate_watch import CertificateWatch
from edge.daemon.authority import begin, issue
from edge.floor.alerts import Alert, Alerts

NOW = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
DAY_US = 86_400_000_000


def test_an_ending_certificate_is_told_twice_and_its_renewal_ends_it(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    begin(folder, ["gw-1"], NOW)
    clock, told = PlayedClock(int(NOW.timestamp()) * 1_000_000), list[Alert | None]()
    alerts = Alerts()
    alerts.listen(lambda _, alert: told.append(alert))
    watch = CertificateWatch([("web certificate", folder / "web.pem")], alerts, clock)

    for _ in range(391):
        watch.look()
        clock.advance_us(DAY_US)
    watch.look()

    assert [alert.severity for alert in told if alert] == ["warning", "critical"]
    assert told[-1] is not None
    assert "ends in 6 days" in told[-1].text
    issue(folder, "web", ["gw-1"], NOW + dt.timedelta(days=391))
    clock.advance_us(DAY_US)
    watch.look()
    assert told[-1] is None
    assert alerts.active() == ()


def test_a_certificate_before_its_first_day_is_told_until_then(tmp_path: Path) -> None:
    # given: a clock that is three days behind
    folder = tmp_path / "own"
    begin(folder, ["gw-1"], NOW)
    early = NOW - dt.timedelta(days=3)
    clock, told = PlayedClock(int(early.timestamp()) * 1_000_000), list[Alert | None]()
    alerts = Alerts()
    alerts.listen(lambda _, alert: told.append(alert))
    watch = CertificateWatch([("web certificate", folder / "web.pem")], alerts, clock)

    # when
    for _ in range(5):
        watch.look()
        clock.advance_us(DAY_US)

    # then: once, and its end once
    assert [alert.code if alert else None for alert in told] == ["certificate_not_yet_good", None]
