"""What is wrong with a file is told at its own line, and in words that mend it."""

from pathlib import Path

import pytest

from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor

TABLES = (
    '[[location]]\nid = "zone-1"\nkind = "zone"\n\n'
    '[[antenna]]\nreader = "hall"\nport = 1\nlocation = "zone-1"\n\n'
    '[[location]]\nid = "zone 2"\nkind = "zone"\n\n'
    '[[antenna]]\nreader = "hall"\nport = 2\n\n'
    '[[location]]\nid = "zone-3"\nkind = "zone"\n'
)


def faults_of(file: Path, content: bytes) -> list[str]:
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as told:
        load_floor(file)
    return [fault.removeprefix(f"{file}:") for fault in told.value.faults]


def test_a_key_that_another_table_has_as_its_name_does_not_lead_astray(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "floor.toml", TABLES.encode()) == [
        "11: location.1.id: write 1 to 64 characters without blanks, /, + and #",
        "14: antenna.1.location: is missing; give it",
    ]


def test_a_file_from_windows_is_read_with_its_mark_and_its_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "floor.toml"
    text = TABLES.replace("zone 2", "zone-2").replace("port = 2", 'port = 2\nlocation = "zone-2"')
    file.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))

    assert len(load_floor(file).locations) == 3


def test_a_file_in_another_encoding_is_told_how_to_be_saved(tmp_path: Path) -> None:
    told = faults_of(tmp_path / "floor.toml", TABLES.encode("utf-16"))

    assert told == [" is not UTF-8 text (byte 0); save it as UTF-8"]
