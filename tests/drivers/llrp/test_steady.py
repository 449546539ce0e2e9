"""Readers whose reports come as ever are read as they would be alone; all else is handed on."""

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from drivers.llrp import compiled
from drivers.llrp.framing import KEEPALIVE, Frame, FrameSplitter, ReportRun
from drivers.llrp.reader_clock import ReaderClock
from drivers.llrp.receiving import AT_ONCE, Arrival
from drivers.llrp.reports import ReportDecoder
from drivers.llrp.steady import Odd, Steadiness, SteadyReaders, Taken
from drivers.reads import Gathered, ReadBatch, by_reader
from tests.drivers.llrp.llrp_bytes import Tag, report
from tests.drivers.llrp.tag_reports import close, rows

pytestmark = pytest.mark.skipif(compiled.READING is None, reason=compiled.REASON)
START_US = 1_800_000_000_000_000
BEAT_US = 20_000
DELAY_US = 3_000
"""From a read to its arrival, of every one here."""
ALIVE = Frame(KEEPALIVE, 1, 7, b"", 0).whole


def tag(number: int, stamp_us: int | None, **more: object) -> Tag:
    return Tag(
        epc=number.to_bytes(12, "big"), antenna=number % 4 + 1, last_utc=stamp_us, count=1
    ).but(**more)


class Line:
    """A reader that runs, and the same one with a decoder of its own, which reads it alone."""

    def __init__(self, name: str, own: socket.socket, other: socket.socket, first: Tag) -> None:
        self.name, self._own, self._other = name, own, other
        own.settimeout(0)
        self._decoder, self._alone = ReportDecoder(name), ReportDecoder(name)
        self.taken: list[Taken] = []
        self.odd: list[Arrival] = []
        for decoder in (self._decoder, self._alone):
            decoder.decode(runs_of(report(first)), START_US)

    @property
    def descriptor(self) -> int:
        return self._own.fileno()

    def steady(self) -> Steadiness | None:
        layout = self._decoder.latest
        assert layout is not None
        usual = self._decoder.clock.usual(layout.walk.time_kind)
        return None if usual is None else Steadiness(layout, usual, self._decoder.clock.quality)

    def caught_up(self, taken: Taken) -> None:
        self.taken.append(taken)

    def received(self, arrival: Arrival, _now_us: int, arrived_us: int) -> None:
        self.odd.append(arrival)
        self._decoder.decode(runs_of(bytes(arrival.data)), arrived_us)

    def says(self, data: bytes) -> None:
        self._other.sendall(data)

    def alone(self, data: bytes, arrived_us: int) -> ReadBatch:
        """The same bytes, read by themselves."""
        return self._alone.decode(runs_of(data), arrived_us)[0]

    def hangs_up(self) -> None:
        self._other.close()


def runs_of(data: bytes) -> list[ReportRun]:
    return [one for one in FrameSplitter().feed(data) if isinstance(one, ReportRun)]


class Wire:
    """Lines whose reports come as ever so far."""

    def __init__(self, lines: list[Line]) -> None:
        assert compiled.READING is not None
        self.lines = lines
        self.steady = SteadyReaders(compiled.READING)
        self.steady.follow(lines)
        self.now_us = START_US

    def beat(self) -> dict[str, ReadBatch]:
        """What the readers' reads are, by reader, a beat later."""
        self.now_us += BEAT_US
        found: list[Gathered] = []
        for one in self.steady.hear(self.now_us, self.now_us):
            if isinstance(one, Odd):
                one.link.received(one.arrival, self.now_us, self.now_us)
                self.steady.look_at(one.link)
            else:
                found.append(one)
        return {one.reader: one for one in by_reader(found)}


@pytest.fixture
def wire_of() -> Iterator[Callable[..., Wire]]:
    with ExitStack() as all_:

        def make(count: int, first: Callable[[int], Tag] | None = None) -> Wire:
            lines = []
            for number in range(count):
                own, other = (all_.enter_context(closing(one)) for one in socket.socketpair())
                learnt = first(number) if first else tag(number, START_US - DELAY_US)
                lines.append(Line(f"reader-{number}", own, other, learnt))
            return Wire(lines)

        yield make


def test_reads_are_those_that_each_reader_has_alone(wire_of: Callable[..., Wire]) -> None:
    chance = random.Random(5)  # noqa: S311 - no secret
    wire = wire_of(AT_ONCE + 3, lambda number: tag(number, START_US - DELAY_US, count=None))
    for _ in range(10):
        said = {}
        for line in wire.lines:
            stamp_us = wire.now_us + BEAT_US - DELAY_US
            tags = [
                tag(chance.randrange(1 << 40), stamp_us, rssi=chance.randrange(-80, -20)).but(
                    count=None
                )
                for _ in range(chance.randrange(6))
            ]
            cut = chance.randrange(len(tags) + 1)
            data = b"".join(report(*part) for part in (tags[:cut], tags[cut:]) if part)
            said[line.name] = data
            line.says(data)

        heard = wire.beat()

        assert not any(line.odd for line in wire.lines)
        for line in wire.lines:
            if said[line.name]:
                alone = line.alone(said[line.name], wire.now_us)
                assert close(rows(heard[line.name]), rows(alone))
                assert heard[line.name].seen_us.tolist() == alone.seen_us.tolist()
                assert heard[line.name].clock is alone.clock
            else:
                assert line.name not in heard


