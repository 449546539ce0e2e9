"""A gateway begins anew on a changed file, and a stop between two beginnings is not lost."""

from pathlib import Path
from threading import Event

from edge.clock import PlayedClock
from edge.compose.beginning import BeginAnewError, first_run_of, run_again_and_again
from edge.settings.gateway import Settings
from tests.compose.test_reloading import PERSON, Site

ADMINISTRATOR = PERSON.replace("picker", "administrator")


def test_beginning_anew_takes_up_the_file_as_it_is_then(tmp_path: Path) -> None:
    site, names = Site(tmp_path), []

    def run(settings: Settings, _faults: list[str], _stop: Event) -> None:
        names.append(settings.gateway.name)
        if len(names) == 1:
            site.file.write_text(site.file.read_text().replace("gw-1", "gw-2"))
            raise BeginAnewError

    run_again_and_again(site.file, run)

    assert names == ["gw-1", "gw-2"]


def test_whoever_stops_it_while_it_begins_anew_has_stopped_it(tmp_path: Path) -> None:
    site, runs = Site(tmp_path), 0

    def run(_settings: Settings, _faults: list[str], stop: Event) -> None:
        nonlocal runs
        runs += 1
        stop.set()  # SIGTERM, while everything ends
        raise BeginAnewError

    run_again_and_again(site.file, run)

    assert runs == 1


def test_people_who_stand_in_the_file_sign_in_though_none_is_an_administrator(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    site.file.write_text(site.file.read_text() + PERSON)
    site.start()
    first_run, token = first_run_of(site.settings, PlayedClock())
    assert token is None
    assert not first_run.is_open


def test_a_token_is_made_only_where_nobody_is(tmp_path: Path) -> None:
    site, clock = Site(tmp_path), PlayedClock()
    first_run, token = first_run_of(Settings(), clock)
    assert token is not None
    assert first_run.matches(token)
    assert not first_run.matches(token[:-1])

    site.file.write_text(site.file.read_text() + ADMINISTRATOR)
    site.start()
    first_run, token = first_run_of(site.settings, clock)
    assert token is None
    assert not first_run.is_open
    assert not first_run.matches("")
