"""What lies aside is found after a restart, a killed one too, and what was to be sent is sent."""

import subprocess
import sys
from pathlib import Path

import pytest

from edge.clock import PlayedClock
from edge.floor.board import Board
from edge.floor.letter_box import LetterBox
from edge.floor.letters import Letters
from edge.model.events import MessageSetAside
from edge.model.ids import RequestId

WRITER = """
import sys
from pathlib import Path
from edge.clock import SystemClock
from edge.floor.board import Board
from edge.floor.letter_box import LetterBox
from edge.floor.letters import Letters
from edge.model.events import MessageSetAside

letters = Letters(Board(), SystemClock())
letters.open(LetterBox(Path(sys.argv[1]), "e1"))
letters.refused(MessageSetAside("order", "not JSON", "{"), 5)
number = 0
while True:
    number += 1
    letters.set_aside(number, "order.planned", "too large")
    if number % 2 == 0:
        letters.resend(f"press-{number}", number)
    print(number, flush=True)
"""


def opened(path: Path, epoch: str = "e1") -> tuple[Letters, Board]:
    board = Board()
    letters = Letters(board, PlayedClock())
    letters.open(LetterBox(path, epoch))
    return letters, board


def shown(board: Board) -> dict[object, object]:
    """How each letter stands, by its number."""
    sheet = board.look("letters")
    rows = sheet.value["set_aside"] if sheet else []
    assert isinstance(rows, list)
    return {row["seq"]: row["standing"] for row in rows}


@pytest.mark.parametrize("lines", [1, 7, 40])
def test_a_killed_gateway_finds_each_letter_that_was_told_and_sends_what_was_wanted(
    tmp_path: Path, lines: int
) -> None:
    path = tmp_path / "letters.json"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(lines):
            told = int(writer.stdout.readline())
        writer.kill()

    letters, board = opened(path)

    found = shown(board)
    for number in range(1, told + 1):
        assert found[number] == ("sending" if number % 2 == 0 else "set_aside")
    assert set(range(2, told + 1, 2)) <= set(letters.wanted())
    sheet = board.look("letters")
    assert sheet is not None
    assert sheet.value["refused"] == [
        {"topic": "order", "reason": "not JSON", "excerpt": "{", "at_us": 5}
    ]


def test_letters_of_another_numbering_are_not_taken_up(tmp_path: Path) -> None:
    letters, _ = opened(tmp_path / "letters.json")
    letters.set_aside(7, "order.planned", "too large")
    letters.refused(MessageSetAside("order", "not JSON", "{"), 5)

    letters, board = opened(tmp_path / "letters.json", "e2")

    assert shown(board) == {}
    assert letters.resend(RequestId("press-1"), 7) is None


def test_what_was_discarded_stays_away_and_what_was_sent_stays_sent(tmp_path: Path) -> None:
    letters, board = opened(tmp_path / "letters.json")
    for seq in (7, 8, 9):
        letters.set_aside(seq, "order.planned", "too large")
    letters.resend(RequestId("press-8"), 8)
    refused = letters.discard(RequestId("press-8-away"), 8)
    letters.sent(8)
    away = [letters.discard(RequestId("press-7"), 7) for _ in range(2)]

    assert refused is not None
    assert (refused.accepted, refused.code) == (False, "letter_sending")
    assert away[0] == away[1] is not None
    assert shown(board) == {8: "sent", 9: "set_aside"}
    again, board = opened(tmp_path / "letters.json")
    assert shown(board) == {8: "sent", 9: "set_aside"}
    assert again.wanted() == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"epoch":"e1","set_aside":[{}],"refused":[]}'])
def test_a_file_that_is_none_is_left_under_another_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "letters.json"
    path.write_text(text, encoding="utf-8")

    letters, board = opened(path)
    letters.set_aside(7, "order.planned", "too large")

    assert shown(board) == {7: "set_aside"}
    assert path.with_suffix(".unreadable").read_text(encoding="utf-8") == text


def test_a_disk_that_takes_no_file_keeps_no_letter_from_being_shown(tmp_path: Path) -> None:
    letters, board = opened(tmp_path / "nowhere" / "letters.json")
    letters.set_aside(7, "order.planned", "too large")

    assert shown(board) == {7: "set_aside"}
