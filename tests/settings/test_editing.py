"""A page changes a file's values and leaves everything else of it as an operator wrote it."""

import difflib
import tomllib
from pathlib import Path

import pytest

from edge.settings.editing import EditingError, Placed, with_antennas, with_person, with_values

CONFIG = Path(__file__).parents[2] / "config"
GATEWAY = (CONFIG / "gateway.toml").read_text(encoding="utf-8")
FLOOR = (CONFIG / "floor.toml").read_text(encoding="utf-8")


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-" and line[2:].strip()]


def test_a_value_changes_and_its_comment_stays() -> None:
    after = with_values(GATEWAY, {"gateway": {"site": "oslo"}})

    gone, come = changed_lines(GATEWAY, after)
    assert gone.startswith('- site = "site" ')
    assert come.startswith('+ site = "oslo" ')
    assert come.endswith("second level of every MQTT topic")


def test_a_key_that_was_absent_comes_into_its_own_table() -> None:
    after = with_values(GATEWAY, {"web": {"certificate_file": "web.pem"}})

    assert tomllib.loads(after)["web"]["certificate_file"] == "web.pem"
    assert changed_lines(GATEWAY, after) == ['+ certificate_file = "web.pem"']


def test_a_person_is_added_and_the_same_badge_again_is_the_same_person() -> None:
    ana = {"badge": "1", "name": "Ana", "role": "picker", "pin_hash": "$argon2id$a"}
    bo = {"badge": "2", "name": "Bo", "role": "packer", "pin_hash": "$argon2id$b"}

    text = with_person(with_person(with_person(GATEWAY, ana), bo), {**ana, "role": "supervisor"})

    people = tomllib.loads(text)["person"]
    assert {one["badge"]: one["role"] for one in people} == {"1": "supervisor", "2": "packer"}


def test_antennas_get_their_places_and_new_places_are_made() -> None:
    placed = [Placed(1, "zone-1", "zone", 0.0, 0.0), Placed(2, "shelf-9", "bin", 1.5, 2.0)]

    floor = tomllib.loads(with_antennas(FLOOR, "reader-1", placed))

    hears = {one["port"]: one["location"] for one in floor["antenna"]}
    assert hears == {1: "zone-1", 2: "shelf-9"}  # 3 and 4 are used no more
    assert floor["antenna"][0]["z_m"] == 3.5  # where it hangs is still known
    assert floor["location"][-1] == {"id": "shelf-9", "kind": "bin", "x_m": 1.5, "y_m": 2.0}
    assert len(floor["location"]) == len(tomllib.loads(FLOOR)["location"]) + 1


def test_an_empty_floor_file_gets_its_first_antenna() -> None:
    text = with_antennas("", "shelf-1", [Placed(1, "shelf", "zone", 0.0, 0.0)])

    assert tomllib.loads(text)["antenna"] == [
        {"reader": "shelf-1", "port": 1, "location": "shelf"}
    ]


@pytest.mark.parametrize(
    "text", ["person = 3\n", "person = [{badge = 1}]\n[x", 'person = [{name = "no badge"}]\n']
)
def test_a_file_of_an_unusual_shape_is_refused_and_not_spoilt(text: str) -> None:
    with pytest.raises(EditingError):
        with_person(text, {"badge": "1", "name": "Ana"})
