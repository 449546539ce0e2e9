"""A changed configuration is taken up while work goes on; a broken one changes nothing."""

from pathlib import Path

import pytest

from edge.clock import PlayedClock
from edge.compose.reloading import Reloader, start_settings
from edge.floor.alerts import Alerts
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import Settings
from edge.settings.history import History, history_folder
from edge.web.pins import hash_pin

TROUBLES = Path(__file__).parents[2] / "config" / "exceptions.toml"
PIN_HASH = hash_pin("471147")
GATEWAY = """
[gateway]
name = "gw-1"
data_dir = "data"
[mqtt]
enabled = false
"""
FLOOR = '[[location]]\nid = "A-01"\nkind = "bin"\n'
PERSON = f'[[person]]\nbadge = "1"\nname = "Ana"\nrole = "picker"\npin_hash = "{PIN_HASH}"\n'


class Site:
    """A gateway's files, and what its reloader does."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "gateway.toml"
        self.floor = folder / "floor.toml"
        self.file.write_text(GATEWAY)
        self.floor.write_text(FLOOR)
        (folder / "exceptions.toml").write_text(TROUBLES.read_text("utf-8"), "utf-8")
        self.alerts = Alerts()
        self.clock = PlayedClock(1_800_000_000_000_000)
        self.taken: list[Settings] = []

    def start(self) -> Reloader:
        self.clock.advance_us(1_000_000)
        settings, faults = start_settings(self.file)
        self.settings = settings
        return Reloader(self.file, settings, faults, self.taken.append, self.alerts, self.clock)

    def codes(self) -> list[str]:
        return sorted(one.code for one in self.alerts.active())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A gateway that has not started yet."""
    return Site(tmp_path)


def test_a_new_person_may_sign_in_without_a_restart(site: Site) -> None:
    reloader = site.start()
    site.file.write_text(GATEWAY + PERSON)

    reloader.reload()

    assert [one.badge for one in site.taken[-1].person] == ["1"]
    assert site.codes() == []


def test_what_needs_a_restart_is_named_and_forgotten_when_it_is_taken_back(site: Site) -> None:
    reloader = site.start()
    site.file.write_text(GATEWAY + "[timing]\ntick_ms = 40\n")
    site.floor.write_text(FLOOR.replace("A-01", "A-02"))

    reloader.reload()

    (alert,) = site.alerts.active()
    assert alert.code == "configuration_waits"
    assert alert.text.endswith("timing, floor")
    site.file.write_text(GATEWAY)
    site.floor.write_text(FLOOR)
    reloader.reload()
    assert site.codes() == []


def test_a_broken_file_changes_nothing_and_says_why(site: Site) -> None:
    reloader = site.start()
    site.file.write_text(GATEWAY.replace("enabled", "enabeld") + PERSON)

    reloader.reload()

    assert site.taken == []
    (alert,) = site.alerts.active()
    assert alert.code == "configuration_broken"
    assert "did you mean enabled?" in alert.text
    site.file.write_text(GATEWAY)
    reloader.reload()
    assert site.codes() == []


def test_a_gateway_whose_file_broke_overnight_starts_with_what_worked(site: Site) -> None:
    site.start()
    site.file.write_text('[gateway]\ndata_dir = "data"\nname = ')
    site.floor.write_text("not a floor")

    site.start()

    assert site.settings.gateway.name == "gw-1"
    assert site.settings.gateway.data_dir == site.file.parent / "data"
    assert site.settings.gateway.floor_file.read_text() == FLOOR
    assert site.codes() == ["configuration_broken"]
    assert len(History(history_folder(site.file)).all()) == 1


def test_a_first_start_with_a_broken_file_is_refused(site: Site) -> None:
    site.file.write_text('[gateway]\ndata_dir = "data"\nname = 7\n')

    with pytest.raises(ConfigurationError, match=r"gateway\.name"):
        site.start()
