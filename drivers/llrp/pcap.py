"""Packets of a capture file: classic pcap and pcapng, to the TCP segments in them.

Link layers: Ethernet (with VLAN tags), raw IP, BSD loopback and Linux cooked (both versions).
Fragmented IP packets are passed over: LLRP runs on TCP, which avoids them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

_CLASSIC = {
    b"\xa1\xb2\xc3\xd4": (">", 1),
    b"\xd4\xc3\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1000),
}  # file magic: byte order, fractions of a second in a microsecond
_SECTION = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_INTERFACE, _SIMPLE, _ENHANCED = 1, 3, 6
_OPTION_RESOLUTION = 9

_ETHERNET, _NULL, _COOKED, _COOKED_2 = 1, 0, 113, 276
_RAW_IP = {12, 14, 101, 228, 229}
_ETHER_IP = {0x0800, 0x86DD}
_ETHER_VLAN = {0x8100, 0x88A8}
_TCP = 6
_IPV6_EXTENSIONS = {0, 43, 60}
_SYN = 0x02
_FIN_OR_RST = 0x05


class BadCaptureError(ValueError):
    """A file that is no capture, or that breaks off; the operator is to blame."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One TCP segment.

    Attributes:
        time_us: UTC microseconds of its capture.
        source, destination: `address:port`.
        ports: both port numbers.
        sequence: number of its first byte.
        opens: it opens a connection (SYN).
        closes: it ends one direction (FIN) or the connection (RST).
        data: its bytes.
    """

    time_us: int
    source: str
    destination: str
    ports: tuple[int, int]
    sequence: int
    opens: bool
    closes: bool
    data: bytes


def read_segments(capture: bytes) -> Iterator[Segment]:
    """The TCP segments of a capture file in the order in which they were captured.

    Raises:
        BadCaptureError: the file is no capture or breaks off in the middle.
    """
    for link, time_us, packet in _packets(capture):
        try:
            segment = _segment(time_us, _network_layer(link, packet))
        except (struct.error, IndexError, ValueError):  # a packet cut short by the capture
            continue
        if segment is not None:
            yield segment


def _packets(capture: bytes) -> Iterator[tuple[int, int, bytes]]:
    if capture[:4] in _CLASSIC:
        return _classic(capture)
    if capture[:4] == _SECTION:
        return _next_generation(capture)
    raise BadCaptureError("neither a pcap nor a pcapng file")


def _classic(capture: bytes) -> Iterator[tuple[int, int, bytes]]:
    order, fraction = _CLASSIC[capture[:4]]
    if len(capture) < 24:  # noqa: PLR2004 - the file header
        raise BadCaptureError("the capture breaks off in its header")
    link = struct.unpack_from(order + "I", capture, 20)[0] & 0xFFFF
    record = struct.Struct(order + "IIII")
    at = 24
    while at < len(capture):
        if at + record.size > len(capture):
            raise BadCaptureError(f"the capture breaks off at byte {at}")
        seconds, part, size, _ = record.unpack_from(capture, at)
        at += record.size
        if at + size > len(capture):
            raise BadCaptureError(f"the capture breaks off at byte {at}")
        yield link, seconds * 1_000_000 + part // fraction, capture[at : at + size]
        at += size


def _next_generation(capture: bytes) -> Iterator[tuple[int, int, bytes]]:
    order, at = "<", 0
    interfaces: list[tuple[int, int]] = []
    while at < len(capture):
        if capture[at : at + 4] == _SECTION:
            order = _ORDERS.get(capture[at + 8 : at + 12], "")
            interfaces = []
        kind, body, size = _block(capture, at, order)
        if kind == _INTERFACE:
            interfaces.append(_interface(body, order))
        elif kind in {_ENHANCED, _SIMPLE}:
            yield from _packet(kind, body, order, interfaces)
        at += size


def _block(capture: bytes, at: int, order: str) -> tuple[int, bytes, int]:
    if not order or at + 12 > len(capture):
        raise BadCaptureError(f"the capture breaks off at byte {at}")
    kind, size = struct.unpack_from(order + "II", capture, at)
    if size < 12 or size % 4 or at + size > len(capture):  # noqa: PLR2004 - a block's frame
        raise BadCaptureError(f"the capture breaks off at byte {at}")
    return kind, capture[at + 8 : at + size - 4], size


def _interface(body: bytes, order: str) -> tuple[int, int]:
    """Link type and ticks in a second."""
    if len(body) < 8:  # noqa: PLR2004 - its fixed part
        raise BadCaptureError("an interface block is cut short")
    link = struct.unpack_from(order + "H", body)[0]
    at = 8
    while at + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, at)
        if code == _OPTION_RESOLUTION and size >= 1 and at + 4 < len(body):
            power = body[at + 4]
            return link, 2 ** (power & 0x7F) if power & 0x80 else 10 ** min(power, 18)
        at += 4 + size + -size % 4
    return link, 1_000_000


def _packet(
    kind: int, body: bytes, order: str, interfaces: list[tuple[int, int]]
) -> Iterator[tuple[int, int, bytes]]:
    if kind == _SIMPLE:
        if interfaces and len(body) >= 4:  # noqa: PLR2004 - its fixed part
            size = struct.unpack_from(order + "I", body)[0]
            yield interfaces[0][0], 0, body[4 : 4 + size]
        return
    if len(body) < 20:  # noqa: PLR2004 - its fixed part
        raise BadCaptureError("a packet block is cut short")
    number, high, low, size, _ = struct.unpack_from(order + "IIIII", body)
    if number < len(interfaces):
        link, ticks = interfaces[number]
        yield link, (high << 32 | low) * 1_000_000 // ticks, body[20 : 20 + size]


def _network_layer(link: int, packet: bytes) -> bytes:
    """The IP packet; empty where there is none."""
    if link in _RAW_IP:
        return packet
    if link == _NULL:
        return packet[4:]
    if link == _COOKED_2:
        kind, at = int.from_bytes(packet[0:2], "big"), 20
    elif link == _COOKED:
        kind, at = int.from_bytes(packet[14:16], "big"), 16
    elif link == _ETHERNET:
        kind, at = int.from_bytes(packet[12:14], "big"), 14
    else:
        return b""
    while kind in _ETHER_VLAN:
        kind, at = int.from_bytes(packet[at + 2 : at + 4], "big"), at + 4
    return packet[at:] if kind in _ETHER_IP else b""


def _segment(time_us: int, packet: bytes) -> Segment | None:
    if not packet:
        return None
    version = packet[0] >> 4
    found = _ipv4(packet) if version == 4 else _ipv6(packet) if version == 6 else None  # noqa: PLR2004
    if found is None:
        return None
    source, destination, tcp = found
    from_port, to_port, sequence = struct.unpack_from("!HHI", tcp)
    header = (tcp[12] >> 4) * 4
    return Segment(
        time_us=time_us,
        source=f"{source}:{from_port}",
        destination=f"{destination}:{to_port}",
        ports=(from_port, to_port),
        sequence=sequence,
        opens=bool(tcp[13] & _SYN),
        closes=bool(tcp[13] & _FIN_OR_RST),
        data=tcp[header:],
    )


def _ipv4(packet: bytes) -> tuple[str, str, bytes] | None:
    total, _, fragment = struct.unpack_from("!HHH", packet, 2)
    header = (packet[0] & 0xF) * 4
    if packet[9] != _TCP or fragment & 0x3FFF:
        return None
    # A length of 0 is written where the network card cuts the packet later.
    body = packet[header : total or len(packet)]
    return str(ip_address(packet[12:16])), str(ip_address(packet[16:20])), body


def _ipv6(packet: bytes) -> tuple[str, str, bytes] | None:
    size, following = struct.unpack_from("!HB", packet, 4)
    at, end = 40, 40 + size if size else len(packet)
    while following in _IPV6_EXTENSIONS:
        following, at = packet[at], at + 8 * (packet[at + 1] + 1)
    if following != _TCP:
        return None
    source, destination = ip_address(packet[8:24]), ip_address(packet[24:40])
    return f"[{source}]", f"[{destination}]", packet[at:end]
