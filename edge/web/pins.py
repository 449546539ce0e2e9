"""PINs: hashed with Argon2id, checked outside the event loop, one at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 19_456
"""OWASP's least for Argon2id with two passes: a gateway has 150 MiB for the whole daemon."""
PASSES = 2

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)


def hash_pin(pin: str) -> str:
    """The PHC string that a settings file keeps instead of a PIN."""
    return _HASHER.hash(pin)


def is_pin_hash(text: str) -> bool:
    """Whether a text is what `hash_pin` makes."""
    try:
        extract_parameters(text)
    except InvalidHashError:
        return False
    return True


class PinChecker:
    """Checks PINs in one thread of its own, so that neither memory nor the event loop suffers.

    An unknown badge is checked too, against a hash of nobody, so that the time of the answer does
    not tell which badges exist.
    """

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="web-pins")
        self._nobody = hash_pin("nobody has this PIN")

    async def matches(self, pin_hash: str | None, pin: str) -> bool:
        """Whether a PIN is the one of a hash; `None` stands for an unknown badge."""
        loop = asyncio.get_running_loop()
        fits = await loop.run_in_executor(self._worker, _fits, pin_hash or self._nobody, pin)
        return fits and pin_hash is not None

    def close(self) -> None:
        """Let the thread end."""
        self._worker.shutdown(wait=False)


def _fits(pin_hash: str, pin: str) -> bool:
    try:
        return _HASHER.verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False
