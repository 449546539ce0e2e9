"""A station tells what lies in its box from what lies beside it or in its neighbour's."""

from dataclasses import replace

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.boxes import BoxWatch
from edge.model.boxes import BoxPlace, BoxQuiet, BoxVerdict
from edge.model.ids import DeviceName, Epc, LocationId, OrderId, ToteId
from edge.model.inputs import DeviceChanged, Input
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.model.work import PackSession

START_US = 1_700_000_000_000_000
READER = DeviceName("packing")
PACK_1, PACK_2, ZONE = LocationId("pack-1"), LocationId("pack-2"), LocationId("zone-1")
FLOOR = Floor(
    {
        PACK_1: Location(PACK_1, LocationKind.STATION),
        PACK_2: Location(PACK_2, LocationKind.STATION),
        ZONE: Location(ZONE, LocationKind.ZONE),
    },
    (Antenna(READER, 1, PACK_1), Antenna(READER, 2, PACK_2), Antenna(READER, 3, ZONE)),
)
INSIDE, BESIDE, UNSURE = BoxPlace.INSIDE, BoxPlace.BESIDE, BoxPlace.UNSURE
HERE, OTHER = "3034257bf7194e4000000001", "3034257bf7194e4000000002"


class Table:
    """Plays levels of tags at the two stations' antennas, two rounds a second."""

    def __init__(self) -> None:
        self.watch = BoxWatch(FLOOR)
        self.now_us = START_US
        self.told: list[BoxVerdict] = []
        self.quiet: list[BoxQuiet] = []
        self.packs: dict[LocationId, PackSession] = {}

    def round(self, *heard: tuple[str, int, float]) -> None:
        self.now_us += 500_000
        if heard:
            self.hear(*heard)
        self.look()

    def hear(self, *heard: tuple[str, int, float]) -> None:
        epcs, ports, levels = zip(*heard, strict=True)
        batch = ReadBatch.of(READER, self.now_us, list(epcs), list(ports), list(levels))
        self.watch.observe(batch)

    def look(self) -> None:
        self.told += self._turn()

    def _turn(self, *inputs: Input) -> list[BoxVerdict]:
        found = self.watch.turn(self.now_us, self.packs, inputs)
        for one in found:
            if isinstance(one, BoxQuiet):
                self.quiet.append(one)
                pack = self.packs[one.station]
                since_us = 0 if one.quiet else self.now_us
                self.packs[one.station] = replace(pack, listening_since_us=since_us)
        return [one for one in found if isinstance(one, BoxVerdict)]

    def reader(self, *, alive: bool) -> None:
        self.told += self._turn(DeviceChanged(READER, alive, "", 0, self.now_us))

    def open(self, station: LocationId = PACK_1) -> None:
        """A tote's check is opened there, and the verdict waits for quiet."""
        self.packs[station] = PackSession(
            station, ToteId("T1"), OrderId("O1"), self.now_us, listening_since_us=self.now_us
        )

    def places(self, station: LocationId = PACK_1) -> dict[str, BoxPlace]:
        return {str(one.epc): one.place for one in self.told if one.station == station}


def listening() -> Table:
    """A table whose reader works and on which a box has just been opened."""
    table = Table()
    table.reader(alive=True)
    table.open()
    return table


def test_a_loud_tag_lies_in_the_box_and_one_that_the_next_table_hears_louder_does_not() -> None:
    table = Table()

    for _ in range(8):
        table.round((HERE, 1, -46.0), (HERE, 2, -68.0), (OTHER, 1, -55.0), (OTHER, 2, -44.0))

    assert table.places(PACK_1) == {HERE: INSIDE, OTHER: BESIDE}
    assert table.places(PACK_2) == {HERE: BESIDE, OTHER: INSIDE}


def test_one_absurd_level_is_forgotten_with_its_round() -> None:
    table = Table()
    for turn in range(60):
        table.round((HERE, 1, -45.0), (OTHER, 1, 3e38 if turn == 3 else -70.0), (OTHER, 2, -45.0))

    assert table.places()[OTHER] is BoxPlace.BESIDE
    assert table.places()[HERE] is BoxPlace.INSIDE


def test_what_lies_on_the_border_is_not_told_for_sure() -> None:
    table = Table()

    for _ in range(8):
        table.round((HERE, 1, -55.0), (OTHER, 1, -44.0))

    assert table.places() == {HERE: UNSURE, OTHER: INSIDE}


def test_a_box_that_is_still_being_filled_is_not_judged() -> None:
    table = Table()

    for number in range(6):
        table.round(*((f"3034257bf7194e40000000{n:02x}", 1, -45.0) for n in range(number + 1)))
    while_filled = list(table.told)
    for _ in range(4):
        table.round(*((f"3034257bf7194e40000000{n:02x}", 1, -45.0) for n in range(6)))

    assert while_filled == []
    assert set(table.places().values()) == {INSIDE}
    assert len(table.told) == 6


