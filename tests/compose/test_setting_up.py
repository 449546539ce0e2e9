"""The set-up page's picture, from a gateway's own parts."""

from dataclasses import replace
from pathlib import Path

from drivers.driver import DeviceUp
from edge.compose.backing_up import BackupDesk
from edge.compose.setting_up import SetUpDesk
from edge.settings.gateway import Backup, Mqtt, Settings
from edge.settings.reader import Reader
from tests.compose.test_lighting import core_of

DOCK = DeviceUp("dock", 1, "Impinj", "R700", "8.1", "1.1", (1, 2))


def desk_of(tmp_path: Path, *, up: bool) -> SetUpDesk:
    settings = Settings(
        reader=(Reader(name="dock", host="192.0.2.9"),),
        mqtt=Mqtt(tls=True, ca_file=tmp_path / "ca.pem"),
    )
    core = replace(core_of(), settings=settings)
    antenna = {"reader": "dock", "port": 1, "location": "DOCK", "state": "good", "faults": []}
    antenna |= {"reads_per_s": 3.5, "rssi_dbm": -61.0}
    core.board.show("radio", {"antennas": [antenna]})
    return SetUpDesk(
        settings,
        core.board,
        core.clock,
        lambda: {"dock": DOCK} if up else {},
        lambda: None,
        BackupDesk(None, Backup(folder=tmp_path)),
    )


def test_a_reader_that_answers_shows_who_it_is_and_what_its_antennas_hear(tmp_path: Path) -> None:
    (reader,) = desk_of(tmp_path, up=True).picture()["readers"]  # type: ignore[misc,attr-defined]

    assert (reader["name"], reader["up"], reader["model"]) == ("dock", True, "R700")
    assert reader["antennas"] == [
        {"port": 1, "location": "DOCK", "state": "good", "reads_per_s": 3.5, "rssi_dbm": -61.0}
    ]


def test_a_reader_that_is_away_is_shown_too(tmp_path: Path) -> None:
    (reader,) = desk_of(tmp_path, up=False).picture()["readers"]  # type: ignore[misc,attr-defined]

    assert (reader["up"], reader["model"], reader["ports"]) == (False, "", [])


def test_a_certificate_that_is_not_there_is_told_before_the_broker_refuses(tmp_path: Path) -> None:
    broker = desk_of(tmp_path, up=True).picture()["broker"]

    assert isinstance(broker, dict)
    (certificate,) = broker["certificates"]
    assert (certificate["about"], certificate["status"]) == ("mqtt authority", "bad")
