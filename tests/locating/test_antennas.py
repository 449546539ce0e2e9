"""Antennas that fall silent, weaken or are shielded are told; antennas that work never are."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.antennas import AntennaFault, AntennaReport
from edge.locating.locator import Locator
from edge.model.goods import PresentItems
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor

START_US = 1_700_000_000_000_000
READER = "reader-1"
REFERENCE = Epc("3034000000000000000f4240")
_REFERENCE_NUMBER = 1_000_000
LEARNT_S = 330


class Hall:
    """Shelves with ten tags before each antenna, read as often as each antenna's rate says."""

    def __init__(self, floor: Floor, reads_of: Callable[..., ReadBatch], seed: int = 1) -> None:
        self.locator = Locator(floor)
        self.at_us = START_US
        self.rates = {one.port: 10.0 for one in floor.antennas}
        self.levels_dbm = {one.port: -60.0 for one in floor.antennas}
        self.references: dict[int, int] = {}
        self.history: list[tuple[int, AntennaFault, bool]] = []
        self._reads_of = reads_of
        self._chance = np.random.default_rng(seed)
        self._faults: Mapping[int, frozenset[AntennaFault]] = {}
        self.tell(up=True)

    def tell(self, *, up: bool) -> None:
        self.locator.device_changed(DeviceName(READER), alive=up, at_us=self.at_us)

    def play(self, seconds: int) -> None:
        for _ in range(2 * seconds):
            self.at_us += 500_000
            ports, tags = [], []
            for port, rate in self.rates.items():
                count = self._chance.poisson(rate / 2)
                ports += [port] * count
                tags += (100 * port + self._chance.integers(0, 10, count)).tolist()
            for port, number in self.references.items():
                ports.append(port)
                tags.append(number)
            port_column = np.array(ports, np.int64)
            level = np.array([self.levels_dbm[one] for one in ports])
            rssi = level + self._chance.normal(0, 3, len(ports))
            seen = np.full(len(ports), self.at_us, np.int64)
            if ports:
                self.locator.observe(
                    self._reads_of(READER, np.array(tags), port_column, rssi, seen)
                )
            self.locator.turn(self.at_us)
            self._note()

    def _note(self) -> None:
        faults = {one.port: frozenset(one.faults) for one in self.locator.antennas()}
        for port, now in faults.items():
            before = self._faults.get(port, frozenset())
            self.history += [(port, one, True) for one in now - before]
            self.history += [(port, one, False) for one in before - now]
        self._faults = faults

    def antenna(self, port: int) -> AntennaReport:
        return next(one for one in self.locator.antennas() if one.port == port)


@pytest.fixture
def shelves(make_floor: Callable[..., Floor]) -> Floor:
    return make_floor(("A", "zone", READER, 1), ("B", "zone", READER, 2), ("C", "zone", READER, 3))


@pytest.fixture
def hall(shelves: Floor, make_reads: Callable[..., ReadBatch]) -> Hall:
    return Hall(shelves, make_reads)


def with_reference(floor: Floor, port: int) -> Floor:
    antennas = tuple(
        replace(one, reference_epc=REFERENCE) if one.port == port else one
        for one in floor.antennas
    )
    return Floor(floor.locations, antennas)


def test_a_quiet_hour_tells_rates_and_levels_and_no_fault(hall: Hall) -> None:
    hall.play(3600)

    assert hall.history == []
    one = hall.antenna(2)
    assert (one.up, one.learning, one.location) == (True, False, "B")
    assert one.reads_per_s == pytest.approx(10, rel=0.25)
    assert one.usual_reads_per_s == pytest.approx(10, rel=0.1)
    assert one.rssi_dbm == pytest.approx(-60, abs=1)
    assert one.usual_rssi_dbm == pytest.approx(-60, abs=0.5)


def test_an_antenna_that_falls_off_is_silent_once_and_over_once(hall: Hall) -> None:
    hall.play(LEARNT_S)
    hall.rates[2] = 0.0
    hall.play(120)

    assert hall.history == [(2, AntennaFault.SILENT, True)]
    fallen_us = START_US + LEARNT_S * 1_000_000
    since_us = hall.antenna(2).faults[AntennaFault.SILENT]
    assert fallen_us <= since_us <= fallen_us + 15_000_000
    assert hall.antenna(2).reads_per_s < 1

    hall.rates[2] = 10.0
    hall.play(300)

    assert hall.history == [(2, AntennaFault.SILENT, True), (2, AntennaFault.SILENT, False)]


def test_a_hall_in_which_nothing_moves_or_reads_blames_no_antenna(hall: Hall) -> None:
    hall.play(LEARNT_S)
    for port in hall.rates:
        hall.rates[port] = 0.0
    hall.play(900)

    assert hall.history == []


def test_an_antenna_that_reads_a_quarter_of_its_habit_is_told_and_over_when_mended(
    hall: Hall,
) -> None:
    hall.play(600)
    hall.rates[1] = 2.5
    hall.play(400)
    assert hall.history == [(1, AntennaFault.RATE_LOW, True)]
    usual = hall.antenna(1).usual_reads_per_s
    assert usual is not None
    assert usual > 8, "the fault must not become the habit"

    hall.rates[1] = 10.0
    hall.play(400)

    assert hall.history == [(1, AntennaFault.RATE_LOW, True), (1, AntennaFault.RATE_LOW, False)]


