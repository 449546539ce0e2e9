"""A found reader waits in view until somebody decides; then it waits no more."""

from drivers.llrp.found import FoundReader
from edge.clock import PlayedClock
from edge.floor.alerts import Alert, Alerts
from edge.floor.board import Board
from edge.floor.found import FOUND_MOST, FoundReaders

READER = FoundReader("192.0.2.9", 5084, manufacturer="Impinj", antennas=4)


class Hall:
    def __init__(self) -> None:
        self.board, self.clock = Board(), PlayedClock()
        self.told: list[tuple[str, Alert | None]] = []
        alerts = Alerts()
        alerts.listen(lambda name, alert: self.told.append((name, alert)))
        self.found = FoundReaders(self.board, alerts, self.clock)

    def decide(self, state: str, name: str | None) -> None:
        row = {
            "id": READER.id,
            "name": name,
            "host": READER.host,
            "port": READER.port,
            "tls": False,
            "certificate_sha256": "",
            "antennas": [],
        }
        self.board.show("readers/decided", {"approved": [], "ignored": [], state: [row]})

    def shown(self) -> list[dict[str, object]]:
        sheet = self.board.look("readers/found")
        rows = sheet.value["readers"] if sheet else []
        assert isinstance(rows, list)
        return rows


def test_a_found_reader_waits_with_one_alert_until_it_is_ignored() -> None:
    hall = Hall()
    hall.found.note(READER)
    hall.clock.advance_us(5)
    hall.found.note(READER)
    (row,) = hall.shown()
    assert (row["state"], row["manufacturer"], row["antennas"]) == ("waiting", "Impinj", 4)
    assert row["last_found_us"] == int(str(row["first_found_us"])) + 5
    ((name, alert),) = hall.told
    assert alert is not None
    assert (name, alert.code) == ("reader-found", "reader_found")
    assert "192.0.2.9:5084" in alert.text

    hall.decide("ignored", None)

    assert hall.shown()[0]["state"] == "ignored"
    assert hall.told[1:] == [("reader-found", None)]


def test_an_approved_reader_stays_in_view_after_a_restart_though_nobody_knocks_at_it() -> None:
    hall = Hall()

    hall.decide("approved", "dock")

    (row,) = hall.shown()
    assert (row["id"], row["state"], row["name"]) == (READER.id, "approved", "dock")
    assert hall.told == []


def test_a_reader_that_serves_somebody_is_knocked_at_once_and_keeps_what_it_told() -> None:
    hall = Hall()
    hall.found.note(FoundReader("192.0.2.7", 5084, busy=True))
    hall.found.note(READER)
    hall.found.note(FoundReader(READER.host, READER.port, busy=True))

    assert hall.found.busy_addresses() == {("192.0.2.7", 5084)}
    by_host = {row["host"]: row for row in hall.shown()}
    assert by_host[READER.host]["manufacturer"] == "Impinj"


def test_a_network_full_of_strangers_does_not_fill_the_memory() -> None:
    hall = Hall()
    for number in range(FOUND_MOST + 5):
        hall.found.note(FoundReader(f"10.0.{number // 256}.{number % 256}", 5084))

    assert len(hall.shown()) == FOUND_MOST
