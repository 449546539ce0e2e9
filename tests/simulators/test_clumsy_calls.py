"""Whoever calls a simulator clumsily is told in one line what is wrong, never in a trace."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

REPOSITORY = Path(__file__).parents[2]


def called(folder: Path, *words: str) -> tuple[int, str]:
    """Exit code and standard error of the real program."""
    ended = subprocess.run(
        [sys.executable, "-m", "simulators", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
    )
    return ended.returncode, ended.stderr.rstrip("\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("reader --tags many", "simulators reader: Invalid value for '--tags'"),
        ("reader --rate 1e308", "'--rate': Input should be less than or equal to 1000000"),
        ("reader --port 65530 --readers 20", "--port: 20 readers from port 65530 on need ports"),
        ("printer --port 99999", "'--port': Input should be less than or equal to 65535"),
        ("central --broker 127.0.0.1:99999", "--broker 127.0.0.1:99999: write HOST:PORT"),
        ("warehouse --reader-port 1 --reader-port 70000", "should be less than or equal to 65535"),
        ("bogus", "simulators: No such command 'bogus'. See"),
        ("catalogue --out here", "here: Is a directory; name another one"),
        (
            "catalogue --floor-out nowhere/floor.toml",
            "No such file or directory; name another one",
        ),
        (
            "central --broker 127.0.0.1:1 --store here",
            "--store here: unable to open database file",
        ),
        ("central --broker 127.0.0.1:1 --store deep.json", "file is not a database; name another"),
        ("central --follow --store here", "--follow goes on with --check: add it"),
        ("warehouse --orders deep.json", "--orders deep.json: file is not a database"),
        ("warehouse --orders here", "--orders here: is a folder"),
        ("warehouse --report here", "--report here: is a folder"),
        ("warehouse --people people.json", "--people work with the gateway's pages: add --url"),
        ("pickers --url http://127.0.0.1:9 --people deep.json", "deep.json: maximum recursion"),
        ("pickers --url http://127.0.0.1:9 --people here", "here: Is a directory; name a file"),
        (f"uhf --link {'x' * 300}", "File name too long"),
        ("day --keep 999", "--keep: of no faults none can be kept: add --faults"),
        ("day --speed 3", "--speed: else a day is played as fast as can be: add --watch 0"),
    ],
)
def test_a_clumsy_call_is_told_in_one_line(words: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "people.json").write_text(json.dumps([]))

    code, text = called(tmp_path, *words.split())

    assert code == 2
    assert told in text
    assert "\n" not in text


def test_a_fault_that_the_day_does_not_have_is_told(tmp_path: Path) -> None:
    code, text = called(tmp_path, "day", "--orders", "1", "--faults", "light", "--keep", "999")

    assert (code, text) == (0, "--keep: this day's timetable has no entry 999")
