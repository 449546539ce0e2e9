"""What was learnt of the antennas outlives a restart, and is never worth a failed start."""

from pathlib import Path

import pytest

from edge.settings.radio_file import load_learnt, save_learnt


def test_what_was_learnt_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "radio.json"
    assert load_learnt(path) == []

    for reads in (1.0, 2.0):
        save_learnt(path, [{"reader": "dock", "reads_per_s": [reads]}])

    assert load_learnt(path) == [{"reader": "dock", "reads_per_s": [2.0]}]
    assert [one.name for one in tmp_path.iterdir()] == ["radio.json"]


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", '"x"'])
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "radio.json"
    path.write_text(text)

    with pytest.raises(ValueError, match=r"."):
        load_learnt(path)
