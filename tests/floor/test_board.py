"""Pages see the newest value and are called when it changes."""

from edge.floor.board import Board


def test_only_a_change_is_told_and_only_the_newest_is_kept() -> None:
    board = Board()
    told: list[str] = []
    board.watch("prompt/1", told.append)

    board.show("prompt/1", {"n": 1})
    board.show("prompt/1", {"n": 1})
    board.show("prompt/2", {"n": 9})
    board.show("prompt/1", {"n": 2})

    assert told == ["prompt/1", "prompt/1"]
    sheet = board.look("prompt/1")
    assert sheet is not None
    assert (sheet.revision, sheet.value) == (2, {"n": 2})


def test_a_page_that_has_gone_is_not_called_any_more() -> None:
    board = Board()
    told: list[str] = []
    end = board.watch("floor", told.append)

    end()
    board.show("floor", {})

    assert told == []
