"""What is wrong with a file is told at its own line, and in words that mend it."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor
from edge.settings.gateway import load

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


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[web]\nport = '8080'", "2: web.port: write a whole number, without quotes"),
        ("[web]\nport = true", "2: web.port: write a whole number, without quotes"),
        ("[radio]\nrssi_jump_db = '8'", "2: radio.rssi_jump_db: write a number, without quotes"),
        ("[mqtt]\ntls = 'yes'", "2: mqtt.tls: write true or false, without quotes"),
        ("[mqtt]\ntls = 1", "2: mqtt.tls: write true or false, without quotes"),
        ("[work]\nline_s = 1979-05-27", "2: work.line_s: write a number, without quotes"),
        ("[discovery]\nsubnets = [7]", "2: discovery.subnets.0: write a text in quotes"),
    ],
)
def test_a_value_of_another_kind_is_refused_and_not_guessed_at(
    line: str, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(line, encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        load(file)

    assert refused.value.faults == [f"{file}:{told}"]


def test_lists_paths_and_networks_are_read_from_their_texts(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("[discovery]\nsubnets = ['192.0.2.0/28']\n[backup]\nfolder = 'copies'\n")

    settings = load(file)

    assert settings.discovery.subnets == (IPv4Network("192.0.2.0/28"),)
    assert settings.backup.folder == tmp_path / "copies"
