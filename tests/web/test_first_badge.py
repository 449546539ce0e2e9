"""The first administrator comes in with the token of the gateway's start, once."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from edge.clock import PlayedClock
from edge.web.app import create_app, take_people
from edge.web.first_run import MINUTES_MAX, FirstRun, token_of
from edge.web.people import Role
from edge.web.server import WebServer
from tests.waiting import PATIENCE_S
from tests.web.toy_house import House, open_house

TOKEN = token_of(bytes(range(32)))
ANA = {"badge": "1001", "name": "Ana", "pin": "815815"}


@dataclass(frozen=True)
class Fresh:
    """A gateway that nobody has set up."""

    house: House
    first_run: FirstRun
    clock: PlayedClock
    client: httpx.Client

    def claim(self, token: str, **other: str) -> httpx.Response:
        return self.client.post("/api/session/first", json={"token": token, **ANA, **other})


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    """Its people are taken up as a reload does it."""
    house, clock = open_house(tmp_path), PlayedClock(1_800_000_000_000_000)
    first_run = FirstRun(TOKEN, clock)
    given = replace(house.given, first_run=first_run, people=(), clock=clock)
    app = create_app(given)
    desk = house.site
    desk.attach(lambda: take_people(app, house.people_of_site(), ()))
    server = WebServer(app, "127.0.0.1", 0)
    server.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=PATIENCE_S) as client:
        yield Fresh(house, first_run, clock, client)
    server.stop()
    house.stop()


def test_a_token_can_be_read_out_and_is_another_each_time() -> None:
    assert re.fullmatch(r"([A-Z2-9]{5}-){3}[A-Z2-9]{5}", TOKEN)
    assert token_of(bytes(range(1, 33))) != TOKEN


def test_the_token_makes_the_first_administrator_once(fresh: Fresh) -> None:
    assert fresh.client.get("/api/session/first").json() == {"wanted": True}

    answer = fresh.claim(TOKEN.lower().replace("-", " "))

    assert answer.is_success, answer.text
    assert answer.json()["role"] == Role.ADMINISTRATOR
    assert fresh.client.get("/api/setup/site").json()["people"][0]["badge"] == "1001"
    assert fresh.client.get("/api/session/first").json() == {"wanted": False}
    assert fresh.claim(TOKEN, badge="6666").status_code == 404


def test_a_wrong_token_makes_nobody_and_guessing_is_locked_and_told(fresh: Fresh) -> None:
    codes = [fresh.claim("AAAAA-AAAAA-AAAAA-AAAAA").status_code for _ in range(6)]

    assert codes == [401] * 5 + [429]
    assert fresh.claim(TOKEN).status_code == 429
    assert fresh.house.people_of_site() == ()
    assert fresh.house.floor.effects.noticed[-1].sign == "sign_ins_failed"


def test_the_token_is_good_for_an_hour_only(fresh: Fresh) -> None:
    fresh.clock.advance_us(MINUTES_MAX * 60_000_000)

    assert fresh.claim(TOKEN).status_code == 404
    assert not fresh.first_run.is_open


def test_where_the_file_cannot_be_written_the_token_stays_good(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(fresh.house.given.configuring, "add_person", _refuse)
        answer = fresh.claim(TOKEN)
        assert (answer.status_code, answer.json()["text"]) == (409, "the disk is full")

    assert fresh.claim(TOKEN).is_success


def test_an_administrator_who_comes_by_the_file_closes_the_door(fresh: Fresh) -> None:
    assert fresh.claim("", badge="x").status_code == 422
    add: Callable[..., object] = fresh.house.given.configuring.add_person
    add({"badge": "7", "name": "Bo", "role": "administrator"}, "123456")

    assert not fresh.first_run.is_open


def _refuse(_person: object, _pin: str) -> list[str]:
    return ["the disk is full"]
