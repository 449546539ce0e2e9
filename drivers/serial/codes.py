"""What a scanner's port gives becomes codes, each once, never two in one; no port, no thread.

Some scanners send the same code twice for one pull of the trigger, some write two codes into one
another or a code double: an order picked twice by accident costs more than a scan that has to be
repeated.
"""

import re
from dataclasses import dataclass

CAP_BYTES = 4096
"""The longest code: a QR code holds 4,296 characters, an AIM prefix and GS1 data far fewer."""
BOUNCE_US = 300_000
"""The same code again within this time is the trigger's bounce, not a second piece."""
SEPARATOR = "\x1d"
"""FNC1 of GS1 symbols inside the data, as scanners send it unless they are set up otherwise."""
_DOUBLED_LEAST = 8  # a short code may well be two equal halves: "1212" is a bin
_AIM_PREFIX = 3  # "]C1": the code's symbology
_NO_BRACKET_SIGNS = ("]C1", "]d2", "]e0", "]Q3", "]J1", "]E0", "]E1", "]E2", "]E3", "]E4")
_EAN_8 = "]E4"
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
        wrong_sum: packets whose sum was wrong; asked for again.
        retransmitted: packets dropped because they had come before.
        skipped: bytes that belong to no packet.
    """

    codes: int = 0
    bounced: int = 0
    doubled: int = 0
    joined: int = 0
    overlong: int = 0
    partial: int = 0
    wrong_sum: int = 0
    retransmitted: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class CodeForm:
    """How a scanner is set up to write a code.

    Attributes:
        prefix: text before each code, taken away; a code without it is given on all the same.
        suffix: text after each code, likewise.
        fnc1: text that it prints for FNC1; becomes 0x1D. Empty where it sends that.
    """

    prefix: str = ""
    suffix: str = ""
    fnc1: str = ""


PLAIN = CodeForm()
"""Nothing around a code, FNC1 as 0x1D."""


class CodeSieve:
    """Lets each code pass once.

    Args:
        form: how the scanner writes a code.
        counters: of what passed and what did not.
    """

    def __init__(self, form: CodeForm, counters: ScanCounters) -> None:
        self._form = form
        self._counters = counters
        self._last = ""
        self._last_us = -BOUNCE_US

    def sifted(self, raw: bytes, now_us: int) -> list[str]:
        """The code, bare, if it is one and was not given on a moment ago.

        Args:
            raw: between two terminators, or the data of a packet; of at most `CAP_BYTES`.
            now_us: monotonic microseconds.
        """
        code = self._bare(raw.decode("utf-8", "replace"))
        if not code:
            return []
        if is_doubled(code):
            self._counters.doubled += 1
            return []
        if self._is_joined(code):
            self._counters.joined += 1
            return []
        again = code == self._last and now_us - self._last_us < BOUNCE_US
        self._last, self._last_us = code, now_us
        if again:
            self._counters.bounced += 1
            return []
        self._counters.codes += 1
        return [code]

    def _bare(self, text: str) -> str:
        """The code alone: without blanks, STX, ETX, prefix and suffix; GS (FNC1) stays."""
        form = self._form
        code = text.strip(_AROUND).removeprefix(form.prefix).removesuffix(form.suffix)
        code = code.strip(_AROUND)
        return code.replace(form.fnc1, SEPARATOR) if form.fnc1 else code

    def _is_joined(self, code: str) -> bool:
        """Whether a second code begins inside: a suffix and a prefix, or another symbology."""
        seam = self._form.suffix + self._form.prefix
        return (len(seam) >= _SEAM_LEAST and seam in code) or is_joined(code)


def is_joined(code: str) -> bool:
    """Whether two codes that each began with their symbology stand in one.

    A symbology's sign has a bracket, which neither GS1 element strings nor EAN and UPC may hold;
    in other codes, such as a QR code with free text, it means nothing.
    """
    return code.startswith(_NO_BRACKET_SIGNS) and bool(_AIM_SIGN.search(code, _AIM_PREFIX))


def is_doubled(code: str) -> bool:
    """Whether a code stands twice in one, with or without its AIM prefix repeated.

    A code of two equal halves shorter than eight characters may be meant so, and so may an EAN-8
    that says what it is.
    """
    prefix = code[:_AIM_PREFIX] if code.startswith("]") else ""
    body = code[len(prefix) :]
    if prefix == _EAN_8 and len(body) == _DOUBLED_LEAST:
        return False
    half = len(body) // 2
    whole = len(code) // 2
    same = len(body) % 2 == 0 and body[:half] == body[half:]
    prefixed = bool(prefix) and len(code) % 2 == 0 and code[:whole] == code[whole:]
    return len(body) >= _DOUBLED_LEAST and (same or prefixed)
