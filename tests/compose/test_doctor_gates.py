"""A gate whose reader tells less than it hears is named before it is relied upon."""

from pathlib import Path

import pytest

from edge.compose.doctor_gates import gates_heard_poorly
from edge.settings.floor_file import load_floor
from edge.settings.gateway import load

FLOOR = """
[[location]]
id = "dock-1"
kind = "portal"
[[antenna]]
reader = "dock-reader"
port = 1
location = "dock-1"
portal_side = "in"
[[antenna]]
reader = "dock-reader"
port = 2
location = "dock-1"
"""
BOTH_SIDES = FLOOR + 'portal_side = "out"\n'


def told(folder: Path, floor: str, reader: str) -> list[str]:
    (folder / "floor.toml").write_text(floor)
    config = folder / "gateway.toml"
    config.write_text(f'[[reader]]\nname = "dock-reader"\nhost = "192.0.2.1"\n{reader}')
    findings = gates_heard_poorly(load(config), load_floor(folder / "floor.toml"))
    return [f"{one.about}: {one.text}" for one in findings]


def test_a_gate_whose_reader_tells_a_tag_once_a_second_is_warned_about(tmp_path: Path) -> None:
    gathered = "report_every = 0\nreport_after_ms = 1000\n"
    (warned,) = told(tmp_path, BOTH_SIDES, gathered)
    assert warned.startswith("gate dock-1: reader dock-reader tells each tag once in 1000 ms")


def test_a_gate_whose_reader_tells_late_is_warned_about(tmp_path: Path) -> None:
    (warned,) = told(tmp_path, BOTH_SIDES, "report_every = 64\nreport_after_ms = 2000\n")
    assert "up to 2000 ms later" in warned


@pytest.mark.parametrize(
    ("floor", "reader"),
    [
        pytest.param(BOTH_SIDES, "", id="each read by itself"),
        pytest.param(BOTH_SIDES, "report_every = 64\nreport_after_ms = 1000\n", id="each in 64"),
        pytest.param(BOTH_SIDES, "report_every = 0\nreport_after_ms = 200\n", id="often enough"),
        pytest.param(FLOOR, "report_every = 0\nreport_after_ms = 1000\n", id="a door, no gate"),
    ],
)
def test_others_are_not(tmp_path: Path, floor: str, reader: str) -> None:
    assert told(tmp_path, floor, reader) == []
