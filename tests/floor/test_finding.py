"""The finder's desk: who looks for a tag is told how near it is, and nothing is left after."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.floor.board import Board, Shown
from edge.floor.finding import SEARCH_S_MAX, SEARCHES_MAX, FinderDesk, SearchesFullError
from edge.model.ids import Badge, DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind
from tests.locating.conftest import epc_of, reads_of

LI = Badge("1001")
CART, SHELF = LocationId("cart-1"), LocationId("A-1")
FLOOR = Floor(
    {
        CART: Location(CART, LocationKind.CART),
        SHELF: Location(SHELF, LocationKind.SHELF),
    },
    (Antenna(DeviceName("hand"), 1, CART), Antenna(DeviceName("rack"), 3, SHELF)),
)


class ToyClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.at_us = 1_700_000_000_000_000

    def now_us(self) -> int:
        return self.at_us

    def monotonic_us(self) -> int:
        return self.at_us


@dataclass
class Bench:
    """A desk that beats when the test says so."""

    clock: ToyClock = field(default_factory=ToyClock)
    board: Board = field(default_factory=Board)
    powers: list[tuple[str, int, float | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = FinderDesk(FLOOR, self.board, self.clock, lambda _, __: 28.0)
        self.desk.attach(lambda *asked: self.powers.append(asked))

    def heard(
        self, level_dbm: float, reader: str = "hand", port: int = 1, beats: int = 5
    ) -> Shown:
        """Read tag 7 (and its louder neighbour 8) for some beats; what Li sees then."""
        for _ in range(beats):
            seen = self.clock.at_us + np.arange(4) * 50_000
            self.clock.at_us += 200_000
            tags, ports = np.array([7, 8, 7, 8]), np.full(4, port)
            levels = np.array([level_dbm, -30.0, level_dbm, -30.0])
            self.desk.note([reads_of(reader, tags, ports, levels, seen)])
            self.desk.beat()
        return self.seen()

    def seen(self) -> Shown:
        sheet = self.board.look(f"find/{LI}")
        assert sheet is not None
        return sheet.value


def looking() -> Bench:
    bench = Bench()
    bench.desk.begin(LI, Epc(epc_of(7)), lambda: True)
    return bench


def test_a_tag_that_comes_nearer_shows_a_larger_number_and_its_antenna() -> None:
    bench = looking()
    assert (bench.seen()["epc"], bench.seen()["scale"]) == (epc_of(7), 0)

    far, near = bench.heard(-68.0), bench.heard(-48.0)

    assert 0 < int(str(far["scale"])) < int(str(near["scale"])) <= 100
    assert near["rssi_dbm"] == pytest.approx(-48.0, abs=0.1)
    (antenna,) = near["antennas"]  # type: ignore[misc] # plain values
    assert antenna["location"] == CART


def test_only_the_wanted_tag_counts() -> None:
    bench = looking()
    bench.desk.begin(LI, Epc(epc_of(9)), lambda: True)

    assert bench.heard(-40.0)["scale"] == 0


def test_near_on_a_cart_the_power_goes_down_step_by_step_and_back_when_the_search_ends() -> None:
    bench = looking()

    bench.heard(-40.0, beats=12)
    assert bench.powers[:2] == [("hand", 1, 23.0), ("hand", 1, 18.0)]
    bench.desk.end(LI)

    assert bench.powers[-1] == ("hand", 1, None)
    assert bench.seen()["epc"] is None


def test_an_antenna_at_a_shelf_keeps_its_power_for_everything_else_that_lies_there() -> None:
    bench = looking()

    seen = bench.heard(-30.0, "rack", 3, beats=15)

    assert int(str(seen["scale"])) > 80
    assert bench.powers == []


@pytest.mark.parametrize("why", ["time", "session"])
def test_a_search_ends_with_its_time_or_its_session(why: str) -> None:
    bench, holds = Bench(), [True]
    bench.desk.begin(LI, Epc(epc_of(7)), lambda: holds[0])
    bench.heard(-40.0, beats=12)

    if why == "time":
        bench.clock.at_us += SEARCH_S_MAX * 1_000_000
    else:
        holds[0] = False
    bench.desk.beat()

    assert bench.seen()["epc"] is None
    assert bench.powers[-1] == ("hand", 1, None)
    assert bench.heard(-40.0)["epc"] is None


def test_a_tag_that_is_heard_no_more_fades_to_nothing() -> None:
    bench = looking()
    bench.heard(-45.0)

    for _ in range(20):
        bench.clock.at_us += 200_000
        bench.desk.beat()

    assert (bench.seen()["scale"], bench.seen()["antennas"]) == (0, [])


def test_one_search_too_many_is_refused_and_a_person_has_one_only() -> None:
    bench = Bench()
    for number in range(SEARCHES_MAX):
        bench.desk.begin(Badge(str(number)), Epc(epc_of(number)), lambda: True)
    bench.desk.begin(Badge("0"), Epc(epc_of(99)), lambda: True)

    with pytest.raises(SearchesFullError):
        bench.desk.begin(LI, Epc(epc_of(7)), lambda: True)
    bench.desk.end(Badge("3"))
    bench.desk.begin(LI, Epc(epc_of(7)), lambda: True)


def test_with_nobody_looking_a_batch_is_not_even_compared() -> None:
    bench = Bench()
    batch: ReadBatch = None  # type: ignore[assignment] # it must not be touched

    bench.desk.note([batch])


def test_the_desks_own_thread_beats_and_stops() -> None:
    bench = looking()
    bench.desk.start()

    bench.desk.stop()

    assert bench.seen()["epc"] is None
