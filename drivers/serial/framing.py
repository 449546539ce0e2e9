"""A barcode scanner's bytes become codes; no port, no thread, no clock of its own.

Scanners end a code by CR, LF, both, TAB or not at all, as they are set up; so a code ends at any
of these or when nothing more comes for a while. Some send the same code twice for one pull of the
trigger, some write two codes into one another or a code double: an order picked twice by accident
costs more than a scan that has to be repeated.
"""

import re
from dataclasses import dataclass

IDLE_US = 50_000
"""A code without terminator ends after this silence: at 9600 baud a byte takes 1 ms."""
CAP_BYTES = 4096
"""The longest code: a QR code holds 4,296 characters, an AIM prefix and GS1 data far fewer."""
BOUNCE_US = 300_000
"""The same code again within this time is the trigger's bounce, not a second piece."""
_DOUBLED_LEAST = 8  # a short code may well be two equal halves: "1212" is a bin
_TERMINATORS = b"\r\n\t"
_AIM_PREFIX = 3  # "]C1": the code's symbology
_NO_BRACKET_SIGNS = ("]C1", "]d2", "]e0", "]Q3", "]J1", "]E0", "]E1", "]E2", "]E3", "]E4")
_SEAM_LEAST = 2  # one character between codes may well stand in a code too
_AROUND = " \0\x02\x03"  # STX and ETX frame the code of some scanners
_AIM_SIGN = re.compile(r"\][A-Za-z][0-9A-Za-z]")


@dataclass(slots=True)
class ScanCounters:
    """What a scanner sent; grows only.

    Attributes:
        codes: given on.
        bounced: dropped as repeated.
        doubled: refused because one code stands twice in it.
        joined: refused because two codes stand in it, their terminator lost.
        overlong: bytes thrown away because no code is so long.
        partial: codes thrown away unfinished because the port was lost.
    """

    codes: int = 0
    bounced: int = 0
    doubled: int = 0
    joined: int = 0
    overlong: int = 0
    partial: int = 0


class ScanFramer:
    """Cuts a scanner's bytes into codes.

    Args:
        prefix: text before each code, taken away; a code without it is given on all the same.
        suffix: text after each code, likewise.

    Attributes:
        counters: what it gave on and what it dropped.
    """

    def __init__(self, prefix: str = "", suffix: str = "") -> None:
        self.counters = ScanCounters()
        self._prefix = prefix
        self._suffix = suffix
        self._waiting = bytearray()
        self._overlong = False
        self._heard_us = 0
        self._last = ""
        self._last_us = -BOUNCE_US

    @property
    def idle_after_us(self) -> int | None:
        """Monotonic microseconds at which `idle` should be called; None where nothing waits."""
        return self._heard_us + IDLE_US if self._waiting or self._overlong else None

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
        code = self._bare(raw.decode("utf-8", "replace"))
        if overlong or not code:
            return []
        if is_doubled(code):
            self.counters.doubled += 1
            return []
        if self._is_joined(code):
            self.counters.joined += 1
            return []
        again = code == self._last and now_us - self._last_us < BOUNCE_US
        self._last, self._last_us = code, now_us
        if again:
            self.counters.bounced += 1
            return []
        self.counters.codes += 1
        return [code]

    def _bare(self, text: str) -> str:
        """The code alone: without blanks, STX, ETX, prefix and suffix; GS (FNC1) stays."""
        code = text.strip(_AROUND).removeprefix(self._prefix).removesuffix(self._suffix)
        return code.strip(_AROUND)

    def _is_joined(self, code: str) -> bool:
        """Whether a second code begins inside: a suffix and a prefix, or another symbology."""
        seam = self._suffix + self._prefix
        return (len(seam) >= _SEAM_LEAST and seam in code) or is_joined(code)


def is_joined(code: str) -> bool:
    """Whether two codes that each began with their symbology stand in one.

    A symbology's sign has a bracket, which neither GS1 element strings nor EAN and UPC may hold;
    in other codes, such as a QR code with free text, it means nothing.
    """
    return code.startswith(_NO_BRACKET_SIGNS) and bool(_AIM_SIGN.search(code, _AIM_PREFIX))


def is_doubled(code: str) -> bool:
    """Whether a code stands twice in one, with or without its AIM prefix repeated.

    A code of two equal halves shorter than eight characters may be meant so.
    """
    prefix = code[:_AIM_PREFIX] if code.startswith("]") else ""
    body = code[len(prefix) :]
    half = len(body) // 2
    whole = len(code) // 2
    same = len(body) % 2 == 0 and body[:half] == body[half:]
    prefixed = bool(prefix) and len(code) % 2 == 0 and code[:whole] == code[whole:]
    return len(body) >= _DOUBLED_LEAST and (same or prefixed)
