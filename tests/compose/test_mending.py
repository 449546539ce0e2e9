"""A daemon whose journal is damaged goes on by itself, and says so until a person has looked."""

from pathlib import Path

import pytest

from edge.compose.core import STORE_FILE, new_id_maker
from edge.compose.damage import Damage
from edge.compose.mending import STARTS_MAX, Quarantine, run_and_mend
from edge.floor.alerts import Alerts
from edge.model.places import Floor
from edge.settings.gateway import Backup, Settings, load
from edge.store.errors import StoreDamagedError
from edge.store.mending import mend, mended

CONFIG = Path(__file__).parents[2] / "config" / "gateway.toml"
FOUND = StoreDamagedError("a page is not as it was written")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load(CONFIG)
    return settings.model_copy(
        update={
            "gateway": settings.gateway.model_copy(update={"data_dir": tmp_path}),
            "backup": Backup(folder=tmp_path / "backups"),
        }
    )


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / STORE_FILE


def test_the_daemon_runs_again_on_what_was_put_in_the_damaged_files_place(
    settings: Settings, journal: Path
) -> None:
    journal.write_bytes(b"spoilt")
    lying: list[int] = []

    def run() -> None:
        lying.append(len(mended(journal)))
        if not lying[-1]:
            raise FOUND

    run_and_mend(settings, run)

    assert lying == [0, 1]


def test_a_sound_journal_that_fails_all_the_same_does_not_turn_for_ever(
    settings: Settings, journal: Path
) -> None:
    journal.write_bytes(b"spoilt")
    mend(journal, [], Floor({}), new_id_maker(), 1, "once, long ago")
    starts: list[None] = []

    def run() -> None:
        starts.append(None)
        raise FOUND

    with pytest.raises(StoreDamagedError, match="a page"):
        run_and_mend(settings, run)

    assert len(starts) == STARTS_MAX
    assert len(mended(journal)) == 1


def test_an_alert_stands_for_as_long_as_the_damaged_file_lies_there(journal: Path) -> None:
    alerts = Alerts()
    quarantine = Quarantine(journal, alerts)
    quarantine.look()
    assert not alerts.active()
    journal.write_bytes(b"spoilt")
    done = mend(journal, [], Floor({}), new_id_maker(), 1_764_335_100_000_000, "a page")
    assert done is not None

    quarantine.look()
    (alert,) = alerts.active()
    journal.with_name(f"{done.quarantined}.json").unlink()
    quarantine.look()

    assert (alert.code, alert.severity) == ("journal_damaged", "critical")
    assert done.quarantined in alert.text
    assert "facts from 1 on are missing" in alert.text
    assert not alerts.active()


def test_damage_is_told_once_and_to_whoever_listens_later() -> None:
    early, late = Damage(), Damage()
    told: list[StoreDamagedError] = []
    early.listen(told.append)
    early.tell(FOUND)
    early.tell(StoreDamagedError("the same, found by another"))
    late.tell(FOUND)
    late.listen(told.append)
    assert told == [FOUND, FOUND]
