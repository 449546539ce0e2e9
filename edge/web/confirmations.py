"""The second step of what cannot be undone: a word for one person and one deed.

Nothing is kept: the word is sealed with the key of the sessions and says for whom, for what and
since when it holds. Whether it still does is judged where the deed is (`rules.confirming`).
"""

from cryptography.fernet import MultiFernet

from edge.clock import Clock
from edge.model.ids import Badge
from edge.web.sealing import opened, sealed

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
        return sealed(self._key, content)

    def given_us(self, word: str, badge: Badge, what: str) -> int | None:
        """When a word was given to this person for just this; None where it never was."""
        content = opened(self._key, word, _LENGTH_MAX)
        if content is None or (content.get("confirms"), content.get("badge")) != (what, badge):
            return None
        return int(content["given_us"])
