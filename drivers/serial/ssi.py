"""Packets of Zebra's Simple Serial Interface: bytes in, codes and acknowledgements out.

`length opcode source status data sum(2)`: the length counts from itself to the last byte of data,
the sum is the two's complement of all that, high byte first. A scanner repeats a packet until it
is acknowledged, with a bit that says so; whoever took the first one drops the second. A packet
with a wrong sum is asked for again. A code too long for one packet comes in several, all but the
last with the bit for more. Source: SSI Programmer's Guide, 72E-40451.

No port, no thread, no clock of its own.
"""

from collections.abc import Iterator
from enum import IntEnum, IntFlag

from drivers.serial.codes import CAP_BYTES, PLAIN, CodeForm, CodeSieve, ScanCounters

BROKEN_OFF_US = 200_000
"""Within a packet no two bytes are further apart."""
_HEADER = 4
_SUM = 2
_FROM_SCANNER = 0
_FROM_HOST = 4
_RESEND = b"\x01"
_PACKETED = b"\xff\xee\x01"
"""No beep; parameter EE, how decoded data are sent, to 1: in packets, until it loses its power."""
_WAKE_UP = b"\0"
_SYMBOLOGIES = {
    0x0F: b"]C1",
    0x30: b"]e0",
    0x31: b"]e0",
    0x32: b"]e0",
    0xC1: b"]d2",
    0xC2: b"]Q3",
}
"""The GS1 symbologies: their numbers here, their identifiers by ISO/IEC 15424."""


class Opcode(IntEnum):
    """Packets that are sent and those that are understood; all others are acknowledged only."""

    SET_PARAMETER = 0xC6
    ACKNOWLEDGED = 0xD0
    NOT_ACKNOWLEDGED = 0xD1
    DECODED = 0xF3


class Status(IntFlag):
    """What a packet's status byte says."""

    AGAIN = 1
    MORE = 2


class SsiFramer:
    """Takes a scanner's packets; used as `ScanFramer`, but has something to say in return.

    Args:
        form: how the scanner writes a code.

    Attributes:
        counters: what it gave on and what it dropped.
    """

    def __init__(self, form: CodeForm = PLAIN) -> None:
        self.counters = ScanCounters()
        self._sieve = CodeSieve(form, self.counters)
        self._waiting = bytearray()
        self._code = bytearray()
        self._last = b""
        self._answer = b""
        self._heard_us = 0

    def greeting(self) -> bytes:
        """Wakes the scanner and lets it send packets; it acknowledges, and if not, sends lines."""
        return _WAKE_UP + packet(Opcode.SET_PARAMETER, _PACKETED)

    def answer(self) -> bytes:
        """What is to be written now."""
        answer, self._answer = self._answer, b""
        return answer

    def feed(self, data: bytes, now_us: int) -> list[str]:
        """The codes that these bytes complete.

        Args:
            data: as received.
            now_us: monotonic microseconds.
        """
        codes = self.idle(now_us)
        self._heard_us = now_us
        self._waiting += data
        return codes + self._taken(now_us)

    def idle(self, now_us: int) -> list[str]:
        """Nothing came for a while: what waits for its rest is none, but one may lie in it."""
        codes: list[str] = []
        if now_us - self._heard_us >= BROKEN_OFF_US:
            while self._waiting:
                self._skip(1)
                codes += self._taken(now_us)
        return codes

    def reset(self) -> None:
        """The port was lost: neither half a packet nor half a code joins what comes next."""
        self.counters.partial += bool(self._waiting or self._code)
        self._waiting.clear()
        self._code.clear()
        self._answer = b""  # what was taken last is remembered: it may come again

    def _taken(self, now_us: int) -> list[str]:
        return [code for body in self._packets() for code in self._take(body, now_us)]

    def _packets(self) -> Iterator[bytes]:
        """Every packet with a right sum, without it."""
        while len(self._waiting) >= _HEADER:
            length = self._waiting[0]
            whole = length + _SUM
            if length < _HEADER or self._waiting[2] != _FROM_SCANNER:
                self._skip(1)
            elif len(self._waiting) < whole:
                return
            elif checksum(self._waiting[:length]) == bytes(self._waiting[length:whole]):
                yield bytes(self._waiting[:length])
                del self._waiting[:whole]
            else:
                self.counters.wrong_sum += 1
                self._answer = packet(Opcode.NOT_ACKNOWLEDGED, _RESEND)
                self._skip(1)

    def _take(self, body: bytes, now_us: int) -> list[str]:
        opcode, status = body[1], body[3]
        if opcode in {Opcode.ACKNOWLEDGED, Opcode.NOT_ACKNOWLEDGED}:
            return []  # answering an answer would never end
        self._answer = packet(Opcode.ACKNOWLEDGED)
        content = bytes((opcode, status & ~Status.AGAIN)) + body[_HEADER:]
        if status & Status.AGAIN and content == self._last:
            self.counters.retransmitted += 1
            return []
        self._last = content
        return self._decoded(body, now_us) if opcode == Opcode.DECODED else []

    def _decoded(self, body: bytes, now_us: int) -> list[str]:
        kind, data = body[_HEADER : _HEADER + 1], body[_HEADER + 1 :]
        sign = _SYMBOLOGIES.get(kind[0], b"") if kind else b""
        if not self._code and not data.startswith(b"]"):
            self._code += sign
        self._code += data
        if body[3] & Status.MORE and len(self._code) <= CAP_BYTES:
            return []
        raw = bytes(self._code)
        self._code.clear()
        if len(raw) > CAP_BYTES:
            self.counters.overlong += len(raw)
            return []
        return self._sieve.sifted(raw, now_us)

    def _skip(self, count: int) -> None:
        self.counters.skipped += count
        del self._waiting[:count]


def checksum(body: bytes | bytearray) -> bytes:
    """The two's complement of the sum of all bytes, high byte first."""
    return (-sum(body) & 0xFFFF).to_bytes(2, "big")


def packet(opcode: Opcode, data: bytes = b"") -> bytes:
    """A packet from the host, as it goes over the line."""
    body = bytes((_HEADER + len(data), opcode, _FROM_HOST, 0)) + data
    return body + checksum(body)
