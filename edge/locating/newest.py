"""A dictionary of what is newest: its oldest entry is found at once, however many have gone."""

from typing import TypeVar

from typing_extensions import override

Key = TypeVar("Key")
Value = TypeVar("Value")

_HOLES_MAX = 1_000


class Newest(dict[Key, Value]):
    """Entries in the order in which they were last put.

    A dictionary leaves a hole where an entry was, and looks through all of them for its first
    entry: 5 us where 20,000 are kept and the oldest go. So the holes are closed now and then.
    """

    def __init__(self) -> None:
        super().__init__()
        self._holes = 0

    def put(self, key: Key, value: Value) -> None:
        """Put an entry behind all others."""
        self.take(key)
        self[key] = value

    def take(self, key: Key) -> Value | None:
        """Take an entry out; None where there is none."""
        if key not in self:
            return None
        value = self.pop(key)
        self._holes += 1
        if self._holes > _HOLES_MAX:
            kept = list(self.items())
            self.clear()
            self.update(kept)
        return value

    @override
    def clear(self) -> None:
        """Keep nothing."""
        super().clear()
        self._holes = 0

    def oldest(self) -> tuple[Key, Value]:
        """The entry that was put first; there must be one."""
        return next(iter(self.items()))
