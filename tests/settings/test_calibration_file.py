"""A calibration as a file, and what is none."""

from pathlib import Path

import pytest

from edge.locating.calibration import Calibration, floor_hash
from edge.model.places import Floor
from edge.settings.calibration_file import load_calibration, save_calibration
from edge.settings.faults import ConfigurationError

FLOOR = Floor(locations={}, antennas=())


def test_what_was_saved_is_read_back(tmp_path: Path) -> None:
    calibration = Calibration(floor_hash(FLOOR), {"dock/1": -55.0})

    save_calibration(tmp_path / "calibration.json", calibration)

    assert load_calibration(tmp_path / "calibration.json", FLOOR) == calibration


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff", b"[]", b"[" * 3000, b'{"format": ' + b"9" * 5000 + b"}", None],
    ids=["no JSON", "no text", "a list", "nested for ever", "a number for ever", "no file"],
)
def test_a_file_that_is_none_is_told_in_one_sentence(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "calibration.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigurationError) as told:
        load_calibration(file, FLOOR)

    assert len(told.value.faults) == 1
    assert str(file) in told.value.faults[0]
