"""The disk stays bounded, and a person is told before it is full."""

import gzip
import json
import resource
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from edge.clock import PlayedClock
from edge.floor.alerts import Alerts
from edge.floor.housekeeping import LOOK_US, PRUNE_US, RESERVE_BYTES, Housekeeping, Retention
from edge.model.applying import apply
from edge.model.events import ItemArrived
from edge.model.ids import Epc, LocationId, Sku
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.archive import FactArchive
from edge.store.chain import Row
from edge.store.errors import StoreFullError
from edge.store.pruning import PRUNED_AT_ONCE_MAX
from edge.store.store import Store

DAY_US = 86_400_000_000


class House:
    """A store with its housekeeping, on a disk that is as full as is said."""

    def __init__(self, folder: Path) -> None:
        numbers = count()
        self.clock = PlayedClock()
        self.alerts = Alerts()
        self.used = 0.5
        self.reserve = folder / "reserve"
        self.archive = folder / "archive"
        self.store = Store.open(folder / "edge.db", self.clock, lambda: f"id-{next(numbers)}")
        self.state = FloorState(Floor({}))
        self.keeping = Housekeeping(
            self.store,
            self.clock,
            self.alerts,
            Retention(rows=10, span_us=DAY_US, archive=FactArchive(self.archive)),
            lambda: self.used,
            self.reserve,
        )

    def happen(self, facts: int) -> None:
        arrivals = [
            ItemArrived(
                Epc(f"{self.store.last_seq + number:024x}"), Sku("A"), LocationId("B"), 1.0
            )
            for number in range(facts)
        ]
        for arrival in arrivals:
            apply(self.state, arrival, 1)
        self.store.commit([(arrival, 1) for arrival in arrivals], self.state, {})

    def idle(self, span_us: int = LOOK_US) -> None:
        self.clock.advance_us(span_us)
        self.keeping.idle()

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(one.code, one.severity) for one in self.alerts.active()]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


def test_old_facts_that_the_central_system_has_go_into_the_archive(house: House) -> None:
    # given facts of yesterday, most of them acknowledged
    house.happen(PRUNED_AT_ONCE_MAX + 500)
    house.store.acknowledge(house.store.epoch, PRUNED_AT_ONCE_MAX + 400)

    # when a day has passed with idle moments
    house.idle(DAY_US + PRUNE_US)
    house.idle()
    house.idle()

    # then only what was not acknowledged is left, and the archive has the rest, line by line
    assert house.store.verify().facts == 100
    lines = [
        json.loads(line)
        for path in sorted(house.archive.iterdir())
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]
    assert [line["position"] for line in lines] == list(range(1, PRUNED_AT_ONCE_MAX + 401))
    assert lines[0]["body"]["sku"] == "A"


def test_a_piece_that_cannot_be_archived_stays_in_the_journal(house: House) -> None:
    house.happen(50)
    house.store.acknowledge(house.store.epoch, 50)
    house.archive.write_text("no folder")

    with pytest.raises(Exception, match="archiving to"):
        house.idle(DAY_US + PRUNE_US)

    house.store.load(FloorState(Floor({})))
    assert house.store.verify().facts == 50


def test_the_same_piece_is_archived_in_the_same_bytes(tmp_path: Path) -> None:
    """After a crash between archiving and taking away it is archived once more."""
    rows = [Row(1, "id-1", 5, 6, "stock.arrived", 1, '{"sku":"A"}', b"\x01\x02")]
    archive = FactArchive(tmp_path)

    archive(rows)
    (path,) = tmp_path.iterdir()
    first = path.read_bytes()
    archive(rows)

    assert path.read_bytes() == first
    assert [one.name for one in tmp_path.iterdir()] == ["facts-000000000001-000000000001.jsonl.gz"]


def test_a_disk_that_fills_up_is_told_step_by_step_and_when_it_is_over(house: House) -> None:
    told = []
    for used in (0.79, 0.81, 0.85, 0.92, 0.96, 0.91, 0.5):
        house.used = used
        house.idle()
        told.append(house.told)

    warning, critical = [("disk_filling", "warning")], [("disk_filling", "critical")]
    assert told == [[], warning, warning, warning, critical, warning, []]


def test_a_floor_without_an_idle_moment_is_told_of_its_disk_too(house: House) -> None:
    house.used = 0.92
    house.clock.advance_us(LOOK_US)
    house.keeping.between()
    assert house.told == [("disk_filling", "warning")]


def test_the_reserve_is_given_up_when_the_disk_is_nearly_full_and_made_again(house: House) -> None:
    house.idle()
    assert house.reserve.stat().st_size == RESERVE_BYTES

    house.used = 0.96
    house.idle()
    assert not house.reserve.exists()

    house.used = 0.92
    house.idle()
    assert not house.reserve.exists(), "not while it would be given up again at once"

    house.used = 0.85
    house.idle()
    assert house.reserve.exists()


def test_a_reserve_for_which_there_was_no_room_is_made_when_there_is(house: House) -> None:
    # given: a disk that has no room for it (here a file may not grow that large)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (RESERVE_BYTES // 2, hard))
    try:
        house.idle()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handled)
    assert not house.reserve.exists()

    # when: the disk has room again
    house.idle()

    # then
    assert house.reserve.stat().st_size == RESERVE_BYTES


def test_a_refused_commit_frees_the_reserve_at_once(house: House) -> None:
    house.idle()

    house.keeping.store_failed(StoreFullError("make room"))
    house.keeping.store_failed(StoreFullError("make room"))

    assert not house.reserve.exists()
