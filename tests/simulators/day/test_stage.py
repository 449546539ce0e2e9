"""A day that is watched: the same day, at a person's pace, on pages that only show."""

import io
import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from simulators.__main__ import assemble
from simulators.day.command import day_report, quiet
from simulators.day.pace import Pace
from simulators.day.plan import Story
from simulators.day.stage import BADGE, PIN, Stage
from tests.waiting import PATIENCE_S


def test_a_watched_day_is_the_same_day() -> None:
    quiet()
    story = Story(3, 1)
    unseen, _ = day_report(story, None)
    stage = Stage(0, 1e6, io.StringIO("2\n30s\ngo\n"), lambda _: None)
    watched, _ = day_report(story, None, stage=stage)
    assert watched == unseen


def test_a_word_that_means_nothing_changes_nothing() -> None:
    pace = Pace(1.0, held=True, meanwhile=lambda: None)
    assert not pace.say("faster")
    assert not pace.say("-3")
    assert pace.say("end")
    assert pace.has_ended
    pace.passing(3600.0)  # returns at once


def test_a_port_that_was_asked_for_is_told_with_the_sign_in() -> None:
    quiet()
    told: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    stage = Stage(port, 1e6, io.StringIO("end\n"), told.append)
    day_report(Story(3, 1), None, stage=stage)
    assert [f":{port}/floor" in one and PIN in one for one in told].count(True) == 1


class Watched:
    """A day in a process of its own, stepped by words."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "simulators", "day", "--orders", "1", "--seed", "3"]
        self.process = subprocess.Popen(
            [*command, "--watch", "0", "--step"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.line().split("/floor")[0]
        self.line()
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._http = urllib.request.build_opener(jar)

    def line(self) -> str:
        """What it tells next."""
        assert self.process.stderr is not None
        return self.process.stderr.readline().strip()

    def say(self, word: str) -> None:
        """Step it."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def ask(self, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        """Its pages."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - a page of this test's own
            self.url + path, data, {"Content-Type": "application/json", "Idempotency-Key": "k-1"}
        )
        with self._http.open(request, timeout=PATIENCE_S) as answer:
            return cast("dict[str, Any]", json.loads(answer.read()))


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.process.kill()
    made.process.communicate()


def test_a_held_day_is_stepped_and_looked_at_but_not_touched(watched: Watched) -> None:
    # given somebody who watches
    watched.ask("/api/session", {"badge": BADGE, "pin": PIN})
    # when they take steps until the first item is located
    told = ""
    while "stock.arrived" not in told:
        watched.say("")
        told = watched.line()
    # then the pages show it and say why, though the day is held
    epc = told.partition("epc ")[2].partition(",")[0]
    assert watched.ask(f"/api/items/{epc}")["location"] in told
    assert watched.ask(f"/api/items/{epc}/why")["reason"]["antennas"]
    # and nothing can be done to the day
    with pytest.raises(urllib.error.HTTPError) as refused:
        watched.ask("/api/orders/D1-00001/release", {"reason": "I want it"})
    assert refused.value.code == 403
    assert json.loads(refused.value.read())["error"] == "not_here"
    # and it ends when it is told to
    watched.say("end")
    assert watched.process.wait(PATIENCE_S) == 0


def test_a_port_that_is_taken_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(assemble(["day"]), ["day", "--orders", "1", "--watch", port])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"cannot serve pages on 127.0.0.1 port {port}")
