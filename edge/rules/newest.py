"""Newest: of what the central system states in versions, only what is newer than known counts."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Protocol, TypeVar


class Versioned(Protocol):
    """A statement, or what was made of one."""

    @property
    def version(self) -> int:
        """Of two with the same key the higher counts."""


Key = TypeVar("Key", bound=Hashable)
Stated = TypeVar("Stated", bound=Versioned)


def newest(known: Mapping[Key, Versioned], stated: Iterable[tuple[Key, Stated]]) -> list[Stated]:
    """The statements that are newer than what is known and than others of the same list.

    Args:
        known: by key.
        stated: with their keys, in any order; of equal versions the first counts.

    Returns:
        One for each key at most, in the order in which the keys first came.
    """
    found: dict[Key, Stated] = {}
    for key, one in stated:
        before = found.get(key) or known.get(key)
        if before is None or one.version > before.version:
            found[key] = one
    return list(found.values())
