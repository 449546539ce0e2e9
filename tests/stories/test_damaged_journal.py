"""Bytes of the journal turn over: the gateway goes on by itself, and everybody is told."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from edge.clock import SystemClock
from edge.compose.core import STORE_FILE, new_id_maker
from edge.daemon.broker import broker, broker_path, free_port
from edge.daemon.children import Child, program
from edge.model.applying import apply
from edge.model.events import ItemArrived, JournalRestored
from edge.model.ids import Epc, LocationId, Sku
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.settings.floor_file import load_floor
from edge.store.reader import JournalReader
from edge.store.rotating import rotate
from edge.store.store import Store
from tests.stories.demo_site import NEEDS_BROKER
from tests.stories.running import BADGE, HALL, PIN, SUPERVISOR, configured
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.story
DAY_US = 86_400_000_000
GATEWAY = (
    SUPERVISOR
    + """
[gateway]
data_dir = "data"
[backup]
folder = "backups"
[mqtt]
enabled = {mqtt}
port = {port}
reconnect_s_max = 1.0
[web]
port = 0
"""
)


class Site:
    """A gateway's files, and its daemon as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self.journal = folder / "data" / STORE_FILE
        self.daemon = Child(
            "daemon", [program("warehouse-edge"), "run", "--config", str(self.config())], folder
        )
        self.journal.parent.mkdir()

    def config(self, mqtt: str = "false") -> Path:
        """The files, with or without a central system."""
        text = GATEWAY.replace("{mqtt}", mqtt).replace("{port}", str(self.port))
        return configured(self._folder, text, HALL)

    def arrive(self, first: int, count: int) -> str:
        """Tags arrive while no daemon runs; the epoch in which they did."""
        clock, floor = SystemClock(), load_floor(self._folder / "floor.toml")
        store = Store.open(self.journal, clock, new_id_maker())
        try:
            return self._arrive(store, floor, range(first, first + count))
        finally:
            store.close()

    @staticmethod
    def _arrive(store: Store, floor: Floor, numbers: range) -> str:
        state = FloorState(floor)
        store.load(state)
        at_us = SystemClock().now_us()
        events = [
            ItemArrived(Epc(f"3034{number:020x}"), Sku("S-1"), LocationId("hall"), 0.9)
            for number in numbers
        ]
        for event in events:
            apply(state, event, at_us)
        store.commit([(event, at_us) for event in events], state, {})
        return store.epoch

    def back_up(self) -> None:
        """As the timer does."""
        now_us = SystemClock().now_us()
        rotate(self.journal, self._folder / "backups", None, DAY_US, now_us)

    def spoil(self, position: int) -> None:
        """Turn a byte over in the body of one fact, on the disk."""
        connection = sqlite3.connect(self.journal)
        with closing(connection):
            query = "SELECT body FROM facts WHERE position = ?"
            (body,) = connection.execute(query, (position,)).fetchone()
        wrong = body.replace("hall", "hell").encode()
        content = self.journal.read_bytes()
        assert content.count(body.encode()) == 1
        at = content.index(body.encode())
        with self.journal.open("r+b") as file:
            file.seek(at)
            file.write(wrong)

    def ready_url(self) -> str:
        """Wait until the daemon says that it is ready."""
        said = self.daemon.hear(PATIENCE_S)
        assert said is not None, (self._folder / "daemon.log").read_text(encoding="utf-8")
        return str(said["url"])

    def kinds(self) -> list[tuple[int, str]]:
        """Number and type of every fact of the epoch in force."""
        with closing(JournalReader(self.journal)) as reader:
            return [(one.seq, one.event.type) for one in reader.facts_after(0, 1000, 10**6)]

    def told(self) -> JournalRestored:
        """What the journal says of the damage."""
        with closing(JournalReader(self.journal)) as reader:
            found = [one.event for one in reader.facts_after(0, 1000, 10**6)]
        (told,) = [one for one in found if isinstance(one, JournalRestored)]
        return told


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.daemon.end(10)


def alert_on_board(url: str) -> str:
    """The text of the alert about the journal, from the board's own stream."""
    with httpx.Client(base_url=url, timeout=PATIENCE_S) as client:
        assert client.post("/api/session", json={"badge": BADGE, "pin": PIN}).is_success
        with client.stream("GET", "/api/board/stream") as stream:
            for line in stream.iter_lines():
                if not line.startswith("data:"):
                    continue
                for alert in json.loads(line[5:]).get("alerts", ()):
                    if alert["code"] == "journal_damaged":
                        return str(alert["text"])
    raise AssertionError("the stream ended without the alert")


def test_a_journal_found_damaged_at_the_start_is_put_aside_and_the_backup_works_on(
    site: Site,
) -> None:
    # given: five tags in the backup, three more since, and a byte that turned over in an old fact
    epoch = site.arrive(1, 5)
    site.back_up()
    site.arrive(6, 3)
    site.spoil(7)
    spoilt = site.journal.read_bytes()

    # when: the daemon starts
    site.daemon.start()
    url = site.ready_url()

    # then: it works, with the backup and the one fact before the damage; all are told of the gap
    text = alert_on_board(url)
    told = site.told()
    assert (told.epoch, told.first_seq, told.last_seq) == (epoch, 7, 8)
    assert "facts 7 to 8 are missing" in text
    assert site.kinds() == [
        *((seq, "stock.arrived") for seq in range(1, 7)),
        (7, "exception.journal_restored"),
    ]
    # and: what was damaged lies beside it as it was found
    (kept,) = site.journal.parent.glob(f"{STORE_FILE}.damaged-*Z")
    assert kept.name in text
    assert kept.read_bytes() == spoilt


@NEEDS_BROKER
def test_a_journal_that_turns_out_to_be_damaged_while_the_gateway_works_costs_one_new_beginning(
    site: Site, tmp_path: Path
) -> None:
    # given: a gateway at work with facts that wait for the broker, and no backup
    site.config("true")
    epoch = site.arrive(1, 60)
    site.daemon.start()
    site.ready_url()

    # when: a byte of one turns over, and then the broker is there and wants it
    site.spoil(40)
    program_path = broker_path()
    assert program_path is not None
    mosquitto = broker(
        "mosquitto", program_path, site.port, tmp_path / "mqtt", tmp_path, restart=False
    )
    mosquitto.start()
    try:
        # then: the same process is ready once more, with what lay before the damage, and says so
        pid = site.daemon.pid
        text = alert_on_board(site.ready_url())
        assert (site.daemon.pid, site.daemon.is_running) == (pid, True)
    finally:
        mosquitto.end()
    told = site.told()
    assert (told.epoch, told.first_seq, told.last_seq, told.backup) == (epoch, 40, 60, "")
    assert "there was no sound backup" in text
    assert site.kinds() == [
        *((seq, "stock.arrived") for seq in range(1, 40)),
        (40, "exception.journal_restored"),
    ]
