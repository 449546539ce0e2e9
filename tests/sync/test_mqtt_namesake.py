"""Somebody else under our name at a broker that does not say so: mosquitto as Debian has it."""

from collections.abc import Callable

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.model.inputs import IntrusionNoticed
from edge.sync.mqtt.displaced import TIMES, WITHIN_US, Displaced
from edge.sync.mqtt.link import MqttLink
from edge.sync.mqtt.seen import Closed
from tests.mosquitto import Broker
from tests.waiting import wait_until

from .conftest import Central, Floor, HastyClock, MemoryJournal, parts_for, settings_for

WORDLESS = Closed(0, "the connection ended", is_wordless=True)
ALERT = "alert/session-taken-over"


def signs_of(floor: Floor) -> list[str]:
    return [one.sign for one in list(floor.taken) if isinstance(one, IntrusionNoticed)]


def test_a_rival_that_comes_back_whenever_we_do_is_told_once_and_over_when_we_stay(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    # given: a link at work, and another client that takes its name and does not give up
    clock = HastyClock()
    link = MqttLink(settings_for(broker.port), parts_for(journal, floor, clock=clock))
    rival = Client(
        CallbackAPIVersion.VERSION2, "hangzhou-gate-1", protocol=MQTTProtocolVersion.MQTTv5
    )
    rival.reconnect_delay_set(1, 1)
    central = Central(broker.port)
    link.start()
    try:
        wait_until("the link is up", lambda: link.status().connected)
        rival.connect("127.0.0.1", broker.port)
        rival.loop_start()

        # then
        wait_until("it is a sign of intrusion", lambda: "session_taken_over" in signs_of(floor))

        # when: it goes
        rival.disconnect()
        rival.loop_stop()
        wait_until("the alert is raised", lambda: central.kept.get(ALERT))
        assert b"another client may call itself so" in central.kept[ALERT]
        wait_until("the link is up", lambda: link.status().connected)
        clock.skip(20.0)

        # then
        wait_until("the alert is over", lambda: central.kept.get(ALERT) == b"")
        assert signs_of(floor) == ["session_taken_over"]
    finally:
        rival.loop_stop()
        link.stop()
        central.stop()


def counted(*moments_us: int) -> bool:
    displaced = Displaced()
    return [displaced.ended(WORDLESS, one) for one in moments_us][-1]


def test_a_line_that_breaks_now_and_then_is_no_rival() -> None:
    assert counted(*range(TIMES))
    assert not counted(*range(TIMES - 1))
    assert not counted(*range(0, TIMES * WITHIN_US, WITHIN_US // 2))


def test_a_broker_that_was_away_or_said_why_is_no_rival() -> None:
    ways: tuple[Callable[[], Closed | None], ...] = (
        lambda: None,
        lambda: Closed(0x8B, "it shuts down"),
    )
    for way in ways:
        displaced = Displaced()
        for moment_us in range(TIMES - 1):
            displaced.ended(WORDLESS, moment_us)
        displaced.ended(way(), TIMES)

        assert not displaced.ended(WORDLESS, TIMES + 1)
