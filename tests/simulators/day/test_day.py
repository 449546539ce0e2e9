"""A simulated day: the same from the same seed, and every promise held."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulators.__main__ import assemble
from simulators.day.command import day_report, quiet
from simulators.day.plan import Faults, Story


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
    told, judge = day_report(Story(3, 1), None, page=page)
    assert list(told)[:10] == [
        *("seed", "orders", "lines", "items", "wrong_lines", "on_time_share"),
        *("items_per_minute", "lost", "doubled", "broken"),
    ]
    assert (told["seed"], told["orders"], told["broken"], judge.broken) == (3, 1, [], [])
    assert set(told["items_per_minute"]) == {"picker", "zone", "station"}
    shown = page.read_text(encoding="utf-8")
    assert "Every promise was kept." in shown
    assert "<svg" in shown
    assert "<script" not in shown


def test_a_wrong_configuration_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("[work]\nquantity_most = 3\n", encoding="utf-8")
    done = CliRunner().invoke(assemble(["day"]), ["day", "--config", str(file)])
    assert done.exit_code == 2
    assert "quantity_most" in done.stderr


@pytest.mark.seeds
@pytest.mark.parametrize("seed", range(1, 21))
def test_every_promise_holds_on_a_day_with_heavy_faults(seed: int) -> None:
    quiet()
    told, judge = day_report(Story(seed, 2, Faults.HEAVY), None)
    assert judge.broken == [], told["command"]
