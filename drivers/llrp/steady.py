"""Readers whose reports come as ever: received, read and dated in two calls of compiled code.

Of a reader that runs, nearly all that comes is whole tag reports of one layout, by a clock from
which there is nothing to learn. What is to be known for that is a dozen numbers, which lie in a
row for each reader. A beat of the wire goes through all rows in C; in Python nothing is done for a
reader but what is done for all: thirty readers' links, sessions and clocks are hundreds of objects
that a core no longer has at hand after a fiftieth of a second.

Whatever comes otherwise (a keepalive, an event, half a report, another layout, a time that says
something of the clock, the end of the connection) has been received by then and goes the way of a
reader by itself. What was counted here is told its link before anything else happens to it.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

import numpy as np

from drivers.llrp.columns import completed_with_bits, reading_of
from drivers.llrp.compiled import WORD_BYTES, Reading
from drivers.llrp.framing import CAP_BYTES
from drivers.llrp.layout import Layout
from drivers.llrp.reader_clock import Usual
from drivers.llrp.receiving import AT_ONCE, RECEIVE_BYTES, Arrival, Buffer
from drivers.reads import ClockQuality, Gathered

_SOCKET, _BEGIN, _BYTES, _MESSAGES, _ROWS, _OFFSET, _LEAST, _BELOW = range(8)
"""What stands where in a row, see `struct steady` of reading.c; behind these stands a `Taken`."""
_TAKEN = slice(8, 13)


class Steadiness(NamedTuple):
    """How the reports of a reader are read as long as they come as ever."""

    layout: Layout
    usual: Usual
    quality: ClockQuality


class Taken(NamedTuple):
    """What was taken of a reader since its link was told last.

    Attributes:
        messages, reads, bytes: how many.
        heard_us: monotonic, when bytes came last; 0 for never.
        arrived_us: the same moment, gateway UTC.
    """

    messages: int
    reads: int
    bytes: int
    heard_us: int
    arrived_us: int


class Steady(Protocol):
    """A link, as it is seen from here."""

    def received(self, arrival: Arrival, now_us: int, arrived_us: int) -> None:
        """This has come on its socket."""
        ...

    @property
    def name(self) -> str:
        """The reader's."""
        ...

    @property
    def descriptor(self) -> int:
        """Of its socket; -1 without one."""
        ...

    def steady(self) -> Steadiness | None:
        """How its reports are read while they come as ever; None where each is to be seen."""
        ...

    def caught_up(self, taken: Taken) -> None:
        """So much was taken of it."""
        ...


class Odd(NamedTuple):
    """What came otherwise than ever, and on whose socket."""

    link: Steady
    arrival: Arrival


