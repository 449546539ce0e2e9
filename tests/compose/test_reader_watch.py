"""A reader whose clock cannot be relied on is told once, and once more when it can."""

from dataclasses import replace

import pytest

from drivers.driver import DeviceUp
from drivers.llrp.outputs import Counters
from drivers.llrp.reader_clock import ClockState
from drivers.llrp.telling import LinkState
from drivers.reads import ClockQuality
from edge.clock import PlayedClock
from edge.compose.reader_watch import ReaderWatch, clock_view
from edge.floor.alerts import Alert, Alerts

START_US = 1_700_000_000_000_000
GOOD = ClockState(ClockQuality.UTC, 1_500, 12.34)


class Hall:
    """One reader whose clock is set by hand."""

    def __init__(self) -> None:
        self.clock = PlayedClock(START_US)
        self.link = LinkState(True, 1, Counters(reads=5), (), GOOD)
        self.devices: dict[str, DeviceUp] = {}
        self.told: list[Alert | None] = []
        alerts = Alerts()
        alerts.listen(lambda _, alert: self.told.append(alert))
        self.watch = ReaderWatch(
            lambda: {"dock": self.link}, self.devices.copy, alerts, self.clock
        )

    def play(self, clock: ClockState, seconds: int) -> None:
        self.link = replace(self.link, clock=clock)
        for _ in range(seconds // 2):
            self.clock.advance_us(2_000_000)
            self.watch.look()


def test_a_good_clock_is_never_told() -> None:
    hall = Hall()

    hall.play(GOOD, 3600)

    assert hall.told == []


@pytest.mark.parametrize(
    ("poor", "word"),
    [
        (ClockState(ClockQuality.ARRIVAL, 0, None), "stands or is not told"),
        (ClockState(ClockQuality.UTC, 0, -450.0), "drifts by -450 millionths"),
    ],
)
def test_a_poor_clock_is_told_once_and_over_once(poor: ClockState, word: str) -> None:
    hall = Hall()
    hall.play(GOOD, 10)
    hall.play(poor, 600)
    (alert,) = hall.told
    assert alert is not None
    assert (alert.code, alert.id) == ("reader_clock_poor", "reader-clock-poor-dock")
    assert word in alert.text

    hall.play(GOOD, 600)

    assert hall.told[1:] == [None]


def test_a_clock_that_wavers_is_not_told() -> None:
    hall = Hall()
    poor = ClockState(ClockQuality.ARRIVAL, 0, None)

    for _ in range(50):
        hall.play(poor, 20)
        hall.play(GOOD, 4)

    assert hall.told == []


def test_a_jump_is_told_for_ten_minutes() -> None:
    hall = Hall()
    hall.play(GOOD, 10)
    hall.play(replace(GOOD, jumps=1), 500)
    (alert,) = hall.told
    assert alert is not None
    assert "jumped" in alert.text

    hall.play(replace(GOOD, jumps=1), 200)

    assert hall.told[1:] == [None]


def test_of_a_reader_that_is_down_or_has_read_nothing_no_clock_is_judged() -> None:
    hall = Hall()
    poor = ClockState(ClockQuality.ARRIVAL, 0, None)
    for link in (
        replace(hall.link, up=False),
        replace(hall.link, counters=Counters()),
        replace(hall.link, clock=None),
    ):
        hall.link = link
        hall.play(poor if link.clock else None, 100)  # type: ignore[arg-type]

    assert hall.told == []


def test_readers_are_shown_with_quality_offset_and_drift() -> None:
    hall = Hall()

    (shown,) = hall.watch.readers()

    assert shown["name"] == "dock"
    assert shown["up"] is True
    assert shown["clock"] == {"quality": "utc", "offset_ms": 1.5, "drift_ppm": 12.3, "jumps": 0}
    assert clock_view(None) is None


def test_settings_that_differ_are_told_until_the_reader_comes_back_as_wanted() -> None:
    hall = Hall()
    hall.devices["dock"] = DeviceUp("dock", 7, differences=("session 2 is 1",))
    hall.play(GOOD, 10)
    (alert,) = hall.told
    assert alert is not None
    assert (alert.code, alert.since_us) == ("reader_settings_differ", 7)
    assert "session 2 is 1" in alert.text

    del hall.devices["dock"]
    hall.play(GOOD, 10)
    assert len(hall.told) == 1, "a reader that is away has not changed"

    hall.devices["dock"] = DeviceUp("dock", 9, notes=("it cannot hold reports",))
    hall.play(GOOD, 10)

    assert hall.told[1:] == [None]
