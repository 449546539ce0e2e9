"""The configuration against the floor file: names, ports, stations."""

from pathlib import Path

import pytest

from edge.compose.checking import check_files
from edge.compose.link import link_settings
from edge.settings.faults import BYTES_MAX, ConfigurationError
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Gateway, Partner, Settings
from edge.web.pins import hash_pin

FLOOR = """
[[location]]
id = "pack-1"
kind = "station"
[[location]]
id = "gate"
kind = "portal"
[[antenna]]
reader = "gate-1"
port = 1
location = "gate"
"""
TROUBLES = Path(__file__).parents[2] / "config" / "exceptions.toml"
MODULE = """
[[module]]
name = "gate-1"
path = "/dev/serial/by-id/usb-a"
region = "eu"
power_dbm = 20.0
"""
SCANNER = """
[[scanner]]
name = "pack-scanner"
path = "/dev/serial/by-id/usb-b"
station = "pack-1"
prefix = "~"
"""


def faults(folder: Path, text: str, floor: str = FLOOR) -> list[str]:
    """What is wrong with this configuration before this floor."""
    (folder / "floor.toml").write_text(floor)
    head = f'[gateway]\nexceptions_file = "{TROUBLES}"\n'
    (folder / "gateway.toml").write_text(head + text)
    return check_files(folder / "gateway.toml")


def test_a_module_and_a_scanner_are_taken(tmp_path: Path) -> None:
    assert faults(tmp_path, MODULE + SCANNER) == []


@pytest.mark.parametrize("key", ["region", "power_dbm"])
def test_a_module_without_its_law_is_refused(tmp_path: Path, key: str) -> None:
    text = "\n".join(line for line in MODULE.splitlines() if not line.startswith(key))

    (fault,) = faults(tmp_path, text)

    assert f"module.0.{key}: is missing; give it" in fault


def test_an_unknown_region_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, MODULE.replace('"eu"', '"mars"'))

    assert "'cn900', 'us', 'eu', 'cn800', 'kr'" in fault


def test_a_name_or_a_port_that_two_devices_have_is_told(tmp_path: Path) -> None:
    text = MODULE + SCANNER.replace("pack-scanner", "gate-1").replace("usb-b", "usb-a")

    name, port = faults(tmp_path, text)

    assert "gate-1 is used twice" in name
    assert "usb-a is used twice; two devices cannot share a port" in port


def test_a_module_that_the_floor_does_not_know_is_told(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, MODULE.replace("gate-1", "gate-2"))

    assert "no [[antenna]] of gate-2" in fault


def test_a_module_has_one_antenna_only(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, MODULE, FLOOR.replace("port = 1", "port = 2"))

    assert "gate-1 has antenna 1 only" in fault


def test_a_light_needs_an_llrp_reader_and_a_place_where_somebody_scans(tmp_path: Path) -> None:
    light = '[[light]]\non = "wrong"\nreader = "gate-1"\noutput = 1\nplace = "gate"\n'

    of_reader, of_place = faults(tmp_path, MODULE + light)

    assert "light.reader: gate-1 is no [[reader]]" in of_reader
    assert "light.place: gate is no station, wall or slot" in of_place


def test_a_door_is_a_portal_of_the_floor_and_is_named_once(tmp_path: Path) -> None:
    door = '[[door]]\nportal = "nowhere"\ncarriers = ["DHL"]\n'

    twice, *unknown = faults(tmp_path, MODULE + door + door)

    assert "door.portal: nowhere is named twice; give all its carriers in one" in twice
    assert ["nowhere is no portal of the floor file" in one for one in unknown] == [True, True]


def test_a_door_without_a_carrier_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, MODULE + '[[door]]\nportal = "nowhere"\ncarriers = []\n')

    assert "door.0.carriers" in fault


def test_a_strategy_of_a_zone_that_there_is_not_is_told(tmp_path: Path) -> None:
    zones = '[picking]\nzone_strategies = { "pack-1" = "zone" }\n'

    (fault,) = faults(tmp_path, zones + MODULE + SCANNER)

    assert fault.endswith("picking.zone_strategies: pack-1 is no zone of the floor file")


def test_a_partner_is_another_gateway_and_shares_places_of_the_floor(tmp_path: Path) -> None:
    head = '[partner]\nname = "gateway-2"\n'
    assert faults(tmp_path, MODULE + head + 'places = ["gate"]\n') == []

    (missing,) = faults(tmp_path, MODULE + head)
    (elsewhere,) = faults(tmp_path, MODULE + head + 'places = ["gate", "mars"]\n')
    own = head.replace("gateway-2", Gateway().name)
    (itself,) = faults(tmp_path, MODULE + own + 'places = ["gate"]\n')

    assert "partner: name and places belong together" in missing
    assert "partner.places: mars is no place" in elsewhere
    assert "is this gateway; name the other one" in itself


def test_the_gateway_whose_name_sorts_last_gives_way() -> None:
    names = ("gate-1", "gate-2")
    told = {
        own: link_settings(
            Settings(
                gateway=Gateway(name=own),
                partner=Partner(name=other, places=("hall",)),
            )
        ).partner
        for own, other in (names, names[::-1])
    }

    assert told == {"gate-1": "", "gate-2": "gate-1"}


