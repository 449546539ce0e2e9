"""Multicast DNS, as much as finds readers: a one-shot query out, services of `_llrp._tcp` in.

The query is sent from a port of its own, so answers come straight back (RFC 6762, section 5.1) and
no other responder of this host is disturbed. An answer names an instance (PTR), where it listens
(SRV) and its address (A); what is left out is asked for. Everybody on the network may answer, so
every name, count and jump is bounded, and only addresses of local networks are taken.
"""

import struct
from dataclasses import dataclass, field
from ipaddress import IPv4Address

SERVICE = ("_llrp", "_tcp", "local")
_A, _PTR, _SRV = 1, 12, 33
_UNICAST_IN = 0x8001  # class IN, answer to me alone (RFC 6762, section 5.4)
_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_SRV_HEAD = struct.Struct("!HHH")
_LABELS_MOST = 64
_RECORDS_MOST = 256
_INSTANCES_MOST = 64
_POINTER = 0xC0


class BadAnswerError(ValueError):
    """An answer that breaks the standard; whoever sent it is at fault."""


@dataclass(frozen=True, slots=True)
class Service:
    """One reader that made itself known.

    Attributes:
        instance: its name, such as `FX9600A1B2C3`.
        address: its IPv4 address.
        port: where it speaks LLRP.
    """

    instance: str
    address: str
    port: int


def question(labels: tuple[str, ...], kind: int = _PTR) -> bytes:
    """A question about one name, given as its parts."""
    name = b"".join(_label(one) for one in labels)
    return _HEADER.pack(0, 0, 1, 0, 0, 0) + name + b"\0" + struct.pack("!HH", kind, _UNICAST_IN)


def _label(text: str) -> bytes:
    raw = text.encode()[:63]
    return bytes([len(raw)]) + raw


@dataclass(slots=True)
class Responses:
    """Gathers what the answers say."""

    _instances: dict[tuple[str, ...], str] = field(default_factory=dict)
    _where: dict[tuple[str, ...], tuple[tuple[str, ...], int]] = field(default_factory=dict)
    _addresses: dict[tuple[str, ...], str] = field(default_factory=dict)

    def take(self, data: bytes, source: str) -> None:
        """Take one answer.

        Args:
            data: the datagram.
            source: IPv4 address that it came from; stands in where it tells none.

        Raises:
            BadAnswerError: it breaks the standard; what stood before that is kept.
        """
        if not _is_local(IPv4Address(source)):
            raise BadAnswerError(f"{source} is not on a local network")
        if len(data) < _HEADER.size:
            raise BadAnswerError(f"{len(data)} bytes are no message")
        _, _, questions, *counts = _HEADER.unpack_from(data)
        at = _HEADER.size
        for _ in range(min(questions, _RECORDS_MOST)):
            at = _name(data, at)[1] + 4
        for _ in range(min(sum(counts), _RECORDS_MOST)):
            at = self._record(data, at, source)

    def open_questions(self) -> list[bytes]:
        """What is to be asked now: the service, and where its known instances listen."""
        unknown = [one for one in self._instances if one not in self._where]
        return [question(SERVICE), *(question(one, _SRV) for one in unknown)]

    def services(self) -> list[Service]:
        """Every instance of which it is known where it listens, by name."""
        found = []
        for labels, source in self._instances.items():
            if labels in self._where:
                host, port = self._where[labels]
                found.append(Service(labels[0], self._addresses.get(host, source), port))
        return sorted(found, key=lambda one: (one.instance, one.address, one.port))

    def _record(self, data: bytes, at: int, source: str) -> int:
        name, at = _name(data, at)
        if at + _RECORD.size > len(data):
            raise BadAnswerError("a record is cut short")
        kind, _, _, length = _RECORD.unpack_from(data, at)
        begin = at + _RECORD.size
        end: int = begin + length
        if end > len(data):
            raise BadAnswerError(f"a record says {length} bytes, {len(data) - begin} are left")
        if kind == _PTR and _key(name) == SERVICE:
            instance = _name(data, begin)[0]
            if len(self._instances) < _INSTANCES_MOST and len(instance) > len(name):
                self._instances.setdefault(_folded(instance), source)
        elif kind == _SRV and _key(name)[1:] == SERVICE and length > _SRV_HEAD.size:
            port = _SRV_HEAD.unpack_from(data, begin)[2]
            if port and len(self._where) < _INSTANCES_MOST:
                self._where[_folded(name)] = _key(_name(data, begin + _SRV_HEAD.size)[0]), port
        elif kind == _A:
            self._take_address(name, data[begin:end])
        return end

    def _take_address(self, name: tuple[str, ...], raw: bytes) -> None:
        if len(raw) == 4 and len(self._addresses) < _RECORDS_MOST:  # noqa: PLR2004 - IPv4
            address = IPv4Address(raw)
            if _is_local(address):
                self._addresses[_key(name)] = str(address)


def _is_local(address: IPv4Address) -> bool:
    return address.is_private and not address.is_multicast and not address.is_unspecified


def _key(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Names are equal whatever their case (RFC 6762, section 16)."""
    return tuple(one.lower() for one in labels)


def _folded(labels: tuple[str, ...]) -> tuple[str, ...]:
    """An instance keeps its own spelling, the rest of its name is folded."""
    return labels[0], *_key(labels[1:])


def _name(data: bytes, at: int) -> tuple[tuple[str, ...], int]:
    """A name and the place behind it; pointers lead backwards only, so they end."""
    labels: list[str] = []
    behind, limit = -1, at
    while len(labels) < _LABELS_MOST:
        if at >= len(data):
            raise BadAnswerError("a name is cut short")
        size = data[at]
        if size & _POINTER == _POINTER:
            if at + 2 > len(data):
                raise BadAnswerError("a name is cut short")
            target = int.from_bytes(data[at : at + 2], "big") & 0x3FFF
            if target >= limit:
                raise BadAnswerError("a name points ahead of itself")
            behind = behind if behind >= 0 else at + 2
            at = limit = target
            continue
        if size & _POINTER or at + 1 + size > len(data):
            raise BadAnswerError("a name is cut short")
        if size == 0:
            return tuple(labels), behind if behind >= 0 else at + 1
        labels.append(data[at + 1 : at + 1 + size].decode("utf-8", "replace"))
        at += 1 + size
    raise BadAnswerError(f"a name has more than {_LABELS_MOST} parts")
