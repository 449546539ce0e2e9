"""What came on many sockets at once is what came, and is taken for reports only if it is that."""

import errno
import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from drivers.llrp import compiled
from drivers.llrp.framing import KEEPALIVE, Frame, FrameSplitter, ReportRun
from drivers.llrp.receiving import Arrival, Receiver
from tests.drivers.llrp.llrp_bytes import Tag, report

pytestmark = pytest.mark.skipif(compiled.READING is None, reason=compiled.REASON)
ONE = report(Tag().encode())
TWO = report(Tag().encode(), Tag().encode())
ALIVE = Frame(KEEPALIVE, 1, 7, b"", 0).whole


@contextmanager
def lines(count: int) -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    """So many connections: the gateway's end, which does not block, and the reader's."""
    with ExitStack() as all_:
        found = []
        for _ in range(count):
            own, other = (all_.enter_context(closing(one)) for one in socket.socketpair())
            own.settimeout(0)
            found.append((own, other))
        yield found


def received(*sent: bytes) -> list[Arrival]:
    assert compiled.READING is not None
    with lines(len(sent)) as found:
        for (_, other), data in zip(found, sent, strict=True):
            other.sendall(data)
        receiver = Receiver(compiled.READING)
        return list(receiver.receive([own.fileno() for own, _ in found]))


@pytest.mark.parametrize(
    ("sent", "stretch"),
    [
        (3 * ONE, (len(ONE), 3)),
        (TWO, (len(TWO), 1)),
        (ONE + TWO, None),
        (ONE + ALIVE, None),
        (ALIVE + ONE, None),
        (2 * ONE + ONE[:-1], None),
        (ONE[:-1], None),
        (ONE[:5], None),
    ],
    ids=[
        "alike",
        "one alone",
        "of two lengths",
        "a keepalive behind",
        "a keepalive before",
        "the last not whole",
        "none whole",
        "not even a header",
    ],
)
def test_only_whole_reports_that_are_alike_are_told_to_be_such(
    sent: bytes, stretch: tuple[int, int] | None
) -> None:
    (arrival,) = received(sent)

    assert (bytes(arrival.data), arrival.error) == (sent, 0)
    assert arrival.stretch == stretch


def test_each_of_many_sockets_gets_its_own_bytes() -> None:
    sent = [(1 + number % 5) * (ONE if number % 2 else TWO) for number in range(70)]

    found = received(*sent)

    assert [bytes(one.data) for one in found] == sent
    assert all(one.stretch for one in found)


def test_the_end_of_a_connection_and_nothing_yet_are_told_apart() -> None:
    assert compiled.READING is not None
    with lines(2) as ((own, other), (silent, _)):
        other.close()

        ended, waiting = Receiver(compiled.READING).receive([own.fileno(), silent.fileno()])

    assert (bytes(ended.data), ended.error) == (b"", 0)
    assert (bytes(waiting.data), waiting.error) == (b"", errno.EAGAIN)


def test_bytes_of_no_sense_are_told_to_be_reports_only_where_the_splitter_finds_nothing_else() -> (
    None
):
    chance = random.Random(20261129)  # noqa: S311 - stories, no secrets
    sent = []
    for _ in range(300):
        whole = bytearray(chance.choice([2 * ONE, 3 * TWO, ONE + TWO]))
        for _ in range(chance.randrange(3)):
            whole[chance.randrange(12)] = chance.choice([0, 4, 8, 61, 62, 255])
        sent.append(bytes(whole))

    for data, arrival in zip(sent, received(*sent), strict=True):
        splitter = FrameSplitter()
        items = splitter.feed(data)
        runs = [one for one in items if isinstance(one, ReportRun)]
        alone = len(items) == len(runs) == 1 and not splitter.waiting_bytes
        stretches = runs[0].stretches if alone else ()
        assert arrival.stretch == (stretches[0] if len(stretches) == 1 else None)


def test_reports_that_were_looked_through_are_the_run_that_the_splitter_would_find() -> None:
    (arrival,) = received(4 * ONE)
    fed, told = FrameSplitter(), FrameSplitter()
    for splitter in (fed, told):
        splitter.feed(ALIVE)
    assert arrival.stretch is not None

    assert [told.run(arrival.data, arrival.stretch)] == fed.feed(4 * ONE)
    assert told.feed(ALIVE) == fed.feed(ALIVE)
