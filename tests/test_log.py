"""A part of the log has a level of its own for a while; then the common one holds again."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from edge import log
from edge.clock import PlayedClock

ROOT = Path(__file__).parents[1]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedClock]:
    """The log as a daemon has it, with a clock of the test's."""
    made = PlayedClock()
    monkeypatch.setattr(log, "_levels", log._Levels(made))
    before = structlog.get_config()
    log.configure("info")
    yield made
    structlog.configure(**before)


def told(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    lines = map(json.loads, capsys.readouterr().err.splitlines())
    return [(one["part"], one["event"]) for one in lines]


def say(part: str) -> None:
    logger = structlog.get_logger(part)
    logger.debug("looked")
    logger.info("happened")


@pytest.mark.usefixtures("clock")
def test_one_part_tells_more_and_the_others_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_level("devices", "debug", 5)
    log.set_level("web", "error", 5)

    for part in ("devices", "web", "radio"):
        say(part)

    assert told(capsys) == [("devices", "looked"), ("devices", "happened"), ("radio", "happened")]


def test_after_its_minutes_the_common_level_holds_again(
    clock: PlayedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    log.set_level("devices", "debug", 5)
    assert log.levels()["parts"] == {"devices": {"level": "debug", "left_s": 300}}

    clock.advance_us(301_000_000)
    say("devices")

    assert told(capsys) == [("devices", "happened")]
    assert log.levels() == {"common": "info", "parts": {}}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("part", "level", "minutes", "word"),
    [
        ("drivers", "info", 1, "devices, discovery"),
        ("web", "loud", 1, "debug, info"),
        ("web", "info", 1441, "1440"),
        ("web", "info", float("nan"), "1440"),
    ],
)
def test_what_cannot_be_is_refused_with_what_there_is(
    part: str, level: str, minutes: float, word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        log.set_level(part, level, minutes)


def test_every_part_that_writes_lines_is_named() -> None:
    found = set()
    for file in [*(ROOT / "edge").rglob("*.py"), *(ROOT / "drivers").rglob("*.py")]:
        for name in re.findall(r'get_logger\((\w+|"\w+")\)', file.read_text("utf-8")):
            found.add(file.stem if name == "__name__" else name.strip('"'))

    assert found == log.PARTS
