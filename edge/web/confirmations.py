"""The second step of what cannot be undone: a word for one person and one deed.

Nothing is kept: the word is sealed with the key of the sessions and says for whom, for what and
since when it holds. Whether it still does is judged where the deed is (`rules.confirming`).
"""

import json

from cryptography.fernet import InvalidToken, MultiFernet

from edge.clock import Clock
from edge.model.ids import Badge

_LENGTH_MAX = 1024


class Confirmations:
    """Gives such words and knows its own again.

    Args:
        key: of the sessions.
        clock: its UTC time is sealed in.
    """

    def __init__(self, key: MultiFernet, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def give(self, badge: Badge, what: str) -> str:
        """A word for this person and just this."""
        content = {"confirms": what, "badge": badge, "given_us": self._clock.now_us()}
        return self._key.encrypt(json.dumps(content).encode()).decode("ascii")

    def given_us(self, word: str, badge: Badge, what: str) -> int | None:
        """When a word was given to this person for just this; None where it never was."""
        if len(word) > _LENGTH_MAX:
            return None
        try:
            content = json.loads(self._key.decrypt(word.encode()))
        except InvalidToken:
            return None
        if content.get("confirms") != what or content.get("badge") != badge:
            return None
        return int(content["given_us"])
