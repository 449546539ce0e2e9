"""A trail only grows, is on disk note by note, and shows whatever was done to it."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from edge.clock import PlayedClock
from edge.store.errors import StoreBusyError, StoreDamagedError
from edge.store.trail import Trail


def opened(path: Path) -> Trail:
    return Trail(path, PlayedClock())


def test_notes_are_numbered_dated_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "trail"
    with closing(opened(path)) as trail:
        trail.add("begun", by="Lü")
        trail.add("written", epc="30")
    with closing(opened(path)) as again:
        assert [(note["n"], note["step"]) for note in again.notes] == [
            (1, "begun"),
            (2, "written"),
        ]
        assert again.notes[0]["at_us"] == PlayedClock().now_us()
        again.add("ended")
    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == [1, 2, 3]


def test_every_cut_of_the_last_line_is_taken_away_and_told(tmp_path: Path) -> None:
    path = tmp_path / "trail"
    with closing(opened(path)) as trail:
        trail.add("begun")
        whole = path.stat().st_size
        trail.add("written", epc="30")
    data = path.read_bytes()
    for size in range(whole, len(data)):
        path.write_bytes(data[:size])
        with closing(opened(path)) as cut:
            assert len(cut.notes) == 1
            assert cut.torn == data[whole:size].decode()
            cut.add("written", epc="31")
        with closing(opened(path)) as again:
            assert [note.get("epc") for note in again.notes] == [None, "31"]
            assert again.torn == ""


@pytest.mark.parametrize("harm", ["change", "leave out", "put in", "swap"])
def test_a_trail_that_was_touched_is_refused_with_its_line(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "trail"
    with closing(opened(path)) as trail:
        for number in range(4):
            trail.add("written", epc=f"3{number}")
    lines = path.read_text().splitlines(keepends=True)
    match harm:
        case "change":
            lines[1] = lines[1].replace("31", "39")
        case "leave out":
            del lines[1]
        case "put in":
            lines.insert(1, lines[0])
        case _:
            lines[1], lines[2] = lines[2], lines[1]
    path.write_text("".join(lines))
    with pytest.raises(StoreDamagedError, match="line 2 is not as it was written"):
        opened(path)


def test_one_program_at_a_time_holds_a_trail(tmp_path: Path) -> None:
    path = tmp_path / "trail"
    with closing(opened(path)), pytest.raises(StoreBusyError, match="one job works on a trail"):
        opened(path)
    opened(path).close()
