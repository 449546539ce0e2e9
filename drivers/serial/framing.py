"""A barcode scanner's lines become codes; no port, no thread, no clock of its own.

Scanners end a code by CR, LF, both, TAB or not at all, as they are set up; so a code ends at any
of these or when nothing more comes for a while. What may pass of it `CodeSieve` says.
"""

from drivers.serial.codes import CAP_BYTES, PLAIN, CodeForm, CodeSieve, ScanCounters

IDLE_US = 50_000
"""A code without terminator ends after this silence: at 9600 baud a byte takes 1 ms."""
IDLE_TERMINATED_US = 500_000
"""After so long a code is given up to be ended by its scanner, if that ever sent a terminator: a
silence of 50 ms inside its code is a busy machine, and half a code must not pass for a whole."""
_TERMINATORS = b"\r\n\t"


class ScanFramer:
    """Cuts a scanner's bytes into codes.

    Args:
        form: how the scanner writes a code.

    Attributes:
        counters: what it gave on and what it dropped.
    """

    def __init__(self, form: CodeForm = PLAIN) -> None:
        self.counters = ScanCounters()
        self._sieve = CodeSieve(form, self.counters)
        self._waiting = bytearray()
        self._overlong = False
        self._heard_us = 0
        self._terminates = False

    @property
    def idle_after_us(self) -> int | None:
        """Monotonic microseconds at which `idle` should be called; None where nothing waits."""
        if not self._waiting and not self._overlong:
            return None
        return self._heard_us + (IDLE_TERMINATED_US if self._terminates else IDLE_US)

    def greeting(self) -> bytes:
        """A scanner that sends lines is told nothing."""
        return b""

    def answer(self) -> bytes:
        """Likewise."""
        return b""

    def feed(self, data: bytes, now_us: int) -> list[str]:
        """The codes that these bytes complete.

        Args:
            data: as received; an AIM prefix and GS (FNC1) stay in the code.
            now_us: monotonic microseconds.
        """
        codes = self.idle(now_us)
        self._heard_us = now_us
        for byte in data:
            if byte in _TERMINATORS:
                self._terminates = True
                codes += self._end(now_us)
            elif len(self._waiting) >= CAP_BYTES:
                self.counters.overlong += len(self._waiting) + 1
                self._waiting.clear()
                self._overlong = True
            elif self._overlong:
                self.counters.overlong += 1
            else:
                self._waiting.append(byte)
        return codes

    def idle(self, now_us: int) -> list[str]:
        """The code that ended by silence, if one did."""
        due = self.idle_after_us
        return self._end(now_us) if due is not None and now_us >= due else []

    def reset(self) -> None:
        """The port was lost: what waits is half a code and never joins the next."""
        self.counters.partial += bool(self._waiting)
        self._waiting.clear()
        self._overlong = False

    def _end(self, now_us: int) -> list[str]:
        raw, overlong = bytes(self._waiting), self._overlong
        self._waiting.clear()
        self._overlong = False
        return [] if overlong else self._sieve.sifted(raw, now_us)
