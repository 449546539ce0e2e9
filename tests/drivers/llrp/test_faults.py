"""Every fault of the simulator's catalogue against the driver: noticed, survived, counted.

Ten faulty readers at a time run on one wire beside a good one, so this is also the proof that none
of them harms another.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from drivers.driver import DeviceDown, DeviceUp
from drivers.llrp.outputs import Counters
from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.telling import LinkState
from drivers.reads import ReadBatch
from simulators.faults import CATALOGUE, FaultName, PlannedFault
from simulators.llrp.profile import Vendor
from simulators.llrp.tally import Tally
from tests.drivers.fakes import Ears, HostClock, Told, batches, downs, ups
from tests.drivers.llrp.simulated import Simulation, reader_process

pytestmark = pytest.mark.fault

STRIKES_S = 0.2
KEEPALIVE_MS = 3_000
"""Half as much again is silence: no busy machine holds all readers up for so long."""
PLAYED_S = 5.5
USUAL_GAP_US = 200_000
"""Between two reports of a reader, at most, on a machine that has time."""
GOOD = "good"
_GROUPS = 3


@dataclass(frozen=True)
class Course:
    """What a fault must come to.

    Attributes:
        down: part of the reason for which the link went down; empty where it must not.
        noticed_s: from the fault to the word of it, at most.
        error: part of an error that is told beside it; empty for none.
        lost_sent: reads that the reader sent behind its fault and the driver did not take, at
            most; in whole frames that came before the link went down none is ever lost.
        lost_made: reads that the reader made and never sent, at least and at most.
    """

    down: str = ""
    noticed_s: float = 0.3
    error: str = ""
    lost_sent: int = 0
    lost_made: tuple[int, int] = (0, 0)


UNHARMED = Course()
COURSES = {
    FaultName.SILENT: Course("no byte for", 5.0, lost_made=(50, 160)),
    FaultName.HALF_OPEN: Course("no byte for", 5.0),
    FaultName.SLOW: UNHARMED,
    FaultName.CUT_MID_FRAME: Course("connection"),
    FaultName.GARBAGE: Course("broken stream", 0.3, "broken stream", 40),
    FaultName.OVERSIZED_LENGTH: Course("broken stream", 0.3, "above the limit", 40),
    FaultName.UNDERSIZED_LENGTH: Course("broken stream", 0.3, "shorter than the header", 40),
    FaultName.UNKNOWN_MESSAGE: Course(error="unknown type 900"),
    FaultName.UNKNOWN_PARAMETER: UNHARMED,
    FaultName.CUT_FIELD: Course(error="report at byte"),
    FaultName.WRONG_COUNT: Course(error="cannot hold 512 bits"),
    FaultName.CLOCK_1970: UNHARMED,
    FaultName.CLOCK_2000: UNHARMED,
    FaultName.CLOCK_JUMP: UNHARMED,
    FaultName.UPTIME_ONLY: UNHARMED,
    FaultName.NO_UHF_BAND: UNHARMED,
    FaultName.KEEPALIVE_LATE: UNHARMED,
    FaultName.REFUSES_STOP: UNHARMED,
    FaultName.ERROR_IN_SETUP: Course(error="401"),
    FaultName.REBOOTS: Course("connection lost", lost_sent=30),
    FaultName.ANTENNA_FALLS_OFF: UNHARMED,
    FaultName.WRONG_ANTENNA: UNHARMED,
    FaultName.BUFFER_OVERFLOW: Course(error="threw reports away", lost_made=(10, 30)),
    FaultName.DUPLICATED_REPORT: UNHARMED,
    FaultName.REORDERED_REPORT: UNHARMED,
    FaultName.BURST: UNHARMED,
    FaultName.IMPINJ_REFUSED: Course(error="IMPINJ_ENABLE_EXTENSIONS"),
    FaultName.CLAIMS_IMPINJ: Course(error="ERROR_MESSAGE 109"),
    FaultName.ODD_ENUMS: UNHARMED,
    FaultName.EMPTY_REPORTS: UNHARMED,
}


@dataclass(frozen=True)
class Played:
    """What was told of one reader and by it."""

    began_us: int
    ended_us: int
    slow: float
    state: LinkState
    counters: Counters
    tally: Tally
    downs: list[DeviceDown]
    ups: list[DeviceUp]
    batches: list[ReadBatch]

    @property
    def struck_us(self) -> int:
        """When the fault struck, within a tick of the simulator."""
        return self.began_us + int(STRIKES_S * 1e6)


Plays = Callable[[str], Played]


@pytest.fixture(scope="module")
def played() -> Plays:
    """What became of a reader by its fault's name; played once for each group of faults."""
    names = [name.value for name in CATALOGUE]
    groups = [(GOOD, *names[at::_GROUPS]) for at in range(_GROUPS)]
    tried: set[tuple[str, ...]] = set()
    found: dict[str, Played] = {}

    def of(name: str) -> Played:
        group = next(one for one in groups if name in one)
        if group not in tried:
            tried.add(group)
            found.update(play(group))
        return found[name]

    return of


def since(at_us: int, heard: list[Told]) -> list[ReadBatch]:
    return [one for one in batches(heard) if one.arrived_us > at_us]


