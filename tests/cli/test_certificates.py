"""`certificates`: made once, shown with dates, renewed when it is time."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.cli.app import assemble
from edge.web.qr_code import QUIET, rows_of

runner = CliRunner()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A gateway's file with nothing of certificates in it yet."""
    file = tmp_path / "gateway.toml"
    file.write_text('[gateway]\nsite = "north"\nname = "gw-1"\n')
    return file


def called(config: Path, command: str, *rest: str) -> tuple[int, str]:
    app = assemble(["certificates", "people"])
    result = runner.invoke(app, ["certificates", command, "--config", str(config), *rest])
    return result.exit_code, result.output


def test_what_init_prints_can_be_written_into_the_configuration(config: Path) -> None:
    code, told = called(config, "init", "--name", "gw-1.local", "--name", "192.0.2.1", "--mqtt")

    assert code == 0
    folder = config.parent / "certificates"
    assert f'certificate_file = "{folder}/web.pem"' in told
    shown = json.loads(called(config, "show", "--json")[1])
    assert [(one["use"], one["for"]) for one in shown] == [
        ("authority", "warehouse-edge gw-1.local"),
        ("web", "gw-1.local, 192.0.2.1"),
        ("mqtt", "north-gw-1"),
    ]
    assert [one["days"] for one in shown] == [3649, 396, 396]


def test_renewing_leaves_what_holds_for_long_unless_it_is_forced(config: Path) -> None:
    called(config, "init", "--name", "gw-1.local")
    key = config.parent / "certificates" / "web.key"
    first = key.read_bytes()

    assert "good for" in called(config, "renew")[1]
    assert key.read_bytes() == first
    assert "renewed" in called(config, "renew", "--force")[1]
    assert key.read_bytes() != first


def test_a_second_authority_and_a_missing_one_are_refused_in_words(config: Path) -> None:
    assert called(config, "show") == (
        2,
        f"{config.parent}/certificates holds no authority; make one with `certificates init`\n",
    )
    called(config, "init", "--name", "gw-1.local")

    code, told = called(config, "init", "--name", "gw-1.local")

    assert code == 2
    assert "holds an authority already" in told


def test_the_address_and_the_fingerprint_are_shown_as_a_qr_code(config: Path) -> None:
    called(config, "init", "--name", "gw-1.local")
    authority = json.loads(called(config, "show", "--json")[1])[0]

    told = called(config, "show")[1].rstrip().splitlines()

    address = f"https://gw-1.local:8080/#ca={authority['sha256']}"
    assert told[-1] == address
    picture = [line for line in told[:-1] if set(line) <= set("█▀▄ ") and line.strip()]
    assert modules(picture) == rows_of(address)


def modules(picture: list[str]) -> list[str]:
    """Dark modules as they stand on the terminal, without the light ones around them."""
    upper = ["".join("1" if sign in "▄ " else "0" for sign in line) for line in picture]
    lower = ["".join("1" if sign in "▀ " else "0" for sign in line) for line in picture]
    rows = [row for pair in zip(upper, lower, strict=True) for row in pair]
    size = len(rows[0]) - 2 * QUIET
    return [row[QUIET : QUIET + size] for row in rows[QUIET : QUIET + size]]
