"""What an antenna usually reads is known again after a restart; a damaged file costs that only."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from edge.compose.habits import Habits, take_up_habits
from edge.floor.board import Board
from edge.locating.locator import Locator
from tests.rules.small_floor import FLOOR


def test_habits_are_written_once_for_each_showing_and_taken_up(tmp_path: Path) -> None:
    path, board, before = tmp_path / "radio.json", Board(), Locator(FLOOR)
    learnt = before.health.to_plain()
    learnt[0]["items"] = 7.0
    habits = Habits(board, path)
    habits.keep()
    assert not path.exists()

    board.show("radio/learnt", {"antennas": learnt})
    habits.keep()
    after = Locator(FLOOR)
    take_up_habits(path, after.health)

    assert after.health.to_plain() == learnt
    path.unlink()
    habits.keep()
    assert not path.exists(), "nothing new was shown"


@pytest.mark.parametrize(
    "text", ["{", '[{"reader": "reader-1", "port": 1, "location": "zone-a"}]']
)
def test_a_damaged_file_is_logged_and_the_antennas_are_learnt_anew(
    tmp_path: Path, text: str
) -> None:
    path, locator = tmp_path / "radio.json", Locator(FLOOR)
    path.write_text(text)

    with capture_logs() as lines:
        take_up_habits(path, locator.health)

    assert [line["event"] for line in lines] == ["antennas are learnt anew"]


def test_a_folder_that_takes_no_file_is_logged(tmp_path: Path) -> None:
    board = Board()
    board.show("radio/learnt", {"antennas": []})

    with capture_logs() as lines:
        Habits(board, tmp_path / "nowhere" / "radio.json").keep()

    assert [line["event"] for line in lines] == ["what was learnt of antennas is not kept"]
