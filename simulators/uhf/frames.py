"""The frames of the M100 and R200 family as the module sees them: commands in, answers out.

`BB type command length(2) data sum 7E`; type 0 comes from the host, 1 answers, 2 tells a tag. Some
modules begin with AA and end with DD.
"""

from dataclasses import dataclass

START = 0xBB
END = 0x7E
ANSWER = 1
TAG = 2
FAILURE = 0xFF
_LONGEST = 300
_POLYNOMIAL = 0x1021


@dataclass(frozen=True, slots=True)
class Marks:
    """First and last byte of every frame."""

    start: int = START
    end: int = END

    def worn(self, frame: bytes) -> bytes:
        """A frame with these instead of the usual ones; nothing stays nothing."""
        return frame and bytes((self.start, *frame[1:-1], self.end))


USUAL = Marks()
MARKS = {"bb-7e": USUAL, "aa-dd": Marks(0xAA, 0xDD)}
"""By the names that the command knows."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command from the host."""

    code: int
    data: bytes


class OrderReader:
    """Finds the host's commands among its bytes; whatever else comes is passed over."""

    def __init__(self, marks: Marks = USUAL) -> None:
        self._held = b""
        self._marks = marks

    def read(self, data: bytes) -> list[Order]:
        """The commands that these bytes complete."""
        held = self._held + data
        orders: list[Order] = []
        at = 0
        while (at := held.find(self._marks.start, at)) >= 0 and len(held) - at >= 5:  # noqa: PLR2004 - start to length
            end = at + 5 + int.from_bytes(held[at + 3 : at + 5], "big") + 2
            if held[at + 1] != 0 or end - at > _LONGEST:
                at += 1
            elif end > len(held):
                break
            elif (
                held[end - 1] == self._marks.end
                and checksum(held[at + 1 : end - 2]) == held[end - 2]
            ):
                orders.append(Order(held[at + 2], held[at + 5 : end - 2]))
                at = end
            else:
                at += 1
        self._held = held[at:] if at >= 0 else b""
        return orders


def checksum(data: bytes) -> int:
    """The low byte of the sum."""
    return sum(data) % 256


def answer(code: int, data: bytes) -> bytes:
    """A response frame."""
    return _framed(ANSWER, code, data)


def failure(error: int) -> bytes:
    """The response that tells an error; 0x15 is that no tag answered."""
    return _framed(ANSWER, FAILURE, bytes((error,)))


def tag(epc: bytes, rssi_dbm: float) -> bytes:
    """The notification of a tag: RSSI, PC with the EPC's words, EPC, the tag's own CRC."""
    rssi = max(-128, min(127, round(rssi_dbm)))
    told = ((len(epc) // 2) << 11).to_bytes(2, "big") + epc
    data = rssi.to_bytes(1, "big", signed=True) + told + gen2_crc(told).to_bytes(2, "big")
    return _framed(TAG, 0x22, data)


def gen2_crc(data: bytes) -> int:
    """The CRC-16 that a Gen2 tag sends behind PC and EPC (ISO/IEC 13239), bit by bit."""
    register = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            carry = (register >> 15) ^ (byte >> bit & 1)
            register = (register << 1 & 0xFFFF) ^ (_POLYNOMIAL if carry else 0)
    return register ^ 0xFFFF


def _framed(kind: int, code: int, data: bytes) -> bytes:
    inside = bytes((kind, code, len(data) >> 8, len(data) & 0xFF)) + data
    return bytes((START,)) + inside + bytes((checksum(inside), END))
