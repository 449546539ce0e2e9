"""TCP segments in any order become each direction's bytes; gaps are told, never bridged."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from drivers.llrp.pcap import Segment

_EARLY_MOST_BYTES = 4 << 20  # waiting for what is missing; beyond it counts as lost


@dataclass(slots=True)
class Stretch:
    """Bytes of one direction of one connection without a gap.

    Attributes:
        source, destination: `address:port`.
        connection: number of this direction of a connection, in the order in which they begin.
        opens: the direction's very first byte is its first.
        offset: place of its first byte in the direction's stream.
        missing: bytes that are missing before it.
        data: the bytes.
        marks: for each segment the end of its bytes in `data`, its number and its time.
    """

    source: str
    destination: str
    connection: int
    opens: bool = False
    offset: int = 0
    missing: int = 0
    data: bytearray = field(default_factory=bytearray)
    marks: list[tuple[int, int, int]] = field(default_factory=list)


class _Direction:
    """Puts one direction's segments in order."""

    def __init__(self, first: Segment, connection: int) -> None:
        way = (first.source, first.destination)
        self.stretches = [Stretch(*way, connection, first.opens)]
        self._next = (first.sequence + first.opens) & 0xFFFFFFFF
        self._early: dict[int, Segment] = {}
        self._latest = (0, first.time_us)
        self._early_bytes = 0

    def begins_anew(self, segment: Segment) -> bool:
        """Whether this opens another connection between the same ports."""
        return segment.opens and (segment.sequence + 1) & 0xFFFFFFFF != self._next

    def add(self, number: int, segment: Segment) -> None:
        if not segment.data:
            return
        self._latest = (number, segment.time_us)
        ahead = _ahead(segment.sequence + segment.opens, self._next)
        if ahead > 0:
            known = self._early.get(segment.sequence)
            if known is None or len(known.data) < len(segment.data):
                self._early[segment.sequence] = segment
                self._early_bytes += len(segment.data) - (len(known.data) if known else 0)
            if self._early_bytes > _EARLY_MOST_BYTES:
                self.skip_gaps()
            return
        self._append(number, segment.data[-ahead:], segment.time_us)
        self._take_early(number, segment.time_us)

    def skip_gaps(self) -> None:
        """What is missing will not come: go on behind it."""
        while self._early:
            nearest = min(self._early, key=lambda sequence: _ahead(sequence, self._next))
            gap = _ahead(nearest, self._next)
            last = self.stretches[-1]
            offset = last.offset + len(last.data) + gap
            way = (last.source, last.destination, last.connection)
            self.stretches.append(Stretch(*way, offset=offset, missing=gap))
            self._next = nearest
            self._take_early(*self._latest)

    def _append(self, number: int, data: bytes, time_us: int) -> None:
        if data:
            stretch = self.stretches[-1]
            stretch.data += data
            stretch.marks.append((len(stretch.data), number, time_us))
            self._next = (self._next + len(data)) & 0xFFFFFFFF

    def _take_early(self, number: int, time_us: int) -> None:
        """Take the early ones that fit by now: this segment completed them."""
        for sequence in sorted(self._early, key=lambda one: _ahead(one, self._next)):
            ahead = _ahead(sequence, self._next)
            if ahead > 0:
                return
            segment = self._early.pop(sequence)
            self._early_bytes -= len(segment.data)
            self._append(number, segment.data[-ahead:], time_us)


def reassemble(segments: Iterable[Segment]) -> list[Stretch]:
    """Both directions of every connection, each as stretches without gaps."""
    directions: dict[tuple[str, str], _Direction] = {}
    found: list[_Direction] = []
    for number, segment in enumerate(segments):
        way = (segment.source, segment.destination)
        if way not in directions or directions[way].begins_anew(segment):
            directions[way] = _Direction(segment, len(found))
            found.append(directions[way])
        directions[way].add(number, segment)
    for direction in found:
        direction.skip_gaps()
    return [stretch for direction in found for stretch in direction.stretches]


def _ahead(sequence: int, expected: int) -> int:
    """How far a sequence number is ahead of another, in bytes; negative behind."""
    return (sequence - expected + 0x80000000 & 0xFFFFFFFF) - 0x80000000
