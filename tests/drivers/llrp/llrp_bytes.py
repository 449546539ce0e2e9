"""Tag reports written byte by byte from the standard's tables, for the decoder to read."""

import struct
from dataclasses import dataclass, replace

IMPINJ = 25882


def message(kind: int, body: bytes = b"", message_id: int = 1, version: int = 1) -> bytes:
    return struct.pack("!HII", version << 10 | kind, 10 + len(body), message_id) + body


def tlv(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("!HH", kind, 4 + len(body)) + body


def tv(kind: int, form: str, value: int) -> bytes:
    return bytes([0x80 | kind]) + struct.pack("!" + form, value)


def custom(vendor: int, subtype: int, body: bytes) -> bytes:
    return tlv(1023, struct.pack("!II", vendor, subtype) + body)


@dataclass(frozen=True)
class Tag:
    """One TagReportData; None leaves a field out."""

    epc: bytes = bytes.fromhex("3034257bf7194e4000001a85")
    epc_bits: int = 96
    as_epc_data: bool = False
    antenna: int | None = 1
    rssi: int | None = -55
    channel: int | None = 7
    first_utc: int | None = 1_700_000_000_000_000
    last_utc: int | None = 1_700_000_000_500_000
    first_uptime: int | None = None
    last_uptime: int | None = None
    count: int | None = 3
    phase: int | None = None
    rssi_fine: int | None = None
    doppler: int | None = None
    extra: bytes = b""

    def but(self, **changes: object) -> "Tag":
        """The same tag with other fields."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def encode(self) -> bytes:
        """Its TagReportData parameter."""
        plain = self.epc_bits == 96 and not self.as_epc_data
        epc = b"\x8d" + self.epc
        if not plain:
            epc = tlv(241, struct.pack("!H", self.epc_bits) + self.epc)
        fields = (
            (1, "H", self.antenna),
            (6, "b", self.rssi),
            (7, "H", self.channel),
            (2, "Q", self.first_utc),
            (3, "Q", self.first_uptime),
            (4, "Q", self.last_utc),
            (5, "Q", self.last_uptime),
            (8, "H", self.count),
        )
        impinj = ((56, "!H", self.phase), (57, "!h", self.rssi_fine), (68, "!h", self.doppler))
        body = epc + b"".join(tv(k, form, value) for k, form, value in fields if value is not None)
        for subtype, form, value in impinj:
            if value is not None:
                body += custom(IMPINJ, subtype, struct.pack(form, value))
        return tlv(240, body + self.extra)


def report(*tags: Tag | bytes, message_id: int = 1) -> bytes:
    bodies = (tag if isinstance(tag, bytes) else tag.encode() for tag in tags)
    return message(61, b"".join(bodies), message_id)
