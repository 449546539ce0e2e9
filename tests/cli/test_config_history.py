"""`config history|diff|rollback`: what worked is listed, compared and written back."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.cli.config import app
from edge.settings.history import History, history_folder

runner = CliRunner()
TROUBLES = Path(__file__).parents[2] / "config" / "exceptions.toml"
OLD = '[gateway]\nname = "gw-1"\ndata_dir = "data"\n'
NEW = OLD.replace("gw-1", "gw-2")
FLOOR = '[[location]]\nid = "A-01"\nkind = "bin"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A gateway that ran as gw-1 and is written down as gw-2 now."""
    file = tmp_path / "gateway.toml"
    file.write_text(NEW)
    (tmp_path / "floor.toml").write_text(FLOOR)
    troubles = TROUBLES.read_text("utf-8")
    (tmp_path / "exceptions.toml").write_text(troubles, "utf-8")
    History(history_folder(file)).keep(
        {"gateway": OLD, "floor": FLOOR, "exceptions": troubles}, 1_800_000_000_000_000
    )
    return file


def test_the_history_tells_when_each_was_taken_up(file: Path) -> None:
    result = runner.invoke(app, ["history", str(file)])

    assert result.output == "  1  2027-01-15 08:00:00 UTC\n"


def test_the_difference_is_shown_line_by_line_without_secrets(file: Path) -> None:
    file.write_text(NEW + '[[token]]\nname = "prometheus"\nsha256 = "' + 64 * "a" + '"\n')

    told = runner.invoke(app, ["diff", str(file)]).output

    assert '-name = "gw-1"\n+name = "gw-2"' in told
    assert 64 * "a" not in told
    assert "floor.toml" not in told


def test_rolling_back_keeps_what_stood_there(file: Path) -> None:
    result = runner.invoke(app, ["rollback", str(file)])

    assert result.exit_code == 0, result.output
    assert file.read_text() == OLD
    assert (file.parent / "gateway.toml.before-rollback").read_text() == NEW
    assert not (file.parent / "floor.toml.before-rollback").exists()


def test_a_number_that_is_not_kept_changes_nothing(file: Path) -> None:
    result = runner.invoke(app, ["rollback", str(file), "2"])

    assert result.exit_code == 2
    assert file.read_text() == NEW


def test_a_lost_file_is_told_where_was_looked_and_how_to_name_another_place(file: Path) -> None:
    file.write_bytes(b"\xff\x00")

    for command in ("history", "rollback"):
        result = runner.invoke(app, [command, str(file)])
        assert result.exit_code == (1 if command == "history" else 2)
        assert (
            "no configuration is kept in /var/lib/warehouse-edge/configurations" in result.stderr
        )
    file.write_text('[gateway]\ndata_dir = "data"\n')

    assert runner.invoke(app, ["rollback", str(file)]).exit_code == 0
    assert file.read_text() == OLD
