"""Handhelds are heard or silent, and a badge on two of them is seen."""

from edge.floor.alerts import Alerts
from edge.floor.handhelds import Handhelds
from edge.model.ids import Badge

LI, ANNA = Badge("1001"), Badge("Ä/2")
SECOND = 1_000_000
BEGIN_US = 1_700_000_000_000_000


def test_a_handheld_that_is_not_heard_for_its_lease_is_told_until_work_has_gone() -> None:
    handhelds = Handhelds(Alerts(), 120)
    handhelds.heard(LI, 7, BEGIN_US)

    assert handhelds.turn([LI], BEGIN_US + 119 * SECOND) == []
    (silent,) = handhelds.turn([LI], BEGIN_US + 120 * SECOND)
    assert (silent.badge, silent.heard_us) == (LI, BEGIN_US)
    assert handhelds.turn([LI], BEGIN_US + 122 * SECOND) != []
    assert handhelds.turn([], BEGIN_US + 124 * SECOND) == []


def test_a_picker_who_was_at_work_before_a_restart_has_a_whole_lease_from_then() -> None:
    handhelds = Handhelds(Alerts(), 120)

    assert handhelds.turn([LI], BEGIN_US) == []
    assert handhelds.turn([LI], BEGIN_US + 119 * SECOND) == []
    assert len(handhelds.turn([LI], BEGIN_US + 121 * SECOND)) == 1


def test_without_a_lease_nobody_is_silent() -> None:
    handhelds = Handhelds(Alerts(), 0)
    handhelds.turn([LI], BEGIN_US)

    assert handhelds.turn([LI], BEGIN_US + 10**9 * SECOND) == []


def test_a_badge_on_two_devices_by_turns_is_an_alert_and_both_are_told() -> None:
    alerts = Alerts()
    handhelds = Handhelds(alerts, 0)
    for beat, device in enumerate((7, 8, 7, 8)):
        handhelds.heard(ANNA, device, BEGIN_US + beat * SECOND)
    now_us = BEGIN_US + 5 * SECOND

    handhelds.turn([ANNA], now_us)

    (alert,) = alerts.active()
    assert (alert.code, ANNA in alert.text) == ("badge_twice", True)
    assert handhelds.is_elsewhere(ANNA, 7, now_us)
    assert handhelds.is_elsewhere(ANNA, 8, now_us)
    assert not handhelds.is_elsewhere(LI, 7, now_us)

    handhelds.left(ANNA, 8)
    handhelds.turn([ANNA], now_us + 2 * SECOND)
    assert alerts.active() == ()


def test_somebody_who_takes_another_device_and_leaves_the_first_is_no_alert() -> None:
    alerts = Alerts()
    handhelds = Handhelds(alerts, 0)
    handhelds.heard(LI, 7, BEGIN_US)
    handhelds.heard(LI, 8, BEGIN_US + SECOND)
    handhelds.heard(LI, 8, BEGIN_US + 2 * SECOND)

    handhelds.turn([LI], BEGIN_US + 3 * SECOND)

    assert alerts.active() == ()


def test_old_sign_ins_are_forgotten() -> None:
    handhelds = Handhelds(Alerts(), 120)
    for device in range(1, 200):
        handhelds.heard(LI, device, BEGIN_US + device * SECOND)
    late_us = BEGIN_US + 1_000 * SECOND
    handhelds.turn([], late_us)
    handhelds.heard(LI, 300, late_us + SECOND)

    assert not handhelds.is_elsewhere(LI, 300, late_us + 2 * SECOND)
    assert len(handhelds.turn([LI], late_us + 122 * SECOND)) == 1
