"""The first badge: a token, printed once at the start, makes the first administrator.

| state  | goes on with                                  | to                             |
|--------|-----------------------------------------------|--------------------------------|
| CLOSED | nothing                                       | somebody may sign in           |
| OPEN   | the right token, and the person is written    | CLOSED                         |
| OPEN   | an administrator comes by another way         | CLOSED                         |
| OPEN   | its time runs out                             | CLOSED until the next start    |

Only the token's digest is kept, in memory; it opens this one door and no other. Guesses are
counted like wrong PINs.
"""

import hashlib
import hmac
import threading
from collections.abc import Iterable

from edge.clock import Clock
from edge.web.people import Person, Role

MINUTES_MAX = 60
LOCK_SUBJECT = "of the first badge"
"""Counts guesses; no badge can be called so, for it has blanks."""
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_GROUPS, _GROUP = 4, 5


def token_of(chance: bytes) -> str:
    """A token that can be read out and typed: 20 letters and digits, 98 bits.

    Args:
        chance: 20 bytes or more that nobody can foresee.
    """
    number = int.from_bytes(chance, "big")
    letters = []
    for _ in range(_GROUPS * _GROUP):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    text = "".join(letters)
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def administrator_among(people: Iterable[Person]) -> bool:
    """Whether somebody may set the gateway up already."""
    return any(one.role is Role.ADMINISTRATOR for one in people)


class FirstRun:
    """Thread-safe.

    Args:
        token: from `token_of`; None where somebody may sign in.
        clock: its monotonic time counts.
    """

    def __init__(self, token: str | None, clock: Clock) -> None:
        self._digest = None if token is None else _digest(token)
        self._clock = clock
        self._until_us = clock.monotonic_us() + MINUTES_MAX * 60_000_000
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the right token would still be taken."""
        return self._digest is not None and self._clock.monotonic_us() < self._until_us

    def matches(self, token: str) -> bool:
        """Whether it is the token, told in a time that says nothing of it."""
        known = self._digest if self.is_open else None
        return hmac.compare_digest(known or bytes(32), _digest(token)) and known is not None

    def claim(self) -> bool:
        """Whether the caller is the one who uses it; others have to wait for what comes of it."""
        return self._lock.acquire(blocking=False)

    def settle(self, *, used: bool) -> None:
        """What came of it: used, it opens nothing any more; else it may be tried again."""
        if used:
            self._digest = None
        self._lock.release()

    def close(self) -> None:
        """An administrator exists."""
        self._digest = None


def _digest(token: str) -> bytes:
    """As typed: small letters, blanks and hyphens do not count."""
    letters = "".join(one for one in token.upper() if one.isalnum())
    return hashlib.sha256(letters.encode()).digest()
