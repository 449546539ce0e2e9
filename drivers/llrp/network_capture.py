"""A capture of the network (tcpdump) as what the readers of a configuration sent.

The same records that `record` writes, so that either kind of capture is played in one way. A
capture of the network may begin in the middle of a connection and may lack packets: there only
whole messages are given, and what is missing is told. Of two connections to one reader at a time
the first counts, as readers serve one client only.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from drivers.capture import Kind, Record
from drivers.llrp.decode import whole_messages
from drivers.llrp.pcap import BadCaptureError, Segment, read_segments
from drivers.llrp.tcp_streams import Stretch, reassemble

SPAN_US_MAX = 7 * 86_400_000_000
"""A capture is played tick by tick; times years apart are damage and would play for days."""
_TOLD_MOST = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader is to be found in a capture.

    Attributes:
        device: its name in the configuration.
        addresses: its IP addresses.
        port: its own port, or the gateway's where the reader calls the gateway.
        listen: the reader calls the gateway.
    """

    device: str
    addresses: frozenset[str]
    port: int
    listen: bool = False

    def sent(self, segment: Segment) -> bool:
        """Whether a segment comes from this reader."""
        return self._is(segment.source, segment.ports[1 if self.listen else 0])

    def got(self, segment: Segment) -> bool:
        """Whether a segment goes to this reader."""
        return self._is(segment.destination, segment.ports[0 if self.listen else 1])

    def _is(self, end: str, port: int) -> bool:
        return port == self.port and end.rpartition(":")[0].strip("[]") in self.addresses


@dataclass(slots=True)
class _Connection:
    """What one reader sent over one connection.

    Attributes:
        pair: both its ends.
        stretches: with at least one byte each.
        over: number of the segment that closed it; the last that brought bytes if none did.
    """

    device: str
    pair: frozenset[str]
    stretches: list[Stretch] = field(default_factory=list)
    over: int = 0

    @property
    def first(self) -> int:
        return self.stretches[0].marks[0][1]

    @property
    def last(self) -> int:
        return max(mark[1] for stretch in self.stretches for mark in stretch.marks)


