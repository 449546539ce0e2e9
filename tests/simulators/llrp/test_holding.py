"""Reports and events that a reader keeps while no client takes them."""

from collections.abc import Callable
from typing import Any

from simulators.llrp.parts import Message, Part, part

Make = Callable[..., Any]
HOLD = part("EventsAndReports", HoldEventsAndReportsUponReconnect=1)
ALL_EVENTS = part(
    "ReaderEventNotificationSpec",
    *(part("EventNotificationState", EventType=n, NotificationState=1) for n in range(1, 9)),
)


def _events(messages: list[Message]) -> list[Part]:
    told = [one for one in messages if one.name == "READER_EVENT_NOTIFICATION"]
    return [one.inside[0].inside[1] for one in told]


def _names(messages: list[Message]) -> list[str]:
    return [one.name for one in _events(messages)]


def test_events_are_held_with_the_reports_and_come_in_their_order(play: Make, reads: Make) -> None:
    reader = play()
    reader.status("SET_READER_CONFIG", HOLD, ALL_EVENTS, ResetToFactoryDefault=0)
    reader.device.disconnect()
    assert _names(reader.connect()) == ["ConnectionAttemptEvent"]
    reader.inventory()
    assert reader.run(0.3) == []
    reader.ask("STOP_ROSPEC", ROSpecID=1)
    held = reader.ask("GET_REPORT")
    told = [(one.name, one.number("EventType")) for one in _events(held)]
    assert told == [("ROSpecEvent", 0), ("AISpecEvent", 0), ("ROSpecEvent", 1)]
    assert held[0].name == held[-1].name == "READER_EVENT_NOTIFICATION"
    assert len(reads(held)) == 60


def test_events_while_nobody_is_there_are_kept_only_for_who_wants_them(play: Make) -> None:
    for hold, kept in ((HOLD, ["AISpecEvent", "ROSpecEvent"]), (None, [])):
        reader = play(rate=0.0)
        inside = (ALL_EVENTS, hold) if hold else (ALL_EVENTS,)
        reader.status("SET_READER_CONFIG", *inside, ResetToFactoryDefault=0)
        reader.inventory()
        reader.run(0.1)
        reader.device.disconnect()
        reader.device.inventory.stop(reader.device.inventory.rospecs[1])
        assert _names(reader.connect()) == ["ConnectionAttemptEvent"]
        assert _names(reader.ask("ENABLE_EVENTS_AND_REPORTS")) == kept


def test_a_buffer_that_fills_warns_at_80_percent_and_then_overflows_once(
    play: Make, reads: Make
) -> None:
    reader = play(rate=1000.0, kept=500)
    reader.status("SET_READER_CONFIG", HOLD, ALL_EVENTS, ResetToFactoryDefault=0)
    reader.inventory()
    reader.run(0.1)
    reader.device.disconnect()
    reader.run(2.0)
    reader.connect()
    told = reader.ask("ENABLE_EVENTS_AND_REPORTS")
    warnings = [one for one in _events(told) if one.name == "ReportBufferLevelWarningEvent"]
    assert [one.number("ReportBufferPercentageFull") for one in warnings] == [80]
    assert _names(told).count("ReportBufferOverflowErrorEvent") == 1
    assert len(reads(told)) == 500


def test_an_overflow_is_told_again_after_the_buffer_was_emptied(play: Make) -> None:
    reader = play(rate=1000.0, kept=100)
    reader.inventory()
    for _ in range(2):
        reader.device.disconnect()
        reader.run(0.5)
        assert _names(reader.connect())[:2] == [
            "ConnectionAttemptEvent",
            "ReportBufferOverflowErrorEvent",
        ]


def test_a_hopping_reader_tells_its_next_channel(play: Make) -> None:
    reader = play()
    state = part("EventNotificationState", EventType=0, NotificationState=1)
    events = part("ReaderEventNotificationSpec", state)
    reader.status("SET_READER_CONFIG", events, ResetToFactoryDefault=0)
    reader.inventory()
    hops = [one.number("NextChannelIndex") for one in _events(reader.run(1.0))]
    assert len(hops) == 5
    assert hops == sorted(hops) or 1 in hops


def test_a_rospec_whose_antenna_falls_off_raises_an_exception(play: Make) -> None:
    reader = play("antenna-falls-off=0.2")
    reader.status("SET_READER_CONFIG", ALL_EVENTS, ResetToFactoryDefault=0)
    reader.inventory()
    told = [one for one in _events(reader.run(0.5)) if one.name == "ReaderExceptionEvent"]
    assert [one.inside for one in told] == [
        (
            part("ROSpecID", ROSpecID=1),
            part("SpecIndex", SpecIndex=1),
            part("AntennaID", AntennaID=1),
        )
    ]
