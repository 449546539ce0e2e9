"""One more backup each time; old ones go, but never before a newer one is whole."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge.store import backup
from edge.store.errors import StoreDamagedError, StoreError
from edge.store.rotating import backups, rotate

if TYPE_CHECKING:
    from tests.store.conftest import Gateway

DAY_US = 86_400_000_000
NOON_US = 1_790_000_000_000_000


def names(folder: Path) -> list[str]:
    return [one.name for one in backups(folder)]


def test_backups_of_the_wanted_days_are_kept_in_both_places(
    gateway: "Gateway", tmp_path: Path
) -> None:
    gateway.happen(*gateway.arrivals(0, 3))
    here, there = tmp_path / "here", tmp_path / "there"
    for day in range(5):
        made = rotate(gateway.path, here, there, 2 * DAY_US, NOON_US + day * DAY_US)

    assert len(made.removed) == 2, "one in each place"
    assert len(names(here)) == 3
    assert names(here) == names(there)
    assert made.copy is not None
    assert backup.verify(made.copy) == made.report
    assert made.copy.stat().st_mode & 0o777 == 0o600


def test_the_newest_stays_however_old_and_other_files_are_left_alone(
    gateway: "Gateway", tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    rotate(gateway.path, tmp_path, None, 0, NOON_US)

    rotate(gateway.path, tmp_path, None, 0, NOON_US + DAY_US)

    assert names(tmp_path) == ["journal-20260922T141320Z.sqlite"]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_nothing_old_goes_when_the_new_one_is_not_sound(
    gateway: "Gateway", tmp_path: Path
) -> None:
    gateway.happen(*gateway.arrivals(0, 3))
    rotate(gateway.path, tmp_path / "kept", None, 0, NOON_US)
    gateway.store._connection.execute("UPDATE facts SET body = '{}' WHERE position = 2")

    with pytest.raises(StoreDamagedError):
        rotate(gateway.path, tmp_path / "kept", None, 0, NOON_US + 99 * DAY_US)

    assert len(names(tmp_path / "kept")) == 1


def test_a_second_place_that_is_away_is_told_and_the_first_has_its_backup(
    gateway: "Gateway", tmp_path: Path
) -> None:
    (tmp_path / "away").write_text("no folder")

    with pytest.raises(StoreError, match="copy of the backup to"):
        rotate(gateway.path, tmp_path / "kept", tmp_path / "away", 0, NOON_US)

    assert len(names(tmp_path / "kept")) == 1
