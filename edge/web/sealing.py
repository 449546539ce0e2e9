"""Sealed words: JSON that only this gateway can make, and knows again; nothing is kept of it.

Fernet: AES-128-CBC and HMAC-SHA-256. What a word is for stands in it, since all have one key.
"""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken, MultiFernet


def sealed(key: MultiFernet, content: Mapping[str, object]) -> str:
    """The word that holds this content."""
    return key.encrypt(json.dumps(content).encode()).decode("ascii")


def opened(key: MultiFernet, word: str, length_max: int) -> dict[str, Any] | None:
    """The content of a word; None for one that is forged, or longer than any of ours."""
    if len(word) > length_max:
        return None
    try:
        content: dict[str, Any] = json.loads(key.decrypt(word.encode()))
    except InvalidToken:
        return None
    return content
