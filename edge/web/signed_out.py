"""Sessions that were ended by their person: a copy of their token opens nothing any more.

Tokens are sealed and otherwise nothing is kept of sessions, so what is over before its time has to
be remembered: one line a sign-out in a file beside the session key, until the token would have
ended by itself.
"""

import os
from pathlib import Path

from edge.clock import Clock
from edge.web.sessions import Session

_SECOND_US = 1_000_000


class SignedOut:
    """Which sessions are over; kept across restarts.

    Args:
        path: of the file; made when the first session is ended.
        absolute_s: how long a session holds at most.
        clock: its UTC time decides what may be forgotten.
    """

    def __init__(self, path: Path, absolute_s: int, clock: Clock) -> None:
        self._path = path
        self._over: set[str] = set()
        if path.exists():
            oldest_us = clock.now_us() - absolute_s * _SECOND_US
            lines = path.read_text("utf-8").splitlines()
            self._over.update(line for line in lines if _signed_in_us(line) > oldest_us)
            self._write("w", sorted(self._over))

    def note(self, session: Session) -> None:
        """A person has signed out; known after a crash, too, when this returns.

        Raises:
            OSError: it cannot be written.
        """
        name = _name(session)
        self._over.add(name)
        self._write("a", [name])

    def has(self, session: Session) -> bool:
        """Whether its person has ended it."""
        return _name(session) in self._over

    def _write(self, mode: str, lines: list[str]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if mode == "a" else os.O_TRUNC)
        handle = os.open(self._path, flags, 0o600)
        with os.fdopen(handle, mode, encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())


def _name(session: Session) -> str:
    """One sign-in of one person."""
    return f"{session.signed_in_us} {session.badge}"


def _signed_in_us(name: str) -> int:
    """When it was; a line that a crash cut off is of no sign-in."""
    told = name.partition(" ")[0]
    return int(told) if told.isdecimal() else 0