def test_a_tag_that_is_put_into_the_box_is_told_anew_and_an_unchanged_one_is_not() -> None:
    table = Table()
    for _ in range(8):
        table.round((HERE, 1, -68.0), (OTHER, 1, -45.0))
    for _ in range(30):
        table.round((HERE, 1, -44.0), (OTHER, 1, -45.0))

    mine = [one.place for one in table.told if one.epc == HERE]
    assert (mine[0], mine[-1]) == (BESIDE, INSIDE)
    assert [one.place for one in table.told if one.epc == OTHER] == [INSIDE]


def test_when_a_box_is_opened_what_is_known_is_told_again() -> None:
    table = Table()
    for _ in range(8):
        table.round((HERE, 1, -68.0), (OTHER, 1, -45.0))
    before = len(table.told)

    table.open(PACK_1)
    table.round((HERE, 1, -68.0), (OTHER, 1, -45.0))

    assert {one.epc: one.place for one in table.told[before:]} == {HERE: BESIDE, OTHER: INSIDE}


def test_at_a_station_that_hears_everything_faintly_nothing_is_taken_out_of_the_box() -> None:
    """Cables or power may be weak: then the packer is asked rather than a wanted piece lost."""
    table = Table()

    for _ in range(8):
        table.round((HERE, 1, -63.0), (OTHER, 1, -66.0))

    assert BESIDE not in table.places().values()


def test_a_zone_s_antenna_and_a_reader_without_stations_say_nothing_of_boxes() -> None:
    table = Table()

    for _ in range(6):
        table.round((HERE, 3, -40.0), (HERE, 9, -40.0))
    table.watch.observe(ReadBatch.of("elsewhere", table.now_us, [HERE], [1], [-40.0]))
    table.round()

    assert table.told == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_many_simulated_boxes_the_sure_verdicts_are_right(seed: int) -> None:
    """Each tag lies in its own way (4 dB), each round differs by 3 dB, two rounds in three hear.

    In the box -47 dBm, at the next table 16 dB less; a third lies in totes beside, 14 dB less.
    """
    chance = np.random.default_rng(seed)
    wrong = sure = tags = 0
    for _ in range(20):
        table = Table()
        epcs = [f"3034257bf7194e40{number:08x}" for number in range(30)]
        lies = chance.integers(0, 3, 30)  # in box 1, in box 2, beside 1
        usual = np.array([[-47.0, -63.0], [-63.0, -47.0], [-64.0, -72.0]])[lies]
        usual = usual + chance.normal(0.0, 4.0, (30, 2))
        for _ in range(16):
            levels = usual + chance.normal(0.0, 3.0, (30, 2))
            heard = (chance.random((30, 2)) < 0.66) & (levels > -75.0)
            table.round(
                *(
                    (epcs[tag], port + 1, float(levels[tag, port]))
                    for tag, port in zip(*np.nonzero(heard), strict=True)
                )
            )
        places = table.places()
        for tag, epc in enumerate(epcs):
            place = places.get(epc, BESIDE)
            sure += place is not UNSURE
            wrong += place is (BESIDE if lies[tag] == 0 else INSIDE)
            tags += 1

    assert wrong <= 0.01 * sure, f"seed {seed}: {wrong} of {sure} wrong"
    assert sure >= 0.75 * tags, f"seed {seed}: only {sure} of {tags} told"


def test_the_watch_forgets_tags_that_were_not_heard_for_a_minute() -> None:
    table = Table()
    for _ in range(8):
        table.round((HERE, 1, -45.0))

    for _ in range(130):
        table.round()
    for _ in range(8):
        table.round((HERE, 1, -45.0))

    assert [one.place for one in table.told if one.epc == Epc(HERE)][-1] is INSIDE
    assert len(table.told) >= 2


def test_a_check_is_quiet_once_nothing_new_was_heard_for_three_rounds() -> None:
    """HERE is heard from the start, OTHER a second later: the window begins anew with it."""
    table = listening()
    opened_us = table.now_us

    for _ in range(2):
        table.round((HERE, 1, -46.0))
    for _ in range(3):
        table.round((HERE, 1, -46.0), (OTHER, 1, -46.0))
    before = list(table.quiet)
    table.round((HERE, 1, -46.0), (OTHER, 1, -46.0))

    assert before == []
    assert table.quiet == [BoxQuiet(PACK_1, opened_us, quiet=True)]
    assert table.now_us - opened_us == 3_000_000


