"""A simulated day: the same from the same seed, and every promise held."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.model.events import PiecePicked
from simulators.__main__ import assemble
from simulators.day import command
from simulators.day.command import day_report, quiet
from simulators.day.flows import Flow, drawn
from simulators.day.page import page_of
from simulators.day.plan import SHARES, Faults, Story
from simulators.day.playing import played
from simulators.day.report import report_of
from simulators.day.site import BROKERS
from simulators.day.timetable import Entry, Kind
from simulators.day.ways import Way, way_of

CONFIG = Path(__file__).parents[3] / "config" / "gateway.toml"


def day(*options: str, hash_seed: str) -> dict[str, object]:
    """A day in a process of its own, told as JSON; exit 0 means that no promise broke."""
    done = subprocess.run(
        [sys.executable, "-m", "simulators", "day", *options],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


def test_one_seed_gives_the_same_day_byte_for_byte() -> None:
    # given the same seed in two processes whose sets and dictionaries hash differently
    options = ("--seed", "7", "--orders", "3", "--faults", "heavy")
    one, other = (day(*options, hash_seed=seed) for seed in ("1", "2"))
    # then every fact of the day is the same, its id and its instant too
    assert one["digest"] == other["digest"]
    assert one == other


def test_the_report_has_the_interfaces_keys_and_a_page(tmp_path: Path) -> None:
    quiet()
    page = tmp_path / "day.html"
    told, judge = day_report(Story(3, 1), CONFIG, page=page)
    assert list(told)[:10] == [
        *("seed", "orders", "lines", "items", "wrong_lines", "on_time_share"),
        *("items_per_minute", "lost", "doubled", "broken"),
    ]
    assert (told["seed"], told["orders"], told["broken"], judge.broken) == (3, 1, [], [])
    assert set(told["items_per_minute"]) == {"picker", "zone", "station"}
    shown = page.read_text(encoding="utf-8")
    assert told["command"].endswith(f" --config {CONFIG}")
    assert told["command"] in shown
    assert "Every promise was kept." in shown
    assert "<svg" in shown
    assert "<script" not in shown


def test_a_site_of_ones_own_has_no_gate_that_could_fail() -> None:
    # given a seed that draws a gate for a site of the day's own
    seed = next(seed for seed in range(100) if Flow.GATE in drawn(seed))
    command = ["--config", str(CONFIG), "--seed", str(seed), "--orders", "2", "--faults", "heavy"]
    # when its faults are played on the site of a file, which has none
    done = CliRunner().invoke(assemble(["day"]), ["day", *command])
    # then the day ends as usual
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["broken"] == []


def test_flows_are_not_asked_of_a_site_of_ones_own() -> None:
    done = CliRunner().invoke(
        assemble(["day"]), ["day", "--config", str(CONFIG), "--flows", "gate"]
    )
    assert done.exit_code == 2
    assert "leave out one of them" in done.output


def test_a_wrong_configuration_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("[work]\nquantity_most = 3\n", encoding="utf-8")
    done = CliRunner().invoke(assemble(["day"]), ["day", "--config", str(file)])
    assert done.exit_code == 2
    assert "quantity_most" in done.stderr


@pytest.mark.parametrize("options", [["--html", "/nowhere/day.html"], ["--html", "/"], ["--step"]])
def test_what_cannot_be_done_is_told_before_a_day_is_played(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "day_report", lambda *_, **__: pytest.fail("a day was played"))
    done = CliRunner().invoke(assemble(["day"]), ["day", *options])
    assert done.exit_code == 2
    assert "/nowhere" in done.stderr or "folder" in done.stderr or "--watch" in done.stderr


def test_a_clock_that_was_set_moves_nothing_on_the_page(tmp_path: Path) -> None:
    quiet()
    # given a day on which the gateway's clock is set by an hour before anything is picked
    day, judge = played(Story(3, 2), None, tmp_path, [Entry(0, 1.0, Kind.CLOCK_JUMP, amount=3600)])
    # then every fact is drawn, and each rate taken, at the time at which it was
    told = report_of(day, judge)
    picked = [isinstance(fact.event, PiecePicked) for fact in judge.facts]
    minutes = max(at for at, is_one in zip(judge.facts_at_s, picked, strict=True) if is_one) / 60
    assert max(judge.facts_at_s) <= 60 * told["minutes"] + 5
    assert sum(told["items_per_minute"]["picker"].values()) >= sum(picked) / minutes
    assert "the gateway&#x27;s clock is set by +3600 s" in page_of(day, judge, told)


def test_customers_call_off_and_change_their_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet()
    # given customers of whom most think otherwise
    shares = replace(SHARES[Faults.NONE], cancelled=0.5, changed=0.5)
    monkeypatch.setitem(SHARES, Faults.NONE, shares)
    # when a day is played
    told, judge = day_report(Story(2, 8), None)
    # then the central system hears of all of it, and nothing of it breaks a promise
    changed = {fact.event.type for fact in judge.facts} & {"order.changed", "order.change_refused"}
    assert told["cancelled_orders"] > 0
    assert changed
    assert (told["broken"], told["wrong"]) == ([], [])


def test_a_change_reaches_a_gateway_that_was_at_the_other_broker_when_it_was_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quiet()
    # given customers of whom most change their orders while the central system is away, and a
    # broker that dies meanwhile and is not back yet when that comes back and sends what waits
    shares = replace(SHARES[Faults.NONE], changed=0.5)
    monkeypatch.setitem(SHARES, Faults.NONE, shares)
    entries = [
        Entry(0, 20.0, Kind.CENTRAL_AWAY, 404.0),
        Entry(1, 60.0, Kind.FAILOVER, 366.0, BROKERS[0]),
    ]
    # when the day is played
    day, judge = played(Story(3, 4), None, tmp_path, entries)
    # then each change is answered, although the other broker still keeps what was sent first
    kept = b"".join(one.payload for one in day.network.brokers[BROKERS[1]].holds("gateway"))
    assert b'"rev": 2' in kept
    assert (list(day.central.unanswered()), judge.broken) == ([], [])


def test_a_warehouse_works_otherwise_on_another_day_and_as_the_settings_say_without_faults() -> (
    None
):
    ways = {way_of(Story(seed, 8, Faults.HEAVY)) for seed in range(1, 60)}
    assert {one.strategy for one in ways} == {"batch", "discrete", "pick-and-pass", "zone"}
    assert {one.bind_totes for one in ways} == {one.zoned for one in ways} == {True, False}
    assert set().union(*(one.flows for one in ways)) == set(Flow)
    assert {way_of(Story(seed, 8)) for seed in range(1, 60)} == {Way()}


@pytest.mark.seeds
@pytest.mark.parametrize("seed", range(1, 21))
def test_every_promise_holds_on_a_day_with_heavy_faults(seed: int) -> None:
    quiet()
    told, judge = day_report(Story(seed, 2, Faults.HEAVY), None)
    assert judge.broken == [], told["command"]