def test_a_file_that_is_named_and_not_there_is_told_at_its_key(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("")

    floor, exceptions = check_files(file)

    assert floor.startswith(f"{file}: gateway.floor_file: names {tmp_path / 'floor.toml'}")
    assert exceptions.startswith(f"{file}: gateway.exceptions_file: names {tmp_path}")


def test_what_has_no_end_is_no_configuration(tmp_path: Path) -> None:
    (device,) = check_files(Path("/dev/zero"))
    large = tmp_path / "gateway.toml"
    large.write_bytes(b"#" * (BYTES_MAX + 1))
    (told,) = check_files(large)

    assert device == "/dev/zero: is no file, but a pipe or a device; name a file"
    assert told == f"{large}: has more than 16 MiB; no file of this kind has"


@pytest.mark.parametrize("key", ["floor_file", "exceptions_file"])
def test_a_name_too_long_for_a_file_is_a_fault_like_another(tmp_path: Path, key: str) -> None:
    text = f'[gateway]\n{key} = "{"9" * 5000}"\n'
    (tmp_path / "gateway.toml").write_text(text)
    (tmp_path / "floor.toml").write_text(FLOOR)

    faults_told = check_files(tmp_path / "gateway.toml")

    assert any("File name too long" in one for one in faults_told)


def test_what_only_the_floor_shows_is_told_with_its_line(tmp_path: Path) -> None:
    text = """
[web]
host = "0.0.0.0"
[[person]]
badge = "1"
name = "Ana"
role = "picker"
pin_hash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"
[[person]]
badge = "2"
name = "Bo"
role = "picker"
zone = "nowhere"
pin_hash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"
"""
    told = faults(tmp_path, text + SCANNER.replace("pack-1", "attic"))

    file = tmp_path / "gateway.toml"
    places = [one.removeprefix(f"{file}:").split(" ")[:2] for one in told]
    assert ["5:", "web.host:"] in places
    assert ["15:", "person.zone:"] in places
    assert ["21:", "scanner.station:"] in places


def test_of_two_with_the_same_name_the_second_is_told(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, MODULE + SCANNER + SCANNER.replace("usb-b", "usb-c"))

    assert told.startswith(f"{tmp_path / 'gateway.toml'}:17: scanner.name: ")


def test_a_pin_hash_that_is_none_is_told_at_its_own_person(tmp_path: Path) -> None:
    person = '[[person]]\nbadge = "{0}"\nname = "n"\nrole = "picker"\npin_hash = "{1}"\n'
    good = hash_pin("815815")
    text = person.format(1, good) + person.format(2, "$argon2id$815815") + person.format(3, good)

    (told,) = faults(tmp_path, text)

    assert told.startswith(f"{tmp_path / 'gateway.toml'}:12: person.pin_hash: ")


def test_the_same_mistake_in_every_place_of_a_large_floor_is_told_in_one_pass(
    tmp_path: Path,
) -> None:
    places = 20_000
    text = "".join(f'[[location]]\nid = "P-{at}"\nkind = "bim"\n' for at in range(places))
    (tmp_path / "floor.toml").write_text(text)

    with pytest.raises(ConfigurationError) as told:
        load_floor(tmp_path / "floor.toml")

    assert len(told.value.faults) == places
    assert told.value.faults[-1].startswith(f"{tmp_path / 'floor.toml'}:{3 * places}: location.")


def test_keys_with_a_thousand_dots_are_a_fault_like_another(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, ".".join(["a"] * 3000) + " = 1\n")

    assert told.endswith("is nested too deeply; no key needs it")


def test_a_certificate_or_password_that_is_not_there_is_told_before_it_keeps_a_start_back(
    tmp_path: Path,
) -> None:
    text = (
        '[web]\ncertificate_file = "web.pem"\nkey_file = "web.key"\n'
        '[mqtt]\npassword_file = "mqtt.password"\n'
        'ca_file = "/run/credentials/warehouse-edge.service/ca"  # there while it runs\n'
    )
    (tmp_path / "web.key").write_text("a key")

    of_pages, of_broker = faults(tmp_path, text)

    file = tmp_path / "gateway.toml"
    assert of_pages.startswith(f"{file}:4: web.certificate_file: names {tmp_path / 'web.pem'}")
    assert of_broker.startswith(f"{file}:7: mqtt.password_file: names {tmp_path}")


@pytest.mark.parametrize("broken", ["[[", "[web]\nport = 'x'\n"])
def test_what_is_wrong_with_the_other_files_is_told_beside_a_broken_one(
    tmp_path: Path, broken: str
) -> None:
    (tmp_path / "gateway.toml").write_text(f"[gateway]\nfloor_file = 'hall.toml'\n{broken}")
    (tmp_path / "hall.toml").write_text(FLOOR.replace('"portal"', '"prtl"'))
    (tmp_path / "exceptions.toml").write_text("[[trouble]]\ncode = 1\n")

    told = check_files(tmp_path / "gateway.toml")

    assert {Path(one.partition(":")[0]).name for one in told} == {
        "gateway.toml",
        "hall.toml",
        "exceptions.toml",
    }
