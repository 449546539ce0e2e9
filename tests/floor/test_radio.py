"""What antennas and readers say of themselves becomes alerts: raised once, ended once."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from drivers.driver import DeviceEvent, EventKind
from drivers.reads import ReadBatch
from edge.floor.alerts import Alert, Alerts
from edge.floor.board import Board
from edge.floor.radio import Radio
from edge.locating.antennas import AntennaFault
from edge.locating.locator import Locator
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind

START_US = 1_700_000_000_000_000
READER = DeviceName("reader-1")
SECOND_US = 1_000_000


@dataclass
class Site:
    """Two antennas of one reader; each is read ten times a second while it is plugged in."""

    locator: Locator
    board: Board
    radio: Radio
    told: list[tuple[str, Alert | None]]
    at_us: int = START_US

    def play(self, seconds: int, ports: tuple[int, ...] = (1, 2)) -> None:
        for second in range(seconds):
            self.at_us += SECOND_US
            epcs = [f"3034{port:04x}{number:016x}" for port in ports for number in range(10)]
            antennas = [port for port in ports for _ in range(10)]
            if epcs:
                levels = [-60.0 + second % 3] * len(epcs)
                batch = ReadBatch.of(READER, self.at_us, epcs, antennas, levels)
                self.locator.observe(batch)
            self.locator.turn(self.at_us)
            self.radio.turn(self.at_us)

    def say(self, kind: EventKind, port: int = 0, detail: str = "") -> None:
        self.radio.told(DeviceEvent(READER, self.at_us, kind, port, detail))

    @property
    def begun(self) -> list[str]:
        return [alert.code for _, alert in self.told if alert is not None]

    @property
    def ended(self) -> list[str]:
        return [name for name, alert in self.told if alert is None]

    def shown(self, port: int) -> dict[str, object]:
        sheet = self.board.look("radio")
        assert sheet is not None
        antennas = sheet.value["antennas"]
        assert isinstance(antennas, list)
        return next(dict(one) for one in antennas if one["port"] == port)


@pytest.fixture
def site() -> Iterator[Site]:
    places = (LocationId("A"), LocationId("B"))
    floor = Floor(
        {place: Location(place, LocationKind.ZONE) for place in places},
        tuple(Antenna(READER, port, place) for port, place in zip(count(1), places, strict=False)),
    )
    locator, board, alerts = Locator(floor), Board(), Alerts()
    told: list[tuple[str, Alert | None]] = []
    alerts.listen(lambda name, alert: told.append((name, alert)))
    return Site(locator, board, Radio(locator, board, alerts), told)


def test_a_silent_antenna_is_one_alert_that_ends_when_it_hears_again(site: Site) -> None:
    site.play(330)
    assert site.shown(2)["state"] == "good"

    site.play(120, ports=(1,))
    assert site.begun == ["antenna_silent"]
    name, alert = site.told[0]
    assert name == "antenna-silent-reader-1-2"
    assert alert is not None
    assert alert.severity == "critical"
    assert alert.text.startswith("antenna 2 of reader-1 at B hears nothing")
    assert START_US + 330 * SECOND_US <= alert.since_us <= site.at_us
    assert site.shown(2)["state"] == "antenna_silent"
    assert site.shown(1)["state"] == "good"

    site.play(60)

    assert site.ended == ["antenna-silent-reader-1-2"]
    assert site.shown(2)["state"] == "good"


def test_before_anything_is_learnt_an_antenna_is_learning(site: Site) -> None:
    site.play(30)

    shown = site.shown(1)
    assert shown["state"] == "learning"
    assert shown["usual_reads_per_s"] is None
    assert shown["reads_per_s"] == pytest.approx(10, abs=1)


def test_an_unplugged_antenna_is_told_at_once_and_over_when_plugged_in(site: Site) -> None:
    site.play(5)
    site.say(EventKind.ANTENNA_DISCONNECTED, 2)
    site.say(EventKind.ANTENNA_DISCONNECTED, 2)
    site.play(2, ports=(1,))
    assert site.begun == ["antenna_disconnected"]
    assert site.shown(2)["state"] == "antenna_disconnected"

    site.say(EventKind.ANTENNA_CONNECTED, 2)

    assert site.ended == ["antenna-disconnected-reader-1-2"]


def test_an_antenna_that_reads_again_is_plugged_in_though_nobody_says_so(site: Site) -> None:
    site.play(5)
    site.say(EventKind.ANTENNA_DISCONNECTED, 2)
    site.play(5, ports=(1,))
    assert site.ended == []

    site.play(5)

    assert site.ended == ["antenna-disconnected-reader-1-2"]


def test_reads_thrown_away_are_told_until_ten_minutes_pass_without(site: Site) -> None:
    site.say(EventKind.BUFFER_OVERFLOWED)
    site.play(500)
    site.say(EventKind.BUFFER_OVERFLOWED)
    site.play(500)
    assert (site.begun, site.ended) == (["reader_overflowed"], [])

    site.play(120)

    assert site.ended == ["reader-overflowed-reader-1"]


def test_an_exception_is_told_in_the_readers_words(site: Site) -> None:
    site.say(EventKind.EXCEPTION, detail="PA over temperature")

    (_, alert), *_ = site.told
    assert alert is not None
    assert alert.code == "reader_exception"
    assert "PA over temperature" in alert.text


def test_the_ordinary_life_of_a_reader_is_no_alert(site: Site) -> None:
    for kind in (EventKind.INPUT_HIGH, EventKind.INVENTORY_ENDED, EventKind.BUFFER_FILLING):
        site.say(kind, 1)

    assert site.told == []


def test_what_was_learnt_is_shown_every_half_hour_for_whoever_keeps_it(site: Site) -> None:
    site.play(1790)
    assert site.board.look("radio/learnt") is None

    site.play(20)

    sheet = site.board.look("radio/learnt")
    assert sheet is not None
    learnt = sheet.value["antennas"]
    assert isinstance(learnt, list)
    assert [one["reader"] for one in learnt] == [READER, READER]
    site.play(60)
    assert site.board.look("radio/learnt") is sheet


@pytest.mark.parametrize("code", [one.value for one in AntennaFault])
def test_every_fault_of_an_antenna_stands_in_the_operators_page(code: str) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/operations.md").read_text("utf-8")

    assert f"| `{code}` |" in page
