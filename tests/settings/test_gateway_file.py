"""The configuration as an operator writes it: documented whole, all faults at once."""

import re
import tomllib
from pathlib import Path
from typing import cast

import pytest

from edge.compose.checking import check_files
from edge.settings.exceptions_file import SHIPPED, load_troubles
from edge.settings.faults import ConfigurationError, Section
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings, load
from edge.settings.reader import Antenna

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config/gateway.toml"
SET_UP = re.compile(r"^# (?=\[\[[\w.]+\]\]|\w+ = )", re.MULTILINE)


def documented() -> dict[str, dict[str, object]]:
    """Every table of the example with all of its keys, those in comments too."""
    loaded = tomllib.loads(SET_UP.sub("", EXAMPLE.read_text("utf-8")))
    return {name: table[0] if isinstance(table, list) else table for name, table in loaded.items()}


def sections() -> dict[str, type[Section]]:
    """The class of each table."""
    found: dict[str, type[Section]] = {}
    for name, field in Settings.model_fields.items():
        inner = (field.annotation, *getattr(field.annotation, "__args__", ()))
        found[name] = next(
            one for one in inner if isinstance(one, type) and issubclass(one, Section)
        )
    return found


def test_every_table_and_key_stands_in_the_example_and_none_that_does_not_exist() -> None:
    told, known = documented(), sections()

    assert told.keys() == known.keys()
    for name, section in known.items():
        assert told[name].keys() == section.model_fields.keys(), name
    (antenna,) = cast("list[dict[str, object]]", told["reader"]["antenna"])
    assert antenna.keys() == Antenna.model_fields.keys()


def test_the_values_of_the_example_are_the_defaults() -> None:
    written = tomllib.loads(EXAMPLE.read_text("utf-8"))

    for name, table in written.items():
        defaults = sections()[name]().model_dump(mode="json")
        assert table == {key: defaults[key] for key in table}, name


def test_the_examples_that_are_delivered_can_be_used() -> None:
    settings = load(EXAMPLE)

    assert load_troubles(settings.gateway.exceptions_file)
    for name in (ROOT / "config").glob("floor*.toml"):
        assert load_floor(name).locations


def test_all_faults_are_told_at_once_with_line_and_nearest_name(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('[gateway]\nsite = "Big Site"\n\n[mqtt]\nhots = "broker"\nport = 99999\n')

    with pytest.raises(ConfigurationError) as told:
        load(file)

    faults = sorted(told.value.faults)
    assert len(faults) == 3
    assert faults[0].startswith(f"{file}:2: gateway.site: ")
    assert faults[1] == f"{file}:5: mqtt.hots: there is no such key; did you mean host?"
    assert faults[2].startswith(f"{file}:6: mqtt.port: ")


@pytest.mark.parametrize("host", ["192.168..5", "two words", "a/b", "", ".", "x" * 64])
def test_what_no_name_server_can_be_asked_for_is_no_host(tmp_path: Path, host: str) -> None:
    file = tmp_path / "gateway.toml"
    for section in ("mqtt", "web"):
        file.write_text(f'[{section}]\nhost = "{host}"\n')

        with pytest.raises(ConfigurationError, match="write a host name or address"):
            load(file)


@pytest.mark.parametrize(
    "host", ["::1", "fe80::1%eth0", "gw-1.local", "name.", "192.0.2.7", "网关"]
)
def test_names_and_addresses_of_every_kind_are_hosts(tmp_path: Path, host: str) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(f'[mqtt]\nhost = "{host}"\n')

    assert load(file).mqtt.host == host


def test_the_fault_of_a_second_table_names_its_own_line(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(
        '[[reader]]\nname = "a"\nhost = "h"\n\n[[reader]]\nname = "b"\nhost = "h"\nsession = 7\n'
    )

    with pytest.raises(ConfigurationError) as told:
        load(file)

    assert [one.partition(": ")[0] for one in told.value.faults] == [f"{file}:8"]


@pytest.mark.parametrize(
    "content",
    [b"[gateway\n", b"\xff\xfe", None, b"x = " + b"[" * 3000, b"tick_ms = " + b"9" * 5000],
    ids=["no TOML", "no text", "no file", "nested for ever", "a number for ever"],
)
def test_a_file_that_is_none_is_told_in_one_sentence(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "gateway.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigurationError) as told:
        load(file)

    assert len(told.value.faults) == 1
    assert str(file) in told.value.faults[0]


def test_paths_are_taken_from_the_files_own_folder(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('[gateway]\ndata_dir = "data"\nfloor_file = "/etc/floor.toml"\n')

    gateway = load(file).gateway

    assert (gateway.data_dir, gateway.floor_file) == (tmp_path / "data", Path("/etc/floor.toml"))


def test_contradictions_between_the_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "floor.toml").write_text('[[location]]\nid = "A-1"\nkind = "bin"\n')
    (tmp_path / "exceptions.toml").write_text("trouble = []\n")
    file = tmp_path / "gateway.toml"
    file.write_text(
        '[[reader]]\nname = "a"\nhost = "h"\n[[reader]]\nname = "a"\nhost = "h"\n'
        '[[scanner]]\nname = "s"\npath = "/dev/s"\nstation = "A-1"\n'
        '[[person]]\nbadge = "1"\nname = "Li"\nrole = "picker"\npin_hash = "$argon2id$x"\n'
        '[[person]]\nbadge = "1"\nname = "An"\nrole = "packer"\npin_hash = "$argon2id$y"\n'
    )

    faults = check_files(file)

    assert any("name: a is used twice" in one for one in faults)
    assert any("s stands at A-1" in one for one in faults)
    assert any("person.badge: 1 is used twice" in one for one in faults)
    assert any("no [[antenna]] of a" in one for one in faults)


def test_every_trouble_has_a_short_code_in_both_languages_and_each_means_one(
    tmp_path: Path,
) -> None:
    shipped = load_troubles(SHIPPED)
    assert all(one.short_en and one.short_zh for one in shipped)
    twice = tmp_path / "exceptions.toml"
    twice.write_text(SHIPPED.read_text("utf-8").replace('"EMP"', '"few"'), "utf-8")

    with pytest.raises(ConfigurationError) as refused:
        load_troubles(twice)

    assert "short code few means empty, short" in str(refused.value)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", ""])
def test_a_time_zone_that_nobody_knows_is_told(tmp_path: Path, zone: str) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(f'[epcis]\ntime_zone = "{zone}"\n')

    with pytest.raises(ConfigurationError, match="Asia/Shanghai"):
        load(file)


def test_the_site_s_time_zone_is_told_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('[epcis]\ntime_zone = "Asia/Shanghai"\n')

    assert load(file).epcis.time_zone == "Asia/Shanghai"