def slowness(untroubled: list[ReadBatch]) -> float:
    """How slow the machine was at its worst, by the reader that nothing ailed: usually 1."""
    arrived_us = [one.arrived_us for one in untroubled]
    return max(1.0, float(np.diff(arrived_us).max()) / USUAL_GAP_US)


def wire_to(ports: dict[str, int], ears: Ears) -> LlrpWire:
    readers = [
        LlrpSettings(name, "127.0.0.1", port, keepalive_ms=KEEPALIVE_MS)
        for name, port in ports.items()
    ]
    return LlrpWire(readers, ears, HostClock(), np.random.default_rng(5))


def play(names: tuple[str, ...]) -> dict[str, Played]:
    """These faults at once, for some seconds and until every reader reads again."""
    ending = {name for name in names if name != GOOD and COURSES[FaultName(name)].down}
    plans: dict[str, tuple[PlannedFault, ...]] = {GOOD: ()}
    for name in (FaultName(name) for name in names if name != GOOD):
        at_s = STRIKES_S if CATALOGUE[name].at_s else 0.0
        plans[name.value] = (PlannedFault(name, at_s),)
    simulation = Simulation(plans, Vendor.IMPINJ)
    ears, clock = Ears(), HostClock()
    wire = wire_to(simulation.ports, ears)
    wire.start()
    try:
        ears.wait("every link up", lambda _heard: all(one.up for one in wire.states().values()))
        began_us = clock.now_us()
        simulation.let_faults_go()
        ears.listen(PLAYED_S)
        ears.wait(
            "every fault that ends a link is told",
            lambda heard: ending <= {one.device for one in downs(heard)},
        )
        ears.wait("every link up", lambda _heard: all(one.up for one in wire.states().values()))
        mended_us = clock.now_us()
        ears.wait(
            "every reader reads",
            lambda heard: {one.reader for one in since(mended_us, heard)} == set(plans),
        )
        ended_us, states, before = clock.now_us(), wire.states(), len(ears.heard)
    finally:
        simulation.stop()
    try:
        ears.wait(
            "every link down, so that all that was sent is taken",
            lambda heard: {one.device for one in downs(heard[before:])} == set(plans),
        )
        counted = wire.states()
    finally:
        wire.stop()
    told = ears.heard[:before]
    slow = slowness([one for one in batches(told) if one.reader == GOOD])
    return {
        name: Played(
            began_us,
            ended_us,
            slow,
            states[name],
            counted[name].counters,
            simulation.tally(name),
            [one for one in downs(told) if one.device == name],
            [one for one in ups(told) if one.device == name],
            [one for one in batches(ears.heard) if one.reader == name],
        )
        for name in plans
    }


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_a_fault_is_noticed_in_time_and_told_once(name: FaultName, played: Plays) -> None:
    course, found = COURSES[name], played(name)

    assert len(found.downs) == bool(course.down), found.downs
    for down in found.downs:
        assert course.down in down.reason
        assert down.at_us - found.struck_us < (course.noticed_s + 1.0) * found.slow * 1e6
    assert course.error in " ".join(found.state.errors)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_a_reader_reads_again_after_its_fault(name: FaultName, played: Plays) -> None:
    found = played(name)

    assert found.state.up, found.state
    assert len(found.ups) == 1 + len(found.downs)
    assert found.batches[-1].arrived_us > found.ups[-1].at_us


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_reads_sent_are_reads_taken_and_what_was_lost_is_counted(
    name: FaultName, played: Plays
) -> None:
    """Against the reader's own count, taken after both had nothing left to say."""
    course, found = COURSES[name], played(name)
    taken = sum(map(len, found.batches))

    assert found.tally.each[-1].reads > 0
    assert 0 <= found.tally.reads - taken <= course.lost_sent * found.slow
    assert sum(one.reads for one in found.tally.each) == found.tally.reads
    assert found.counters.reads == taken
    least, most = course.lost_made
    assert least <= found.tally.lost <= most * found.slow


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_no_fault_dates_a_read_ahead_or_far_back(name: FaultName, played: Plays) -> None:
    found = played(name)
    for batch in found.batches:
        age_us = batch.arrived_us - batch.seen_us
        assert age_us.min() >= 0
        assert age_us.max() < found.ended_us - found.began_us, (
            "held while the link was down, at most"
        )


def test_a_good_reader_beside_them_notices_nothing(played: Plays) -> None:
    found = played(GOOD)

    assert found.downs == []
    assert len(found.ups) == 1
    assert found.state.connections == 1
    assert found.state.errors == ()


def test_every_fault_of_the_catalogue_has_its_course() -> None:
    assert set(COURSES) == set(CATALOGUE)


def test_a_reader_that_lost_its_power_reads_again() -> None:
    ears = Ears()
    with reader_process("--rate", "100") as first:
        settings = LlrpSettings("dock", "127.0.0.1", first.port)
        wire = LlrpWire([settings], ears, HostClock(), np.random.default_rng(3))
        wire.start()
        ears.wait_up()
        ears.wait_reads(1)
        first.kill()
        ears.wait_down()
    try:
        with reader_process("--rate", "100", "--port", str(settings.port)):
            before = sum(map(len, batches(ears.heard)))
            ears.wait_up(times=2)
            ears.wait_reads(before + 1)
    finally:
        wire.stop()

    assert len(downs(ears.heard)) == 1
