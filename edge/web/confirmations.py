"""The second step of what cannot be undone: a word that holds for a minute, for one person.

Nothing is kept: the word is sealed with the key of the sessions and says for whom, for what and
since when it holds.
"""

import json

from cryptography.fernet import InvalidToken, MultiFernet

from edge.clock import Clock
from edge.model.ids import Badge

CONFIRMED_WITHIN_S = 60
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

    def holds(self, word: str, badge: Badge, what: str) -> bool:
        """Whether a word was given to this person for just this, less than a minute ago."""
        if len(word) > _LENGTH_MAX:
            return False
        try:
            content = json.loads(self._key.decrypt(word.encode()))
        except InvalidToken:
            return False
        if content.get("confirms") != what or content.get("badge") != badge:
            return False
        age_us = self._clock.now_us() - int(content["given_us"])
        return 0 <= age_us <= CONFIRMED_WITHIN_S * 1_000_000
