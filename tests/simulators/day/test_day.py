"""A simulated day: the same from the same seed, and every promise held."""

import json
import os
import subprocess
import sys

import pytest


def day(*options: str, hash_seed: str = "0") -> dict[str, object]:
    """A day of its own process, told as JSON; exit 0 means that no promise broke."""
    done = subprocess.run(
        [sys.executable, "-m", "simulators", "day", "--orders", "4", *options],
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
    one = day("--seed", "7", "--faults", "heavy", hash_seed="1")
    other = day("--seed", "7", "--faults", "heavy", hash_seed="2")
    # then every fact of the day is the same, its id and its instant too
    assert one["digest"] == other["digest"]
    assert one == other


def test_the_report_has_the_interfaces_keys() -> None:
    told = day("--seed", "3")
    assert list(told)[:10] == [
        *("seed", "orders", "lines", "items", "wrong_lines", "on_time_share"),
        *("items_per_minute", "lost", "doubled", "broken"),
    ]
    assert (told["seed"], told["orders"], told["broken"]) == (3, 4, [])
    assert set(told["items_per_minute"]) == {"picker", "zone", "station"}  # type: ignore[call-overload]


def test_a_wrong_configuration_is_told_in_one_line(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulators", "day", "--config", f"{tmp_path}/none.toml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "none.toml" in done.stderr


@pytest.mark.seeds
@pytest.mark.parametrize("seed", range(1, 3))
def test_every_promise_holds_on_a_day_with_heavy_faults(seed: int) -> None:
    assert day("--seed", str(seed), "--faults", "heavy")["broken"] == []
