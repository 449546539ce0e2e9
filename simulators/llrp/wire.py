"""What reaches the wire: the reader's frames as they are, or as a fault leaves them.

Pure: frames in, bytes out, and what is to become of the connection afterwards.
"""

from dataclasses import dataclass
from enum import Enum, auto

from simulators.faults import FaultName, FaultPlan
from simulators.llrp.codec import HEADER_BYTES, encode, frame
from simulators.llrp.outbox import Outgoing
from simulators.llrp.parts import Bits, message, part
from simulators.llrp.reports import REPORT_TYPE

_EVERY = 10
"""Every tenth report is doubled or swapped."""
_NOISE = bytes((n * 197 + 91) % 256 for n in range(64))
_UNKNOWN_MESSAGE = 900
_HEAD_4_GIB = (1 << 10 | REPORT_TYPE).to_bytes(2, "big") + b"\xff\xff\xff\xff\0\0\0\x07"
_HEAD_4_BYTES = (1 << 10 | REPORT_TYPE).to_bytes(2, "big") + b"\0\0\0\x04\0\0\0\x07"
_CUT_BYTES = 3


class Then(Enum):
    """What becomes of the connection after the bytes are sent."""

    GO_ON = auto()
    CLOSE = auto()
    MUTE = auto()
    FORGET = auto()
    REBOOT = auto()


@dataclass(frozen=True, slots=True)
class Sendable:
    """Bytes to send and what then; the counts are of what is whole and meant among them."""

    data: bytes
    then: Then
    reads: int
    reports: int
    messages: int
    keepalives: int


def cut_in_a_field(report: bytes) -> bytes:
    """A report whose last read ends in the middle of its last field; the lengths agree."""
    at = HEADER_BYTES
    while (size := int.from_bytes(report[at + 2 : at + 4], "big")) and at + size < len(report):
        at += size
    short = (len(report) - at - _CUT_BYTES).to_bytes(2, "big")
    body = report[HEADER_BYTES : at + 2] + short + report[at + 4 : -_CUT_BYTES]
    return frame(REPORT_TYPE, int.from_bytes(report[6:10], "big"), body)


def wrong_count() -> bytes:
    """A report with an EPC of 12 bytes that claims 512 bits."""
    epc = part("EPCData", EPC=Bits(512, bytes(range(12))))
    return encode(message("RO_ACCESS_REPORT", 1, part("TagReportData", epc)))


_INSERTED = {
    FaultName.GARBAGE: _NOISE,
    FaultName.OVERSIZED_LENGTH: _HEAD_4_GIB,
    FaultName.UNDERSIZED_LENGTH: _HEAD_4_BYTES,
    FaultName.UNKNOWN_MESSAGE: frame(_UNKNOWN_MESSAGE, 0, b"\x01\x02\x03\x04"),
    FaultName.WRONG_COUNT: wrong_count(),
}
_ENDS = {
    FaultName.SILENT: Then.MUTE,
    FaultName.HALF_OPEN: Then.FORGET,
    FaultName.REBOOTS: Then.REBOOT,
}


class Wire:
    """Frames of one reader on their way out.

    Args:
        faults: what strikes, and when.
    """

    def __init__(self, faults: FaultPlan) -> None:
        self._faults = faults
        self._reports = 0
        self._swapped: Outgoing | None = None

    def _shuffled(self, outgoing: list[Outgoing]) -> list[Outgoing]:
        """Reports doubled or swapped, where those faults are on."""
        doubled = self._faults.on(FaultName.DUPLICATED_REPORT)
        swapped = self._faults.on(FaultName.REORDERED_REPORT)
        if not doubled and not swapped:
            return outgoing
        found: list[Outgoing] = []
        for one in outgoing:
            self._reports += one.is_report
            tenth = one.is_report and self._reports % _EVERY == 0
            if tenth and swapped and self._swapped is None:
                self._swapped = one
                continue
            found.extend([one, one] if tenth and doubled else [one])
            if one.is_report and self._swapped is not None:
                found.append(self._swapped)
                self._swapped = None
        return found

    def send(self, outgoing: list[Outgoing]) -> Sendable:
        """The bytes of these frames, and what then."""
        frames = self._shuffled(outgoing)
        whole = [one.frame for one in frames]
        counts = (
            sum(one.reads for one in frames),
            sum(one.is_report for one in frames),
            len(frames),
            sum(one.is_keepalive for one in frames),
        )
        whole.extend(data for name, data in _INSERTED.items() if self._faults.take(name))
        last = next((one.frame for one in frames if one.reads), None)
        if last is not None and self._faults.take(FaultName.CUT_FIELD):
            whole.append(cut_in_a_field(last))
        if last is not None and self._faults.take(FaultName.CUT_MID_FRAME):
            whole.append(last[: len(last) // 2])
            return Sendable(b"".join(whole), Then.CLOSE, *counts)
        ends = [then for name, then in _ENDS.items() if self._faults.take(name)]
        return Sendable(b"".join(whole), ends[0] if ends else Then.GO_ON, *counts)