def test_what_lies_beside_the_box_keeps_nobody_waiting() -> None:
    table = listening()

    inside = [(f"3034257bf7194e40000000b{number}", 1, -46.0) for number in range(6)]
    table.round(*inside)
    for number in range(3):
        table.round(*inside, (f"3034257bf7194e40000000a{number}", 1, -72.0))

    assert [one.quiet for one in table.quiet] == [True]


def test_a_tag_that_was_carried_away_before_the_box_was_opened_does_not_lie_in_it() -> None:
    table = Table()
    table.reader(alive=True)
    # given a piece on the table that is carried away, and a box that is opened a second later
    for _ in range(8):
        table.round((OTHER, 1, -46.0))
    for _ in range(2):
        table.round()
    table.open()
    # when only its own piece is heard until it is quiet
    for _ in range(4):
        table.round((HERE, 1, -46.0))
    first = table.places()
    # and when the other one lies there again
    for _ in range(4):
        table.round((HERE, 1, -46.0), (OTHER, 1, -46.0))
    # then it lies beside until it is heard in the box
    assert first == {HERE: INSIDE, OTHER: BESIDE}
    assert table.places() == {HERE: INSIDE, OTHER: INSIDE}


def test_what_lies_beside_is_told_before_the_quiet_also_where_tags_still_pass() -> None:
    table = listening()

    inside = [(f"3034257bf7194e40000000b{number}", 1, -46.0) for number in range(6)]
    table.round(*inside)
    for number in range(3):
        table.round(*inside, (HERE, 1, -74.0), (f"3034257bf7194e40000000a{number}", 1, -74.0))

    assert [one.quiet for one in table.quiet] == [True]
    assert table.places()[HERE] is BESIDE


def test_a_tag_that_was_heard_but_once_is_given_twice_the_time_to_come_again() -> None:
    table = listening()

    table.round((HERE, 1, -46.0), (OTHER, 1, -46.0))
    for _ in range(5):
        table.round((HERE, 1, -46.0))
    before = list(table.quiet)
    table.round((HERE, 1, -46.0))

    assert before == []
    assert [one.quiet for one in table.quiet] == [True]


def test_a_piece_that_comes_later_opens_the_window_again_and_then_it_closes() -> None:
    table = listening()

    for _ in range(6):
        table.round((HERE, 1, -46.0))
    for _ in range(6):
        table.round((HERE, 1, -46.0), (OTHER, 1, -46.0))

    assert [one.quiet for one in table.quiet] == [True, False, True]


def test_where_new_tags_pass_all_the_time_the_packer_waits_eight_seconds_and_once_only() -> None:
    table = listening()

    for number in range(40):
        table.round((f"3034257bf7194e40000001{number:02x}", 1, -46.0))

    assert [(one.quiet, one.outwaited) for one in table.quiet] == [(True, True)]


def test_while_the_reader_is_not_up_it_is_not_quiet_and_the_window_begins_when_it_is() -> None:
    """After a restart the reader comes a moment later than the loop."""
    table = Table()
    table.open()

    for _ in range(6):
        table.round()
    deaf = list(table.quiet)
    table.reader(alive=True)
    for _ in range(3):
        table.round()

    assert deaf == []
    assert [(one.quiet, one.outwaited) for one in table.quiet] == [(True, False)]


def test_a_clock_that_was_set_neither_ends_nor_holds_the_wait() -> None:
    for by_us in (3_600_000_000, -3_600_000_000):
        table = listening()
        table.round((HERE, 1, -46.0))

        table.now_us += by_us
        table.watch.clock_was_set(by_us)
        table.round((HERE, 1, -46.0))
        at_once = list(table.quiet)
        for _ in range(3):
            table.round((HERE, 1, -46.0))

        assert at_once == []
        assert [one.quiet for one in table.quiet] == [True]


def test_a_tag_that_comes_between_two_looks_is_not_missed_by_the_end_of_the_window() -> None:
    """Tags are looked at each half second; this tote is opened in the midst of one."""
    table = Table()
    table.reader(alive=True)
    for _ in range(4):
        table.round((HERE, 1, -46.0))
    table.now_us += 200_000
    table.open()
    table.reader(alive=True)  # the window ends at 3.7 s, and tags are looked at at 3.5 s
    for now_ms in (2500, 3000, 3500):
        table.now_us = START_US + now_ms * 1000
        table.hear((HERE, 1, -46.0))
        table.look()

    table.now_us = START_US + 3_600_000
    table.hear((OTHER, 1, -46.0))
    table.now_us = START_US + 3_700_000
    table.look()
    at_once = list(table.quiet)
    for _ in range(4):
        table.round((HERE, 1, -46.0), (OTHER, 1, -46.0))

    assert at_once == []
    assert [one.quiet for one in table.quiet] == [True]
