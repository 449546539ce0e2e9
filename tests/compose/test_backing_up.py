"""Backups that a page asks for: made and proved by a child, one at a time, each wish once."""

from pathlib import Path

import pytest

from edge.clock import SystemClock
from edge.compose.backing_up import BackupDesk
from edge.compose.core import STORE_FILE, new_id_maker
from edge.model.ids import RequestId
from edge.settings.gateway import Backup
from edge.store.store import Store
from tests.waiting import wait_until

ONE, TWO = RequestId("one"), RequestId("two")


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    """A configuration whose journal holds nothing yet."""
    config = tmp_path / "gateway.toml"
    config.write_text('[gateway]\ndata_dir = "data"\n[backup]\nfolder = "copies"\n')
    (tmp_path / "data").mkdir(mode=0o700)
    Store.open(tmp_path / "data" / STORE_FILE, SystemClock(), new_id_maker()).close()
    return config


def ended(desk: BackupDesk) -> dict[str, object]:
    """What came of the running task."""
    wait_until("the task has ended", lambda: desk.picture()["running"] is None)
    last = desk.picture()["last"]
    assert isinstance(last, dict)
    return last


def test_a_backup_is_made_once_for_each_wish_and_then_proved(gateway: Path) -> None:
    desk = BackupDesk(gateway, Backup(folder=gateway.parent / "copies"))
    assert desk.begin(ONE, "verify") == "no_backup"

    assert [desk.begin(ONE, "create"), desk.begin(ONE, "create")] == ["begun", "begun"]
    assert desk.begin(TWO, "create") == "at_work"
    made = ended(desk)
    assert (made["task"], made["good"], made["text"]) == ("create", True, "")
    assert desk.picture()["count"] == 1

    assert desk.begin(TWO, "verify") == "begun"
    assert ended(desk)["good"] is True


def test_a_backup_that_lost_a_page_is_told_to_be_bad(gateway: Path) -> None:
    folder = gateway.parent / "copies"
    folder.mkdir()
    (folder / "journal-20261128T130500Z.sqlite").write_bytes(b"not a store" * 100)
    desk = BackupDesk(gateway, Backup(folder=folder))

    assert desk.begin(ONE, "verify") == "begun"

    proved = ended(desk)
    assert proved["good"] is False
    assert "a damaged one" in str(proved["text"])
