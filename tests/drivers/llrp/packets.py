"""Capture files written byte by byte: TCP segments in IP packets in pcap and pcapng."""

import struct

READER = (bytes([10, 0, 0, 2]), 5084)
CLIENT = (bytes([10, 0, 0, 1]), 40_000)


def tcp(
    sequence: int,
    data: bytes,
    *,
    to_reader: bool = False,
    flags: int = 0x18,
    ports: tuple[int, int] = (READER[1], CLIENT[1]),
) -> bytes:
    """A segment; `ports` are the reader's and the client's."""
    ports = ports[::-1] if to_reader else ports
    return struct.pack("!HHIIBBHHH", *ports, sequence & 0xFFFFFFFF, 0, 0x50, flags, 0, 0, 0) + data


def ipv4(segment: bytes, *, to_reader: bool = False, reader: bytes = READER[0]) -> bytes:
    """A packet."""
    client = CLIENT[0]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0x4000, 64, 6, 0)
    return head + (client + reader if to_reader else reader + client) + segment


def ipv6(segment: bytes) -> bytes:
    head = struct.pack("!IHBB", 0x60000000, 8 + len(segment), 0, 64)
    return head + bytes(15) + b"\x02" + bytes(15) + b"\x01" + b"\x06" + bytes(7) + segment


def classic(
    *packets: bytes, link: int = 101, order: str = "<", times_us: list[int] | None = None
) -> bytes:
    """A pcap file; without times the packets come a microsecond apart."""
    times_us = times_us or [1_700_000_000_000_000 + number for number in range(len(packets))]
    head = struct.pack(order + "IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    records = (
        struct.pack(order + "IIII", *divmod(time_us, 1_000_000), len(one), len(one)) + one
        for time_us, one in zip(times_us, packets, strict=True)
    )
    return head + b"".join(records)


def block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def next_generation(*packets: bytes, link: int = 101) -> bytes:
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    nanoseconds = struct.pack("<HHBxxx", 9, 1, 9) + struct.pack("<HH", 0, 0)
    interface = block(1, struct.pack("<HHI", link, 0, 0) + nanoseconds)
    found = section + interface
    for number, one in enumerate(packets):
        ticks = 1_700_000_000_000_000_000 + number * 1000
        head = struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(one), len(one))
        found += block(6, head + one)
    return found


def ethernet(packet: bytes, kind: int = 0x0800, tag: bytes = b"") -> bytes:
    return bytes(12) + tag + struct.pack("!H", kind) + packet + b"\0" * 6  # padded
