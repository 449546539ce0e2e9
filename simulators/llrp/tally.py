"""What a reader has done, counted so that whoever received can compare."""

from dataclasses import asdict, dataclass, field

_CONNECTIONS_MOST = 1_000
"""Connections that are told one by one; of more than these the newest."""


@dataclass(slots=True)
class Sent:
    """What went out on one connection.

    Attributes:
        reads: reads in whole reports.
        reports: RO_ACCESS_REPORT messages.
        messages: messages of every kind, those among them; no bytes that a fault put between.
        octets: bytes, with whatever a fault put between.
    """

    reads: int = 0
    reports: int = 0
    messages: int = 0
    octets: int = 0

    def add(self, reads: int, reports: int, messages: int, octets: int) -> None:
        """More of each."""
        self.reads += reads
        self.reports += reports
        self.messages += messages
        self.octets += octets


@dataclass(slots=True)
class Tally:
    """What a reader has done since it was switched on.

    Attributes:
        connections: clients that were let in.
        refused: clients that were turned away because one was there.
        reads: reads sent.
        reports: RO_ACCESS_REPORT messages sent.
        messages: messages of every kind sent.
        keepalives: KEEPALIVE messages sent.
        dropped: connections that the reader closed because acknowledgements stayed out.
        lost: reads made that were never sent: thrown away at an overflow, in a reboot, or while
            the reader was silent.
        unsent: reads made that waited for a client in the end.
        each: what went out on each connection, in their order.
    """

    connections: int = 0
    refused: int = 0
    reads: int = 0
    reports: int = 0
    messages: int = 0
    keepalives: int = 0
    dropped: int = 0
    lost: int = 0
    unsent: int = 0
    each: list[Sent] = field(default_factory=list)

    def connected(self) -> None:
        """A client was let in."""
        self.connections += 1
        self.each.append(Sent())
        del self.each[:-_CONNECTIONS_MOST]

    def sent(self, reads: int, reports: int, messages: int, octets: int) -> None:
        """That went out on the newest connection."""
        self.reads += reads
        self.reports += reports
        self.messages += messages
        self.each[-1].add(reads, reports, messages, octets)

    def summary(self) -> dict[str, object]:
        """For a line of JSON."""
        return asdict(self)
