"""Exercises as an operator makes them: really killed, cut off, filled up and failed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge.clock import SystemClock
from edge.drills.books import facts_of
from edge.drills.writer import Writer
from edge.store.store import Store
from tests.waiting import PATIENCE_S

DRILL = str(Path(sys.executable).with_name("warehouse-edge"))
FIELDS = [
    *("drill", "runs", "acknowledged", "kept", "lost", "doubled", "reordered"),
    "recovery_ms_p95",
]

pytestmark = pytest.mark.fault


def drill(*arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [DRILL, "drill", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    if done.returncode == 2 and any(
        word in done.stderr for word in ("root", "losetup", "not inst", "kernel")
    ):
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr + done.stdout
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("words", ["kill", "power", "disk", "disk --read-only"])
def test_an_exercise_counts_what_was_kept(words: str) -> None:
    name, *options = words.split()
    found = drill(name, *options, "--runs", "2")

    assert list(found) == FIELDS
    assert (found["drill"], found["runs"]) == (name, 2)
    assert (found["lost"], found["doubled"], found["reordered"]) == (0, 0, 0)
    assert found["kept"] == found["acknowledged"]


def test_the_gateways_own_journal_is_exercised_as_a_copy(tmp_path: Path) -> None:
    # given a gateway with a journal of its own
    journal = tmp_path / "journal.sqlite"
    writer = Writer(journal)
    writer.turn(5)
    writer.store.close()
    before = facts_of(journal)
    config = tmp_path / "gateway.toml"
    config.write_text(f'[gateway]\ndata_dir = "{tmp_path}"\n')

    # when the exercise is made on it
    found = drill("kill", "--runs", "1", "--config", str(config))

    # then the copy was harmed and the journal was not
    assert found["lost"] == 0
    assert facts_of(journal) == before
    Store.open(journal, SystemClock(), str).close()
