"""Files that somebody changed between two starts are told; an upgrade is not."""

from pathlib import Path

import pytest

from edge.compose import tampering
from edge.compose.tampering import changed_since, look_for_changes, program_digests

TEXTS = {"gateway": "a", "floor": "b"}


def test_a_start_like_the_last_one_tells_nothing(tmp_path: Path) -> None:
    assert look_for_changes(tmp_path, TEXTS, None, 1) is None
    assert look_for_changes(tmp_path, TEXTS, TEXTS, 2) is None


def test_a_configuration_that_was_changed_while_nobody_ran_is_told(tmp_path: Path) -> None:
    look_for_changes(tmp_path, TEXTS, None, 1)

    notice = look_for_changes(tmp_path, TEXTS | {"floor": "c"}, TEXTS, 2)

    assert notice is not None
    assert (notice.sign, notice.at_us) == ("files_changed", 2)
    assert notice.detail == "changed since the last start: floor.toml"


def test_a_changed_program_file_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_for_changes(tmp_path, TEXTS, None, 1)
    other = program_digests() | {"edge/web/pins.py": 64 * "0"}
    monkeypatch.setattr(tampering, "program_digests", lambda: other)

    notice = look_for_changes(tmp_path, TEXTS, TEXTS, 2)

    assert notice is not None
    assert notice.detail.endswith("edge/web/pins.py")
    assert look_for_changes(tmp_path, TEXTS, TEXTS, 3) is None


def test_an_upgrade_brings_other_files_and_that_is_no_sign() -> None:
    before = {"version": "0.1.0", "files": {"edge/a.py": "1"}}

    assert changed_since(before, {"edge/b.py": "2"}, "0.2.0") == []
    assert changed_since(before, {"edge/b.py": "2"}, "0.1.0") == ["edge/a.py", "edge/b.py"]
