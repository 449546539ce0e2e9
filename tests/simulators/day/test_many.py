"""A thousand days in several goes, and what their counts say."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulators.__main__ import assemble
from simulators.day import kept as kept_module
from simulators.day.kept import Kept, Played
from simulators.day.odds import share_between
from simulators.day.plan import Faults, Story

DAY = Played(Story(7, 8, Faults.HEAVY), {"wrong_lines": 0}, "", 2.5)
FAILED = Played(Story(8, 8, Faults.HEAVY), {}, "KeyError('wall-1')", 0.1)


def test_a_day_that_this_version_has_played_is_known_and_one_that_failed_is_not(
    tmp_path: Path,
) -> None:
    before = Kept(tmp_path / "days.jsonl")
    before.keep(DAY)
    before.keep(FAILED)

    after = Kept(tmp_path / "days.jsonl")

    assert list(after.known([FAILED.story, DAY.story, Story(9, 8)])) == [DAY]


def test_a_day_of_another_version_is_played_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Kept(tmp_path / "days.jsonl").keep(DAY)

    monkeypatch.setattr(kept_module, "version", lambda: "another")

    assert list(Kept(tmp_path / "days.jsonl").known([DAY.story])) == []


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    [
        (0, 30_000, 0.0, 1.2296e-4),
        (2, 8_650, 2.800e-5, 8.350e-4),
        (1, 10, 0.002529, 0.445016),
        (10, 10, 0.691503, 1.0),
    ],
)
def test_a_count_tells_between_which_shares_the_true_one_lies(
    hits: int, tries: int, low: float, high: float
) -> None:
    assert share_between(hits, tries) == pytest.approx((low, high), rel=1e-3)


@pytest.mark.parametrize("text", ["", "no days\n"])
def test_a_file_that_cannot_keep_days_is_told_before_one_is_played(
    text: str, tmp_path: Path
) -> None:
    # given a file in a folder that is not there, or one in which something else stands
    file = tmp_path / "days.jsonl" if text else tmp_path / "nowhere" / "days.jsonl"
    if text:
        file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(assemble(["days"]), ["days", "--keep", str(file)])
    assert done.exit_code == 2
    assert "cannot be kept" in done.stderr
