"""A page changes the configuration only as a whole that is good; what was before is kept."""

from pathlib import Path

import pytest

from edge.compose.configuring import ConfigurationDesk
from edge.settings.editing import with_values
from tests.compose.test_reloading import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A gateway's files."""
    return Site(tmp_path)


def desk_of(site: Site) -> ConfigurationDesk:
    desk = ConfigurationDesk(site.file)
    desk.attach(site.start().reload)
    return desk


def test_a_good_change_is_in_place_taken_up_and_kept(site: Site) -> None:
    desk = desk_of(site)
    site.clock.advance_us(1_000_000)

    assert (
        desk.change("gateway", lambda text: with_values(text, {"log": {"level": "debug"}})) == []
    )

    assert site.taken[-1].log.level == "debug"
    assert 'level = "debug"' in desk.kept()[0].texts["gateway"]
    assert len(desk.kept()) == 2


@pytest.mark.parametrize(
    ("what", "text", "words"),
    [
        ("gateway", '[gateway]\nname = "No Good"\n', "gateway.toml:2: gateway.name"),
        ("gateway", "[mqqt]\n", "did you mean mqtt?"),
        ("floor", '[[location]]\nid = "A"\nkind = "hut"\n', "floor.toml:3: location.0.kind"),
    ],
)
def test_a_faulty_change_is_told_by_line_and_nothing_is_changed(
    site: Site, what: str, text: str, words: str
) -> None:
    desk = desk_of(site)
    before = (site.file.read_text(), site.floor.read_text())

    faults = desk.change(what, lambda _: text)

    assert any(words in one for one in faults), faults
    assert not any("wanted" in one for one in faults)  # the candidate's name is nobody's business
    assert (site.file.read_text(), site.floor.read_text()) == before
    assert sorted(one.name for one in site.file.parent.glob(".*")) == []
    assert site.taken == []


def test_what_worked_before_comes_back_with_the_floor_that_belonged_to_it(site: Site) -> None:
    desk = desk_of(site)
    floor = site.floor.read_text()
    site.clock.advance_us(1_000_000)
    assert desk.change("floor", lambda text: text.replace("A-01", "B-07")) == []

    assert desk.roll_back(2) == []

    assert site.floor.read_text() == floor
    assert "B-07" in site.floor.with_name("floor.toml.before-rollback").read_text()
    assert desk.roll_back(9) != []


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(site)

    def refuse(file: Path, _: str) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("edge.compose.configuring.write_whole", refuse)

    (fault,) = desk.change("gateway", lambda text: with_values(text, {"log": {"level": "debug"}}))
    assert "cannot be written (Permission denied); let the gateway's user write" in fault
