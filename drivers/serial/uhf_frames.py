"""Frames of the UHF modules that are called M100, R200, JRD-4035 or YRM100: bytes in, frames out.

`BB type command length(2) data sum 7E`; some R200 begin with AA and end with DD instead. The sum
is the low byte of the sum from type to data. An end byte may stand inside the data, so a frame is
as long as its length says; the end byte and the sum only prove it. After anything that is no frame
the search goes on at the very next byte, so a good frame behind or inside garbage is found.

No port, no thread, no clock of its own.
"""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

DATA_MOST = 512
"""The longest data of a frame; a tag's EPC is 62 bytes at most, a memory bank read 64 words."""
_HEADER = 5  # start, type, command, length
_TAIL = 2  # sum, end


@dataclass(frozen=True, slots=True)
class Marks:
    """First and last byte of every frame of a module."""

    start: int
    end: int


USUAL_MARKS = Marks(0xBB, 0x7E)
OTHER_MARKS = Marks(0xAA, 0xDD)


class Kind(IntEnum):
    """The type of a frame."""

    COMMAND = 0
    RESPONSE = 1
    NOTIFICATION = 2


class Command(IntEnum):
    """Commands that the driver uses, and those that notifications come under."""

    INFORMATION = 0x03
    SET_REGION = 0x07
    GET_REGION = 0x08
    INVENTORY_ONCE = 0x22
    INVENTORY = 0x27
    STOP = 0x28
    SET_POWER = 0xB6
    GET_POWER = 0xB7
    FAILED = 0xFF


class Information(IntEnum):
    """What a module tells about itself."""

    HARDWARE = 0
    FIRMWARE = 1
    MANUFACTURER = 2


NO_TAG = 0x15
"""The error code of a round in which no tag answered: a sign of life, no fault."""


class Region(StrEnum):
    """Whose law the module keeps: frequencies and hopping."""

    CN900 = "cn900"
    US = "us"
    EU = "eu"
    CN800 = "cn800"
    KR = "kr"


REGION_CODES = {Region.CN900: 1, Region.US: 2, Region.EU: 3, Region.CN800: 4, Region.KR: 6}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame whose sum was right.

    Attributes:
        kind: 0 command, 1 response, 2 notification.
        command: what it belongs to; 0xFF in a response that tells a failure.
        data: between length and sum.
        bytes_since: bytes from its first to the last one that was received together with it.
    """

    kind: int
    command: int
    data: bytes
    bytes_since: int = 0


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag heard once.

    Attributes:
        epc: its bytes, as many as the module sent.
        rssi_dbm: as the chip measured it, without antenna gain.
        bytes_since: see `Frame`.
    """

    epc: bytes
    rssi_dbm: int
    bytes_since: int


@dataclass(slots=True)
class FrameCounters:
    """What a module sent; grows only.

    Attributes:
        frames: with a right sum.
        wrong_sum: frames that were complete but for their sum or end.
        skipped: bytes that belong to no frame.
        wrong_tag: notifications whose tag's own check did not match, or that were cut.
    """

    frames: int = 0
    wrong_sum: int = 0
    skipped: int = 0
    wrong_tag: int = 0


class FrameCutter:
    """Cuts a module's bytes into frames.

    Args:
        marks: start and end byte of this module.

    Attributes:
        counters: what it found and what it skipped.
    """

    def __init__(self, marks: Marks = USUAL_MARKS) -> None:
        self.counters = FrameCounters()
        self._marks = marks
        self._waiting = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        self._waiting += data
        return list(self._frames())

    def idle(self) -> list[Frame]:
        """Nothing came for longer than a frame takes: what waits is no beginning of a frame.

        Gives the good frames that stand behind a false start.
        """
        found: list[Frame] = []
        while self._waiting:
            self._skip(1)
            found += self._frames()
        return found

    def reset(self, marks: Marks | None = None) -> None:
        """Forget what waits: half a frame never joins the next.

        Args:
            marks: those to look for from now on; None for the same.
        """
        self.counters.skipped += len(self._waiting)
        self._waiting.clear()
        self._marks = marks or self._marks

    def _frames(self) -> Iterator[Frame]:
        while True:
            at = self._waiting.find(self._marks.start)
            self._skip(len(self._waiting) if at < 0 else at)
            if len(self._waiting) < _HEADER:
                return
            length = int.from_bytes(self._waiting[3:5], "big")
            if self._waiting[1] not in tuple(Kind) or length > DATA_MOST:
                self._skip(1)
            elif len(self._waiting) < _HEADER + length + _TAIL:
                return
            elif frame := self._checked(length):
                yield frame
            else:
                self.counters.wrong_sum += 1
                self._skip(1)

    def _checked(self, length: int) -> Frame | None:
        """The frame at the front, taken away, if its sum and its end are right."""
        whole = bytes(self._waiting[: _HEADER + length + _TAIL])
        if whole[-1] != self._marks.end or sum(whole[1:-_TAIL]) & 0xFF != whole[-_TAIL]:
            return None
        frame = Frame(whole[1], whole[2], whole[_HEADER:-_TAIL], len(self._waiting))
        del self._waiting[: len(whole)]
        self.counters.frames += 1
        return frame

    def _skip(self, count: int) -> None:
        self.counters.skipped += count
        del self._waiting[:count]


def frame_bytes(kind: int, command: int, data: bytes = b"", marks: Marks = USUAL_MARKS) -> bytes:
    """A frame as it goes over the line.

    Raises:
        ValueError: the data are longer than a frame holds.
    """
    if len(data) > DATA_MOST:
        raise ValueError(f"{len(data)} bytes are more than the {DATA_MOST} that a frame holds")
    body = bytes((kind, command)) + len(data).to_bytes(2, "big") + data
    return bytes((marks.start, *body, sum(body) & 0xFF, marks.end))


def start_inventory(marks: Marks = USUAL_MARKS, rounds: int = 0xFFFF) -> bytes:
    """Read tags for so many rounds, 0 to 65,535; 0x22 is reserved and always sent so."""
    return frame_bytes(Kind.COMMAND, Command.INVENTORY, b"\x22" + rounds.to_bytes(2, "big"), marks)


def power_data(power_dbm: float) -> bytes:
    """Transmit power as a module takes and tells it: hundredths of a dBm."""
    return round(power_dbm * 100).to_bytes(2, "big")


def tag_of(frame: Frame) -> Tag | None:
    """The tag of a notification: RSSI, PC, EPC and the tag's own CRC-16; None where that is wrong.

    The CRC is that of Gen2 over PC and EPC (0x1021, preset and inverted with FFFF). Notifications
    come under the command of a single inventory or of the running one, as the firmware likes.
    """
    data = frame.data
    if len(data) < 1 + 2 + 2 + 2:  # RSSI, PC, one word of EPC, CRC
        return None
    told = int.from_bytes(data[-2:], "big")
    if binascii.crc_hqx(data[1:-2], 0xFFFF) ^ 0xFFFF != told:
        return None
    rssi_dbm = int.from_bytes(data[:1], "big", signed=True)
    return Tag(data[3:-2], rssi_dbm, frame.bytes_since)
