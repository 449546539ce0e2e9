"""Configurations that worked are kept: closed to others, each once, the newest first."""

import stat
from pathlib import Path

import pytest

from edge.settings.history import KEPT_MOST, History, history_folder

SECOND_US = 1_000_000


def test_the_same_configuration_is_kept_once(tmp_path: Path) -> None:
    history = History(tmp_path / "kept")

    history.keep({"gateway": "a"}, SECOND_US)
    history.keep({"gateway": "a"}, 2 * SECOND_US)
    history.keep({"gateway": "b"}, 3 * SECOND_US)
    history.keep({"gateway": "a"}, 4 * SECOND_US)

    assert [one.texts["gateway"] for one in history.all()] == ["a", "b", "a"]
    for file in (tmp_path / "kept").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_oldest_go_and_a_damaged_one_is_passed_over(tmp_path: Path) -> None:
    history = History(tmp_path)
    for number in range(KEPT_MOST + 5):
        history.keep({"gateway": str(number)}, number * SECOND_US)
    max(tmp_path.iterdir()).write_text("{")

    newest = history.newest()

    assert newest is not None
    assert newest.texts["gateway"] == str(KEPT_MOST + 3)
    assert len(list(tmp_path.iterdir())) == KEPT_MOST


@pytest.mark.parametrize("written", ['"data"', "'data'  # beside it"])
def test_even_a_broken_file_tells_where_its_history_lies(written: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(f"[gateway\ndata_dir = {written}\nname = ")

    assert history_folder(file) == tmp_path / "data" / "configurations"