def test_readers_of_several_layouts_are_each_read_by_their_own(
    wire_of: Callable[..., Wire],
) -> None:
    def told(number: int, stamp_us: int) -> Tag:
        return tag(number, stamp_us, phase=17 if number % 2 else None)

    wire = wire_of(5, lambda number: told(number, START_US - DELAY_US))
    for number, line in enumerate(wire.lines):
        line.says(report(told(number, START_US + BEAT_US - DELAY_US)))

    heard = wire.beat()

    assert [heard[line.name].epc[0, -1] for line in wire.lines] == [0, 1, 2, 3, 4]
    assert [float(heard[line.name].phase_rad[0]) > 0 for line in wire.lines] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    "said",
    [
        report(tag(1, START_US + BEAT_US - DELAY_US)) + ALIVE,
        report(tag(1, START_US + BEAT_US - DELAY_US))[:-1],
        report(tag(1, START_US + BEAT_US - DELAY_US).but(channel=None)),
        report(tag(1, START_US + BEAT_US - DELAY_US, phase=17)),
        report(tag(1, START_US + BEAT_US - DELAY_US).but(last_utc=(1 << 64) - 1)),
        report(tag(1, START_US + BEAT_US - DELAY_US + 1)),
        report(tag(1, START_US + BEAT_US - DELAY_US - 1_000_000)),
    ],
    ids=[
        "a keepalive behind reports",
        "half a report",
        "a shorter record",
        "a longer record",
        "a stamp that is absent",
        "a stamp nearer to its arrival than any before",
        "a stamp of long ago",
    ],
)
def test_what_comes_otherwise_is_handed_on_whole_and_the_others_are_read(
    wire_of: Callable[..., Wire], said: bytes
) -> None:
    wire = wire_of(3)
    usual = report(tag(7, START_US + BEAT_US - DELAY_US))
    for line in wire.lines:
        line.says(said if line is wire.lines[1] else usual)

    heard = wire.beat()

    assert set(heard) == {"reader-0", "reader-2"}
    assert [bytes(one.data) for one in wire.lines[1].odd] == [said]
    assert not wire.lines[1].taken


def test_a_reader_is_read_again_when_it_has_said_otherwise_once(
    wire_of: Callable[..., Wire],
) -> None:
    wire = wire_of(2)
    wire.lines[0].says(report(tag(1, START_US + BEAT_US)))  # nearer to its arrival by the delay
    wire.beat()

    wire.lines[0].says(report(tag(2, START_US + 2 * BEAT_US - DELAY_US)))
    heard = wire.beat()

    assert len(wire.lines[0].odd) == 1
    assert heard["reader-0"].seen_us.tolist() == [START_US + 2 * BEAT_US - DELAY_US]


def test_the_end_of_a_connection_is_handed_on(wire_of: Callable[..., Wire]) -> None:
    wire = wire_of(2)
    wire.lines[0].hangs_up()

    assert wire.beat() == {}
    assert [(bytes(one.data), one.error) for one in wire.lines[0].odd] == [(b"", 0)]


def test_of_a_reader_that_has_left_nothing_is_received(wire_of: Callable[..., Wire]) -> None:
    wire = wire_of(2)
    wire.beat()
    wire.steady.leave(wire.lines[0])
    for line in wire.lines:
        line.says(report(tag(1, START_US + 2 * BEAT_US - DELAY_US)))

    assert set(wire.beat()) == {"reader-1"}
    assert wire.lines[0] not in wire.steady
    assert not wire.lines[0].odd


def test_a_link_is_told_what_was_taken_before_it_goes_on_by_itself(
    wire_of: Callable[..., Wire],
) -> None:
    wire = wire_of(2)
    stamp_us = START_US + BEAT_US - DELAY_US
    said = report(tag(1, stamp_us), tag(2, stamp_us)) + report(tag(3, stamp_us))
    for line in wire.lines:
        line.says(said)
    wire.beat()
    assert not wire.lines[0].taken

    wire.lines[0].says(ALIVE)
    wire.beat()
    heard = wire.steady.settle()

    assert heard == {wire.lines[1]}
    assert [len(line.odd) for line in wire.lines] == [1, 0]
    for line in wire.lines:
        assert line.taken == [Taken(2, 3, len(said), START_US + BEAT_US, START_US + BEAT_US)]
    assert wire.steady.settle() == set()


def test_a_clock_is_looked_at_again_after_a_while(wire_of: Callable[..., Wire]) -> None:
    wire = wire_of(1)
    wire.now_us += 40_000_000
    wire.lines[0].says(report(tag(1, wire.now_us + BEAT_US - DELAY_US)))

    assert wire.beat() == {}
    assert wire.lines[0] not in wire.steady


def test_a_clock_that_was_never_set_is_looked_at_each_time() -> None:
    clock = ReaderClock()
    decoder = ReportDecoder("r", clock)
    decoder.decode(runs_of(report(tag(1, 86_400_000_000))), START_US)
    layout = decoder.latest
    assert layout is not None

    assert clock.usual(layout.walk.time_kind) is None