@pytest.mark.parametrize("seed", range(3))
def test_a_rate_that_wavers_between_half_and_all_never_flaps(
    shelves: Floor, make_reads: Callable[..., ReadBatch], seed: int
) -> None:
    hall = Hall(shelves, make_reads, seed)
    hall.play(600)
    chance = np.random.default_rng(seed)
    for _ in range(60):
        hall.rates[1] = float(chance.uniform(5.5, 10))
        hall.play(30)

    assert hall.history == [], f"seed {seed}"


def test_metal_before_an_antenna_is_told_by_its_level(hall: Hall) -> None:
    hall.play(LEARNT_S)
    hall.levels_dbm[3] = -72.0
    hall.play(400)
    assert hall.history == [(3, AntennaFault.RSSI_JUMPED, True)]

    hall.levels_dbm[3] = -60.0
    hall.play(400)

    assert hall.history[1:] == [(3, AntennaFault.RSSI_JUMPED, False)]


def test_an_antenna_over_emptied_shelves_may_read_less(hall: Hall) -> None:
    hall.play(LEARNT_S)
    items = hall.locator._coverage.items
    place = hall.locator._columns.place_number[LocationId("A")]
    assert items[place] == 10
    items[place] = 2  # eight of ten were picked
    hall.rates[1] = 2.5
    hall.play(600)

    assert hall.history == []


def test_a_dock_without_goods_is_silent_by_nature(
    make_floor: Callable[..., Floor], make_reads: Callable[..., ReadBatch]
) -> None:
    hall = Hall(make_floor(("A", "zone", READER, 1), ("dock", "portal", READER, 2)), make_reads)
    hall.play(LEARNT_S)
    hall.rates[2] = 0.0
    hall.play(3600)

    assert hall.history == []


def test_a_reference_tag_tells_even_of_a_dock_and_is_no_goods(
    make_floor: Callable[..., Floor], make_reads: Callable[..., ReadBatch]
) -> None:
    floor = make_floor(("A", "zone", READER, 1), ("dock", "portal", READER, 2))
    hall = Hall(with_reference(floor, 2), make_reads)
    hall.rates[2] = 0.0
    hall.references = {2: _REFERENCE_NUMBER}
    hall.play(120)
    told = hall.locator.where(REFERENCE)
    assert told is not None
    assert told.location == "dock", "it is followed like any tag"
    assert hall.history == []

    hall.references = {}
    hall.play(70)
    assert hall.history == [(2, AntennaFault.REFERENCE_MISSING, True)]
    hall.references = {2: _REFERENCE_NUMBER}
    hall.play(10)

    assert hall.history[1:] == [(2, AntennaFault.REFERENCE_MISSING, False)]


def test_nothing_is_told_of_where_a_reference_tag_is(
    shelves: Floor, make_reads: Callable[..., ReadBatch]
) -> None:
    locator = Locator(with_reference(shelves, 2))
    changes = []
    for second in range(30):
        at_us = START_US + second * 1_000_000
        both = np.array([_REFERENCE_NUMBER, 7])
        seen = np.full(2, at_us, np.int64)
        locator.observe(make_reads(READER, both, np.array([2, 2]), np.full(2, -50.0), seen))
        changes += locator.turn(at_us)

    assert [one.epc for one in changes] == ["303400000000000000000007"]


def test_a_reader_that_is_down_has_no_faulty_antennas(hall: Hall) -> None:
    hall.play(LEARNT_S)
    hall.rates[2] = 0.0
    hall.play(120)
    assert hall.antenna(2).faults

    hall.tell(up=False)
    hall.play(5)

    assert not hall.antenna(2).faults
    assert not hall.antenna(2).up


def test_after_a_restart_goods_that_are_known_to_be_there_are_expected(
    shelves: Floor, make_reads: Callable[..., ReadBatch]
) -> None:
    hall = Hall(shelves, make_reads)
    epcs = (Epc("30340000000000000000a000"), Epc("30340000000000000000a001"))
    hall.locator.restore(
        PresentItems.of([(epc, None, LocationId("B"), 1.0, START_US, 1) for epc in epcs])
    )
    hall.rates[2] = 0.0
    hall.play(60)

    assert hall.history == [(2, AntennaFault.SILENT, True)]


def test_what_was_learnt_is_taken_up_after_a_restart(
    shelves: Floor, make_reads: Callable[..., ReadBatch]
) -> None:
    before = Hall(shelves, make_reads)
    before.play(LEARNT_S)
    learnt = before.locator.health.to_plain()

    after = Hall(shelves, make_reads)
    after.locator.health.take_up(learnt)
    after.locator._coverage.items[:] = 10  # as the store remembers
    after.rates[2] = 0.0
    after.play(60)

    assert after.history == [(2, AntennaFault.SILENT, True)]


@pytest.mark.parametrize(
    "damage",
    [
        {"reads_per_s": [1.0]},
        {"windows": None},
        {"items": "many"},
        {"rssi_dbm": float("nan")},
        {"level_windows": True},
    ],
)
def test_learning_that_is_damaged_is_refused(hall: Hall, damage: dict[str, object]) -> None:
    learnt = hall.locator.health.to_plain()

    with pytest.raises(ValueError, match=r"number"):
        hall.locator.health.take_up([{**learnt[0], **damage}])


def test_an_antenna_that_hangs_elsewhere_now_begins_anew(
    shelves: Floor, make_reads: Callable[..., ReadBatch]
) -> None:
    before = Hall(shelves, make_reads)
    before.play(LEARNT_S)
    one, *others = shelves.antennas
    moved = (Antenna(one.reader, one.port, LocationId("C")), *others)

    after = Hall(Floor(shelves.locations, moved), make_reads)
    after.locator.health.take_up(before.locator.health.to_plain())

    after.play(12)
    assert after.antenna(1).learning
    assert not after.antenna(2).learning
