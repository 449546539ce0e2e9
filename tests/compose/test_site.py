"""The set-up page's way through: what is done is told by the files and by what works."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from edge.compose.site import SiteDesk, SiteParts, Upkeep
from edge.floor.alerts import Alerts
from edge.floor.board import Board, Shown
from edge.floor.found import FoundReaders
from tests.compose.test_configuring import desk_of
from tests.compose.test_reloading import Site

BROKER = {"enabled": True, "host": "127.0.0.1", "port": 1, "tls": False, "username": "gw"}


class SetUp:
    """A gateway that is set up, and what its radio has heard."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder)
        self.located: list[Shown] = []
        board = Board()
        configuration = desk_of(self.site)
        self.desk = SiteDesk(
            SiteParts(
                configuration=configuration,
                running=self.site.settings,
                board=board,
                clock=self.site.clock,
                found=FoundReaders(board, Alerts(), self.site.clock),
                in_use=set,
                devices=dict,
                link=lambda: None,
                upkeep=Upkeep(),
                located=lambda limit: self.located[:limit],
            )
        )

    def gateway(self) -> dict[str, dict[str, object]]:
        return tomllib.loads(self.site.file.read_text(encoding="utf-8"))

    def done(self) -> set[str]:
        steps = cast("list[dict[str, object]]", self.desk.picture()["steps"])
        return {str(one["step"]) for one in steps if one["done"]}


@pytest.fixture
def set_up(tmp_path: Path) -> SetUp:
    """A gateway whose files name nobody."""
    return SetUp(tmp_path)


def test_each_step_is_done_when_the_files_or_the_radio_say_so(set_up: SetUp) -> None:
    desk = set_up.desk
    assert set_up.done() == {"site", "broker"}  # it has a name, and no broker is wanted
    steps: list[tuple[str, Callable[[], object]]] = [
        (
            "badge",
            lambda: desk.add_person(
                {"badge": "1", "name": "Ana", "role": "administrator"}, "815815"
            ),
        ),
        ("certificates", lambda: desk.make_certificates(["gw-1.local"], "127.0.0.1")),
        ("tag", lambda: set_up.located.append({"epc": "30", "location": "A-01"})),
    ]

    for name, act in steps:
        assert name not in set_up.done()
        assert not act()
        assert name in set_up.done()


def test_the_brokers_password_goes_into_a_file_of_its_own(set_up: SetUp) -> None:
    assert set_up.desk.set_broker({**BROKER, "password": "Umbrella-42"}) == []

    place = set_up.site.file.with_name("mqtt.password")
    assert place.read_text() == "Umbrella-42\n"
    assert place.stat().st_mode & 0o777 == 0o600
    assert set_up.gateway()["mqtt"]["password_file"] == place.name
    assert "Umbrella" not in set_up.site.file.read_text()
    assert "password" not in str(set_up.desk.picture()["broker"])


def test_a_broker_that_does_not_answer_is_told_and_nothing_is_changed(set_up: SetUp) -> None:
    before = set_up.site.file.read_text()

    told = set_up.desk.try_broker(BROKER)

    assert told["good"] is False
    assert "refused" in str(told["text"])
    assert set_up.site.file.read_text() == before


def test_handhelds_are_told_the_address_and_the_authoritys_fingerprint(set_up: SetUp) -> None:
    assert set_up.desk.doors()["ca_sha256"] == ""

    assert set_up.desk.make_certificates(["gw-1.local"], "127.0.0.1") == []

    doors = set_up.desk.doors()
    assert len(doors["ca_sha256"]) == 64
    assert doors["ca_pem"].startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE" not in doors["ca_pem"]


def test_an_address_without_a_reader_and_a_name_that_nobody_knows_are_told(set_up: SetUp) -> None:
    assert set_up.desk.look_at("127.0.0.1", 1) == "silent"
    for name in ("no-such-reader.invalid", "192.168..5", "reader\x92"):
        assert set_up.desk.look_at(name, 5084) == "unknown_host"


def test_a_broken_file_is_told_instead_of_steps(set_up: SetUp) -> None:
    set_up.site.file.write_text("[mqqt]\n")

    picture = set_up.desk.picture()

    assert picture["steps"] == []
    assert "did you mean mqtt?" in str(picture["faults"])
    assert "'code': 'key_unknown_near', 'values': {'near': 'mqtt'}" in str(picture["faults_said"])
    assert set_up.desk.set_site({"site": "oslo"}) != []
