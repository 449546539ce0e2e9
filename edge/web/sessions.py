"""Sessions as sealed tokens: nothing is kept here, so a restart signs nobody out.

A token holds who, since when and when last, sealed with a key from a file (`sealing`). It ends
after a time without use, after an absolute time, and when the person's PIN or role is changed or
the person leaves the settings. After a shorter time without an act of the person (a page that
looks by itself is none) it is locked: nothing but their PIN opens it again.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from edge.clock import Clock
from edge.model.ids import Badge, LocationId
from edge.web.dependencies import SessionTimes
from edge.web.people import Person
from edge.web.sealing import opened, sealed

RENEWED_AFTER_US = 60_000_000
"""A token is sealed anew at most once a minute, not at each scan."""
TOKEN_LENGTH_MAX = 2048
TOKEN_VERSION = 1
_SECOND_US = 1_000_000


class SessionKeyError(Exception):
    """The key file cannot be used; the operator must act."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in.

    Attributes:
        signed_in_us, used_us: UTC microseconds.
        acted_us: when the person last did something themselves, UTC microseconds.
        at_work: whether they have said that they are ready for work.
        cart: the cart that they said they push.
    """

    person: Person
    signed_in_us: int
    used_us: int
    acted_us: int
    at_work: bool = False
    cart: LocationId | None = None

    @property
    def badge(self) -> Badge:
        """The person's badge."""
        return self.person.badge


def load_key(path: Path) -> MultiFernet:
    """The key of a file, which is made when it does not exist.

    A file may hold several keys, one a line: the first seals, all open, so that a key can be
    changed without signing anybody out.

    Raises:
        SessionKeyError: the file is no key, is open to others or cannot be read or made.
    """
    try:
        _make_key(path)
        if path.stat().st_mode & 0o007:
            raise SessionKeyError(f"{path} is open to everybody; run: chmod 600 {path}")
        keys = [Fernet(line) for line in path.read_text("ascii").split()]
    except (OSError, ValueError) as error:
        raise SessionKeyError(
            f"{path} cannot be used as session key ({error}); remove it to have one made"
        ) from error
    if not keys:
        raise SessionKeyError(f"{path} holds no key; remove it to have one made")
    return MultiFernet(keys)


def _make_key(path: Path) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
        file.flush()
        os.fsync(file.fileno())


class Sessions:
    """Seals and opens session tokens.

    Args:
        key: from `load_key`.
        people: by badge; who is not among them has no session.
        times: how long a session holds.
        clock: its UTC time is sealed in.
    """

    def __init__(
        self, key: MultiFernet, people: Mapping[Badge, Person], times: SessionTimes, clock: Clock
    ) -> None:
        self._key = key
        self._people = people
        self._times = times
        self._clock = clock

    def know(self, people: Mapping[Badge, Person]) -> None:
        """From now on these people; sessions of others, and of changed PINs or roles, are over."""
        self._people = people

    def begin(self, person: Person) -> Session:
        """A session of somebody who has just shown who they are."""
        now_us = self._clock.now_us()
        return Session(person, now_us, now_us, now_us)

    def seal(self, session: Session) -> str:
        """The token of a session."""
        content = {
            "version": TOKEN_VERSION,
            "badge": session.badge,
            "credential": _credential(session.person),
            "signed_in_us": session.signed_in_us,
            "used_us": session.used_us,
            "acted_us": session.acted_us,
            "at_work": session.at_work,
            "cart": session.cart,
        }
        return sealed(self._key, content)

    def open(self, token: str) -> Session | None:
        """The session of a token; None for one that is forged, over or no longer good."""
        content = opened(self._key, token, TOKEN_LENGTH_MAX)
        if content is None or content.get("version") != TOKEN_VERSION:
            return None
        person = self._people.get(content["badge"])
        if person is None or content["credential"] != _credential(person):
            return None
        session = Session(
            person,
            content["signed_in_us"],
            content["used_us"],
            content.get("acted_us", content["used_us"]),  # of an earlier version
            content["at_work"],
            content["cart"],
        )
        return session if self.left_us(session) > 0 else None

    def renewed(self, session: Session, *, acted: bool) -> Session | None:
        """The session as used now; None where it was used so lately that the token may stay.

        Args:
            session: that holds.
            acted: whether the person did something themselves.
        """
        now_us = self._clock.now_us()
        last_us = session.acted_us if acted else session.used_us
        if now_us - last_us < RENEWED_AFTER_US:
            return None
        return replace(session, used_us=now_us, acted_us=now_us if acted else session.acted_us)

    def resumed(self, session: Session) -> Session:
        """A locked session after its person has shown who they are: as it was, and used now."""
        now_us = self._clock.now_us()
        return replace(session, used_us=now_us, acted_us=now_us)

    def is_locked(self, session: Session) -> bool:
        """Whether only the person's PIN opens it again."""
        idle_us = self._clock.now_us() - session.acted_us
        return 0 < self._times.lock_s * _SECOND_US < idle_us

    def left_us(self, session: Session) -> int:
        """Microseconds until a session ends if it is not used again; 0 or less when over."""
        ends_us = min(
            session.used_us + self._times.idle_s * _SECOND_US,
            session.signed_in_us + self._times.absolute_s * _SECOND_US,
        )
        return ends_us - self._clock.now_us()


def _credential(person: Person) -> str:
    """Changes when the person's PIN or role does; tells nothing of the PIN."""
    return hashlib.sha256(f"{person.role}\n{person.pin_hash}".encode()).hexdigest()[:32]
