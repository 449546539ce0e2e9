"""How a day that somebody watches goes on: at a pace, or step by step.

Theory of operation: the day's loop asks before its clock moves (`passing`). While a day runs,
that takes the seconds' share of real time. While it is held, it takes until somebody says a word:
so many turns with facts, or so many seconds, then pass as fast as they can, and the day is held
again. What the day does is the same either way: it knows neither pace nor words.
"""

import re
import sys
import threading
from collections.abc import Callable
from typing import TextIO

LOOK_S = 0.05
"""While a day is held, questions of the pages are answered so often."""
WORDS = "Enter: what happens next; 20: twenty such steps; 60s: so many seconds; go; hold; end"
_STEP = re.compile(r"(\d{1,6})(s?)")


class Pace:
    """Held, stepping or running; words may come from any thread.

    Args:
        speed: played seconds in a real one, above 0.
        held: whether the day waits for a word from its beginning.
        meanwhile: called again and again while the day is held, in the day's own thread.
    """

    def __init__(self, speed: float, *, held: bool, meanwhile: Callable[[], None]) -> None:
        self._speed = speed
        self._meanwhile = meanwhile
        self._changed = threading.Condition()
        self._held = held
        self._steps_left = 0
        self._seconds_left = 0.0
        self.has_ended = False

    def listen(self, words: TextIO) -> None:
        """Take words from a stream, a line each, until it ends; then nothing is held any more."""
        threading.Thread(target=self._take, args=(words,), name="words", daemon=True).start()

    def say(self, word: str) -> bool:
        """One word; False for one that means nothing."""
        step = _STEP.fullmatch(word or "1")
        with self._changed:
            if step is not None:
                self._held = True
                if step[2]:
                    self._seconds_left += int(step[1])
                else:
                    self._steps_left += int(step[1])
            elif word in {"go", "hold"}:
                self._held, self._steps_left, self._seconds_left = word == "hold", 0, 0.0
            elif word == "end":
                self._held, self.has_ended = False, True
            else:
                return False
            self._changed.notify_all()
            return True

    def passing(self, seconds: float) -> None:
        """Return when so many played seconds may pass."""
        with self._changed:
            while self._held and not self._steps_left and not self._seconds_left > 0:
                self._changed.wait(LOOK_S)
                self._meanwhile()
            if self._held:
                self._seconds_left = max(0.0, self._seconds_left - seconds)
            elif not self.has_ended:
                self._changed.wait(seconds / self._speed)

    def stepped(self) -> None:
        """Something has happened."""
        with self._changed:
            self._steps_left = max(0, self._steps_left - 1)

    def _take(self, words: TextIO) -> None:
        for line in words:
            if not self.say(line.strip()):
                sys.stderr.write(f"{line.strip()!r} means nothing here. {WORDS}\n")
        self.say("go")