class NetworkCapture:
    """The connections of known readers in a capture.

    Attributes:
        notes: what the capture lacks, a sentence each.
    """

    def __init__(self, capture: bytes, places: Iterable[Place]) -> None:
        """Find what the readers sent.

        Raises:
            BadCaptureError: it is no capture, holds no byte of these readers, or spans more than
                a week.
        """
        self.notes: list[str] = []
        self._places = tuple(places)
        self._segments: list[Segment] = []
        self._strangers: dict[str, None] = {}
        self._known: dict[tuple[str, str], bool] = {}
        self._ours: dict[tuple[str, str], str] = {}
        self._openings: dict[frozenset[str], list[int]] = {}
        self._closings: dict[frozenset[str], list[int]] = {}
        self._gather(capture)
        self._records = self._played(self._connections())
        if not self._records:
            seen = ", ".join(list(self._strangers)[:_TOLD_MOST]) or "no TCP at all"
            raise BadCaptureError(
                f"the capture holds nothing that a configured reader sent; it has {seen}"
            )

    def records(self) -> Iterator[Record]:
        """As `record` would have written them; both times are the capture's own."""
        return iter(self._records)

    def _gather(self, capture: bytes) -> None:
        segments = read_segments(capture)
        while True:
            try:
                segment = next(segments, None)
            except BadCaptureError as fault:
                if not self._segments and not self._strangers:
                    raise
                self.notes.append(f"{fault}: what is before it is played")
                return
            if segment is None:
                return
            self._take(segment)

    def _take(self, segment: Segment) -> None:
        way = (segment.source, segment.destination)
        if way not in self._known:
            self._known[way] = any(one.sent(segment) or one.got(segment) for one in self._places)
            for place in self._places:
                if place.sent(segment):
                    self._ours[way] = place.device
        if self._known[way]:
            for happens, numbers in (
                (segment.opens, self._openings),
                (segment.closes, self._closings),
            ):
                if happens:
                    numbers.setdefault(frozenset(way), []).append(len(self._segments))
            self._segments.append(segment)
        elif segment.data:
            self._strangers[f"{segment.source} to {segment.destination}"] = None

    def _connections(self) -> list[_Connection]:
        """Those of the readers, by their beginning, those of other clients left out."""
        found: dict[int, _Connection] = {}
        for stretch in reassemble(self._segments):
            device = self._ours.get((stretch.source, stretch.destination))
            if device is None or not stretch.marks:
                continue
            pair = frozenset((stretch.source, stretch.destination))
            connection = found.setdefault(stretch.connection, _Connection(device, pair))
            connection.stretches.append(stretch)
        kept: dict[str, list[_Connection]] = {}
        for connection in sorted(found.values(), key=lambda one: one.first):
            connection.over = self._over(connection)
            before = kept.setdefault(connection.device, [])
            if before and connection.first <= before[-1].over:
                if connection.pair != before[-1].pair:
                    to = connection.stretches[0].destination
                    self.notes.append(f"{connection.device}: another client, {to}, is left out")
                    continue
                before[-1].over = connection.first - 1  # nobody saw it end
            before.append(connection)
        return [connection for several in kept.values() for connection in several]

    def _over(self, connection: _Connection) -> int:
        closings = self._closings.get(connection.pair, [])
        at = bisect_left(closings, connection.first)
        return max([*closings[at : at + 1], connection.last])

    def _opened(self, connection: _Connection) -> int:
        """The number of the segment that opened it, or that brought its first byte."""
        openings = self._openings.get(connection.pair, [])
        at = bisect_right(openings, connection.first) if connection.stretches[0].opens else 0
        return openings[at - 1] if at else connection.first

    def _played(self, connections: list[_Connection]) -> list[Record]:
        found: list[tuple[int, Kind, str, bytes]] = []
        for one in connections:
            found.append((self._opened(one), Kind.OPENED, one.device, b"llrp"))
            found += [
                (number, Kind.RECEIVED, one.device, data) for number, data in self._received(one)
            ]
            found.append((one.over, Kind.LOST, one.device, self._reason(one).encode()))
        records: list[Record] = []
        now_us = self._segments[0].time_us if found else 0
        for number, kind, device, data in sorted(found, key=itemgetter(0, 1)):
            now_us = max(now_us, self._segments[number].time_us)
            records.append(Record(kind, device, now_us, now_us, data))
        if records and now_us - records[0].utc_us > SPAN_US_MAX:
            days = (now_us - records[0].utc_us) // 86_400_000_000
            raise BadCaptureError(f"the capture spans {days} days; cut out at most a week of it")
        return records

    def _reason(self, connection: _Connection) -> str:
        """As the link would have told it; empty where the gateway ended it or nobody saw."""
        closing = self._segments[connection.over]
        sent = self._ours.get((closing.source, closing.destination)) == connection.device
        return "the reader closed the TCP connection" if closing.closes and sent else ""

    def _received(self, connection: _Connection) -> Iterator[tuple[int, bytes]]:
        """Bytes by the segment that brought them; around gaps whole messages only."""
        whole = len(connection.stretches) == 1 and connection.stretches[0].opens
        for stretch in connection.stretches:
            if stretch.missing:
                lacking = f"{stretch.missing} bytes are missing in the capture"
                self.notes.append(f"{connection.device}: {lacking}")
            data = bytes(stretch.data)
            if whole:
                begin = 0
                for end, number, _ in stretch.marks:
                    yield number, data[begin:end]
                    begin = end
                continue
            for begin, end in whole_messages(data):
                mark = bisect_left(stretch.marks, end, key=itemgetter(0))
                yield stretch.marks[mark][1], data[begin:end]
