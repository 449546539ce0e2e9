"""The example configuration: every key of a serial device stands in it and is what it says."""

import tomllib
from pathlib import Path

import pytest

from edge.settings.gateway import Module, Scanner, Settings

EXAMPLE = Path(__file__).parents[2] / "config" / "gateway.toml"


def uncommented(table: str) -> dict[str, object]:
    """A table of the example that stands there as comments."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(f"# [[{table}]]"))
    found = []
    for line in lines[at:]:
        if not line.startswith("#"):
            break
        found.append(line.removeprefix("# "))
    ((_, (shown,)),) = tomllib.loads("\n".join(found)).items()
    plain: dict[str, object] = shown
    return plain


@pytest.mark.parametrize(("table", "section"), [("module", Module), ("scanner", Scanner)])
def test_every_key_of_a_serial_device_is_shown_and_right(
    table: str, section: type[Module | Scanner]
) -> None:
    shown = uncommented(table)

    assert set(shown) == set(section.model_fields)
    section.model_validate(shown)


def test_readers_and_modules_are_what_reads_tags() -> None:
    settings = Settings.model_validate(
        {
            "reader": [{"name": "shelf-1", "host": "192.0.2.10"}],
            "module": [{"name": "gate-1", "path": "/dev/x", "region": "us", "power_dbm": 20}],
        }
    )

    assert settings.reader_names == ["shelf-1", "gate-1"]
    assert settings.module[0].baud == 115_200


def module_at(path: str) -> Module:
    return Module.model_validate({"name": "gate-1", "path": path, "region": "us", "power_dbm": 20})


@pytest.mark.parametrize(
    "path",
    [
        "/dev/serial/by-id/usb-FTDI_A50285BI-if00-port0",
        "usb:0403:6001",
        "usb:0403:6001:A5:02",
        "usb-path:1-1.2:1.0",
        "socket://192.0.2.7:4001",
        "rfc2217://terminals.local:2217?timeout=3",
    ],
)
def test_every_kind_of_port_address_is_taken(path: str) -> None:
    assert module_at(path).path == path


@pytest.mark.parametrize(
    "path", ["ttyUSB0", "", "usb:403:6001", "usb-path:1", "socket://host", "COM3"]
)
def test_an_address_of_no_port_is_told_with_the_kinds_that_there_are(path: str) -> None:
    with pytest.raises(ValueError, match="write /dev/serial/by-id/NAME, usb:VID:PID"):
        module_at(path)


@pytest.mark.parametrize(
    ("fnc1", "taken"), [("~", True), ("<F1>", True), ("0", False), ("X", False)]
)
def test_a_sign_that_stands_in_codes_is_none_for_fnc1(fnc1: str, *, taken: bool) -> None:
    keys = {"name": "s", "path": "/dev/x", "station": "pack-1", "fnc1": fnc1}

    if taken:
        assert Scanner.model_validate(keys).fnc1 == fnc1
    else:
        with pytest.raises(ValueError, match="fnc1"):
            Scanner.model_validate(keys)
