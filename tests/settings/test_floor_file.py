"""A floor plan that contradicts itself is refused with every contradiction at once."""

from pathlib import Path

import pytest

from edge.model.ids import DeviceName, LocationId
from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor


def floor_file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "floor.toml"
    file.write_text(text)
    return file


def test_places_antennas_and_aisles_come_out_as_written_aisles_in_order(tmp_path: Path) -> None:
    file = floor_file(
        tmp_path,
        '[[location]]\nid = "Z"\nkind = "zone"\n'
        '[[location]]\nid = "A-1"\nkind = "bin"\nparent = "Z"\nx_m = 1.5\n'
        '[[antenna]]\nreader = "r"\nport = 2\nlocation = "Z"\n'
        "[[aisle]]\nx_m = 5\n[[aisle]]\nx_m = 1\n[[cross_aisle]]\ny_m = 0\n",
    )

    floor = load_floor(file)

    assert list(floor.locations) == ["Z", "A-1"]
    assert floor.location_of(DeviceName("r"), 2) == "Z"
    assert floor.is_within(LocationId("A-1"), LocationId("Z"))
    assert (floor.aisle_x_m, floor.cross_y_m) == ((1.0, 5.0), (0.0,))


def test_double_names_missing_parents_circles_and_shared_ports_are_all_told(
    tmp_path: Path,
) -> None:
    file = floor_file(
        tmp_path,
        '[[location]]\nid = "A"\nkind = "bin"\n\n[[location]]\nid = "A"\nkind = "bin"\n'
        '[[location]]\nid = "B"\nkind = "bin"\nparent = "nowhere"\n'
        '[[location]]\nid = "C"\nkind = "zone"\nparent = "D"\n'
        '[[location]]\nid = "D"\nkind = "zone"\nparent = "C"\n'
        '[[antenna]]\nreader = "r"\nport = 1\nlocation = "A"\n'
        '[[antenna]]\nreader = "r"\nport = 1\nlocation = "gone"\n',
    )

    with pytest.raises(ConfigurationError) as told:
        load_floor(file)

    text = str(told.value)
    assert f"{file}:5: location A is named 2 times" in text
    assert "there is no parent nowhere" in text
    assert text.count("lies inside itself") == 2
    assert "there is no location gone" in text
    assert "antenna r/1 is named twice" in text


def test_a_kind_that_does_not_exist_is_refused_with_its_line(tmp_path: Path) -> None:
    file = floor_file(tmp_path, '[[location]]\nid = "A"\nkind = "bim"\n')

    with pytest.raises(ConfigurationError, match=r"floor.toml:3: location.0.kind: .*'bin'"):
        load_floor(file)


def test_a_size_without_end_is_refused(tmp_path: Path) -> None:
    file = floor_file(tmp_path, '[[location]]\nid = "A"\nkind = "bin"\nx_m = inf\nwidth_m = nan\n')

    with pytest.raises(ConfigurationError) as told:
        load_floor(file)

    assert len(told.value.faults) == 2


def test_a_floor_without_places_has_a_zone_at_each_antenna(tmp_path: Path) -> None:
    """A square that was only measured, as in the recorded grids."""
    file = floor_file(
        tmp_path,
        """
        [[antenna]]
        reader = "north"
        port = 1
        location = "q1"
        x_m = 2.0
        y_m = 1.0
        """,
    )

    floor = load_floor(file)

    assert [(one.id, one.kind, one.x_m, one.y_m) for one in floor.locations.values()] == [
        ("q1", "zone", 2.0, 1.0)
    ]


def test_light_barriers_come_out_as_written_and_must_stand_at_a_portal(tmp_path: Path) -> None:
    places = '[[location]]\nid = "D"\nkind = "portal"\n[[location]]\nid = "A"\nkind = "bin"\n'
    barrier = '[[light_barrier]]\ndevice = "gate"\ninput = 1\nportal_side = "in"\n'

    (good,) = load_floor(floor_file(tmp_path, f'{places}{barrier}location = "D"\n')).light_barriers
    with pytest.raises(ConfigurationError) as refused:
        load_floor(
            floor_file(tmp_path, f'{places}{barrier}location = "A"\n{barrier}location = "D"\n')
        )

    assert (good.location, good.portal_side, good.broken_when) == ("D", "in", "high")
    told = str(refused.value)
    assert "A is no portal" in told
    assert "named twice" in told


def test_a_zone_is_not_made_of_a_name_that_no_place_can_have(tmp_path: Path) -> None:
    (tmp_path / "floor.toml").write_text('[[antenna]]\nreader = "r"\nport = 1\nlocation = "a/b"\n')

    with pytest.raises(ConfigurationError) as told:
        load_floor(tmp_path / "floor.toml")

    assert [one.split(": ")[1] for one in told.value.faults] == ["antenna.0.location"]


def test_a_reader_s_channels_are_read_in_their_order(tmp_path: Path) -> None:
    file = floor_file(
        tmp_path, '[[reader]]\nname = "r"\nhop_table_khz = [902_750, 915_250, 903_250]\n'
    )

    assert load_floor(file).hop_tables_khz == {"r": (902_750, 915_250, 903_250)}


def test_two_tables_of_one_reader_and_frequencies_in_hertz_are_refused(tmp_path: Path) -> None:
    table = '[[reader]]\nname = "r"\nhop_table_khz = [{}]\n'

    with pytest.raises(ConfigurationError, match="reader r has two tables"):
        load_floor(floor_file(tmp_path, 2 * table.format(902_750)))
    with pytest.raises(ConfigurationError, match="hop_table_khz"):
        load_floor(floor_file(tmp_path, table.format(902_750_000)))
