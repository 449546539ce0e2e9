"""Reading and writing fields of any width, bit after bit, within bounds that always hold."""

from dataclasses import dataclass


class MalformedError(ValueError):
    """Bytes that are no LLRP; the peer must mend them.

    Attributes:
        offset: byte of the frame at which they stop making sense.
        path: parameter types from the outermost to the culprit; empty for the message itself.
        field_number: which field of the culprit, from 1; 0 if none in particular.
        message_id: of the frame.
    """

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(f"{reason} at byte {offset}")
        self.offset = offset
        self.path: tuple[int, ...] = ()
        self.field_number = 0
        self.message_id = 0


@dataclass(slots=True)
class Cursor:
    """A place in a frame, in bits, and the bit at which its holder ends."""

    data: bytes
    at: int
    end: int

    def take(self, bits: int) -> int:
        """The next bits as a number."""
        first, last = self.at, self.at + bits
        if last > self.end:
            raise MalformedError("a field is cut short", first // 8)
        self.at = last
        whole = int.from_bytes(self.data[first // 8 : (last + 7) // 8], "big")
        return int(whole >> (-last % 8)) & ((1 << bits) - 1)

    def take_bytes(self, count: int) -> bytes:
        """The next whole bytes."""
        first = self.at // 8
        if self.at + 8 * count > self.end:
            raise MalformedError("a list is cut short", first)
        self.at += 8 * count
        return self.data[first : first + count]

    def left(self) -> int:
        """Whole bytes before the end."""
        return (self.end - self.at) // 8


class Bitwriter:
    """Fields put one after another; bytes come out when all bits are in."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._held = 0
        self._held_bits = 0

    def put(self, value: int, bits: int) -> None:
        """Append a number; raises ValueError where it does not fit."""
        if not -(1 << (bits - 1)) <= value < 1 << bits:
            raise ValueError(f"{value} does not fit {bits} bits")
        self._held = self._held << bits | value & ((1 << bits) - 1)
        self._held_bits += bits
        if self._held_bits % 8 == 0:
            self._bytes += self._held.to_bytes(self._held_bits // 8, "big")
            self._held = self._held_bits = 0

    def put_bytes(self, data: bytes) -> None:
        """Append whole bytes."""
        self._bytes += data

    def done(self) -> bytes:
        """Everything so far."""
        return bytes(self._bytes)