class SteadyReaders:
    """Used by the wire's thread only.

    Args:
        reading: the compiled functions.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._buffer = Buffer()
        self._groups: list[_Group] = []
        self._members: dict[Steady, Steadiness] = {}
        self._is_changed = False

    def __contains__(self, link: object) -> bool:
        return link in self._members

    def follow(self, links: Iterable[Steady]) -> None:
        """Take in whose reports come as ever now, and leave out whose do not."""
        for link in links:
            self.look_at(link)

    def look_at(self, link: Steady) -> None:
        """Take a link in, leave it out, or know its clock as it is now."""
        steadiness = link.steady()
        if steadiness is None or not _is_readable(steadiness.layout):
            self.leave(link)
            return
        known = self._members.get(link)
        self._members[link] = steadiness
        if (
            known is None or known[::2] != steadiness[::2]
        ):  # its layout, or how its reads are dated
            self._is_changed = True
        elif known.usual != steadiness.usual:
            for group in self._groups:
                group.learn(link, steadiness.usual)

    def leave(self, link: Steady) -> None:
        """Something else happens to this link: it is told what was taken of it."""
        if self._members.pop(link, None) is not None:
            self._is_changed = True
            for group in self._groups:
                group.leave(link)

    def settle(self) -> set[Steady]:
        """Tell all links what was taken of them; gives those that were heard since."""
        heard: set[Steady] = set()
        for group in self._groups:
            heard |= group.settle()
        return heard

    def hear(self, now_us: int, arrived_us: int) -> Iterator[Gathered | Odd]:
        """What has come of all since the last time.

        Args:
            now_us: monotonic.
            arrived_us: gateway UTC.
        """
        if self._is_changed:
            self._group()
        if not all(one.from_us <= arrived_us <= one.until_us for one in self._groups):
            self._leave_outdated(arrived_us)
            self._group()
        for group in self._groups:
            yield from group.hear(self._reading, self._buffer, now_us, arrived_us)

    def _leave_outdated(self, arrived_us: int) -> None:
        """Whose clock is to be looked at again."""
        for link, (_, usual, _) in list(self._members.items()):
            if not usual.from_us <= arrived_us <= usual.until_us:
                self.leave(link)

    def _group(self) -> None:
        """Put those of one layout together anew."""
        self.settle()
        self._is_changed = False
        alike: dict[bytes, list[tuple[Steady, Steadiness]]] = {}
        for link, steadiness in self._members.items():
            alike.setdefault(steadiness.layout.sign, []).append((link, steadiness))
        self._groups = [
            _Group(members[first : first + AT_ONCE])
            for members in alike.values()
            for first in range(0, len(members), AT_ONCE)
        ]


def _is_readable(layout: Layout) -> bool:
    return layout.length >= WORD_BYTES and reading_of(layout).is_dated


class _Group:
    """Members of one layout, a row of numbers each."""

    def __init__(self, members: list[tuple[Steady, Steadiness]]) -> None:
        self._links: list[Steady | None] = [link for link, _ in members]
        self._layout = members[0][1].layout
        self._readers = tuple([link.name for link, _ in members])
        self._clocks = tuple([one.quality for _, one in members])
        self._usual = [one.usual for _, one in members]
        self._numbers = np.zeros((len(members), _TAKEN.stop), np.int64)
        self._numbers[:, _SOCKET] = [link.descriptor for link, _ in members]
        self._numbers[:, _OFFSET : _BELOW + 1] = [one[:3] for one in self._usual]
        self.from_us = max(one.from_us for one in self._usual)
        self.until_us = min(one.until_us for one in self._usual)
        self._at = self._numbers.ctypes.data
        self._rows, self._bytes = self._numbers[:, _ROWS], self._numbers[:, _BYTES]

    def leave(self, link: Steady) -> None:
        """Nothing more is received of it here."""
        if link in self._links:
            row = self._links.index(link)
            self._settle(link, row)
            self._links[row] = None
            self._numbers[row, _SOCKET] = -1

    def learn(self, link: Steady, usual: Usual) -> None:
        """A member's clock is known otherwise than before."""
        if link in self._links:
            row = self._links.index(link)
            self._usual[row] = usual
            self._numbers[row, _OFFSET : _BELOW + 1] = usual[:3]
            self.from_us = max(one.from_us for one in self._usual)
            self.until_us = min(one.until_us for one in self._usual)

    def settle(self) -> set[Steady]:
        """Tell the links what was taken of them; gives those that were heard."""
        taken = self._numbers[:, _TAKEN].tolist()
        self._numbers[:, _TAKEN] = 0
        heard: set[Steady] = set()
        for link, one in zip(self._links, map(Taken._make, taken), strict=True):
            if link is not None and one.heard_us:
                link.caught_up(one)
                heard.add(link)
        return heard

    def _settle(self, link: Steady, row: int) -> None:
        taken = Taken._make(self._numbers[row, _TAKEN].tolist())
        self._numbers[row, _TAKEN] = 0
        if taken.heard_us:
            link.caught_up(taken)

    def hear(
        self, reading: Reading, buffer: Buffer, now_us: int, arrived_us: int
    ) -> Iterator[Gathered | Odd]:
        """Receive of all, and read what came as ever."""
        count = len(self._links)
        into = buffer.into
        record_bytes = self._layout.length
        most = reading.hear(self._at, count, into, RECEIVE_BYTES, CAP_BYTES, record_bytes)
        if most or (self._bytes > 0).any():
            room = self._at, count, into, most
            columns, found = reading_of(self._layout).read_steady(
                reading, room, now_us, arrived_us
            )
            if found:
                completed_with_bits(columns, self._layout)
                counts = np.maximum(self._rows, 0)
                yield Gathered(self._readers, self._clocks, counts, arrived_us, columns)
        if self._rows.min() < 0:
            yield from self._odd(buffer)

    def _odd(self, buffer: Buffer) -> Iterator[Odd]:
        found: list[Odd] = []
        for row in (self._rows < 0).nonzero()[0].tolist():
            link = self._links[row]
            if link is not None:
                begin, size = self._numbers[row, _BEGIN : _BYTES + 1].tolist()
                arrival = buffer.arrival(begin, size)
                self._settle(link, row)
                found.append(Odd(link, arrival))
        yield from found
